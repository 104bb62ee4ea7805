"""The schemas for editors take whatever `validate` takes, and find most of what it finds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.explanations import EXPLANATIONS, Where
from reconciler.kinds import PROJECT, SCHEMAS
from reconciler.kinds.editor import manifest_schema, overlay_schema
from reconciler.kinds.schema import Schema
from reconciler.manifests.documents import read_documents

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
MANIFEST_SCHEMA, OVERLAY_SCHEMA = manifest_schema(), overlay_schema()
MANIFEST, OVERLAY = Draft202012Validator(MANIFEST_SCHEMA), Draft202012Validator(OVERLAY_SCHEMA)
KINDS = [each for each in SCHEMAS if each != PROJECT]
FOLDERS = sorted(each.parent for name in ("broken", "cases") for each in (TESTS / name).glob("*/expected.txt"))
#: The faults that a schema alone can find.
SCHEMA_FAULTS = frozenset({
    *("unknown-field", "wrong-type", "wrong-form", "null-not-allowed", "missing-field", "out-of-range"),
    *("not-a-choice", "repeated-value", "wrong-count"),
})  # fmt: skip


def bodies(text: bytes) -> list[Any]:
    """The documents of a file, as values."""
    return [each.body.plain() for each in read_documents("file.yaml", text)[0]]


def rejected(path: Path) -> list[Any]:
    """The documents of a file that its schema does not take."""
    schema = OVERLAY if "overlays" in path.parts else MANIFEST
    return [each for each in bodies(path.read_bytes()) if not schema.is_valid(each)]


def faults(folder: Path) -> Iterator[tuple[str, str]]:
    """Code and file of each error that `validate` finds in a case."""
    said = (folder / "expected.txt").read_text(encoding="utf-8")
    yield from re.findall(r"^error\[([a-z-]+)\].*\n *--> ([^:\n]+):", said, re.MULTILINE)


@pytest.mark.parametrize("schema", [MANIFEST_SCHEMA, OVERLAY_SCHEMA], ids=["manifest", "overlay"])
def test_a_schema_stands_alone(schema: Schema) -> None:
    """It is one of draft 2020-12 without a name of its own, and refers to nothing outside."""
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "$id" not in schema
    references = set(re.findall(r"'\$ref': '([^']*)'", str(schema)))
    assert references == {f"#/$defs/{kind}" for kind in schema["$defs"]}


@pytest.mark.parametrize("schema", [MANIFEST_SCHEMA, OVERLAY_SCHEMA], ids=["manifest", "overlay"])
def test_the_committed_schema_is_the_generated_one(schema: Schema) -> None:
    """`make generate` writes it."""
    committed = (ROOT / "schemas" / f"{schema['title']}.schema.json").read_text(encoding="utf-8")
    assert json.loads(committed) == schema


def test_all_kinds_share_what_is_not_their_spec() -> None:
    """The editors' schemas take it from one of them."""
    for schema in SCHEMAS.values():
        rest = {name: each for name, each in schema["properties"].items() if name not in ("kind", "spec")}
        assert rest == {name: MANIFEST_SCHEMA["properties"][name] for name in rest}
        assert schema["required"] == MANIFEST_SCHEMA["required"]
        assert schema.keys() == {
            "$schema",
            "title",
            "description",
            "type",
            "properties",
            "additionalProperties",
            "required",
        }


@pytest.mark.parametrize("path", sorted((ROOT / "examples").rglob("*.yaml")), ids=lambda path: path.name)
def test_an_example_is_taken(path: Path) -> None:
    """With its variables."""
    assert bodies(path.read_bytes())
    assert rejected(path) == []


@pytest.mark.parametrize(
    "code", [code for code, each in EXPLANATIONS.items() if each.where not in (None, Where.COMMAND)]
)
def test_a_right_sample_of_an_explanation_is_taken(code: str) -> None:
    """What people are told to write."""
    each = EXPLANATIONS[code]
    kinds = {Where.CAMPAIGN: "Campaign", Where.POLICY: "AssignmentPolicy", Where.PROJECT: PROJECT}
    kind = kinds.get(each.where) if each.where else None
    head = f"apiVersion: diabolocom.reconciler/v1\nkind: {kind}\nmetadata: {{name: example}}\nspec:\n"
    text = head + re.sub("^", "  ", each.right, flags=re.MULTILINE) if kind else each.right
    schema = OVERLAY if each.where is Where.OVERLAY else MANIFEST
    found = bodies(text.encode())
    assert found
    assert [*filter(lambda body: not schema.is_valid(body), found)] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_file_without_faults_is_taken(folder: Path) -> None:
    """Whatever is wrong with the other files of the project."""
    faulty = {name for _, name in faults(folder)}
    sound = [each for each in folder.rglob("*.y*ml") if each.relative_to(folder).as_posix() not in faulty]
    assert [each for each in sound if rejected(each)] == []


def faulty(schema: Any, text: str) -> list[str]:
    """The keywords of the schema that a document does not meet."""
    return [str(each.validator) for [body] in [bodies(text.encode())] for each in schema.iter_errors(body)]


def overlay(kind: str, spec: str) -> str:
    """An overlay with this spec."""
    return f"apiVersion: diabolocom.reconciler/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {spec}\n"


def test_what_stands_in_a_list_of_an_overlay_is_whole() -> None:
    """An overlay replaces lists."""
    for rule, missed in (("{name: a}", "required"), ("{name: a, match: {excluded: null}}", "type")):
        assert faulty(OVERLAY, overlay("AssignmentPolicy", f"{{rules: [{rule}]}}")) == [missed]


