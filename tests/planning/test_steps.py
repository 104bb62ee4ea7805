"""Changes → steps: the only safe order inside one campaign, and nothing that changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from reconciler.api.shapes import Contact
from reconciler.manifests.desired import Assign, CustomField, Rule
from reconciler.planning.campaigns import campaign_changes
from reconciler.planning.plan import Change, Operation, Step
from reconciler.planning.steps import make_steps, split_body
from tests.planning.building import SPAN, changes_of, contact, live, paired, rule, sieved, wanted

PURGE = {"lastAttemptBeforeDays": 90, "maxTriesReached": False, "excluded": False, "notToCall": False}
FIELD = (CustomField("Category", None, SPAN),)


def _steps(
    settings: dict[str, Any], held: dict[str, Any], *, fields: Any = (), contacts: int = 0, ignore: Sequence[str] = ()
) -> list[Step]:
    pair = paired(wanted(settings, fields=fields, ignore=frozenset(ignore)), live(**held))
    changes = [*campaign_changes(pair), *_assigning(pair, range(1, contacts + 1))]
    return list(make_steps([pair], changes))


def _assigning(pair: Any, numbers: Sequence[int]) -> list[Change]:
    found = [contact(each) for each in numbers]
    return changes_of(sieved((rule("all", assignedAgentId=1), {}, found)), pair)


def _shape(steps: Sequence[Step]) -> list[Any]:
    shapes = {Operation.ADD_FIELDS: "fields", Operation.UPDATE_CONTACTS: "contacts"}
    return [shapes.get(each.operation, each.body) for each in steps]


def test_nothing_to_change_is_no_step() -> None:
    """What is as desired sends nothing."""
    assert _steps({"maxTries": 3, "isPaused": True}, {"maxTries": 3, "isPaused": True}) == []


def test_one_patch_where_nothing_forces_two() -> None:
    """Only changed settings, all in one PATCH; without fields to add the pause is among them."""
    steps = _steps({"maxTries": 3, "folder": "A", "isPaused": True}, {"maxTries": 3, "folder": "B", "isPaused": False})
    assert _shape(steps) == [{"isPaused": True, "folder": "A"}]
    assert steps[0].number == 1


def test_the_order_inside_a_campaign_that_pauses() -> None:
    """Pause → custom fields → settings with the new members added → contacts → settings that remove members."""
    settings = {"isPaused": True, "maxTries": 3, "userIds": [1, 2], "groupIds": [7]}
    held = {"isPaused": False, "maxTries": 2, "userIds": [2, 3], "groupIds": [7, 8], "customFields": []}
    assert _shape(_steps(settings, held, fields=FIELD, contacts=1)) == [
        {"isPaused": True},
        "fields",
        {"maxTries": 3, "userIds": [1, 2, 3]},
        "contacts",
        {"userIds": [1, 2], "groupIds": [7]},
    ]


def test_the_order_inside_a_campaign_that_unpauses() -> None:
    """The unpause comes last, alone."""
    settings = {"isPaused": False, "userIds": [1]}
    held = {"isPaused": True, "userIds": [2], "customFields": []}
    assert _shape(_steps(settings, held, fields=FIELD, contacts=1)) == [
        "fields",
        {"userIds": [1, 2]},
        "contacts",
        {"userIds": [1]},
        {"isPaused": False},
    ]


def test_members_change_at_once_where_no_contact_moves() -> None:
    """Nothing forces two PATCHes then."""
    assert _shape(_steps({"userIds": [1]}, {"userIds": [2]})) == [{"userIds": [1]}]


def test_all_members_may_leave_by_null() -> None:
    """null removes them, after the contacts."""
    _, middle, last, _ = split_body({"userIds": None}, {"userIds": [2]}, fields=False, contacts=True)
    assert (middle, last) == ({}, {"userIds": None})


def test_members_that_the_account_writes_as_texts() -> None:
    """They are the same members: none leaves, none is added twice."""
    first, middle, last, unpause = split_body({"userIds": [1, 2]}, {"userIds": ["1"]}, fields=False, contacts=True)
    assert (first, middle, last, unpause) == ({}, {"userIds": [1, 2]}, {}, {})
    _, middle, last, _ = split_body({"userIds": [2]}, {"userIds": ["1"]}, fields=False, contacts=True)
    assert (middle, last) == ({"userIds": [1, 2]}, {"userIds": [2]})


def test_an_object_is_sent_whole() -> None:
    """The account's, `enabled` included, with what the manifest names put over it (notes, trap 12)."""
    steps = _steps({"autoPurge": {"lastAttemptBeforeDays": 30}}, {"autoPurge": PURGE})
    assert _shape(steps) == [{"autoPurge": PURGE | {"enabled": True, "lastAttemptBeforeDays": 30}}]


def test_ignored_settings_are_never_sent() -> None:
    """Neither alone nor together with others."""
    assert _steps({"userIds": [1]}, {"userIds": [2]}, ignore=["userIds"]) == []
    held = {"userIds": [2], "maxTries": 1}
    assert _shape(_steps({"userIds": [1], "maxTries": 2}, held, ignore=["userIds"])) == [{"maxTries": 2}]


