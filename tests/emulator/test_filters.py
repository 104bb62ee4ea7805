"""Filters: what each finds, and what is dropped without a word."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.emulator.filters import BATCH_FILTERS, FILTERS, SOON_FILTERS

from .accounts import account, campaign, contact
from .conftest import Emulate

SEARCH = "/api/v2/voice/campaigns/100/contacts/search"
EVERYONE = [1, 2, 3]
DAY = "2026-01-%02dT10:00:00Z"
PEOPLE = account(
    contact(
        1,
        assignedAgentId=543, assignedGroupId=12, agentId=544, lastAgentId=544, wrapupId=4560, priority=1, triesNumber=1,
        region=7, lastCallerType="agent", createdAt=DAY % 1, lastCallTime=DAY % 1, retryDate=DAY % 1,
        lastUpdatedAt=DAY % 1, minCallingDateTime=DAY % 1, maxCallingDateTime=DAY % 1, purgeDate="2026-01-01",
        assignedAgentExpirationTime=DAY % 1, assignedGroupExpirationTime=DAY % 1,
        customFields={"Category": "Gold", "First_Name": "Élodie", "Telephone_1": "33199000001", "Ville": "100%"},
    ),
    contact(
        2,
        assignedAgentId=544, assignedGroupId=13, agentId=545, lastAgentId=545, wrapupId=4562, priority=2, triesNumber=2,
        region=8, lastCallerType="system", createdAt=DAY % 3, lastCallTime=DAY % 3, retryDate=DAY % 3,
        lastUpdatedAt=DAY % 3, minCallingDateTime=DAY % 3, maxCallingDateTime=DAY % 3, purgeDate="2026-01-03",
        assignedAgentExpirationTime=DAY % 3, assignedGroupExpirationTime=DAY % 3,
        excluded=True, excludedDetail="bloctel",
        customFields={"Category": "Silver", "First_Name": "Hugo", "Telephone_2": "33639980002", "Ville": "100 m"},
    ),
    contact(3, priority=3, createdAt=DAY % 5, lastUpdatedAt=DAY % 5, customFields={}),
    campaigns=[
        campaign(customFields=["First_Name", "Category", "Telephone_1", "Telephone_2", "Ville"],
                 phoneFields=["Telephone_1", "Telephone_2"]),
        campaign(200),
    ],
)  # fmt: skip
PEOPLE["contacts"].append({"campaignId": 200, "contactId": 1})

FOUND: list[tuple[dict[str, Any], list[int]]] = [
    ({}, EVERYONE),
    ({"assignedAgentIds": [543]}, [1]),
    ({"assignedAgentIds": [543, None]}, [1, 3]),
    ({"assignedAgentIds": None}, [3]),
    ({"assignedGroupIds": [12, 13]}, [1, 2]),
    ({"agentIds": [545]}, [2]),
    ({"lastWrapupIds": [4560]}, [1]),
    ({"regions": [7, 8, 9]}, [1, 2]),
    ({"contactIds": [1, 3, 99]}, [1, 3]),
    ({"createdAfter": DAY % 3}, [3]),
    ({"createdBefore": DAY % 3}, [1]),
    ({"createdBefore": "2026-01-01T12:30:00+02:00"}, [1]),
    ({"createdBefore": "2026-01-01T12:00:00+02:00"}, []),
    ({"lastCallAfter": DAY % 2}, [2]),
    ({"lastCallBefore": DAY % 9}, [1, 2]),
    ({"retryAfter": DAY % 2}, [2]),
    ({"retryBefore": DAY % 2}, [1]),
    ({"retryIsNull": True}, [3]),
    ({"updateAfter": DAY % 3}, [3]),
    ({"updateBefore": DAY % 3}, [1]),
    ({"minCallingDateTimeBefore": DAY % 2}, [1]),
    ({"minCallingDateTimeAfter": DAY % 2}, [2]),
    ({"maxCallingDateTimeBefore": DAY % 2}, [1]),
    ({"maxCallingDateTimeAfter": DAY % 2}, [2]),
    ({"excluded": True}, [2]),
    ({"excluded": False}, [1, 3]),
    ({"excludedCause": "bloctel"}, [2]),
    ({"lastCallerType": "agent"}, [1]),
    ({"lastCallerType": None}, [3]),
    ({"minPriority": 2}, [2, 3]),
    ({"maxPriority": 2}, [1, 2]),
    ({"minTries": 1, "maxTries": 1}, [1]),
    ({"phones": ["33639980002"]}, [2]),
    ({"phones": ["33639980002", "33199000001"]}, [1, 2]),
    ({"phones": ["Gold"]}, []),
    ({"wrapupStatuses": ["tocall"]}, [1]),
    ({"wrapupStatuses": ["new_contact"]}, [3]),
    ({"wrapupStatuses": ["unreachable", None]}, [2, 3]),
    ({"wrapupStatuses": None}, [3]),
    ({"wrapupStatuses": ["argued"]}, []),
    ({"assignedAgentIds": [543, 544], "excluded": False}, [1]),
]


def find(emulate: Emulate, query: object, **options: Any) -> list[int]:
    """The contactIds that a search finds, in order."""
    answer = emulate(PEOPLE, **options).post(SEARCH, json={"query": query})
    assert answer.status_code == 200
    return sorted(item["contactId"] for item in answer.json()["content"])


@pytest.mark.operation("searchContacts")
@pytest.mark.parametrize(("query", "expected"), FOUND)
def test_filters_find(emulate: Emulate, query: dict[str, Any], expected: list[int]) -> None:
    """Each filter of the table finds what it says, alone or with another."""
    assert find(emulate, query) == expected


def test_every_filter_is_tried() -> None:
    """No filter is without a case above."""
    assert {name for query, _ in FOUND for name in query} == set(FILTERS)


@pytest.mark.operation("searchContacts")
@pytest.mark.parametrize(
    "query",
    [
        {"assignedAgentId": [543]},
        {"AssignedAgentIds": [543]},
        {"customFieldCondition": []},
        {"purgeDateBefore": "2020-01-01"},
        {"purgeDateAfter": "2030-01-01"},
        *({name: ["x"] if name.endswith("Ids") else DAY % 1} for name in SOON_FILTERS),
        {"contactIds": []},
        {"assignedAgentIds": []},
        {"phones": []},
        {"wrapupStatuses": []},
        {"customFieldConditions": []},
        {"contactIds": None},
        {"excluded": None},
        {"lastCallBefore": None},
        {"phones": None},
        {"customFieldConditions": None},
        {"retryIsNull": False},
        {"retryIsNull": None},
        {"contactIds": "1"},
        {"contactIds": ["1"]},
        {"excluded": "true"},
        {"excluded": 1},
        {"lastCallBefore": "yesterday"},
        {"assignedAgentIds": list(range(501))},
        {"wrapupStatuses": ["tocall"] * 501},
        {"customFieldConditions": [{"customFieldName": "Categorie", "condition": "eq", "value": "Gold"}]},
        {"customFieldConditions": [{"customFieldName": "Category", "condition": "equals", "value": "Gold"}]},
        {"customFieldConditions": [{"customFieldName": "Category", "condition": "notStartsWith", "value": "G"}]},
        {"customFieldConditions": [{"name": "Category"}]},
        {"customFieldConditions": [{"customFieldName": "Category", "condition": "contains", "value": None}]},
        {"customFieldConditions": [{"customFieldName": "Category", "condition": "eq", "value": 5}]},
    ],
)
def test_what_search_does_not_know_is_dropped(emulate: Emulate, query: dict[str, Any]) -> None:
    """A misspelt filter, one for batches, one still to come, an empty list, a null: everyone is found."""
    assert find(emulate, query) == EVERYONE


@pytest.mark.operation("searchContacts")
def test_soon_filters_work_when_they_have_come(emulate: Emulate) -> None:
    """With the option, filters marked "Soon" filter."""
    for name in SOON_FILTERS:
        value = [544] if name == "lastAgentIds" else DAY % 2
        expected = [2] if name.endswith("After") else [1]
        assert find(emulate, {name: value}, soon_fields=True) == expected


@pytest.mark.operation("searchContacts")
@pytest.mark.parametrize(
    ("name", "operator", "value", "expected"),
    [
        ("Category", "eq", "Gold", [1]),
        ("Category", "eq", "gold", [1]),
        ("First_Name", "eq", "ÉLODIE", [1]),
        ("Category", "eq", None, [3]),
        ("Category", "notEq", "Gold", [2, 3]),
        ("Category", "notEq", None, [1, 2]),
        ("Category", "lt", "Silver", [1]),
        ("Category", "lte", "Silver", [1, 2]),
        ("Category", "gt", "Gold", [2]),
        ("Category", "gte", "Gold", [1, 2]),
        ("First_Name", "startsWith", "él", [1]),
        ("First_Name", "endsWith", "GO", [2]),
        ("First_Name", "notStartswith", "él", [2, 3]),
        ("First_Name", "notEndswith", "go", [1, 3]),
        ("Category", "contains", "IL", [2]),
        ("Category", "notContains", "il", [1, 3]),
        ("Ville", "contains", "%", [1]),
        ("Ville", "startsWith", "1__", []),
        ("Ville", "like", "100_%", [1, 2]),
        ("Ville", "like", "100", []),
        ("Telephone_1", "eq", "33199000001", [1]),
    ],
)
def test_custom_field_conditions(
    emulate: Emulate, name: str, operator: str, value: str | None, expected: list[int]
) -> None:
    """Every operator; text without case, wildcards only for `like`, unset fields meet the negative ones."""
    condition = {"customFieldName": name, "condition": operator, "value": value}
    assert find(emulate, {"customFieldConditions": [condition]}) == expected


@pytest.mark.operation("searchContacts")
def test_conditions_are_joined_by_and(emulate: Emulate) -> None:
    """A contact meets all conditions; one that is dropped leaves the others."""
    conditions = [
        {"customFieldName": "Ville", "condition": "startsWith", "value": "100"},
        {"customFieldName": "Category", "condition": "notEq", "value": "Silver"},
        {"customFieldName": "Categorie", "condition": "eq", "value": "Silver"},
    ]
    assert find(emulate, {"customFieldConditions": conditions}) == [1]


@pytest.mark.operation("searchContacts")
@pytest.mark.parametrize(("operator", "value"), [("eq", "gold"), ("startsWith", "g"), ("contains", "OL")])
def test_case_may_matter(emulate: Emulate, operator: str, value: str) -> None:
    """With the option, conditions mind the case of letters."""
    condition = {"customFieldName": "Category", "condition": operator, "value": value}
    assert find(emulate, {"customFieldConditions": [condition]}, text_case="minded") == []


@pytest.mark.operation("searchContacts")
@pytest.mark.parametrize("text", ["' OR 1=1 --", '"', "\\", "$.x", "%'"])
def test_text_stays_text(emulate: Emulate, text: str) -> None:
    """Nothing in a filter becomes part of a statement."""
    conditions = [{"customFieldName": "Category", "condition": "eq", "value": text}]
    assert find(emulate, {"customFieldConditions": conditions}) == []
    assert find(emulate, {"phones": [text]}) == []
    assert find(emulate, {"excludedCause": text}) == []


@pytest.mark.operation("searchContacts")
@pytest.mark.parametrize("name", ['a"b', "a'b", "a.b", "a\\b", "Pièces manquantes", "?"])
def test_any_field_name_can_be_asked_for(emulate: Emulate, name: str) -> None:
    """Custom field names may hold any character."""
    made = contact(1, customFields={name: "yes"})
    client = emulate(account(made, contact(2), campaigns=[campaign(customFields=[name], phoneFields=[])]))
    condition = {"customFieldName": name, "condition": "eq", "value": "yes"}
    answer = client.post(SEARCH, json={"query": {"customFieldConditions": [condition]}}).json()
    assert [item["contactId"] for item in answer["content"]] == [1]


def test_tables_do_not_overlap() -> None:
    """A filter is shared, for batches, or still to come."""
    assert not set(FILTERS) & set(BATCH_FILTERS)
    assert not set(FILTERS) & set(SOON_FILTERS)
