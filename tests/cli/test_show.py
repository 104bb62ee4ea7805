"""`show FILE`: a saved plan in any format, with and without its project."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest

from reconciler.api.client import Client
from reconciler.cli.reports import FORMATS
from tests.cli.conftest import LOCAL, expect_another_mode
from tests.conftest import NOW, Workplace, ticking


@pytest.fixture
def saved(project: Workplace) -> Workplace:
    """The example project with a saved plan."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    return project


def test_it_shows_what_was_planned(saved: Workplace) -> None:
    """The same blocks, totals and limits as when it was made, and when that was."""
    saved.clock = lambda: NOW
    planned = saved.run(*LOCAL, "plan", "--out", "change.json").out.splitlines()
    shown = saved.run("show", "change.json").out.splitlines()
    assert shown[0] == planned[0]
    assert shown[1].startswith("made 2026-11-23 09:00Z by reconciler ")
    assert shown[2].startswith("good until 2026-11-24 09:00Z · digest ")
    assert shown[3:] == planned[1:]


@pytest.mark.parametrize("format_", FORMATS)
def test_in_every_format(saved: Workplace, format_: str) -> None:
    """On stdout as in a report; JSON is the file itself."""
    ran = saved.run("show", "change.json", "--format", format_, "--report", f"{format_}=report")
    assert ran.code == 0, ran.err
    assert (saved.folder / "report").read_text() == ran.out
    if format_ == "json":
        assert ran.out == (saved.folder / "change.json").read_text()


def test_it_reads_no_account(saved: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """It works where neither token nor network is."""

    def no_client(*_: object, **__: object) -> None:
        raise AssertionError("a client was made")

    monkeypatch.setattr(Client, "__init__", no_client)
    assert saved.run("show", "change.json").code == 0


def test_without_the_project_there_are_ids(saved: Workplace) -> None:
    """And no limits: they stand in the manifests. The names are the environment's that the plan is for."""
    with_names = saved.run("show", "change.json").out
    assert "+ emma (547)" in with_names
    assert "Limit: contactsChanged" in with_names
    (saved.folder / "reconciler.yaml").rename(saved.folder / "elsewhere")
    ran = saved.run("show", "change.json")
    assert (ran.code, "+ 547  (2 unchanged)" in ran.out, "Limit:" in ran.out) == (0, True, False)
    assert ran.err == "note: this plan's project is not here: ids have no names, and the limits are not shown\n"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("name: admissions}", "name: another}", False),
        ("    local:", "    elsewhere:", False),
        ("kind: Project", "kind: [", False),
        ("campaignsChanged: 20", "campaignsChanged: 2", True),
    ],
)
def test_in_another_project(saved: Workplace, old: str, new: str, named: bool) -> None:
    """Names only from the plan's own project and environment; one that is not sound does not stand in the way."""
    path = saved.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace(old, new))
    ran = saved.run("show", "change.json")
    assert (ran.code, "+ emma (547)" in ran.out) == (0, named)
    assert ("this plan's project is not here" in ran.err, "have changed since" in ran.err) == (not named, named)


def test_limits_are_those_of_the_plans_manifests(saved: Workplace) -> None:
    """Manifests that say something else have other limits, and a fault in them is not the plan's: it is said."""
    path = saved.folder / "manifests/admissions.yaml"
    text = path.read_text()
    assert saved.run("show", "change.json").err == ""
    stale = "note: the manifests have changed since this plan was made: apply refuses it, plan again"
    for changed, said in ((text.replace("maxTries: 6", "maxTries: 7"), stale), (text + "x: [", "are not sound")):
        path.write_text(changed)
        ran = saved.run("show", "change.json")
        assert (ran.code, "Limit:" in ran.out, "+ emma (547)" in ran.out) == (0, False, True)
        assert (said in ran.err, len(ran.err.splitlines())) == (True, 1)


def test_an_expired_plan_is_shown_and_said_to_be_one(saved: Workplace) -> None:
    """To look at, not to apply."""
    saved.clock = ticking(NOW + timedelta(hours=25))
    ran = saved.run("show", "change.json")
    assert (ran.code, "EXPIRED 2026-11-24 09:00Z" in ran.out, "apply refuses it" in ran.err) == (0, True, True)
    for format_, words in (("markdown", "**This plan has expired**"), ("html", "This plan has expired: plan again")):
        assert words in saved.run("show", "change.json", "--format", format_).out
    assert saved.run("show", "change.json", "--format", "json").out == (saved.folder / "change.json").read_text()


def test_an_altered_plan_is_not_shown(saved: Workplace) -> None:
    """Nobody reviews what nobody planned (exit 4)."""
    path = saved.folder / "change.json"
    path.write_text(path.read_text().replace('"maxTries": 8', '"maxTries": 9', 1))
    ran = saved.run("show", "change.json")
    assert (ran.code, ran.out, "altered" in ran.err) == (4, "", True)


def test_what_is_no_plan(workplace: Workplace) -> None:
    """A file that is not there, a folder, and a file of something else."""
    workplace.write("other.json", "{}")
    assert [workplace.run("show", each).code for each in ("nowhere.json", ".", "other.json")] == [1, 64, 4]
    assert "no-saved-plan" in workplace.run("show", "nowhere.json").err


def test_what_was_not_planned_is_told(project: Workplace) -> None:
    """The faults of a blocked campaign, on stderr, and in JSON as data."""
    expect_another_mode(project)
    project.run(*LOCAL, "plan", "--out", "change.json")
    ran = project.run("show", "change.json", "--format", "json")
    assert (ran.code, "expectation-failed" in ran.err) == (0, True)
    assert [each["code"] for each in json.loads(ran.out)["diagnostics"]] == ["expectation-failed"]


def test_the_shown_plan_can_be_applied(saved: Workplace) -> None:
    """JSON that went through `show` is the plan still."""
    shutil.copy(saved.folder / "change.json", saved.folder / "first.json")
    (saved.folder / "second.json").write_text(saved.run("show", "first.json", "--format", "json").out)
    assert saved.run(*LOCAL, "apply", "second.json").code == 0


def test_the_plan_is_not_its_own_report(saved: Workplace) -> None:
    """Neither by the same name nor as another format over it."""
    before = (saved.folder / "change.json").read_text()
    assert saved.run("show", "change.json", "--report", "html=./change.json").code == 64
    assert (saved.folder / "change.json").read_text() == before


def test_a_report_that_cant_be_written(saved: Workplace) -> None:
    """The plan is shown, and the exit code says that something is missing."""
    ran = saved.run("show", "change.json", "--report", "html=no/where.html")
    assert (ran.code, "Plan: 6 campaigns change" in ran.out) == (1, True)
