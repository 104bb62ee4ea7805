"""Notices of an `apply` that did not end well, whatever ended it."""

from __future__ import annotations

import io
import sys

import pytest

from reconciler.cli import terminal
from reconciler.store.folder import Folder
from reconciler.store.holder import this_process
from reconciler.store.lock import held_lock
from tests.cli.conftest import LOCAL, expect_another_mode
from tests.cli.faulty import arm
from tests.cli.noticing import notices
from tests.cli.test_checks import TRIES, with_checks
from tests.conftest import Workplace


def test_what_was_not_planned_is_not_applied(project: Workplace) -> None:
    """A blocked campaign is no success, whatever became of the others; nor where there was nothing else to do."""
    expect_another_mode(project)
    code, [(event, text)] = notices(project, "apply", "--yes")
    assert (code, event) == (5, "failed")
    assert text.startswith("reconciler: Not applied in whole: admissions → local: ")
    assert " done; not all was planned. Run 2" in text
    code, told = notices(project, "apply", "--yes")
    assert (code, told) == (5, [("failed", "reconciler: Failed: admissions → local: not all was planned")])


def test_a_run_that_is_refused_once_it_has_begun_is_told(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its token was withdrawn: the history has a run of which nothing was done."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    arm(monkeypatch, "status,code=401,method=GET,times=0")
    code, [(event, text)] = notices(project, "apply", "change.json")
    assert (code, event) == (1, "failed")
    assert text.startswith("reconciler: Failed: admissions → local: the API refused the token. Run 2"), text


def test_what_kept_a_plan_from_being_applied_is_told(project: Workplace) -> None:
    """A lock, a check, a limit, or what was found of a saved plan: each by its summary, without a run."""
    told = {}
    project.run(*LOCAL, "plan", "--out", "change.json")
    with held_lock(Folder(project.folder / ".reconciler"), "local", "20261123T090000Z-abc123", this_process({})):
        told["lock"] = notices(project, "apply", "--yes")
    path = project.folder / "reconciler.yaml"
    before = path.read_text()
    with_checks(project, TRIES)
    told["check"] = notices(project, "apply", "--yes")
    path.write_text(before.replace("contactsChanged: 1000", "contactsChanged: 5"))
    told["limit"] = notices(project, "apply", "--yes")
    told["file"] = notices(project, "apply", "change.json")
    said = "reconciler: Failed: admissions → local: "
    assert told == {
        "lock": (6, [("failed", f"{said}another run holds the lock")]),
        "check": (3, [("failed", f"{said}checks of the project do not hold")]),
        "limit": (3, [("failed", f"{said}the plan is over a limit")]),
        "file": (4, [("failed", f"{said}saved plan is stale")]),
    }


def test_an_end_that_is_not_the_runs_is_told(project: Workplace) -> None:
    """All was applied, and the command failed: the pipeline is red, and the text says why."""
    (project.folder / "r.md").write_text("mine")
    code, [(event, text)] = notices(project, "apply", "--yes", "--report", "markdown=r.md")
    assert (code, event) == (1, "failed")
    assert "Applied: admissions → local: 13 done, 195 contacts written; a report could not be written. Run 2" in text


def test_a_part_is_told(project: Workplace) -> None:
    """So that nobody takes it for the whole."""
    code, [(event, text)] = notices(project, "apply", "--yes", "--shard", "2/3")
    assert (code, event, "Applied: admissions → local, only shard 2/3: " in text) == (0, "applied", True)


def test_nobody_is_told_of_what_nobody_wanted(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong usage, and a plan that nobody said yes to."""
    assert notices(project, "apply") == (64, [])
    assert notices(project, "apply", "--yes", "--allow", "x=1") == (64, [])
    monkeypatch.setattr(terminal, "can_ask", lambda: True)
    for answer in ("no\n", ""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        code, told = notices(project, "apply")
        assert (code in (1, 130), told) == (True, [])
