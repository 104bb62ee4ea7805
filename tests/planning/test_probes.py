"""Filters that can't be checked on the contacts that came are proved by a probe (S3)."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.planning.probes import IMPOSSIBLE, NOBODYS, proved
from tests.planning.building import contact, rule, sieved
from tests.planning.reader import Told

LIKE = {"customFieldName": "City", "condition": "like", "value": "Par%"}
EQ = {"customFieldName": "Category", "condition": "eq", "value": "Gold"}
STATUSES = {1: "tocall", 2: "argued"}


def _proved(filters: dict[str, Any], found: list[Any], *answer: dict[str, Any]) -> tuple[Any, list[Any]]:
    reader = Told(lambda _: {"content": list(answer), "number": 0, "last": True})
    (sieve,) = sieved((rule("one", filters), filters, found), statuses=STATUSES)
    outcome = proved(reader, 100, sieve, STATUSES)
    return outcome, [each.json["query"] for each in reader.requests]  # type: ignore[index]


def _custom(**values: str | None) -> Any:
    return contact(1, customFields=values, lastCallTime="2026-01-01T00:00:00Z", wrapupId=9)


def test_like_is_probed_with_a_value_that_no_contact_has() -> None:
    """Nothing may come back; the probe asks for nothing else."""
    found = [_custom(City="Paris", Category="Gold")]
    assert _proved({"customFieldConditions": [EQ, LIKE]}, found) == (
        ([], frozenset()),
        [{"customFieldConditions": [LIKE | {"value": IMPOSSIBLE}]}],
    )


def test_a_condition_that_is_ignored_is_found() -> None:
    """A contact came for a value that none has."""
    answer = {"contactId": 7, "customFields": {"City": "Paris"}}
    assert _proved({"customFieldConditions": [LIKE]}, [_custom(City="Paris")], answer)[0][0] == [0]


def test_what_was_checked_is_not_probed() -> None:
    """No request for what every contact satisfies for sure."""
    assert _proved({"customFieldConditions": [EQ]}, [_custom(Category="Gold")]) == (([], frozenset()), [])


def _condition(name: str, value: str) -> dict[str, Any]:
    return {"customFieldName": "Category", "condition": name, "value": value}


@pytest.mark.parametrize(
    ("filters", "found", "probe", "breaks"),
    [
        (
            {"customFieldConditions": [_condition("eq", "gold")]},
            _custom(Category="Gold"),
            {"customFieldConditions": [_condition("eq", IMPOSSIBLE)]},
            {"customFields": {"Category": "Gold"}},
        ),
        (
            {"customFieldConditions": [_condition("notEq", "Gold")]},
            _custom(Category=None),
            {"customFieldConditions": [_condition("notEq", "Gold"), _condition("eq", "Gold")]},
            {"customFields": {"Category": "Gold"}},
        ),
        (
            {"customFieldConditions": [_condition("lt", "5")]},
            _custom(Category="b"),
            {"customFieldConditions": [_condition("lt", "5"), _condition("gte", "5")]},
            {"customFields": {"Category": "7"}},
        ),
        (
            {"lastCallBefore": "2026-01-01T00:00:00Z"},
            _custom(),
            {"lastCallBefore": "2026-01-01T00:00:00Z", "lastCallAfter": "2026-01-02T00:00:00Z"},
            {"lastCallTime": "2026-02-01T00:00:00Z"},
        ),
        (
            {"lastCallAfter": "2026-01-01T00:00:00Z"},
            _custom(),
            {"lastCallAfter": "2026-01-01T00:00:00Z", "lastCallBefore": "2025-12-31T00:00:00Z"},
            {"lastCallTime": "2026-02-01T00:00:00Z"},
        ),
        (
            {"wrapupStatuses": ["tocall"]},
            _custom(),
            {"wrapupStatuses": ["tocall"], "lastWrapupIds": [2]},
            {"wrapupId": 2},
        ),
        (
            {"phones": ["33612345678"]},
            contact(1, phones={}, customFields={"Telephone": "33612345678"}),
            {"phones": [NOBODYS]},
            {"phones": {"a": "33612345678"}, "customFields": {}},
        ),
    ],
)
def test_what_was_undecided_is_probed(
    filters: dict[str, Any], found: Any, probe: dict[str, Any], breaks: dict[str, Any]
) -> None:
    """By a question that no contact satisfies: one that comes all the same proves that the API ignored the filter."""
    assert _proved(filters, [found]) == (([], frozenset()), [probe])
    always = {"contactId": 3, "customFields": {}, "phones": {}}
    assert _proved(filters, [found], always | breaks)[0] == ([0], frozenset())


def test_a_contact_that_can_not_be_judged_proves_nothing() -> None:
    """It does not break the question for sure, and it should not have come: its like are left alone."""
    filters = {"customFieldConditions": [_condition("notEq", "Gold")]}
    answer = {"contactId": 3, "customFields": {"Category": "gold"}}
    assert _proved(filters, [_custom(Category=None)], answer)[0] == ([], frozenset({0}))


@pytest.mark.parametrize("filters", [{"lastWrapupIds": []}, {"retryIsNull": False}])
def test_what_nothing_can_prove_is_told(filters: dict[str, Any]) -> None:
    """The schema lets none of it in; if it came here, its contacts would be left alone."""
    assert _proved(filters, [contact(1, retryDate="2026-01-01T00:00:00Z")]) == (([], frozenset({0})), [])
