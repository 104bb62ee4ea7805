"""Checks are held against what a plan writes, however it describes itself; numbers that can't be are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.errors import ManifestsInvalid, SavedPlanRefused
from reconciler.kinds.campaign import Ensure
from reconciler.manifests.desired import Desired
from reconciler.planning.agreement import refuse_disagreeing
from reconciler.planning.checks import evaluation
from reconciler.planning.checks.numbers import refuse_impossible
from reconciler.planning.checks.risk import certain_risk
from reconciler.planning.checks.rows import Rows
from reconciler.planning.plan import Action, Attribute, Change, ContactGroup, Load, Plan, Risk
from tests.applying.test_apply import GOLD
from tests.applying.world import World, account, campaign, contacts
from tests.planning.building import PROJECT, campaign_document, desired_of, policy_document
from tests.planning.plans import assigning, change, plan_of, updating
from tests.planning.test_checks import THURSDAY, only, result

HIGH = {"of": "campaign", "where": {"risk": "high"}}


@pytest.mark.parametrize(
    ("changed", "risk"),
    [
        (updating(isPaused=False), Risk.HIGH),
        (updating(autoPurge__enabled=True), Risk.HIGH),
        (updating(autoPurge__daysAfterCreation=3), Risk.HIGH),
        (change(Action.ARCHIVE), Risk.HIGH),
        (change(Action.DELETE), Risk.HIGH),
        (change(Action.ADD_FIELD), Risk.MEDIUM),
        (updating(isPaused=True), Risk.MEDIUM),
        (change(Action.UPDATE, attributes=(Attribute("userIds", [5, 6], [5]),)), Risk.MEDIUM),
        (change(Action.UPDATE, attributes=(Attribute("groupIds", [5], None),)), Risk.MEDIUM),
        (change(Action.UPDATE, attributes=(Attribute("userIds", None, [5]),)), Risk.LOW),
        (updating(autoPurge__enabled=False, maxTries=9), Risk.LOW),
        (change(Action.UPDATE, attributes=(Attribute("isPaused", True, False, ignored=True),)), Risk.LOW),
        (assigning([1]), Risk.LOW),
    ],
)
def test_the_risk_of_what_is_written_counts(changed: Change, risk: Risk) -> None:
    """Whatever the plan says that it is; what it says beyond that is believed."""
    harmless = replace(changed, risk=Risk.NONE, risks=())
    assert certain_risk(harmless) is risk
    assert certain_risk(replace(changed, risk=Risk.HIGH)) is Risk.HIGH
    assert result(HIGH, harmless).rows == (risk is Risk.HIGH)
    check = {"of": "setting", "where": {"risk": str(risk)}}
    assert (result(check, harmless).rows > 0) is (
        harmless.action is Action.UPDATE and not changed.attributes[0].ignored
    )


def test_a_change_of_settings_is_of_its_own_campaign(tmp_path: Path) -> None:
    """Naming another one beside it neither changes its labels nor agrees with the manifests."""
    check = {"of": "setting", "where": {"labels": {"tier": "gold"}}}
    disguised = replace(updating(maxTries=9), campaign="Campaign/other")
    assert only(result(check, disguised, labels={"tier": "gold"}).failures).address == "Campaign/bakery"
    desired = desired_of(campaign_document(settings={"maxTries": 9}))
    plan = World.of(tmp_path, account(campaign())).plan(desired)
    refuse_disagreeing(plan, desired)
    with pytest.raises(SavedPlanRefused, match="names a campaign besides"):
        refuse_disagreeing(replace(plan, changes=(replace(plan.changes[0], campaign="Campaign/other"),)), desired)


def _fields(folder: Path, *fields: Any) -> tuple[Plan, Desired]:
    desired = desired_of(campaign_document(customFields=list(fields)))
    return World.of(folder, account(campaign())).plan(desired), desired


@pytest.mark.parametrize(
    ("declared", "is_phone"),
    [({"name": "New", "isPhoneNumber": True}, True), ({"name": "New", "isPhoneNumber": False}, False), ("New", False)],
)
def test_a_field_is_added_with_the_type_of_its_manifest(tmp_path: Path, declared: Any, is_phone: bool) -> None:
    """It can't be changed afterwards: where the manifest says nothing it is no phone number."""
    plan, desired = _fields(tmp_path, declared)
    refuse_disagreeing(plan, desired)
    (added,) = plan.changes[0].attributes
    assert added.after == {"isPhoneNumber": is_phone}
    forged: list[dict[str, Any]] = [
        {"after": {"isPhoneNumber": not is_phone}},
        {"after": {"isPhoneNumber": int(is_phone)}},
        {"after": {}},
        {"after": None},
        {"after": {"isPhoneNumber": is_phone, "more": 1}},
        {"ignored": True},
        {"before": {"isPhoneNumber": is_phone}},
    ]
    for more in forged:
        altered = replace(plan.changes[0], attributes=(replace(added, **more),))
        with pytest.raises(SavedPlanRefused, match=r"adds `customFields\.New` otherwise than its manifest"):
            refuse_disagreeing(replace(plan, changes=(altered,)), desired)


