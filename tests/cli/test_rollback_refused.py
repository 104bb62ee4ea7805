"""Undo plans that are refused: forged ones, those whose run is forgotten, and runs that have not ended."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest

from reconciler.planning import plan as planning
from reconciler.planning.saved import digest
from tests.cli.conftest import LOCAL
from tests.cli.undoing import STORE, apply, held, saved, undo
from tests.conftest import Workplace

Plan = dict[str, Any]


def _change(plan: Plan, address: str, rule: str | None = None) -> Plan:
    return next(each for each in plan["changes"] if each["address"] == address and each.get("rule") == rule)


def _attribute(plan: Plan, address: str, name: str) -> Plan:
    attributes: list[Plan] = _change(plan, address)["attributes"]
    return next(each for each in attributes if each["name"] == name)


def _another_value(plan: Plan) -> None:
    _attribute(plan, "Campaign/admissions-property", "maxTries")["after"] = 99
    next(each for each in plan["steps"] if "maxTries" in each.get("body", {}) and each["campaignId"] == 6049)["body"][
        "maxTries"
    ] = 99


def _another_before(plan: Plan) -> None:
    _attribute(plan, "Campaign/admissions-property", "maxTries")["before"] = 7


def _another_setting(plan: Plan) -> None:
    found = _attribute(plan, "Campaign/admissions-property", "maxTries")
    found |= {"name": "globalPriority", "before": None, "after": 1}
    step = next(each for each in plan["steps"] if each["campaignId"] == 6049)
    step["body"] = {name: each for name, each in step["body"].items() if name != "maxTries"} | {"globalPriority": 1}


def _another_campaign(plan: Plan) -> None:
    plan |= json.loads(json.dumps(plan).replace('"campaignId": 6049', '"campaignId": 6052'))


def _another_address(plan: Plan) -> None:
    plan |= json.loads(json.dumps(plan).replace("Campaign/admissions-property", "Campaign/nobodys"))


def _created_elsewhere(plan: Plan) -> None:
    for each in plan["changes"]:
        each["campaignCreatedAt"] = "2020-01-01T00:00:00Z"


def _another_reason(plan: Plan) -> None:
    _change(plan, "Campaign/admissions-property")["reason"] = "settingsDiffer"


def _archiving(plan: Plan) -> None:
    change = _change(plan, "Campaign/admissions-property")
    attributes = [{"name": name, "before": False, "after": True} for name in ("isPaused", "isArchived")]
    change |= {"action": "archive", "attributes": attributes}
    others = [each for each in plan["steps"] if each["campaignId"] != 6049]
    steps = [
        {"address": change["address"], "campaignId": 6049, "operation": "updateCampaign", "body": {name: True}}
        for name in ("isPaused", "isArchived")
    ]
    plan["steps"] = [each | {"number": number} for number, each in enumerate([*others, *steps], start=1)]


def _another_contact(plan: Plan) -> None:
    _swap(plan, lambda ids: [*ids[:-1], 99_999])


def _swap(plan: Plan, other: Callable[[list[int]], list[int]]) -> None:
    group = _change(plan, "AssignmentPolicy/bakery-assignment", "gold-to-alice")["contacts"][0]
    old = group["contactIds"][-1]
    group["contactIds"] = other(group["contactIds"])
    for step in plan["steps"]:
        if old in step.get("contactIds", ()):
            step["contactIds"] = sorted({*step["contactIds"], group["contactIds"][-1]} - {old})


def _another_agent(plan: Plan) -> None:
    """The contacts of one group go to somebody else."""
    change = _change(plan, "AssignmentPolicy/bakery-assignment", "gold-to-alice")
    group = next(each for each in change["contacts"] if each["after"].get("assignedAgentId") == 544)
    group["after"]["assignedAgentId"] = 545
    for step in plan["steps"]:
        if group["contactIds"][0] in step.get("contactIds", ()):
            step["data"]["assignedAgentId"] = 545


def _another_rule(plan: Plan) -> None:
    plan |= json.loads(json.dumps(plan).replace('"gold-to-alice"', '"nobodys-rule"'))


def _another_digest(plan: Plan) -> None:
    plan["manifestsDigest"] = "sha256:0"


#: What is altered, and how the refusal says so.
FORGERIES: Mapping[Callable[[Plan], None], str] = {
    _another_value: "sets `maxTries` otherwise than it was before run",
    _another_before: "sets `maxTries` otherwise than it was before run",
    _another_setting: "sets `globalPriority` otherwise",
    _another_campaign: "is of what run",
    _another_address: "is of what run",
    _created_elsewhere: "as it was created at another moment",
    _another_reason: "does not say that it undoes anything",
    _archiving: "would archive it, and undoing a run does not",
    _another_contact: "is of contact 99999, which run",
    _another_agent: "what it did not hold before run",
    _another_rule: "is of what run",
    _another_digest: "it was made to undo another plan than that of run",
}


@pytest.mark.parametrize(("forge", "words"), FORGERIES.items(), ids=[each.__name__ for each in FORGERIES])
def test_a_forged_undo(project: Workplace, forge: Callable[[Plan], None], words: str) -> None:
    """S5: its digest is right, and it does not undo what the run did. Nothing is written, exit 4."""
    undo(project, apply(project))
    plan = saved(project)
    forge(plan)
    _forged(project, plan)
    before = held(project)
    ran = project.run("apply", "undo.json")
    assert (ran.code, "saved plan was altered" in ran.err, words in ran.err) == (4, True, True), ran.err
    assert held(project) == before


def _forged(project: Workplace, plan: Plan) -> None:
    """Writes the plan with numbers and a digest of its own."""
    made = msgspec.convert(plan, planning.Plan)
    content = {name: each for name, each in plan.items() if name != "digest"}
    content["summary"] = msgspec.to_builtins(planning.Summary.of(made.changes, made.steps))
    (project.folder / "undo.json").write_text(json.dumps({**content, "digest": digest(content)}))


def test_a_plan_that_says_that_it_undoes(project: Workplace) -> None:
    """A plan of the manifests with `undoes` is none."""
    run = apply(project)
    path = project.folder / "manifests/admissions.yaml"
    path.write_text(path.read_text().replace("maxTries: 6", "maxTries: 7"))
    project.run(*LOCAL, "plan", "--out", "undo.json")
    _forged(project, saved(project) | {"undoes": run})
    ran = project.run("apply", "undo.json")
    assert (ran.code, "it was made to undo another plan" in ran.err) == (4, True)


def test_a_plan_that_does_not_say_that_it_undoes(project: Workplace) -> None:
    """Without `undoes` it is held against the manifests, and agrees with none."""
    undo(project, apply(project))
    _forged(project, {name: each for name, each in saved(project).items() if name != "undoes"})
    assert project.run("apply", "undo.json").code == 4


@pytest.mark.parametrize("lost", ["run.json", "plan.json", ""])
def test_a_run_that_is_forgotten(project: Workplace, lost: str) -> None:
    """An undo that can't be held against its run is refused: exit 4."""
    run = apply(project)
    undo(project, run)
    folder = project.folder / STORE / "runs" / run
    if lost:
        (folder / lost).unlink()
    else:
        shutil.rmtree(folder)
    ran = project.run("apply", "undo.json")
    assert (ran.code, "saved plan can't be checked" in ran.err) == (4, True), ran.err
    assert undo(project, run, "again.json").code == 1


