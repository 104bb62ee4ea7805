"""What apply leaves in the store, what it makes of an earlier run there, and what the history says of both."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler.api.client import Client
from reconciler.api.endpoints.batches import update_contacts
from reconciler.cli.session import Session
from reconciler.cli.stores import tell_left_open
from reconciler.emulator import Options, open_emulator
from reconciler.store.folder import Folder
from reconciler.store.holder import this_process
from reconciler.store.journal import Journal
from reconciler.store.lock import Lock, held_lock
from reconciler.store.results import RunRecord, result_schema
from reconciler.store.runs import Runs
from tests.applying.killed_project import ACCOUNT, PROJECT
from tests.cli.conftest import LOCAL, plan_of
from tests.conftest import DATABASE, Workplace, ticking
from tests.store.telling import begin, record_of

BATCH = {"step": 1, "address": "AssignmentPolicy/bakery-assignment", "campaignId": 6046}


#: A rule that changes two contacts one by one.
_ONLY_SINGLES = """\
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {name: bakery}
spec: {settings: {name: Bakery}}
---
apiVersion: diabolocom.reconciler/v1
kind: AssignmentPolicy
metadata: {name: sharing}
spec:
  campaigns: [bakery]
  rules:
    - name: silver
      match: {customFieldConditions: [{customFieldName: Category, condition: eq, value: Silver}]}
      set: {comment: Call at noon}
"""


def _objects(project: Workplace) -> Folder:
    return Folder(project.folder / ".reconciler")


def _history(project: Workplace) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(project.run("history", "--format", "json").out)
    return found


def _left_open(project: Workplace) -> RunRecord:
    """A run that broke off, and its batch, which still runs for some looks at the clock."""
    project.run(*LOCAL, "plan")  # makes the account
    slow = open_emulator(project.folder / DATABASE, clock=project.clock, options=Options(batch_seconds=8))
    with Client("http://localhost", "console", writable=True, application=slow) as console:
        token = console.run(update_contacts(6046, [1], {"priority": 3}))
    record = record_of(0, "local")
    begin(Runs(_objects(project)), record)
    journal = Journal(_objects(project), record.run, ticking())
    journal.note("sending", BATCH)
    journal.note("accepted", BATCH | {"batch": token})
    return record


def test_a_run_is_remembered(project: Workplace) -> None:
    """With its plan, its journal, and how each step ended; nothing of it is open."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    assert (ran := project.run(*LOCAL, "apply", "change.json")).code == 0
    (row,) = _history(project)
    assert f"Run {row['run']}\n" in ran.err
    assert (row["environment"], row["outcome"], row["steps"]) == ("local", "done", {"done": 13})
    assert row["requests"] > 30
    runs = Runs(_objects(project))
    assert runs.plan(row["run"]) == (project.folder / "change.json").read_bytes()
    assert (runs.last("local"), runs.unfinished("local")) == (row["run"], [])
    found = json.loads(project.run("history", row["run"], "--format", "json").out)
    jsonschema.validate(found["result"], result_schema())
    assert [found["events"][0]["event"], found["events"][-1]["event"]] == ["begin", "end"]
    assert all(each["seconds"] > 0 for each in found["result"]["steps"])
    assert sum(each["contacts"].get("done", 0) for each in found["result"]["steps"]) > 20
    assert found["run"]["planDigest"] == json.loads((project.folder / "change.json").read_text())["digest"]
    assert found["run"]["fencing"] == 1


def test_a_run_that_went_wrong_is_remembered_as_such(project: Workplace) -> None:
    """Its failed step with the reason, and the others."""
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace('"33199001004", recordedShare', '"33199009999", recordedShare'))
    assert project.run(*LOCAL, "apply", "--yes").code == 5
    (row,) = _history(project)
    assert (row["outcome"], row["steps"]["failed"]) == ("partly", 2)
    steps = json.loads(project.run("history", row["run"], "--format", "json").out)["result"]["steps"]
    assert all(each["detail"] and each["help"] for each in steps if each["outcome"] == "failed")
    assert [each["seconds"] is None for each in steps] == [each["outcome"] == "skipped" for each in steps]


def test_a_plan_that_is_refused_by_the_account_leaves_nothing_open(project: Workplace) -> None:
    """Before its first write: it ended, as stale, and the next run has nothing to look at."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    shutil.rmtree(project.folder / ".reconciler")
    project.seed(_another_account())
    assert (ran := project.run(*LOCAL, "apply", "change.json")).code == 4, ran.err
    assert "another account" in ran.err
    (row,) = _history(project)
    assert (row["outcome"], row["steps"]) == ("stale", {"stale": 13})
    assert Runs(_objects(project)).unfinished("local") == []


def _another_account() -> dict[str, Any]:
    """An account whose campaigns have the ids of the example's, and were created at another moment."""
    fields = ["First_Name", "Last_Name", "Phone", "Category"]
    first = {"customFields": fields, "phoneFields": ["Phone"], "userIds": [543], "createdAt": "2021-01-01T00:00:00Z"}
    return {"campaigns": [{"id": each, "name": f"C {each}", **first} for each in range(6046, 6052)], "contacts": []}


