"""The contract, `schemas/diabolocom.openapi.yaml`, read once: its operations, and its schemas property by property."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker

PATH = Path(__file__).resolve().parents[2] / "schemas" / "diabolocom.openapi.yaml"
METHODS = ("get", "post", "put", "patch", "delete")

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation may answer with one status. `assumed`: why it is in the contract, when undocumented.

    `errors`: the documented values of the body's `error`; empty when none is documented.
    """

    status: int
    media_type: str | None
    schema: Schema
    assumed: str = ""
    also_assumed: str = ""
    description: str = ""
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint. `parameters` are those of path and query, `body` the schema of its JSON body."""

    id: str
    method: str
    path: str
    documentation: str
    answers: Mapping[int, Answer]
    parameters: tuple[Schema, ...]
    body: Schema | None

    @property
    def success(self) -> int:
        """The status of its success."""
        return next(status for status in self.answers if status < 300)


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a schema. For a list (`many`), type, format and choices are those of its members."""

    name: str
    type: str
    format: str
    many: bool
    nullable: bool
    choices: tuple[object, ...]
    minimum: int | None
    maximum: int | None
    max_items: int | None
    available: str
    read_only: bool
    properties: Mapping[str, Property] = field(default_factory=dict)


@cache
def document() -> Schema:
    """The whole document as it is written. Not to be changed."""
    loaded: Schema = yaml.load(PATH.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return loaded


def resolved(value: Schema) -> Schema:
    """`value` with its own `$ref`, if it has one, replaced by what that names; keys beside it win."""
    if "$ref" not in value:
        return value
    found: Any = document()
    for part in str(value["$ref"]).removeprefix("#/").split("/"):
        found = found[part]
    return resolved(found) | {key: each for key, each in value.items() if key != "$ref"}


@cache
def operations() -> Mapping[str, Operation]:
    """Every operation under its operationId."""
    found = [
        _operation(path, method, item[method], item.get("parameters", []))
        for path, item in document()["paths"].items()
        for method in METHODS
        if method in item
    ]
    return {each.id: each for each in found}


def schema(name: str) -> Schema:
    """The component schema of this name."""
    return resolved({"$ref": f"#/components/schemas/{name}"})


def properties(name: str) -> Mapping[str, Property]:
    """The properties of the component schema of this name, those of its `allOf` parts included."""
    return _properties(schema(name))


def validator(part: Schema, *, closed: bool = False) -> Draft202012Validator:
    """A validator for `part` of the document. `closed`: properties that the contract does not name are refused."""
    components = copy.deepcopy(document()["components"])
    if closed:
        for each in components["schemas"].values():
            if "properties" in each:
                each.setdefault("additionalProperties", False)
    checked = FormatChecker(("date-time", "date"))
    return Draft202012Validator({**part, "components": components}, format_checker=checked)


def examples() -> Iterator[tuple[str, object, Schema]]:
    """Every example with the place where it stands and the schema that it is an example of."""
    yield from _examples("", document())


def _examples(place: str, value: object) -> Iterator[tuple[str, object, Schema]]:
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _examples(f"{place}/{index}", each)
    elif isinstance(value, dict):
        if "example" in value and "schema" in value:
            yield place.replace("/content/application/json", ""), value["example"], value["schema"]
        for key, each in value.items():
            if key != "example":
                yield from _examples(f"{place}/{key}", each)


def _operation(path: str, method: str, item: Schema, shared: list[Schema]) -> Operation:
    body = item.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return Operation(
        id=item.get("operationId", ""),
        method=method.upper(),
        path=path,
        documentation=item.get("x-documentation", ""),
        answers={int(status): _answer(int(status), resolved(each)) for status, each in item["responses"].items()},
        parameters=tuple(resolved(each) for each in [*shared, *item.get("parameters", [])]),
        body=body,
    )


def _answer(status: int, item: Schema) -> Answer:
    content = item.get("content", {})
    media_type = next(iter(content), None)
    return Answer(
        status=status,
        media_type=media_type,
        schema=content[media_type].get("schema", {}) if media_type else {},
        assumed=item.get("x-assumed", ""),
        also_assumed=item.get("x-also-assumed", ""),
        description=item["description"],
        errors=tuple(item.get("x-errors", ())),
    )


def _properties(item: Schema) -> Mapping[str, Property]:
    found: dict[str, Property] = {}
    for part in item.get("allOf", []):
        found |= _properties(resolved(part))
    return found | {name: _property(name, resolved(each)) for name, each in item.get("properties", {}).items()}


def _property(name: str, item: Schema) -> Property:
    outer = _types(item)
    many = "array" in outer
    inner = resolved(item["items"]) if many else _without_null(item)
    (kind,) = _types(inner) - {"null"}
    return Property(
        name=name,
        type=kind,
        format=inner.get("format", ""),
        many=many,
        nullable="null" in outer,
        choices=tuple(each for each in inner.get("enum", ()) if each is not None),
        minimum=inner.get("minimum"),
        maximum=inner.get("maximum"),
        max_items=item.get("maxItems"),
        available=item.get("x-availability", "now"),
        read_only=item.get("readOnly", False),
        properties=_properties(inner),
    )


def _types(item: Schema) -> set[str]:
    if "oneOf" in item:
        return {each for part in item["oneOf"] for each in _types(resolved(part))}
    if "allOf" in item:
        return {"object"}
    given = item["type"]
    return {given} if isinstance(given, str) else set(given)


def _without_null(item: Schema) -> Schema:
    (part,) = [each for each in item.get("oneOf", [item]) if each.get("type") != "null"]
    return resolved(part) if "oneOf" in item else item
