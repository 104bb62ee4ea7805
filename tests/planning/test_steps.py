"""Changes → steps: the only safe order inside one campaign, and nothing that changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.manifests.desired import CustomField
from reconciler.planning.assignment import claim, rule_changes
from reconciler.planning.campaigns import campaign_changes
from reconciler.planning.plan import Change, Operation, Step
from reconciler.planning.queries import Query
from reconciler.planning.steps import make_steps, split_body
from tests.planning.building import SPAN, contact, live, paired, policy, rule, wanted

PURGE = {"lastAttemptBeforeDays": 90, "maxTriesReached": False, "excluded": False, "notToCall": False}
FIELD = (CustomField("Category", None, SPAN),)


def _steps(
    settings: dict[str, Any], held: dict[str, Any], *, fields: Any = (), contacts: int = 0, ignore: Sequence[str] = ()
) -> list[Step]:
    pair = paired(wanted(settings, fields=fields, ignore=frozenset(ignore)), live(**held))
    changes = [*campaign_changes(pair), *_assigning(pair, range(1, contacts + 1))]
    return list(make_steps([pair], changes))


def _assigning(pair: Any, numbers: Sequence[int]) -> list[Change]:
    query = Query(rule("all", assignedAgentId=1), {})
    return rule_changes(policy(query.rule), pair, claim([query], [[contact(each) for each in numbers]], {}))


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
    """What is sent is the same for them, and only that counts; different data are batches of their own."""
    pair = paired(wanted({}), live(userIds=[1]))
    query = Query(rule("all", assignedAgentId=1, priority=5), {})
    held = [contact(1, assignedAgentId=2, priority=5), contact(2, priority=5), contact(3, priority=4)]
    changes = rule_changes(policy(query.rule), pair, claim([query], [held], {}))
    assert [(each.data, each.contact_ids) for each in make_steps([pair], changes)] == [
        ({"assignedAgentId": 1}, (1, 2)),
        ({"assignedAgentId": 1, "priority": 5}, (3,)),
    ]


def test_steps_are_numbered_through_all_campaigns() -> None:
    """Campaign by campaign, each step belonging to its own."""
    pairs = [paired(wanted({"maxTries": 2}, name=f"c{each}"), live(each, maxTries=1)) for each in (7, 5)]
    steps = make_steps(pairs, [change for pair in pairs for change in campaign_changes(pair)])
    assert [(each.number, each.campaign_id, each.address) for each in steps] == [
        (1, 7, "Campaign/c7"),
        (2, 5, "Campaign/c5"),
    ]
