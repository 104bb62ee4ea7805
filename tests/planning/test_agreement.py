"""A saved plan is held against the manifests: a digest that somebody made anew proves nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.errors import SavedPlanRefused
from reconciler.manifests.desired import Desired
from reconciler.planning.agreement import found_by_name, refuse_disagreeing
from reconciler.planning.plan import Action, Change, Plan
from tests.applying.test_apply import GOLD
from tests.applying.world import World, account, campaign, contacts
from tests.planning.building import campaign_document, desired_of, policy_document


def _made(folder: Path) -> tuple[Plan, Desired]:
    rules = {"name": "gold", "match": GOLD, "set": {"assignedAgentId": "chloe", "priority": 1}}
    settings = {"userIds": ["chloe"], "autoPurge": {"enabled": True}, "folder": None, "maxTries": 9}
    desired = desired_of(campaign_document(settings=settings, customFields=["New"]), policy_document(rules))
    return World.of(folder, account(campaign(folder="é"), people=contacts(30))).plan(desired), desired


def _with(plan: Plan, which: Action, **more: Any) -> Plan:
    """The plan with the first change of this action altered."""
    changes = list(plan.changes)
    place = next(index for index, each in enumerate(changes) if each.action is which)
    changes[place] = replace(changes[place], **more)
    return replace(plan, changes=tuple(changes))


def _of(plan: Plan, action: Action) -> Change:
    return next(each for each in plan.changes if each.action is action)


def test_what_was_planned_agrees(tmp_path: Path) -> None:
    """With settings, a field, contacts."""
    plan, desired = _made(tmp_path)
    assert {each.action for each in plan.changes} == {Action.UPDATE, Action.ADD_FIELD, Action.ASSIGN}
    refuse_disagreeing(plan, desired)
    assert found_by_name(plan, desired) == frozenset()


def test_what_no_manifest_says_is_refused(tmp_path: Path) -> None:
    """Whatever was altered: another campaign, setting, value, field, rule, or its end."""
    plan, desired = _made(tmp_path)
    update, assign = _of(plan, Action.UPDATE), _of(plan, Action.ASSIGN)
    tries = next(each for each in update.attributes if each.name == "maxTries")
    members = next(each for each in update.attributes if each.name == "userIds")
    purge = next(each for each in update.attributes if each.name == "autoPurge.enabled")
    altered = [
        _with(plan, Action.UPDATE, campaign_id=101),
        _with(plan, Action.UPDATE, address="Campaign/other"),
        _with(plan, Action.UPDATE, attributes=(replace(tries, after=10),)),
        _with(plan, Action.UPDATE, attributes=(replace(tries, after=True),)),
        _with(plan, Action.UPDATE, attributes=(replace(tries, name="isPaused", after=False),)),
        _with(plan, Action.UPDATE, attributes=(replace(tries, ignored=True),)),
        _with(plan, Action.UPDATE, attributes=(replace(purge, after=False),)),
        _with(plan, Action.UPDATE, attributes=(replace(purge, name="autoPurge.excluded"),)),
        _with(plan, Action.UPDATE, attributes=(replace(members, after=[543]),)),
        _with(plan, Action.UPDATE, attributes=(replace(members, after=[545, 999]),)),
        _with(plan, Action.UPDATE, action=Action.DELETE),
        _with(plan, Action.UPDATE, action=Action.ARCHIVE),
        _with(plan, Action.ADD_FIELD, attributes=(replace(tries, name="customFields.Other"),)),
        _with(plan, Action.ASSIGN, campaign_id=101),
        _with(plan, Action.ASSIGN, rule="other"),
        _with(plan, Action.ASSIGN, campaign="Campaign/other"),
        _with(plan, Action.ASSIGN, address="AssignmentPolicy/other"),
        _with(plan, Action.ASSIGN, contacts=(replace(assign.contacts[0], after={"assignedAgentId": 544}),)),
        _with(plan, Action.ASSIGN, contacts=(replace(assign.contacts[0], after={"excluded": True}),)),
        _with(plan, Action.ASSIGN, contacts=(replace(assign.contacts[0], after={"priority": True}),)),
        _with(plan, Action.ASSIGN, sets=assign.sets | {"triesNumber": 0}),
        _with(plan, Action.ASSIGN, sets=assign.sets | {"priority": 7}),
        _with(plan, Action.ASSIGN, sets={}),
    ]
    for each in altered:
        with pytest.raises(SavedPlanRefused, match="saved plan was altered"):
            refuse_disagreeing(each, desired)


def test_a_campaign_that_is_not_bound_goes_by_its_name(tmp_path: Path) -> None:
    """The plan's, and then the account's: it is told which campaigns those are."""
    desired = desired_of(campaign_document(settings={"name": "Bakery", "maxTries": 9}), campaigns={})
    plan = World.of(tmp_path, account(campaign(name="Bakery"))).plan(desired)
    refuse_disagreeing(plan, desired)
    assert found_by_name(plan, desired) == {each.campaign_id for each in plan.changes}
    with pytest.raises(SavedPlanRefused):
        refuse_disagreeing(_with(plan, Action.UPDATE, campaign_name="Another"), desired)


def _shared(folder: Path) -> tuple[Plan, Desired]:
    """Contacts shared out in one campaign; the policy does not name the other one."""
    assign = {"agents": {"alice": 1, "bruno": 1}, "maxPerAgent": 3}
    rules = policy_document({"name": "all", "match": "all", "assign": assign})
    created = {"createdAt": "2024-01-01T00:00:00Z"}
    bindings = {"bakery": {"id": 100, **created}, "second": {"id": 101, **created}}
    desired = desired_of(campaign_document(), campaign_document("second"), rules, campaigns=bindings)
    held = [campaign(number, userIds=[543, 544], **created) for number in (100, 101)]
    return World.of(folder, account(*held, people=contacts(6, assignedAgentId=None))).plan(desired), desired


def test_contacts_are_shared_out_as_the_rule_says(tmp_path: Path) -> None:
    """To its agents, no more than each may have, in the campaigns of its policy, of the account that is bound."""
    plan, desired = _shared(tmp_path)
    refuse_disagreeing(plan, desired)
    (change,) = [each for each in plan.changes if each.action is Action.ASSIGN]
    first = change.contacts[0]
    nobody, everybody = {"assignedAgentId": None}, tuple(range(1, 7))
    for altered in (
        {"contacts": (replace(first, after={"assignedAgentId": 545}),)},
        {"contacts": (replace(first, before=nobody, contact_ids=everybody),)},
        {"campaign": "Campaign/second", "campaign_id": 101},
        {"campaign_created_at": "2025-01-01T00:00:00Z"},
        {"campaign_created_at": None},
    ):
        with pytest.raises(SavedPlanRefused, match="saved plan was altered"):
            refuse_disagreeing(_with(plan, Action.ASSIGN, **altered), desired)