def test_an_end_that_can_not_be_noted_is_reported_all_the_same(project: Workplace) -> None:
    """It is an error, since nobody else could tell; the next apply closes it."""
    (project.folder / ".reconciler/last/local.json").mkdir(parents=True)
    ran = project.run(*LOCAL, "apply", "--yes")
    assert (ran.code, "Applied: 13 done" in ran.out) == (1, True)
    (row,) = _history(project)
    assert "error[store]: the end of the run could not be noted" in ran.err
    assert f"run {row['run']} did what is said above; " in ran.err
    assert [each.run for each in Runs(_objects(project)).unfinished("local")] == [row["run"]]
    (project.folder / ".reconciler/last/local.json").rmdir()
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    assert Runs(_objects(project)).unfinished("local") == []


@pytest.mark.parametrize(("looks", "told"), [(0, "nothing was sent"), (1, "2 contacts (1, 2) not tried")])
def test_nothing_is_written_without_the_lock(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, looks: int, told: str
) -> None:
    """Lost before the first write is noted, or after that: before each single one it is looked at again."""
    workplace.write("reconciler.yaml", PROJECT)
    workplace.write("manifests/all.yaml", _ONLY_SINGLES)
    workplace.seed(ACCOUNT, Path("account.db"))
    held = iter([True] * looks)
    monkeypatch.setattr(Lock, "still_held", lambda _: next(held, False))
    ran = workplace.run("apply", "--yes")
    assert (ran.code, told in ran.err) == (5, True), ran.err
    assert "2 contacts, comment" in workplace.run("plan").out


def test_nothing_is_written_where_the_run_can_not_be_noted(project: Workplace) -> None:
    """A store that takes nothing: 1, and the account stays."""
    project.write(".reconciler/runs", "in the way")
    ran = project.run(*LOCAL, "apply", "--yes")
    assert (ran.code, "error[store]" in ran.err) == (1, True)
    assert len(plan_of(project)["steps"]) == 13


def test_a_batch_that_was_left_is_waited_for_before_planning(project: Workplace) -> None:
    """Whoever planned meanwhile would show what it is about to write; then the run is closed as broken off."""
    record = _left_open(project)
    ran = project.run(*LOCAL, "apply", "--yes")
    assert ran.code == 0, ran.err
    wait = "Waiting for a batch that an earlier run left in campaign 6046 (AssignmentPolicy/bakery-assignment)"
    assert ran.err.index(wait) < ran.err.index("\nRun ")
    assert ran.err.count(wait) == 1
    old, new = sorted(_history(project), key=lambda each: str(each["outcome"]))
    assert (old["run"], old["outcome"], old["steps"]) == (record.run, "broken off", {"unknown": 1})
    assert (new["outcome"], new["steps"]) == ("done", {"done": 13})


def test_a_saved_plan_waits_under_the_lock(project: Workplace) -> None:
    """Nothing is planned any more; nothing is written before either."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    record = _left_open(project)
    ran = project.run(*LOCAL, "apply", "change.json")
    assert ran.err.index("Waiting for a batch") < ran.err.index("\nRun ")
    assert {each["run"]: each["outcome"] for each in _history(project)}[record.run] == "broken off"


def test_a_run_that_lives_keeps_apply_from_planning(project: Workplace) -> None:
    """What it has open is its own: 6, at once."""
    _left_open(project)
    with held_lock(_objects(project), "local", record_of(0).run, this_process({})):
        ran = project.run(*LOCAL, "apply", "--yes")
    assert (ran.code, ran.out, "another run holds the lock" in ran.err) == (6, "", True)


def test_nothing_left_to_do_closes_a_run_that_broke_off(project: Workplace) -> None:
    """Its history tells the end of it, though there is nothing to apply."""
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    record = record_of(0, "local")
    begin(Runs(_objects(project)), record)
    ran = project.run(*LOCAL, "apply", "--yes")
    assert (ran.code, "nothing to do" in ran.out) == (0, True)
    assert {each["run"]: each["outcome"] for each in _history(project)}[record.run] == "broken off"


def test_who_plans_is_told_of_a_batch_that_may_still_run(project: Workplace) -> None:
    """One line, from a folder alone; a store that can't be used is no matter for a plan."""
    session = Session(clock=project.clock, variables={})
    found = session.project()
    tell_left_open(session, found, "local")
    _left_open(project)
    tell_left_open(session, found, "production")
    assert project.capture.readouterr().err == ""
    tell_left_open(session, found, "local")
    assert project.capture.readouterr().err == (
        "note: a batch of an earlier run may still be writing to campaign 6046: this plan may show what it is about to"
        " write; `apply` waits for it\n"
    )
    assert "may still be writing to campaign 6046" in project.run(*LOCAL, "plan").err
    _objects(project).replace(f"runs/{record_of(0).run}/run.json", b"{")
    tell_left_open(session, found, "local")
    assert project.capture.readouterr().err == ""


def test_old_runs_are_forgotten_after_one_that_ended_well(project: Workplace) -> None:
    """As many are kept as the project says."""
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace("spec:\n", "spec:\n  store: {keepRuns: 1}\n", 1))
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    (first,) = _history(project)
    path = project.folder / "manifests/assignment.yaml"
    path.write_text(path.read_text().replace("priority: 1}", "priority: 2}"))
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    (second,) = _history(project)
    assert first["run"] != second["run"]
