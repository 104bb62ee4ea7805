"""Laws of the loader: it never fails but with diagnostics, and order means nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reconciler.diagnostics import Diagnostic, Source, Span
from reconciler.errors import ManifestsInvalid
from reconciler.kinds.assignment_policy import ASSIGN_FIELDS
from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.contact import MATCH_FILTERS
from reconciler.kinds.field import Availability
from reconciler.manifests.documents import read_documents
from reconciler.manifests.located import Located, merge
from reconciler.manifests.project import read_project
from reconciler.manifests.read import read_desired
from tests.manifests.reading import API, RULE, campaign, documents, faults, policy, project, read, template

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ANNOUNCED = [name for name, each in SETTINGS.items() if each.available is not Availability.NOW]
OF = project(spec=f"  announcedFields: [{', '.join(ANNOUNCED)}]\n")

#: Pieces of YAML that meet in ways that nobody would write.
PIECES = st.sampled_from([
    *"[]{}:,-?&*!|>%@`'\"#\n\t ~", "\n  ", "---\n", "...\n", "&a ", "*a", "!!str ", "<<: ", "kind: Campaign\n",
    "metadata: {name: a}\n", "spec:\n", "  settings:\n", "    maxTries: ", "${", "${x}", "é😀", "\u2028", "\x01", "\r",
    API, campaign("maxTry: 1"), policy(RULE), template("base", "extends: [base]"), "\ufeff", "0", "null", "true",
])  # fmt: skip
SOUP = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=25).map("".join))


def is_inside(span: Span) -> bool:
    """Whether the place is one of its file: on a line that it has, at most right behind the line's end."""
    lines = span.source.text.split("\n")
    return 1 <= span.line <= len(lines) and 1 <= span.column <= len(lines[span.line - 1]) + 1 and span.width >= 1


def told(manifests: Mapping[str, bytes], overlays: Mapping[str, bytes] | None = None) -> list[Diagnostic]:
    """Everything that is said about these files; any other exception than ManifestsInvalid fails the test."""
    try:
        return list(read_desired(OF, OF.environments["local"], manifests, overlays or {}).diagnostics)
    except ManifestsInvalid as invalid:
        return list(invalid.diagnostics)


@QUICK
@given(SOUP)
def test_any_text_gives_diagnostics_with_places(text: str) -> None:
    """S11: no exception, and every place is one of the file."""
    encoded = text.encode("utf-8", "replace")
    for each in told({"a.yaml": encoded, "b.yaml": campaign().encode()}, {"o.yaml": encoded}):
        assert each.span is None or is_inside(each.span)
        assert all(is_inside(label.span) for label in each.labels)


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_give_diagnostics(content: bytes) -> None:
    """S11, for what is not text."""
    _, found = read_documents("a.yaml", content)
    assert all(each.span is not None and is_inside(each.span) for each in found if each.span and each.span.source.text)


@QUICK
@given(SOUP)
def test_any_project_file_gives_diagnostics(text: str) -> None:
    """S11: a project, or faults with places."""
    for content in (text, "apiVersion: diabolocom.reconciler/v1\nkind: Project\nmetadata: {name: a}\nspec:\n" + text):
        found, wrong = read_project("reconciler.yaml", content.encode("utf-8", "replace"))
        assert (found is None) == bool(wrong)
        assert all(each.span is not None for each in wrong)


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 600) | st.sampled_from(["alice", "a", "", "all", "-72h", "${x}", "eq"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*SETTINGS, *ASSIGN_FIELDS, "name", "x", "alice", "543"]), inner)
    ),
    max_leaves=6,
)


@QUICK
@given(
    st.dictionaries(st.sampled_from([*SETTINGS, "maxTry"]), VALUES, max_size=4),
    st.dictionaries(st.sampled_from(["extends", "customFields", "expect", "lifecycle", "settings", "x"]), VALUES),
    st.dictionaries(st.sampled_from([*MATCH_FILTERS, "purgeDate"]), VALUES, max_size=4),
    st.dictionaries(st.sampled_from(["name", "match", "set", "skip", "limits", "assign"]), VALUES),
    st.booleans(),
)
def test_any_values_in_any_place_give_diagnostics(
    own: dict[str, Any], spec: dict[str, Any], match: dict[str, Any], rule: dict[str, Any], is_overlay: bool
) -> None:
    """S11: a value of another type is a fault for one stage and no exception in the next."""
    kinds = {
        "Campaign": {"settings": own, **spec},
        "CampaignTemplate": {"settings": own, **spec},
        "AssignmentPolicy": {"campaigns": ["bakery"], "rules": [{"name": "a", "match": match, "skip": True}, rule]},
    }
    head = {"apiVersion": "diabolocom.reconciler/v1", "metadata": {"name": "bakery"}}
    texts = [json.dumps({**head, "kind": kind, "spec": each}) for kind, each in kinds.items()]
    content = "\n---\n".join(texts).encode()
    base = documents(campaign(), template("bakery"), policy(RULE, name="bakery")).encode()
    told({"a.yaml": base} if is_overlay else {"a.yaml": content}, {"o.yaml": content} if is_overlay else {})


