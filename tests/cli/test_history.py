"""`reconciler history`: the runs that the store remembers."""

from __future__ import annotations

import json

import jsonschema
import pytest
from msgspec import structs

from reconciler.store.folder import Folder
from reconciler.store.holder import this_process
from reconciler.store.journal import Journal
from reconciler.store.lock import held_lock
from reconciler.store.results import result_schema
from reconciler.store.runs import Runs
from tests.cli.conftest import LOCAL
from tests.conftest import Workplace, ticking
from tests.store.telling import HOLDER, begin, record_of, result_of

STEP = {"step": 1, "address": "Campaign/admissions-bakery", "campaignId": 6046, "operation": "patchCampaign"}
FIRST, SECOND, THIRD = record_of(1, "local"), record_of(2, "production"), record_of(3, "local")


@pytest.fixture
def past(project: Workplace) -> Workplace:
    """A project with three runs: done, in part, and one that broke off."""
    objects = Folder(project.folder / ".reconciler")
    runs = Runs(objects)
    for each, outcomes in ((FIRST, ("done", "done")), (SECOND, ("done", "failed"))):
        begin(runs, each)
        runs.end(each, result_of(each, *outcomes))
    begin(runs, THIRD)
    Journal(objects, THIRD.run, ticking(THIRD.started_at)).note("sending", STEP)
    return project


def test_no_runs_yet(project: Workplace) -> None:
    """That is said; JSON is an empty list. Nothing is written."""
    ran = project.run("history")
    assert (ran.code, ran.out, ran.err) == (0, "", "no runs yet\n")
    assert project.run("history", "--format", "json").out == "[]\n"
    assert not (project.folder / ".reconciler").exists()


def test_the_table(past: Workplace) -> None:
    """Newest first, of all environments; a run without an end is shown as such."""
    ran = past.run("history")
    assert (ran.code, ran.err) == (0, "")
    link, commit = "https://ci.example/runs/9", "0123456789"
    assert [line.split("  ") for line in _squeezed(ran.out)] == [
        ["run", "when", "environment", "outcome", "steps", "took", "by", "commit", "CI run"],
        [THIRD.run, "2026-11-26 09:00Z", "local", "unfinished", "-", "-", "ci", commit, link],
        [SECOND.run, "2026-11-25 09:00Z", "production", "partly", "1 done, 1 failed", "2 min", "ci", commit, link],
        [FIRST.run, "2026-11-24 09:00Z", "local", "done", "2 done", "2 min", "ci", commit, link],
    ]


def _squeezed(text: str) -> list[str]:
    return ["  ".join(each.strip() for each in line.split("  ") if each.strip()) for line in text.splitlines()]


def test_of_one_environment_and_only_so_many(past: Workplace) -> None:
    """By -e, and by --limit."""
    assert [each["run"] for each in _json(past, *LOCAL, "history")] == [THIRD.run, FIRST.run]
    assert [each["run"] for each in _json(past, "history", "--limit", "2")] == [THIRD.run, SECOND.run]
    assert past.run("-e", "nowhere", "history").code == 1


def _json(project: Workplace, *arguments: str) -> list[dict[str, object]]:
    ran = project.run(*arguments, "--format", "json")
    assert ran.code == 0, ran.err
    found: list[dict[str, object]] = json.loads(ran.out)
    return found


def test_the_list_as_json(past: Workplace) -> None:
    """With what the table shortens."""
    third, second, _ = _json(past, "history")
    assert second == {
        "run": SECOND.run,
        "startedAt": "2026-11-25T09:00:00+00:00",
        "environment": "production",
        "shard": None,
        "outcome": "partly",
        "steps": {"done": 1, "failed": 1},
        "seconds": 95.0,
        "requests": 12,
        "user": "ci",
        "host": "runner-7",
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "link": "https://ci.example/runs/9",
    }
    assert (third["outcome"], third["seconds"], third["requests"]) == ("unfinished", None, None)