def test_fields_are_added_in_one_call_and_only_the_missing_ones() -> None:
    """A field that exists is not named again (notes, trap 9)."""
    fields = (CustomField("Old", None, SPAN), CustomField("New", None, SPAN), CustomField("Phone", True, SPAN))
    (step,) = _steps({}, {"customFields": ["Old"]}, fields=fields)
    assert step.fields == ({"name": "New", "isPhoneNumber": False}, {"name": "Phone", "isPhoneNumber": True})


def test_batches_name_at_most_500_contacts_and_are_the_fewest() -> None:
    """1,001 contacts are three batches, in order, and each contact is in one of them (S4)."""
    steps = _steps({}, {"userIds": [1]}, contacts=1001)
    assert [len(each.contact_ids) for each in steps] == [500, 500, 1]
    assert [number for each in steps for number in each.contact_ids] == list(range(1, 1002))
    assert {each.number for each in steps} == {1, 2, 3}


def test_contacts_of_different_befores_share_a_batch() -> None:
    """What is sent is the same for them, and only that counts."""
    both: dict[str, Any] = {"assignedAgentId": 1, "priority": 5}
    held = [contact(1, assignedAgentId=2, priority=6), contact(2, priority=6), contact(3, priority=4)]
    assert _batches(rule("all", **both), *held) == [(both, (1, 2, 3))]


def _batches(one: Rule, *held: Contact) -> list[Any]:
    pair = paired(wanted({}), live(userIds=[1, 2]))
    steps = make_steps([pair], changes_of(sieved((one, {}, held)), pair))
    return [(each.data, each.contact_ids) for each in steps]


def test_values_that_some_have_already_are_sent_where_that_saves_a_batch() -> None:
    """Two kinds of contacts fit into one batch; where they would not, each gets what differs and no more."""
    one = rule("all", assignedAgentId=1, priority=5)
    few = [contact(1, assignedAgentId=1, priority=4), contact(2, priority=5)]
    assert _batches(one, *few) == [({"assignedAgentId": 1, "priority": 5}, (1, 2))]
    many = [contact(each, assignedAgentId=1 if each <= 500 else 2, priority=4) for each in range(1, 1001)]
    assert [data for data, _ in _batches(one, *many)] == [{"priority": 5}, {"assignedAgentId": 1, "priority": 5}]


def test_what_all_have_is_not_sent() -> None:
    """Though the rule sets it."""
    one = rule("all", assignedAgentId=1, priority=5, triesNumber=0)
    held = [contact(1, assignedAgentId=1, priority=4, triesNumber=0), contact(2, priority=5, triesNumber=0)]
    assert _batches(one, *held) == [({"assignedAgentId": 1, "priority": 5}, (1, 2))]


def test_who_keeps_the_agent_is_never_sent_another() -> None:
    """Of a rule that spreads: though all who move go to one agent, others stay with theirs."""
    one = rule("all", priority=5, assign=Assign({1: 1, 2: 10}))
    held = [
        contact(1, assignedAgentId=1, priority=4),
        contact(2, priority=5),
        contact(3, assignedAgentId=9, priority=4),
    ]
    assert _batches(one, *held) == [({"priority": 5}, (1,)), ({"priority": 5, "assignedAgentId": 2}, (2, 3))]


def test_a_comment_takes_no_contact_out_of_its_batch() -> None:
    """Who has it already is written in a batch; who gets it, alone."""
    held = [contact(1, comment="x", priority=4), contact(2, priority=4)]
    assert _batches(rule("all", comment="x", priority=5), *held) == [
        ({"priority": 5}, (1,)),
        ({"comment": "x", "priority": 5}, (2,)),
    ]


def test_rules_that_give_the_same_values_share_a_batch() -> None:
    """So there are as few as can be; a step of several rules names none of them."""
    pair = paired(wanted({}), live(userIds=[1]))
    low, high = [contact(1, priority=1), contact(4, priority=1)], [contact(2, priority=9), contact(3, priority=9)]
    first, second = rule("low", triesNumber=0), rule("high", triesNumber=0)
    changes = changes_of(sieved((first, {"maxPriority": 1}, low), (second, {"minPriority": 9}, high)), pair)
    (step,) = make_steps([pair], changes)
    assert (step.rule, step.contact_ids, step.data) == (None, (1, 2, 3, 4), {"triesNumber": 0})


@pytest.mark.parametrize(
    "values", [{"comment": "called"}, {"assignedGroupId": 7}, {"comment": "called", "priority": 1}]
)
def test_what_batches_do_not_take_is_written_one_by_one(values: dict[str, Any]) -> None:
    """All values of such a contact go out in its one write (notes, trap 5)."""
    pair = paired(wanted({}), live(groupIds=[7]))
    (step,) = make_steps([pair], changes_of(sieved((rule("one", **values), {}, [contact(2), contact(1)])), pair))
    assert (step.operation, step.contact_ids, step.data) == (Operation.UPDATE_EACH, (1, 2), values)


def test_steps_are_numbered_through_all_campaigns() -> None:
    """Campaign by campaign, each step belonging to its own."""
    pairs = [paired(wanted({"maxTries": 2}, name=f"c{each}"), live(each, maxTries=1)) for each in (7, 5)]
    steps = make_steps(pairs, [change for pair in pairs for change in campaign_changes(pair)])
    assert [(each.number, each.campaign_id, each.address) for each in steps] == [
        (1, 7, "Campaign/c7"),
        (2, 5, "Campaign/c5"),
    ]
