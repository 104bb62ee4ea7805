"""Checks through the commands: a plan that breaks one is shown in every format, and `apply` stops with 3."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.cli import checks as cli_checks
from reconciler.planning.saved import digest
from tests.cli.conftest import LOCAL
from tests.conftest import Workplace, ticking

TRIES = (
    "{name: tries, of: setting, where: {attribute: maxTries}, require: {after: {atMost: 6}}, message: people say so}"
)
FREEZE = (
    "{name: friday, of: setting, where: {attribute: isPaused, after: false}, message: nobody watches,"
    " freeze: {timeZone: Europe/Paris, windows: [{days: [friday], from: 12:00}]}}"
)
THURSDAY, FRIDAY = datetime(2026, 11, 26, 15, 0, tzinfo=UTC), datetime(2026, 11, 27, 15, 0, tzinfo=UTC)


def with_checks(project: Workplace, *checks: str) -> None:
    """Puts these checks into the project file."""
    path = project.folder / "reconciler.yaml"
    lines = "".join(f"    - {each}\n" for each in checks)
    path.write_text(path.read_text().replace("  environments:\n", f"  checks:\n{lines}  environments:\n", 1))


def account(project: Workplace) -> list[Mapping[str, Any]]:
    """What the account's campaigns are now."""
    said = project.run(*LOCAL, "get", "campaigns", "--format", "json")
    assert said.code == 0, said.err
    return [json.loads(each) for each in said.out.splitlines()] if said.out[0] == "{" else json.loads(said.out)


def test_a_plan_that_breaks_a_check_is_shown_and_never_applied(project: Workplace) -> None:
    """`plan` exits as usual; `apply` stops with 3 before its first write, whichever way it is called."""
    with_checks(project, TRIES)
    before = account(project)
    planned = project.run(*LOCAL, "plan", "--out", "p.json")
    assert planned.code == 0
    assert "Checks: 1 failed - apply will stop\n" in planned.out
    assert "    Campaign/admissions-bakery maxTries: would be 8, must be at most 6\n" in planned.out
    for arguments in (["apply", "p.json"], ["apply", "--yes"]):
        ran = project.run(*LOCAL, *arguments)
        assert ran.code == 3
        assert "error[check-failed]: a check of the project does not hold\n  --> reconciler.yaml:10:14\n" in ran.err
        assert "must be at most 6 (and 2 more). people say so; nothing was written" in ran.err
        assert "docs/checks.md" in ran.err
    assert account(project) == before
    assert project.run(*LOCAL, "history").out.strip() == ""


def test_a_plan_that_keeps_to_its_checks_is_applied(project: Workplace) -> None:
    """And told that it does."""
    with_checks(project, TRIES.replace("atMost: 6", "atMost: 10"))
    assert "Checks: 1 check, it holds\n" in project.run(*LOCAL, "plan", "--out", "p.json").out
    assert project.run(*LOCAL, "apply", "p.json").code == 0
    assert "Checks" not in project.run(*LOCAL, "plan").out  # nothing is left to be checked


def test_planned_on_thursday_applied_on_friday(project: Workplace) -> None:
    """A freeze counts in the moment of writing, whatever was so when the plan was reviewed."""
    with_checks(project, FREEZE)
    project.clock = ticking(THURSDAY)
    planned = project.run(*LOCAL, "plan", "--out", "p.json", "--valid-for", "7d")
    assert "Checks: 1 check, it holds\n" in planned.out
    before = account(project)
    project.clock = ticking(FRIDAY)
    ran = project.run(*LOCAL, "apply", "p.json")
    assert (ran.code, account(project)) == (3, before)
    frozen = "isPaused: must not change: frozen friday from 12:00 to 24:00 (Europe/Paris)"
    assert f"Campaign/enrolment-renewal {frozen}. nobody watches; nothing was written" in ran.err
    project.clock = ticking(datetime(2026, 11, 28, 15, 0, tzinfo=UTC))
    assert project.run(*LOCAL, "apply", "p.json").code == 0


