"""A saved plan's steps are never trusted beyond its changes (S5)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.errors import SavedPlanRefused
from reconciler.planning.coverage import refuse_uncovered
from reconciler.planning.plan import Action, Attribute, ContactGroup, Operation, Plan, Step, withheld
from reconciler.planning.saved import loads
from reconciler.render.plan_json import plan_json
from tests.planning.plans import assigning, batch, change, patch, plan_of, updating

FIELD = change(Action.ADD_FIELD, attributes=(Attribute("customFields.New", None, {"isPhoneNumber": False}),))
MEMBERS = change(Action.UPDATE, attributes=(Attribute("userIds", [1, 2], [2, 3]),))
PURGE = change(Action.UPDATE, attributes=(Attribute("autoPurge.excluded", False, True),))
UNPAUSE = updating(isPaused=False, maxTries=1)
IGNORED = change(Action.UPDATE, attributes=(Attribute("maxTries", 1, 2, None, True), Attribute("folder", None, "A")))


WAY = (Attribute("isPaused", False, True), Attribute("isArchived", False, True))
ARCHIVED = change(Action.ARCHIVE, attributes=WAY[1:])
ENDED = change(Action.DELETE, attributes=WAY)
DELETED = change(Action.DELETE)


def _delete(number: int = 1, campaign_id: int = 100, **more: Any) -> Step:
    return Step(number, "Campaign/bakery", campaign_id, Operation.DELETE_CAMPAIGN, **more)


def _adding(*fields: dict[str, Any]) -> Step:
    return Step(1, "Campaign/bakery", 100, Operation.ADD_FIELDS, fields=fields)


COVERED = {
    "settings": plan_of(updating(maxTries=8, folder=None), steps=[patch(maxTries=8, folder=None)]),
    "two patches": plan_of(MEMBERS, steps=[patch(userIds=[1, 2, 3]), patch(2, userIds=[2, 3])]),
    "an object": plan_of(PURGE, steps=[patch(autoPurge={"enabled": True, "excluded": True})]),
    "fields": plan_of(FIELD, steps=[_adding({"name": "New", "isPhoneNumber": False})]),
    "contacts": plan_of(assigning(range(1, 700)), steps=[batch(range(1, 501)), batch(range(501, 700), 2)]),
    "an unpause": plan_of(UNPAUSE, steps=[patch(maxTries=1), patch(2, isPaused=False)]),
    "an archiving": plan_of(ARCHIVED, steps=[patch(isArchived=True)]),
    "a deletion": plan_of(ENDED, steps=[patch(isPaused=True), patch(2, isArchived=True), _delete(3)]),
    "a deletion of what is archived": plan_of(DELETED, steps=[_delete()]),
    "an archiving and another campaign": plan_of(
        ARCHIVED,
        change(Action.UPDATE, campaign_id=101, attributes=(Attribute("maxTries", 1, 8),)),
        steps=[patch(isArchived=True), patch(2, campaign_id=101, maxTries=8)],
    ),
    "nothing": plan_of(),
}

UNCOVERED = {
    "a contact more": plan_of(assigning([1, 2]), steps=[batch([1, 2, 3])]),
    "a contact less": plan_of(assigning([1, 2]), steps=[batch([1])]),
    "a contact twice": plan_of(assigning([1, 2]), steps=[batch([1, 2]), batch([2], 2)]),
    "a contact of two rules": plan_of(
        assigning([1]), assigning([1], rule="b"), steps=[batch([1]), batch([1], 2, rule="b")]
    ),
    "a contact twice in a group": plan_of(
        assigning([1, 1]), steps=[batch([1, 1])]
    ),
    "no word of what it held": plan_of(
        assigning([1], contacts=(ContactGroup({}, {"assignedAgentId": 5}, (1,)),)), steps=[batch([1])]
    ),
    "what it held withheld": plan_of(
        assigning([1], contacts=(ContactGroup({"assignedAgentId": withheld(None)}, {"assignedAgentId": 5}, (1,)),)),
        steps=[batch([1])],
    ),
    "another value": plan_of(assigning([1]), steps=[batch([1], agent=6)]),
    "a value more": plan_of(assigning([1]), steps=[batch([1], data={"assignedAgentId": 5, "priority": 1})]),
    "a value more than its rule sets": plan_of(
        assigning([1], sets={"priority": 2}), steps=[batch([1], data={"assignedAgentId": 5, "priority": 1})]
    ),
    "an agent whom some have": plan_of(
        assigning([1]), assigning([2], rule="b", sets={}), steps=[batch([1]), batch([2], 2, agent=6, rule="b")]
    ),
    "no value": plan_of(assigning([1]), steps=[batch([1], data={})]),
    "another rule": plan_of(assigning([1]), steps=[batch([1], rule="b")]),
    "no rule": plan_of(assigning([1]), steps=[batch([1], rule=None)]),
    "another campaign": plan_of(assigning([1], campaign_id=101), steps=[batch([1])]),
    "another address": plan_of(assigning([1], address="AssignmentPolicy/b"), steps=[batch([1])]),
    "no contacts": plan_of(assigning([1]), steps=[batch([1]), batch([], 2)]),
    "501 contacts": plan_of(assigning(range(1, 502)), steps=[batch(range(1, 502))]),
    "contacts of no rule": plan_of(assigning([1], action=Action.UPDATE), steps=[batch([1])]),
    "contacts counted wrong": plan_of(assigning([1, 2], changed=1), steps=[batch([1, 2])]),
    "a setting more": plan_of(updating(maxTries=8), steps=[patch(maxTries=8, folder="A")]),
    "a setting less": plan_of(updating(maxTries=8, folder="A"), steps=[patch(maxTries=8)]),
    "a setting otherwise": plan_of(updating(maxTries=8), steps=[patch(maxTries=9)]),
    "an ignored setting": plan_of(IGNORED, steps=[patch(maxTries=2, folder="A")]),
    "what PATCH does not take": plan_of(updating(mode="preview"), steps=[patch(mode="preview")]),
    "another campaign's setting": plan_of(updating(maxTries=8), steps=[patch(campaign_id=101, maxTries=8)]),
    "a setting and contacts": plan_of(updating(maxTries=8), steps=[replace(patch(maxTries=8), contact_ids=(1,))]),
    "a setting and fields": plan_of(updating(maxTries=8), FIELD, steps=[replace(patch(maxTries=8), fields=({},))]),
    "a member more": plan_of(MEMBERS, steps=[patch(userIds=[1, 2, 3, 4]), patch(2, userIds=[2, 3])]),
    "a member less on the way": plan_of(MEMBERS, steps=[patch(userIds=[1, 3]), patch(2, userIds=[2, 3])]),
    "members half-way": plan_of(MEMBERS, steps=[patch(userIds=[1, 2, 3])]),
    "an object otherwise": plan_of(PURGE, steps=[patch(autoPurge={"enabled": True, "excluded": False})]),
    "an object that lacks it": plan_of(PURGE, steps=[patch(autoPurge={"enabled": True})]),
    "no object": plan_of(PURGE, steps=[patch(autoPurge=5)]),
    "a field more": plan_of(FIELD, steps=[_adding({"name": "New", "isPhoneNumber": False}, {"name": "B"})]),
    "a field otherwise": plan_of(FIELD, steps=[_adding({"name": "New", "isPhoneNumber": True})]),
    "no field": plan_of(FIELD),
    "an unpause first": plan_of(UNPAUSE, steps=[patch(isPaused=False), patch(2, maxTries=1)]),
    "an unpause with others": plan_of(UNPAUSE, steps=[patch(isPaused=False, maxTries=1)]),
    "an empty PATCH": plan_of(updating(maxTries=1), steps=[patch(maxTries=1), patch(2)]),
    "no step at all": plan_of(updating(maxTries=1)),
    "a deletion that nobody reviewed": plan_of(steps=[_delete()]),
    "a deletion of a changed campaign": plan_of(updating(maxTries=1), steps=[patch(maxTries=1), _delete(2)]),
    "a deletion of an archived one": plan_of(ARCHIVED, steps=[patch(isArchived=True), _delete(2)]),
    "a deletion of another campaign": plan_of(DELETED, steps=[_delete(campaign_id=101)]),
    "a deletion that looks like an update": plan_of(updating(maxTries=1), steps=[_delete(body={"maxTries": 1})]),
    "a deletion that looks like new fields": plan_of(
        FIELD, steps=[_delete(fields=({"name": "New", "isPhoneNumber": False},))]
    ),
    "a second deletion": plan_of(DELETED, steps=[_delete(), _delete(2)]),
    "no deletion": plan_of(ENDED, steps=[patch(isPaused=True), patch(2, isArchived=True)]),
    "a deletion too early": plan_of(ENDED, steps=[patch(isPaused=True), _delete(2), patch(3, isArchived=True)]),
    "a deletion with a body": plan_of(DELETED, steps=[_delete(body={"maxTries": 1})]),
    "a deletion that says it is a rule's": plan_of(DELETED, steps=[_delete(rule="all")]),
    "an archiving that nobody reviewed": plan_of(updating(maxTries=1), steps=[patch(maxTries=1, isArchived=True)]),
    "an archiving as a setting": plan_of(updating(isArchived=True), steps=[patch(isArchived=True)]),
    "an archiving with a pause": plan_of(
        change(Action.ARCHIVE, attributes=WAY), steps=[patch(isPaused=True, isArchived=True)]
    ),
    "an archiving before the pause": plan_of(
        change(Action.ARCHIVE, attributes=WAY[::-1]), steps=[patch(isArchived=True), patch(2, isPaused=True)]
    ),
    "an archiving that does not": plan_of(change(Action.ARCHIVE)),
    "an un-archiving": plan_of(
        change(Action.ARCHIVE, attributes=(Attribute("isArchived", True, False),)), steps=[patch(isArchived=False)]
    ),
    "an ending with settings": plan_of(
        change(Action.ARCHIVE, attributes=(Attribute("maxTries", 1, 8), *WAY[1:])),
        steps=[patch(maxTries=8), patch(2, isArchived=True)],
    ),
    "an ending that is ignored": plan_of(
        change(Action.ARCHIVE, attributes=(replace(WAY[1], ignored=True),)), steps=[patch(isArchived=True)]
    ),
    "an ending with an update": plan_of(
        ARCHIVED, updating(maxTries=8), steps=[patch(maxTries=8), patch(2, isArchived=True)]
    ),
    "an ending with contacts": plan_of(ARCHIVED, assigning([1]), steps=[batch([1]), patch(2, isArchived=True)]),
    "an ending and what no change of another campaign names": plan_of(
        ARCHIVED, steps=[patch(isArchived=True), patch(2, campaign_id=101, maxTries=8)]
    ),
    "two endings": plan_of(ARCHIVED, DELETED, steps=[patch(isArchived=True), _delete(2)]),
    "numbers": plan_of(updating(maxTries=1), steps=[patch(2, maxTries=1)]),
    "values of a wrong type": plan_of(
        change(Action.UPDATE, attributes=(Attribute("userIds", 5, {}),)), steps=[patch(userIds=[1])]
    ),
    "another summary": replace(plan_of(), summary=replace(plan_of().summary, contacts_changed=1)),
}  # fmt: skip


@pytest.mark.parametrize("name", COVERED)
def test_steps_that_are_covered_pass(name: str) -> None:
    """They do what the changes say; written and read, they still do."""
    refuse_uncovered(COVERED[name])
    loads(plan_json(COVERED[name]).encode(), "p.json")


@pytest.mark.parametrize("name", UNCOVERED)
def test_steps_that_are_not_are_refused(name: str) -> None:
    """Whatever they do besides, or leave out: with a digest that fits, too."""
    plan: Plan = UNCOVERED[name]
    with pytest.raises(SavedPlanRefused, match="altered"):
        refuse_uncovered(plan)
    with pytest.raises(SavedPlanRefused):
        loads(plan_json(plan).encode(), "p.json")
