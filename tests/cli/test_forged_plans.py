"""A plan's file that was edited and given a new digest gets around no check; one of a snapshot is never applied."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from reconciler.planning.plan import Change, Step, Summary
from reconciler.planning.saved import digest
from tests.cli.conftest import LOCAL
from tests.cli.test_checks import account, with_checks
from tests.conftest import Workplace

Forged = dict[str, Any]


def _risks(plan: Forged) -> None:
    for each in plan["changes"]:
        each |= {"risk": "low", "risks": []}


def _plain_text(plan: Forged) -> None:
    for change in plan["changes"]:
        for each in change["attributes"] if change["action"] == "addField" else ():
            each["after"]["isPhoneNumber"] = False
    for step in plan["steps"]:
        for each in step.get("fields", ()):
            each["isPhoneNumber"] = False


def _matched(plan: Forged) -> None:
    for each in plan["changes"]:
        each |= {"matched": 1} if each.get("matched", 0) > 1 else {}
    _sum_up(plan)


def _loads(plan: Forged) -> None:
    for each in plan["changes"]:
        each |= {"loads": []} if "loads" in each else {}


def _sum_up(plan: Forged) -> None:
    changes = msgspec.convert(plan["changes"], tuple[Change, ...])
    steps = msgspec.convert(plan["steps"], tuple[Step, ...])
    plan["summary"] = msgspec.to_builtins(Summary.of(changes, steps))


_RISK = "{name: calm, of: campaign, where: {risk: high}, message: not now}"
_FIELD = "{name: phones, of: field, require: {isPhoneNumber: false}, message: ask first}"
_MATCHED = "{name: few, of: contacts, require: {matched: {atMost: 1}}, message: too many}"
_AGENTS = "{name: cap, of: agent, where: {gains: {atLeast: 1}}, require: {after: {atMost: 30}}, message: too many}"


def _forge(project: Workplace, edit: Callable[[Forged], None]) -> None:
    """Saves a plan, edits it, and gives it the digest that it then needs."""
    project.run(*LOCAL, "plan", "--out", "p.json")
    path = project.folder / "p.json"
    plan = json.loads(path.read_text())
    plan.pop("digest")
    plan.pop("checks")
    edit(plan)
    path.write_text(json.dumps({**plan, "digest": digest(plan)}))


@pytest.mark.parametrize(
    ("check", "edit", "code", "said"),
    [
        (_RISK, _risks, 3, "not now; nothing was written"),
        (_FIELD, _plain_text, 4, "otherwise than its manifest"),
        (_MATCHED, _matched, 4, "matches fewer contacts than it changes"),
        (_AGENTS, _loads, 4, "does not count the contacts of agent "),
    ],
)
def test_a_forged_plan_gets_around_no_check(
    project: Workplace, check: str, edit: Callable[[Forged], None], code: int, said: str
) -> None:
    """The one that is not forged is stopped by the check; nothing is ever written."""
    with_checks(project, check)
    before = account(project)
    project.run(*LOCAL, "plan", "--out", "p.json")
    assert project.run(*LOCAL, "apply", "p.json").code == 3, "the check has something to find"
    _forge(project, edit)
    ran = project.run(*LOCAL, "apply", "p.json")
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert account(project) == before
    assert project.run(*LOCAL, "history").out.strip() == ""


def _redirected(project: Workplace) -> None:
    ran = project.run(*LOCAL, "plan", "--against", "snapshot.json", "--format", "json")
    project.write("p.json", ran.out)


def _reported(project: Workplace) -> None:
    assert project.run(*LOCAL, "plan", "--against", "snapshot.json", "--report", "json=p.json").code == 0


@pytest.mark.parametrize("save", [_redirected, _reported])
def test_a_plan_of_a_snapshot_is_never_applied(project: Workplace, save: Callable[[Workplace], None]) -> None:
    """However it got into a file; it says of itself what it was made from, and is shown all the same."""
    assert project.run(*LOCAL, "emulator", "--snapshot", "snapshot.json").code == 0
    save(project)
    assert json.loads((project.folder / "p.json").read_text())["against"] == "snapshot.json"
    before = account(project)
    for command in ("apply", "simulate"):
        ran = project.run(*LOCAL, command, "p.json")
        assert (ran.code, ran.out) == (4, "")
        assert "error[plan-refused]: saved plan is of a snapshot\n" in ran.err
        assert "it was made against snapshot.json, without a look at the account" in ran.err
    assert account(project) == before
    assert project.run(*LOCAL, "show", "p.json").code == 0


def test_a_plan_of_a_snapshot_is_not_signed(project: Workplace) -> None:
    """So that a key refuses it even where somebody takes the mark away; one of the account says nothing of it."""
    assert project.run(*LOCAL, "emulator", "--snapshot", "snapshot.json").code == 0
    project.variables = {"RECONCILER_PLAN_KEY": "a key"}
    _redirected(project)
    assert "signature" not in json.loads((project.folder / "p.json").read_text())
    ran = project.run(*LOCAL, "apply", "p.json")
    assert (ran.code, "saved plan is not signed" in ran.err) == (4, True)
    whole = json.loads(project.run(*LOCAL, "plan", "--format", "json").out)
    assert ("signature" in whole, "against" in whole) == (True, False)


def test_a_check_of_a_name_that_this_environment_does_not_know(project: Workplace) -> None:
    """Nothing is planned or applied while it could find nothing."""
    path = project.folder / "reconciler.yaml"
    text = path.read_text().replace("agents: *agents", "agents: {zoe: 549, alice: 543}")
    path.write_text(text)
    with_checks(project, "{name: zoe, of: agent, where: {agent: zoe}, message: she is away}")
    for command in (["plan"], ["apply", "--yes"]):
        ran = project.run(*LOCAL, *command)
        assert ran.code == 1
        assert "error[unknown-agent]: unknown agent\n  --> reconciler.yaml:10:14" in ran.err
        assert "check `zoe` names the agent `zoe`, and environment `local` does not" in ran.err
    path.write_text(path.read_text().replace("where: {agent", "where: {environment: production, agent"))
    assert project.run(*LOCAL, "plan").code == 0
