"""`reconciler history`: the runs that the store remembers."""

from __future__ import annotations

import json

import jsonschema
import pytest
from msgspec import structs

from reconciler.store.folder import Folder
from reconciler.store.journal import Journal
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
    facts, steps = ran.out.split("\n\n")
    assert facts.splitlines() == [
        f"run          {SECOND.run}",
        "environment  production (emulator:.reconciler/emulator.db)",
        "outcome      partly",
        "started      2026-11-25 09:00Z",
        "took         2 min",
        "API calls    12",
        "by           ci on runner-7 (process 4711)",
        "CI run       https://ci.example/runs/9",
        "commit       0123456789abcdef0123456789abcdef01234567",
        "plan         sha256:0",
    ]
    assert [line.split("  ") for line in _squeezed(steps)] == [
        ["step", "outcome", "object", "operation", "took", "contacts", "detail"],
        ["1", "done", "Campaign/admissions-bakery", "patchCampaign", "1.2 s", "3 done", "-"],
        ["2", "failed", "Campaign/admissions-bakery", "patchCampaign", "1.2 s", "-", "the API failed"],
    ]


def test_the_report_of_a_run_as_json(past: Workplace) -> None:
    """The result is as its schema says, with what the journal holds beside it."""
    ran = past.run("history", SECOND.run, "--format", "json")
    found = json.loads(ran.out)
    jsonschema.validate(found["result"], result_schema())
    assert (found["finished"], found["run"]["run"], found["events"]) == (True, SECOND.run, [])


def test_the_report_of_a_run_that_has_no_end(past: Workplace) -> None:
    """What its journal tells, and that it is no more than that."""
    ran = past.run("history", THIRD.run)
    assert (ran.code, "This run has not ended" in ran.err) == (0, True)
    assert "outcome      unfinished" in ran.out
    assert "1  unknown" in ran.out
    found = json.loads(past.run("history", THIRD.run, "--format", "json").out)
    assert (found["finished"], found["events"][0]["event"]) == (False, "sending")


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
        for kind in ("table", "json"):
            said = project.run(*arguments, "--format", kind).out
            assert "\x1b" not in said
            assert "\n::error" not in said
