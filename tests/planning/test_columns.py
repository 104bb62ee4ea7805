"""Only what the rules read of a contact is kept, and nothing that they read is missing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from reconciler.api.shapes import Contact, lean
from reconciler.kinds.contact import SET_FIELDS
from reconciler.kinds.field import Type
from reconciler.manifests.desired import Rule
from reconciler.planning.contacts import plan_contacts
from reconciler.planning.queries import Query
from reconciler.planning.sifting import columns_read
from tests.api.test_criteria import CASES

from .building import campaign_document, changes_of, desired_of, paired, policy_document, rule, sieved
from .reader import Told

STATUSES = {5: "tocall", 6: "argued"}
#: What a contact always has.
ALWAYS: dict[str, Any] = {
    "campaignId": 100, "state": "processing_not_in_progress", "excluded": False, "priority": 10, "triesNumber": 0,
    "createdAt": "2026-01-01T00:00:00Z", "lastUpdatedAt": "2026-01-01T00:00:00Z", "customFields": {}, "phones": {},
}  # fmt: skip
SET: dict[Type, Any] = {
    Type.INTEGER: 3,
    Type.STRING: "some words",
    Type.REFERENCE: 543,
    Type.BOOLEAN: True,
    Type.PHONE: "33123456789",
    Type.DATETIME: "2026-01-31T15:00:00Z",
}


def outcome(kind: type[Contact], queries: list[Query], held: list[list[dict[str, Any]]]) -> tuple[Any, ...]:
    """What the rules make of these contacts, decoded as `kind`."""
    results = [msgspec.json.decode(json.dumps(each).encode(), type=list[kind]) for each in held]  # type: ignore[valid-type]
    rules = [(each.rule, each.filters, found) for each, found in zip(queries, results, strict=True)]
    sieves = sieved(*rules, statuses=STATUSES)
    return changes_of(sieves), [each.unsettled for each in sieves]


def as_with_all_columns(*rules: tuple[Rule, dict[str, Any]], contacts: list[dict[str, Any]]) -> None:
    """Planning says the same with the columns that it asks for as with all of them; each rule finds every contact."""
    queries = [Query(*each) for each in rules]
    held = [contacts, [{**each, "contactId": each["contactId"] + 50} for each in contacts]][: len(queries)]
    columns = columns_read(queries)
    assert outcome(lean(columns), queries, held) == outcome(Contact, queries, held)


@pytest.mark.parametrize(
    ("name", "value", "values"), [case[:3] for case in CASES if case[3] is True and None not in case[2].values()]
)
def test_every_filter_has_what_it_reads(name: str, value: Any, values: dict[str, Any]) -> None:
    """Of its own rule, and of the rule before it."""
    contact = {**ALWAYS, "contactId": 1, **values}
    as_with_all_columns((rule("first", priority=3), {name: value}), contacts=[contact])
    first, second = rule("first", priority=3), rule("second", triesNumber=2)
    others = {**contact, "contactId": 2, "state": "processing_in_progress"}
    as_with_all_columns((first, {name: value}), (second, {}), contacts=[contact, others])


@pytest.mark.parametrize("name", SET_FIELDS)
def test_every_field_that_is_set_has_what_was_before(name: str) -> None:
    """Whether it is the first rule's or the second's."""
    one, other = rule("one", **{name: SET[SET_FIELDS[name].type]}), rule("other", excluded=True)
    contacts = [{**ALWAYS, "contactId": 1}, {**ALWAYS, "contactId": 2, name: SET[SET_FIELDS[name].type]}]
    as_with_all_columns(
        (one, {"excluded": False}), (other, {}), contacts=[{**each, "excluded": False} for each in contacts]
    )
    as_with_all_columns((other, {"minPriority": 1}), (one, {}), contacts=contacts)


def test_nothing_else_is_asked_for() -> None:
    """What rules match by, what they set, and whether the contact is being processed."""
    queries = [
        Query(rule("a", assignedAgentId=1), {"excluded": False}),
        Query(rule("b", skip=True), {"phones": ["331"]}),
    ]
    assert columns_read(queries) == {"state", "assignedAgentId", "excluded", "phones", "customFields"}


def test_planning_asks_for_these_columns_alone() -> None:
    """What no rule reads may be anything: it is not even decoded."""
    desired = desired_of(
        campaign_document(), policy_document({"name": "a", "match": {"excluded": False}, "set": {"priority": 3}})
    )
    contact = {**ALWAYS, "contactId": 1, "triesNumber": "not a number", "customFields": None}
    reader = Told(lambda _: {"content": [contact], "number": 0, "last": True})
    found = plan_contacts(reader, desired, {"bakery": paired(desired.campaigns[0])}, datetime(2026, 1, 31, tzinfo=UTC))
    assert [each.changed for each in found.changes] == [1]