LIBRARY = {
    "c": campaign("maxTries: 5", "userIds: [alice, bruno]").replace("{name: bakery}", "{name: bakery, labels: {a: b}}"),
    "d": campaign("extends: [u]", "settings: {name: X, folder: null}", name="florist", settings=False),
    "t": template("t", "settings: {maxTries: 3}"),
    "u": template("u", "extends: [t]", "settings: {contactPriority: 3}"),
    "p": policy(RULE, name="p", scope="campaigns: [florist]"),
    "q": policy(RULE, name="q", scope="selector: {a: b}"),
}
FAULTY = {
    **LIBRARY,
    "e": campaign("maxTry: 5", "userIds: [alcie]", "maxTries: x", name="e"),
    "f": campaign("extends: [gone]", name="f", settings=False),
    "v": template("v", "extends: [w]"),
    "w": template("w", "extends: [v]"),
    "r": policy("{name: a, match: {minTrie: 5}, set: {assignedAgentId: bob}}", name="r", scope="campaigns: [x, e]"),
}


@QUICK
@given(st.permutations(sorted(LIBRARY)), st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_the_order_of_documents_and_files_never_changes_the_meaning(order: list[str], cuts: list[int]) -> None:
    """The digest is one over what is asked, however it is spread."""
    spread: dict[str, list[str]] = {}
    for name, file in zip(order, cuts, strict=True):
        spread.setdefault(f"{file}.yaml", []).append(LIBRARY[name])
    assert read({path: documents(*texts) for path, texts in spread.items()}).digest() == read(LIBRARY).digest()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (campaign("userIds: [alice, 12, bruno]"), campaign("userIds: [544, 543, 12]")),
        (campaign("displayedPhoneNumbers: ['3311', '3312']"), campaign("displayedPhoneNumbers: ['3312', '+3311']")),
        (campaign("nextTryDelay: 24h", "maxTries: 5"), campaign("maxTries: 5", "nextTryDelay: 1d")),
    ],
)
def test_the_order_of_sets_and_the_way_of_writing_never_change_the_meaning(one: str, other: str) -> None:
    """A saved plan does not go stale when somebody tidies up."""
    assert read(one).digest() == read(other).digest()


def test_the_order_of_filters_never_changes_the_meaning_and_that_of_rules_does() -> None:
    """Filters are combined with AND, a contact belongs to the first rule that matches it."""
    conditions = [f"{{customFieldName: {name}, condition: eq, value: X}}" for name in "AB"]
    lists = [f"wrapupStatuses: [tocall, argued], customFieldConditions: [{', '.join(conditions)}]"]
    lists += [f"customFieldConditions: [{', '.join(reversed(conditions))}], wrapupStatuses: [argued, tocall]"]
    found = {
        read(documents(campaign(), policy(f"{{name: a, match: {{{each}}}, skip: true}}"))).digest() for each in lists
    }
    assert len(found) == 1
    rules = [RULE, "{name: b, match: all, skip: true}"]
    found = {read(documents(campaign(), policy(*each))).digest() for each in (rules, reversed(rules))}
    assert len(found) == 2


@pytest.mark.parametrize(
    "other",
    [
        campaign("maxTries: 6"),
        campaign("maxTries: 5", "folder: null"),
        campaign("maxTries: 5", name="florist"),
        campaign("maxTries: 5") + "  customFields: [A]\n",
        campaign("maxTries: 5") + "  expect: {mode: preview}\n",
        campaign("maxTries: 5") + "  lifecycle: {ignoreChanges: [name]}\n",
        documents(campaign("maxTries: 5"), policy(RULE)),
    ],
)
def test_another_meaning_is_another_digest(other: str) -> None:
    """Whatever is asked for is part of it."""
    assert read(campaign("maxTries: 5")).digest() != read(other).digest()


@QUICK
@given(st.permutations(sorted(FAULTY)))
def test_the_order_of_files_never_changes_the_diagnostics(order: list[str]) -> None:
    """They are sorted by place."""
    found = faults({f"{name}.yaml": FAULTY[name] for name in order})
    assert found == faults({f"{name}.yaml": text for name, text in FAULTY.items()})
    assert len(found) > 5
    assert [str(each.span) for each in found] == sorted((str(each.span) for each in found), key=_place)


def _place(text: str) -> tuple[str, int, int]:
    path, line, column = text.split(":")
    return path, int(line), int(column)


PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


def located(value: Any) -> Located:
    """A plain value with places."""
    place = Span(Source("m.yaml", ""), 1, 1)
    if isinstance(value, dict):
        return Located({name: located(each) for name, each in value.items()}, place)
    if isinstance(value, list):
        return Located([located(each) for each in value], place)
    return Located(value, place)


def merge_patch(target: Any, patch: Any) -> Any:
    """The pseudo code of RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge_patch(result.get(name), value)
    return result


@QUICK
@given(PLAIN, PLAIN)
@example(None, {"a": None, "b": {"c": None}})
def test_an_overlay_is_what_rfc_7396_says(base: Any, over: Any) -> None:
    """For any two values."""
    assert merge(located(base), located(over), null_removes=True).plain() == merge_patch(base, over)


@QUICK
@given(st.dictionaries(st.sampled_from("abc"), PLAIN), st.dictionaries(st.sampled_from("abc"), PLAIN))
def test_a_template_s_values_stay_where_nothing_is_said(base: dict[str, Any], over: dict[str, Any]) -> None:
    """Nothing is lost, nulls included; what is said last holds; twice is once."""
    merged = merge(located(base), located(over), null_removes=False).plain()
    assert merged.keys() == base.keys() | over.keys()
    assert all(merged[name] == base[name] for name in base.keys() - over.keys())
    assert all(merged[name] == each for name, each in over.items() if not isinstance(each, dict))
    assert merge(located(merged), located(over), null_removes=False).plain() == merged