LOADS = (Load(5, 2, 5), Load(6, 1, 1), Load(None, 3, 0))
GIVEN: dict[str, Any] = {"loads": LOADS, "matched": 6}


def test_numbers_that_can_be() -> None:
    """What a rule leaves is matched, too; what an undo leaves out of its loads is."""
    refuse_impossible(plan_of(assigning(range(3), **GIVEN)))
    loads = (Load(5, 2, 5), Load(None, 4, 1))
    refuse_impossible(plan_of(assigning(range(3), loads=loads, matched=6, deferred=1, in_call=1)))
    back = plan_of(assigning(range(3), loads=(Load(5, 0, 3), Load(None, 3, 0)), matched=4, deferred=1))
    refuse_impossible(replace(back, undoes="a run"))
    with pytest.raises(SavedPlanRefused, match="of all contacts"):
        refuse_impossible(back)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"loads": ()}, "does not count the contacts of"),
        ({"loads": LOADS[1:]}, "does not count the contacts of agent 5"),
        ({"loads": LOADS[:2]}, "does not count the contacts of nobody"),
        ({"loads": (Load(5, 0, 5), *LOADS[1:])}, "does not count the contacts of agent 5"),
        ({"loads": (Load(5, -9, -6), *LOADS[1:])}, "does not count the contacts of agent 5"),
        ({"loads": (*LOADS[:2], Load(None, 2, -1))}, "does not count the contacts of nobody"),
        ({"loads": (*LOADS, Load(6, -5, -5))}, "counts the contacts of an agent twice"),
        ({"matched": 2}, "matches fewer contacts than it changes"),
        ({"matched": 5}, "does not say of all contacts that it matches whose they are"),
        ({"deferred": 4}, "matches fewer contacts than it changes and leaves"),
        ({"deferred": -1}, "counts fewer contacts than none"),
        ({"in_call": 1}, "more in a call than it leaves"),
    ],
)
def test_numbers_that_can_not_be(more: dict[str, Any], words: str) -> None:
    """Each is what a check of contacts or of agents would be evaded by."""
    with pytest.raises(SavedPlanRefused, match=f"its change of AssignmentPolicy/assigning .*{words}"):
        refuse_impossible(plan_of(assigning(range(3), **(GIVEN | more))))


def test_every_plan_has_numbers_and_risks_that_can_be(tmp_path: Path) -> None:
    """Settings, a field, contacts that are shared out or given, some left; and a campaign that ends."""
    rules = policy_document(
        {"name": "some", "match": GOLD, "set": {"assignedAgentId": "chloe", "priority": 2}},
        {"name": "all", "match": "all", "assign": {"agents": {"alice": 1, "bruno": 1}, "maxPerAgent": 9}},
    )
    settings = {"userIds": ["alice", "bruno", "chloe"], "maxTries": 9, "isPaused": False}
    desired = desired_of(campaign_document(settings=settings, customFields=["New"]), rules)
    people = [
        {**each, "priority": place % 3, "assignedAgentId": (None, 543, 999)[place % 3]}
        for place, each in enumerate(contacts(30))
    ]
    plans = [World.of(tmp_path / "one", account(campaign(isPaused=True), people=people)).plan(desired)]
    ends = desired_of(campaign_document(lifecycle={"ensure": str(Ensure.ARCHIVED)}))
    plans.append(World.of(tmp_path / "two", account(campaign())).plan(ends))
    assert {each.action for plan in plans for each in plan.changes} > {Action.UPDATE, Action.ASSIGN, Action.ARCHIVE}
    for plan in plans:
        refuse_impossible(plan)
        assert [certain_risk(each) for each in plan.changes] == [each.risk for each in plan.changes]


