"""S3: every filter of the API on a contact that satisfies it, on one that does not, and on one with null."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.criteria import CRITERIA
from reconciler.api.filters import TABLES, Endpoint, check_query, undecidable
from reconciler.api.judging import matches
from reconciler.api.shapes import Contact
from reconciler.errors import UnsafeQuery

STATUSES = {5: "tocall", 6: "argued"}
EARLY, LIMIT, LATE = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"


def contact(**values: Any) -> Contact:
    """A contact that holds these values."""
    return msgspec.convert({"contactId": 1, **values}, Contact)


def by_id(name: str, attribute: str, null: bool | None = False) -> list[tuple[str, Any, dict[str, Any], bool | None]]:
    """The cases of a filter by ids."""
    return [
        (name, [7, 8], {attribute: 8}, True),
        (name, [7, 8], {attribute: 9}, False),
        (name, [7, 8], {attribute: None}, null),
        (name, [7, None], {attribute: None}, null if null is None else True),
        (name, None, {attribute: None}, null if null is None else True),
        (name, None, {attribute: 7}, False),
        (name, [], {attribute: 7}, None),
    ]


def by_moment(
    name: str, attribute: str, null: bool | None = False
) -> list[tuple[str, Any, dict[str, Any], bool | None]]:
    """The cases of the two filters on a moment."""
    return [
        (f"{name}Before", LIMIT, {attribute: EARLY}, True),
        (f"{name}Before", LIMIT, {attribute: LATE}, False),
        (f"{name}Before", LIMIT, {attribute: LIMIT}, None),
        (f"{name}Before", LIMIT, {attribute: None}, null),
        (f"{name}After", LIMIT, {attribute: LATE}, True),
        (f"{name}After", LIMIT, {attribute: EARLY}, False),
        (f"{name}After", LIMIT, {attribute: LIMIT}, None),
        (f"{name}After", LIMIT, {attribute: None}, null),
    ]


def condition(operator: str, value: str | None) -> list[dict[str, Any]]:
    """One condition on the field Category."""
    return [{"customFieldName": "Category", "condition": operator, "value": value}]


CASES = [
    *by_id("assignedAgentIds", "assignedAgentId"),
    *by_id("assignedGroupIds", "assignedGroupId"),
    *by_id("agentIds", "agentId"),
    *by_id("lastWrapupIds", "wrapupId"),
    *by_id("regions", "region"),
    *by_id("lastAgentIds", "lastAgentId", null=None),
    *by_moment("created", "createdAt"),
    *by_moment("update", "lastUpdatedAt"),
    *by_moment("lastCall", "lastCallTime"),
    *by_moment("retry", "retryDate"),
    *by_moment("minCallingDateTime", "minCallingDateTime"),
    *by_moment("maxCallingDateTime", "maxCallingDateTime"),
    *by_moment("assignedAgentExpirationTime", "assignedAgentExpirationTime", null=None),
    *by_moment("assignedGroupExpirationTime", "assignedGroupExpirationTime", null=None),
    *(case for case in by_moment("purgeDate", "purgeDate") if case[3] is not None),
    ("purgeDateBefore", LIMIT, {"purgeDate": LIMIT}, False),
    ("purgeDateAfter", LIMIT, {"purgeDate": LIMIT}, False),
    ("purgeDateBefore", "2026-02-01T00:00:01Z", {"purgeDate": "2026-02-01"}, True),
    ("purgeDateBefore", "2026-02-01T00:00:00Z", {"purgeDate": "2026-02-01"}, False),
    ("purgeDateAfter", "2026-01-31T23:59:59Z", {"purgeDate": "2026-02-01"}, True),
    ("purgeDateAfter", LIMIT, {"purgeDate": "soon"}, None),
    ("contactIds", [1, 2], {}, True),
    ("contactIds", [2], {}, False),
    ("contactIds", [], {}, None),
    ("excluded", True, {"excluded": True}, True),
    ("excluded", True, {"excluded": False}, False),
    ("excluded", False, {"excluded": None}, None),
    ("excludedCause", "manual", {"excludedDetail": "manual"}, True),
    ("excludedCause", "manual", {"excludedDetail": "tooShort"}, False),
    ("excludedCause", "manual", {"excludedDetail": None}, False),
    ("lastCallerType", "agent", {"lastCallerType": "agent"}, True),
    ("lastCallerType", "agent", {"lastCallerType": "system"}, False),
    ("lastCallerType", "agent", {"lastCallerType": None}, False),
    ("lastCallerType", None, {"lastCallerType": None}, True),
    ("lastCallerType", None, {"lastCallerType": "agent"}, False),
    ("minPriority", 3, {"priority": 3}, True),
    ("minPriority", 3, {"priority": 2}, False),
    ("minPriority", 3, {"priority": None}, None),
    ("maxPriority", 3, {"priority": 3}, True),
    ("maxPriority", 3, {"priority": 4}, False),
    ("maxPriority", 3, {"priority": None}, None),
    ("minTries", 3, {"triesNumber": 3}, True),
    ("minTries", 3, {"triesNumber": 2}, False),
    ("minTries", 3, {"triesNumber": None}, None),
    ("maxTries", 3, {"triesNumber": 3}, True),
    ("maxTries", 3, {"triesNumber": 4}, False),
    ("maxTries", 3, {"triesNumber": None}, None),
    ("retryIsNull", True, {"retryDate": None}, True),
    ("retryIsNull", True, {"retryDate": EARLY}, False),
    ("retryIsNull", False, {"retryDate": EARLY}, True),
    ("retryIsNull", False, {"retryDate": None}, None),
    ("wrapupStatuses", ["tocall"], {"wrapupId": 5}, True),
    ("wrapupStatuses", ["tocall"], {"wrapupId": 6}, False),
    ("wrapupStatuses", ["tocall"], {"wrapupId": 99}, None),
    ("wrapupStatuses", ["tocall"], {"wrapupId": None}, False),
    ("wrapupStatuses", ["new_contact"], {"wrapupId": None}, None),
    ("wrapupStatuses", ["new_contact"], {"wrapupId": 5}, False),
    ("wrapupStatuses", [None], {"wrapupId": None}, True),
    ("wrapupStatuses", None, {"wrapupId": None}, True),
    ("wrapupStatuses", None, {"wrapupId": 5}, False),
    ("phones", ["33612345678"], {"phones": {"a": "33612345678"}}, True),
    ("phones", ["33612345678"], {"phones": {"a": "+33 6 12 34 56 78"}}, True),
    ("phones", ["33612345678"], {"phones": {"a": "33612345679", "b": None}}, False),
    ("phones", ["33612345678"], {"phones": {}, "customFields": {"x": "33612345678"}}, None),
    ("phones", ["33612345678"], {"phones": None}, None),
    ("customFieldConditions", condition("eq", "Gold"), {"customFields": {"Category": "Gold"}}, True),
    ("customFieldConditions", condition("eq", "Gold"), {"customFields": {"Category": "Silver"}}, False),
    ("customFieldConditions", condition("eq", "Gold"), {"customFields": None}, False),
    ("customFieldConditions", condition("eq", None), {"customFields": {}}, True),
    ("customFieldConditions", condition("like", "G%"), {"customFields": {"Category": "Silver"}}, None),
    (
        "customFieldConditions",
        condition("eq", "Gold") + condition("eq", "Silver"),
        {"customFields": {"Category": "Gold"}},
        False,
    ),
]


@pytest.mark.parametrize(("name", "wanted", "values", "verdict"), CASES)
def test_the_verdict(name: str, wanted: Any, values: dict[str, Any], verdict: bool | None) -> None:
    """True, False, or None where the documentation leaves both open."""
    assert matches({name: wanted}, contact(**values), STATUSES) is verdict


def test_every_filter_has_its_cases() -> None:
    """Each of the table is judged, has cases that say yes and no, and no other is known."""
    assert set(CRITERIA) == set(TABLES[Endpoint.BATCH])
    for name in CRITERIA:
        assert {verdict for case, _, _, verdict in CASES if case == name} >= {True, False}, name


@pytest.mark.parametrize("name", sorted(TABLES[Endpoint.SEARCH]))
def test_the_cases_are_queries_that_may_be_sent(name: str) -> None:
    """So that what is judged is what is asked; `retryIsNull: false` alone is not, nobody knows what it does."""
    for case, wanted, _, _ in CASES:
        if case == name and (case, wanted) != ("retryIsNull", False):
            check_query({name: wanted}, Endpoint.SEARCH)


@given(st.lists(st.sampled_from(CASES), min_size=2, max_size=5, unique_by=lambda case: case[0]))
def test_filters_are_combined_with_and(cases: list[tuple[str, Any, dict[str, Any], bool | None]]) -> None:
    """One that is not satisfied is enough for False; one that can't be decided keeps the rest from being True."""
    values = {key: value for _, _, held, _ in cases for key, value in held.items()}
    single = [matches({name: wanted}, contact(**values), STATUSES) for name, wanted, _, _ in cases]
    expected = False if False in single else (None if None in single else True)
    assert matches({name: wanted for name, wanted, _, _ in cases}, contact(**values), STATUSES) is expected


def test_an_empty_query_is_satisfied_by_all() -> None:
    """It is the whole campaign."""
    assert matches({}, contact(), {}) is True


def test_an_unknown_filter_satisfies_nothing() -> None:
    """It is an error, never a match."""
    with pytest.raises(UnsafeQuery):
        matches({"assignedAgents": [1]}, contact(), {})


def test_what_no_contact_can_disprove_is_listed() -> None:
    """For a probe: `like`, `retryIsNull: false` and empty lists; nothing that some contact can disprove."""
    like, plain = condition("like", "G%"), condition("eq", "Gold")
    query = {"regions": [], "retryIsNull": False, "customFieldConditions": like + plain, "excluded": True}
    assert undecidable(query) == ({"regions": []}, {"retryIsNull": False}, {"customFieldConditions": like})
    assert undecidable({"retryIsNull": True, "customFieldConditions": plain, "regions": None}) == ()


@pytest.mark.parametrize(("name", "wanted"), [(name, wanted) for name, wanted, _, verdict in CASES if verdict is False])
def test_what_some_contact_disproves_is_not_listed(name: str, wanted: Any) -> None:
    """The list and the criteria tell the same story."""
    assert undecidable({name: wanted}) == ()