def test_a_freeze_that_begins_while_the_lock_is_waited_for(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last look is right before the first write, under the lock."""
    with_checks(project, FREEZE)
    clock = ticking(THURSDAY)
    project.clock = lambda: clock()
    real = cli_checks.stop_at_checks

    def first_look(*given: Any, **more: Any) -> None:
        nonlocal clock
        real(*given, **more)
        clock = ticking(FRIDAY)

    monkeypatch.setattr(cli_checks, "stop_at_checks", first_look)
    before = account(project)
    ran = project.run(*LOCAL, "apply", "--yes")
    assert (ran.code, account(project)) == (3, before)
    assert project.run(*LOCAL, "history").out.strip() == ""


def test_a_plan_that_says_of_itself_that_all_holds(project: Workplace) -> None:
    """Is not believed: the checks are the project's, and asked anew."""
    with_checks(project, TRIES)
    project.run(*LOCAL, "plan", "--out", "p.json")
    path = project.folder / "p.json"
    plan = json.loads(path.read_text())
    del plan["checks"], plan["digest"]
    path.write_text(json.dumps({**plan, "digest": digest(plan)}))
    assert project.run(*LOCAL, "apply", "p.json").code == 3


def test_a_waiver_lets_a_saved_plan_through(project: Workplace) -> None:
    """Without a new plan: what the manifests ask is the same. It is told who has waived what."""
    with_checks(project, TRIES)
    project.run(*LOCAL, "plan", "--out", "p.json")
    path = project.folder / "reconciler.yaml"
    names = ("admissions-bakery", "admissions-childcare", "enrolment-renewal")
    waivers = [f"{{address: Campaign/{each}, owner: alice, reason: agreed, expires: 2027-01-31}}" for each in names]
    path.write_text(path.read_text().replace("people say so}", f"people say so, waivers: [{', '.join(waivers)}]}}"))
    planned = project.run(*LOCAL, "plan")
    assert "Checks: 1 waived\n" in planned.out
    assert "must be at most 6 (waived by alice until 2027-01-31: agreed)\n" in planned.out
    ran = project.run(*LOCAL, "apply", "p.json")
    assert (ran.code, "note[check-waived]" in ran.err) == (0, True)


def test_a_warning_is_told_and_stops_nothing(project: Workplace) -> None:
    """In the plan, and by `apply` of a saved one."""
    with_checks(project, TRIES.replace("of:", "severity: warning, of:"))
    planned = project.run(*LOCAL, "plan", "--out", "p.json")
    assert "Checks: 1 warning\n" in planned.out
    ran = project.run(*LOCAL, "apply", "p.json")
    assert (ran.code, "warning[check-failed]" in ran.err) == (0, True)


def test_every_format_says_what_breaks(project: Workplace) -> None:
    """Each in its own way, from the same rows; saved and shown again, too."""
    with_checks(project, TRIES)
    for format_ in ("text", "markdown", "html", "json"):
        said = project.run(*LOCAL, "plan", "--format", format_)
        assert said.code == 0
        assert all(each in said.out for each in ("tries", "people say so", "must be at most 6")), format_
    project.run(*LOCAL, "plan", "--out", "p.json")
    assert "must be at most 6" in project.run(*LOCAL, "show", "p.json").out


def test_the_plan_as_json(project: Workplace) -> None:
    """What a policy engine reads; a project without checks has no such field, and a plan is the same twice."""
    assert "checks" not in json.loads(project.run(*LOCAL, "plan", "--format", "json").out)
    with_checks(project, TRIES)
    project.clock = lambda: THURSDAY
    first, second = (project.run(*LOCAL, "plan", "--format", "json").out for _ in range(2))
    (check,) = json.loads(first)["checks"]
    assert first == second
    assert check | {"failures": []} == {
        "name": "tries", "severity": "error", "message": "people say so", "rows": 4, "failures": [],
        "source": {"file": "reconciler.yaml", "line": 10, "column": 14},
    }  # fmt: skip
    assert check["failures"][0] == {
        "address": "Campaign/admissions-bakery", "campaignId": 6046, "subject": "maxTries", "fact": "after", "found": 8,
        "wanted": "must be at most 6", "waived": None,
    }  # fmt: skip


def test_validate_names_the_place_of_a_fault(project: Workplace) -> None:
    """Offline, as any other."""
    with_checks(project, TRIES.replace("maxTries", "maxTrys"))
    ran = project.run("validate")
    assert ran.code == 1
    assert "reconciler.yaml:10:53" in ran.err
    assert "help: the nearest attribute is `maxTries`" in ran.err


def test_a_faulty_check_stops_everything(project: Workplace) -> None:
    """None is ever left out."""
    with_checks(project, FREEZE.replace("Europe/Paris", "Europe/Pari"))
    assert project.run(*LOCAL, "apply", "--yes").code == 1


@pytest.mark.parametrize(("more", "code"), [("", 3), ("exceptUndo: true, ", 0)])
def test_a_rollback_is_held_to_the_checks(project: Workplace, more: str, code: int) -> None:
    """It is a plan like any other, unless a check lets it through."""
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    check = "{name: still, of: setting, where: {attribute: maxTries}, " + more + "message: nothing moves}"
    with_checks(project, check)
    planned = project.run(*LOCAL, "rollback", "last", "--out", "undo.json")
    assert ("Checks: 1 failed - apply will stop" in planned.out) is (code == 3), planned.err
    assert project.run(*LOCAL, "apply", "undo.json").code in ({3} if code else {0, 5})