def test_null_takes_away_only_what_may_be_missing() -> None:
    """Else the manifest would be left without it."""
    assert faulty(OVERLAY, overlay("Campaign", "{expect: null, settings: {maxTries: null}}")) == []
    for spec in ("null", "{settings: null}"):
        assert {*faulty(OVERLAY, overlay("Campaign", spec))} == {"type"}


def test_an_overlay_takes_variables() -> None:
    """As manifests do."""
    assert faulty(OVERLAY, overlay("Campaign", '{settings: {maxTries: "${tries}"}, expect: {mode: "${mode}"}}')) == []


def test_without_a_kind_only_the_kind_is_missed() -> None:
    """What `spec` may hold is not known yet: an editor shows one fault, not those of every kind."""
    whole = {"apiVersion": "diabolocom.reconciler/v1", "metadata": {"name": "a"}, "spec": {"any": 1}}
    for schema in (MANIFEST, OVERLAY):
        assert [each.message for each in schema.iter_errors(whole)] == ["'kind' is a required property"]


def is_found(folder: Path) -> bool:
    """Whether a schema rejects one of the files that are faulty."""
    paths = [folder / name for _, name in faults(folder)]
    return any(rejected(each) for each in paths if each.is_file())


def test_most_faults_are_found() -> None:
    """Of the faults that a schema can find; some need the variables, or what the values mean."""
    codes = {each: {code for code, _ in faults(each)} for each in FOLDERS}
    expected = [each for each, found in codes.items() if found and found <= SCHEMA_FAULTS]
    missed = [each.name for each in expected if not is_found(each)]
    assert len(expected) > 300
    assert len(missed) < len(expected) / 15, missed


def values(schema: Any) -> st.SearchStrategy[Any]:
    """What a kind's schema takes."""
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of([_OF_TYPE[each](schema) for each in types])


def _objects(schema: Any) -> st.SearchStrategy[Any]:
    inner = {name: values(each) for name, each in schema.get("properties", {}).items()}
    if "properties" not in schema:
        names = st.from_regex(schema.get("propertyNames", {}).get("pattern", "^[a-z]+$"))
        return st.dictionaries(names, values(schema["additionalProperties"]), min_size=1, max_size=2)
    required = {name: inner.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional=inner).filter(lambda it: len(it) >= schema.get("minProperties", 0))


def _lists(schema: Any) -> st.SearchStrategy[Any]:
    inner = values(schema["items"]) if "items" in schema else st.text()
    return st.lists(
        inner, min_size=schema.get("minItems", 0), max_size=2, unique_by=lambda it: json.dumps(it, sort_keys=True)
    )


_OF_TYPE: dict[str, Callable[[Any], st.SearchStrategy[Any]]] = {
    "string": lambda it: st.from_regex(it["pattern"]) if "pattern" in it else st.text(min_size=it.get("minLength", 0)),
    "integer": lambda it: st.integers(it.get("minimum"), it.get("maximum")),
    "number": lambda it: st.floats(it.get("minimum"), it.get("maximum")),
    "boolean": lambda _: st.booleans(),
    "null": lambda _: st.none(),
    "array": _lists,
    "object": _objects,
}
DOCUMENTS = {kind: values(schema) for kind, schema in SCHEMAS.items()}


@pytest.mark.parametrize("kind", SCHEMAS)
@given(data=st.data())
def test_what_a_kind_takes_is_taken(kind: str, data: st.DataObject) -> None:
    """The schemas for editors only take more."""
    document = data.draw(DOCUMENTS[kind])
    Draft202012Validator(SCHEMAS[kind]).validate(document)
    MANIFEST.validate(document)


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a variable may stand in a value: not in place of an object."""
    if not isinstance(value, dict):
        yield way
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in entries:
        yield from places(each, (*way, name))


def with_variable(value: Any, way: tuple[Any, ...]) -> Any:
    """The value with a variable at a place of it."""
    if not way:
        return "${name}"
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[way[0]] = with_variable(value[way[0]], way[1:])
    return changed


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_variable_is_taken_for_any_value(kind: str, data: st.DataObject) -> None:
    """As a manifest is read before its variables are known."""
    document = data.draw(DOCUMENTS[kind])
    ways = list(places(document["spec"]))
    if ways:
        way = data.draw(st.sampled_from(ways))
        MANIFEST.validate(document | {"spec": with_variable(document["spec"], way)})


def patch(base: Any, wanted: Any) -> Any:
    """The merge patch (RFC 7396) that makes one value of another."""
    if not isinstance(base, dict) or not isinstance(wanted, dict):
        return wanted
    changed = {name: patch(base.get(name), each) for name, each in wanted.items() if base.get(name) != each}
    return changed | dict.fromkeys(base.keys() - wanted.keys())


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_what_makes_one_manifest_of_another_is_taken_as_overlay(kind: str, data: st.DataObject) -> None:
    """Whatever is left out and taken away."""
    base, wanted = data.draw(DOCUMENTS[kind]), data.draw(DOCUMENTS[kind])
    changes = patch(base, wanted)
    changes["metadata"] = changes.get("metadata", {}) | {"name": wanted["metadata"]["name"]}
    OVERLAY.validate({"apiVersion": wanted["apiVersion"], "kind": kind, **changes})