def test_the_report_of_a_run(past: Workplace) -> None:
    """Its facts, and each step with its outcome, time and contacts."""
    ran = past.run("history", SECOND.run)
    assert (ran.code, ran.err) == (0, "")
    facts, headline, steps, now = ran.out.split("\n\n")
    assert facts.splitlines() == [
        f"run          {SECOND.run}",
        "project      case",
        "environment  production (emulator:.reconciler/emulator.db)",
        "outcome      partly",
        "started      2026-11-25 09:00Z",
        "took         2 min",
        "requests     12 requests",
        "by           ci on runner-7 (process 4711)",
        "CI run       https://ci.example/runs/9",
        "commit       0123456789abcdef0123456789abcdef01234567",
        "plan         sha256:0",
        "reconciler   0.1.0",
    ]
    assert headline == "Not all applied: 1 done, 1 failed · contacts: 3 written"
    assert [line.split("  ") for line in _squeezed(steps)] == [
        ["step", "outcome", "took", "object", "contacts", "call"],
        ["1", "done", "1.2 s", "Campaign/admissions-bakery", "3 written", "patchCampaign"],
        ["2", "failed", "1.2 s", "Campaign/admissions-bakery", "-", "patchCampaign"],
        ["the API failed"],
    ]
    assert now.splitlines() == [
        "Read back, and as written: all 3 written contacts",
        "To go on: mend the cause of the 1 failed step, then reconciler -e production apply does what is left",
        f"To undo: reconciler -e production rollback {SECOND.run} --out undo.json, review that plan, then reconciler -e"
        " production apply undo.json",
    ]


def test_the_report_of_a_run_as_markdown(past: Workplace) -> None:
    """For a comment; not of the list."""
    ran = past.run("history", SECOND.run, "--format", "markdown")
    assert (ran.code, ran.out.startswith("### reconciler apply · case → production: not all applied\n")) == (0, True)
    assert past.run("history", "--format", "markdown").code == 64


def test_a_run_that_can_not_be_read_is_shown_as_such(past: Workplace) -> None:
    """Its record or its result; the others are listed, whichever environment is asked for."""
    runs = past.folder / ".reconciler/runs"
    (runs / FIRST.run / "result.json").write_text('{"formatVersion":2}')
    (runs / THIRD.run / "run.json").write_text("{")
    rows = {str(each["run"]): each for each in _json(past, "history")}
    assert [rows[each.run]["outcome"] for each in (FIRST, SECOND, THIRD)] == ["unreadable", "partly", "unreadable"]
    assert (rows[FIRST.run]["environment"], rows[THIRD.run]["environment"]) == ("local", None)
    ran = past.run("history")
    assert (ran.code, ran.out.count("unreadable"), ran.err) == (0, 2, "")
    assert [each["run"] for each in _json(past, "-e", "production", "history")] == [THIRD.run, SECOND.run]
    assert past.run("history", THIRD.run).code == 1


def test_a_store_that_can_not_be_read_is_no_unreadable_run(past: Workplace) -> None:
    """It is a fault of its own."""
    path = past.folder / ".reconciler/runs" / SECOND.run / "run.json"
    path.unlink()
    path.mkdir()
    ran = past.run("history")
    assert (ran.code, "error[store]" in ran.err) == (1, True)