@pytest.mark.parametrize(
    "number", ["+33 1 99 00 10 01", "33199001001", {"matches": "+33 1 99*"}, {"in": ["+33-1.99.00.10.01"]}]
)
def test_phone_numbers_are_compared_by_their_digits(number: Any) -> None:
    """Plans hold nothing else; with or without the setting's name in `where`."""
    for named in ({"attribute": "displayedPhoneNumbers"}, {}):
        shown = {"of": "setting", "where": {**named, "after": number}}
        assert result(shown, updating(displayedPhoneNumbers=["33199001001"])).rows == 1
        assert result(shown, updating(displayedPhoneNumbers=["33299001001"])).rows == 0


def test_waits_are_compared_in_seconds() -> None:
    """Where `where` does not name their setting, too; and no other text is taken for one."""
    check = {"of": "setting", "where": {"after": "24h"}}
    assert result(check, updating(nextTryDelay=86400)).rows == 1
    assert result(check, updating(nextTryDelay=86401, maxTries=86400)).rows == 0
    assert result(check, updating(folder="24h")).rows == 1


def _two(check: dict[str, Any]) -> Desired:
    """What a project asks of the environment `test`, where only `other` knows zoe and the night shift."""
    project = json.loads(json.dumps(PROJECT))
    other = {"baseUrl": "emulator:b.db", "agents": {"zoe": 7}, "groups": {"night": 8}, "campaigns": {"bakery": 1}}
    project["spec"]["environments"]["other"] = other
    project["spec"]["checks"] = [{"name": "one", "message": "not so"} | check]
    return desired_of(campaign_document(), project=project)


def _named(of: str, where: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"of": of, "where": where, **more}


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (_named("agent", {"agent": "zoe"}), "unknown-agent"),
        (_named("agent", {"agent": ["alice", "zoe"]}), "unknown-agent"),
        (_named("agent", {"agent": {"notEquals": "zoe"}}), "unknown-agent"),
        (_named("setting", {"attribute": "userIds"}, require={"after": {"notIn": ["zoe"]}}), "unknown-agent"),
        (_named("setting", {"attribute": "groupIds", "before": "night"}), "unknown-group"),
        (_named("agent", {"agent": "zoe", "environment": ["test", "other"]}), "unknown-agent"),
        (_named("agent", {"agent": "zoe", "environment": "other"}), None),
        (_named("agent", {"agent": "zoe", "environment": {"notEquals": "test"}}), None),
        (_named("agent", {"agent": ["alice", 999]}), None),
        (_named("setting", {"attribute": ["folder", "name"], "after": "zoe"}), None),
        (_named("setting", {"attribute": "userIds", "after": "alice"}), None),
    ],
)
def test_who_is_named_elsewhere_alone_is_a_fault_here(check: dict[str, Any], said: str | None) -> None:
    """As in a manifest: a check that could never find them is no check. One of the other environment may name them."""
    desired = _two(check)
    if said is None:
        evaluation.held(plan_of(), desired, THURSDAY)
        return
    with pytest.raises(ManifestsInvalid) as caught:
        evaluation.held(plan_of(), desired, THURSDAY)
    (fault,) = caught.value.diagnostics
    assert (fault.code, str(fault.span).partition(":")[0]) == (said, "reconciler.yaml")
    assert "environment `test` does not" in fault.detail


def _counting(made: list[Plan]) -> Any:
    initialise = Rows.__init__

    def counted(self: Rows, plan: Plan, desired: Desired) -> None:
        made.append(plan)
        initialise(self, plan, desired)

    return counted


def test_the_rows_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many checks and changes there are."""
    made: list[Plan] = []
    monkeypatch.setattr(Rows, "__init__", _counting(made))
    check = {"of": "agent", "where": {"labels": {"tier": "gold"}, "policy": "assigning"}}
    group = ContactGroup({"assignedAgentId": None}, {"assignedAgentId": 5}, (1,))
    found = result(check, *(assigning([1], contacts=(group,), rule=str(each)) for each in range(9)),
                   labels={"tier": "gold"})  # fmt: skip
    assert (found.rows, len(made)) == (1, 1)