def test_a_plan_in_the_store_that_was_changed(project: Workplace) -> None:
    """What the run did is told by the plan whose digest the run noted at its begin."""
    run = apply(project)
    path = project.folder / STORE / "runs" / run / "plan.json"
    plan = json.loads(path.read_text())
    _attribute(plan, "Campaign/admissions-property", "maxTries")["before"] = 99
    content = {name: each for name, each in plan.items() if name != "digest"}
    path.write_text(json.dumps({**content, "digest": digest(content)}))
    ran = undo(project, run)
    assert (ran.code, "run-without-plan" in ran.err, "is not the one that it applied" in ran.err) == (1, True, True)


def test_a_run_that_has_not_ended(project: Workplace) -> None:
    """Whether it lives or broke off: the next apply finds out what it left."""
    run = apply(project)
    (project.folder / STORE / "runs" / run / "result.json").unlink()
    ran = undo(project, run)
    assert (ran.code, "run-unfinished" in ran.err) == (1, True)
    assert not (project.folder / "undo.json").exists()


def test_steps_beyond_the_changes(project: Workplace) -> None:
    """The steps of an undo are held against its changes like those of any plan."""
    undo(project, apply(project))
    plan = saved(project)
    next(each for each in plan["steps"] if each["campaignId"] == 6049)["body"]["maxTries"] = 1
    _forged(project, plan)
    assert project.run("apply", "undo.json").code == 4