def test_the_table_on_a_narrow_terminal(past: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is wider; what is left out is said."""
    monkeypatch.setattr("reconciler.cli.get.printing.terminal_width", lambda: 80)
    ran = past.run("history")
    assert max(map(len, ran.out.splitlines())) <= 80
    assert ran.out.splitlines()[0].split()[:2] == ["run", "when"]
    assert ran.err.endswith("by, commit, CI run (--format json has all of it)\n")
    assert max(map(len, past.run("history", SECOND.run).out.splitlines())) <= 80


def test_a_shard_on_a_narrow_terminal(past: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither when a run began nor which shard it was of is ever cut; the environment's name is."""
    monkeypatch.setattr("reconciler.cli.get.printing.terminal_width", lambda: 80)
    begin(Runs(Folder(past.folder / ".reconciler")), structs.replace(record_of(4, "production"), shard="12/16"))
    line = past.run("history").out.splitlines()[1]
    assert ("2026-11-27 09:00Z" in line, " 12/16 " in line, len(line) <= 80) == (True, True, True)


def test_the_report_of_a_run_as_json(past: Workplace) -> None:
    """The result is as its schema says, with what the journal holds beside it."""
    ran = past.run("history", SECOND.run, "--format", "json")
    found = json.loads(ran.out)
    jsonschema.validate(found["result"], result_schema())
    assert (found["finished"], found["run"]["run"], found["events"]) == (True, SECOND.run, [])


def test_the_report_of_a_run_that_has_no_end(past: Workplace) -> None:
    """What its journal tells, and that it is no more than that."""
    ran = past.run("history", THIRD.run)
    assert (ran.code, "To go on: this run still runs, or it broke off" in ran.out) == (0, True)
    assert "outcome      unfinished" in ran.out
    assert "1  unknown" in ran.out
    found = json.loads(past.run("history", THIRD.run, "--format", "json").out)
    assert (found["finished"], found["events"][0]["event"]) == (False, "sending")


def test_a_run_that_is_alive(past: Workplace) -> None:
    """It holds its lock: nothing broke off, there is nothing to undo yet; afterwards `apply` has to settle it first."""
    with held_lock(Folder(past.folder / ".reconciler"), "local", THIRD.run, this_process({})):
        assert json.loads(past.run("history", "--format", "json").out)[0]["outcome"] == "running"
        alive = past.run("history", THIRD.run).out
        assert json.loads(past.run("history", THIRD.run, "--format", "json").out)["finished"] is False
    assert "outcome      running" in alive
    assert "under way: no answer yet" in alive
    assert "To go on: it still runs (" in alive
    assert not [each for each in ("broke off", "To undo", "rollback") if each in alive]
    dead = past.run("history", THIRD.run).out
    assert "To undo: not before it is settled: reconciler -e local apply does that first" in dead
    assert ("outcome      unfinished" in dead, "rollback" in dead) == (True, False)


def test_the_lock_of_another_run_is_no_sign_of_life(past: Workplace) -> None:
    """The run that holds it now came later."""
    with held_lock(Folder(past.folder / ".reconciler"), "local", FIRST.run, this_process({})):
        assert "outcome      unfinished" in past.run("history", THIRD.run).out


def test_a_run_by_less_than_its_id(past: Workplace) -> None:
    """`last`, of the environment that is named, and the beginning of one id alone."""
    assert f"run          {THIRD.run}" in past.run("history", "last").out
    assert f"run          {SECOND.run}" in past.run("-e", "production", "history", "last").out
    assert f"run          {SECOND.run}" in past.run("history", SECOND.run[:-3]).out
    assert "unknown-run" in past.run("history", "2026").err
    told = past.run("history", "nothing").err
    assert told.index(THIRD.run) < told.index(SECOND.run) < told.index(FIRST.run)


@pytest.mark.parametrize("name", [FIRST.run[:-1] + "4", "../../reconciler", "nothing"])
def test_an_unknown_run(past: Workplace, name: str) -> None:
    """The nearest one is named; a name is no path."""
    ran = past.run("history", name)
    assert (ran.code, "error[unknown-run]" in ran.err) == (1, True)
    assert (f"the nearest run is `{FIRST.run}`" in ran.err) == name.startswith("2026")


def test_what_the_store_says_is_only_text(project: Workplace) -> None:
    """S12: no user or detail of a run reaches the terminal as an order."""
    evil = "\x1b[31m\n::error::"
    record = structs.replace(FIRST, holder=structs.replace(HOLDER, user=evil), environment="local")
    runs = Runs(Folder(project.folder / ".reconciler"))
    begin(runs, record)
    step = structs.replace(result_of(record, "failed").steps[0], detail=evil)
    runs.end(record, structs.replace(result_of(record, "failed"), steps=(step,)))
    for arguments in (["history"], ["history", record.run]):
        for kind in ("table", "json", "markdown") if len(arguments) > 1 else ("table", "json"):
            said = project.run(*arguments, "--format", kind).out
            assert "\x1b" not in said
            assert "\n::error" not in said
