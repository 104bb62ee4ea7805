"""Runs: begun, ended, read again, and forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from reconciler.errors import ProjectError
from reconciler.store.folder import Folder
from reconciler.store.journal import Journal
from reconciler.store.objects import Objects, dumps
from reconciler.store.results import Ending, RunResult, result_schema
from reconciler.store.runs import Runs
from tests.conftest import NOW, ticking
from tests.store.telling import begin, record_of, result_of, step_of

STEP = {"step": 1, "address": "Campaign/a", "campaignId": 6046}


def test_a_run_is_read_back(objects: Objects) -> None:
    """What was known at its begin, its plan, and how it ended; all of it versioned, under the names of the contract."""
    runs, record = Runs(objects), record_of(1)
    assert (runs.ids(), runs.last("production"), runs.result(record.run)) == ([], None, None)
    begin(runs, record)
    assert (runs.record(record.run), runs.plan(record.run)) == (record, b'{"formatVersion":1}')
    result = result_of(record, "done", "failed", "done")
    runs.end(record, result)
    assert (runs.result(record.run), runs.story(record), runs.last("production")) == (result, result, record.run)
    assert result.counts == {"done": 2, "failed": 1}
    assert objects.children(f"runs/{record.run}/") == ["plan.json", "result.json", "run.json"]
    for name in (f"runs/{record.run}/run.json", f"runs/{record.run}/result.json", "last/production.json"):
        found = objects.read(name)
        assert found is not None
        assert msgspec.json.decode(found.content)["formatVersion"] == 1
        assert len(found.content) < 2000


def test_results_are_as_their_schema_says() -> None:
    """Every ending, with and without what may be missing."""
    for each in Ending:
        result = msgspec.structs.replace(result_of(record_of(1), "done"), outcome=each)
        jsonschema.validate(msgspec.json.decode(dumps(result)), result_schema())
    bare = RunResult(run="a", outcome=Ending.DONE, started_at=NOW, ended_at=NOW)
    jsonschema.validate(msgspec.json.decode(dumps(bare)), result_schema())


def test_runs_of_an_environment_newest_first(objects: Objects) -> None:
    """However many there are; of all environments where none is named."""
    runs = Runs(objects)
    records = [record_of(day, "staging" if day % 3 == 0 else "production") for day in range(1, 13)]
    for each in records:
        begin(runs, each)
    newest = records[::-1]
    assert list(runs.records()) == newest
    assert list(runs.records("production")) == [each for each in newest if each.environment == "production"]
    assert list(runs.records("local")) == []


def test_unfinished_runs_and_their_batches(objects: Objects) -> None:
    """What the next run has to wait for; settled, nothing is open any more, and what happened is told."""
    runs, record = Runs(objects), record_of(1)
    begin(runs, record)
    journal = Journal(objects, record.run, ticking(record.started_at))
    journal.note("begin", {"steps": 3})
    journal.note("sending", STEP | {"operation": "batchUpdate"})
    journal.note(
        "result", STEP | {"outcome": "done", "detail": "", "contacts": {"done": [1, 2], "excluded": {"a": [3]}}}
    )
    journal.note("sending", STEP | {"step": 2, "operation": "batchUpdate"})
    journal.note("accepted", STEP | {"step": 2, "operation": "batchUpdate", "batch": "token-2"})
    journal.note("sending", STEP | {"step": 3, "operation": "patchCampaign"})
    assert runs.unfinished("staging") == []
    (found,) = runs.unfinished("production")
    assert (found.run, found.record, found.in_doubt) == (record.run, record, (3,))
    assert [(each.step, each.campaign_id, each.token) for each in found.batches] == [(2, 6046, "token-2")]
    runs.settle("production", record.run)
    assert runs.unfinished("production") == []
    told = runs.result(record.run)
    assert told is not None
    assert (told.outcome, told.counts) == (Ending.BROKEN_OFF, {"done": 1, "unknown": 2})
    assert told.steps[0].contacts == {"done": 2, "excluded": 1}
    assert [each.operation for each in told.steps] == ["batchUpdate", "batchUpdate", "patchCampaign"]
    assert told.ended_at == record.started_at + timedelta(seconds=5)


@pytest.mark.parametrize("objects_before_death", range(5))
def test_killed_while_it_begins_or_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, objects_before_death: int
) -> None:
    """After any of its objects: the next run sees it, settles it, and the history says how it ended."""
    runs, record = Runs(Folder(tmp_path)), record_of(1)

    def live() -> None:
        begin(runs, record)
        runs.end(record, result_of(record, "done"))

    with monkeypatch.context() as patch:
        _dies_after(patch, objects_before_death)
        with pytest.raises(KeyboardInterrupt):
            live()
    open_now = [each.run for each in runs.unfinished("production")]
    assert open_now == ([record.run] if objects_before_death else [])
    for each in open_now:
        runs.settle("production", each)
    assert runs.unfinished("production") == []
    ended = runs.result(record.run)
    expected = {0: None, 1: None, 2: Ending.BROKEN_OFF, 3: Ending.BROKEN_OFF, 4: Ending.DONE}
    assert (ended.outcome if ended else None) == expected[objects_before_death]


def _dies_after(patch: pytest.MonkeyPatch, number: int) -> None:
    """The process ends with what would be its next object."""
    left = iter(range(number))

    def deadly(inner: Any) -> Any:
        def call(self: Folder, name: str, content: bytes) -> Any:
            if next(left, None) is None:
                raise KeyboardInterrupt
            return inner(self, name, content)

        return call

    for name in ("create", "replace"):
        patch.setattr(Folder, name, deadly(getattr(Folder, name)))


def test_a_run_that_ends_in_doubt_stays_open(tmp_path: Path) -> None:
    """It has a result, and a batch of it may still run."""
    runs, record = Runs(Folder(tmp_path)), record_of(1)
    begin(runs, record)
    journal = Journal(Folder(tmp_path), record.run, ticking())
    journal.note("accepted", STEP | {"batch": "token"})
    journal.note("result", STEP | {"outcome": "unknown"})
    result = result_of(record, "unknown")
    runs.end(record, result)
    (found,) = runs.unfinished("production")
    assert [each.token for each in found.batches] == ["token"]
    runs.settle("production", record.run)
    assert runs.result(record.run) == result


def test_old_runs_are_forgotten(objects: Objects) -> None:
    """By number and by age, of one environment; never the last one that ended, nor one that left something open."""
    runs = Runs(objects)
    for day in range(1, 8):
        record = record_of(day, "staging" if day == 2 else "production")
        begin(runs, record)
        Journal(objects, record.run, ticking()).note("begin", {})
        if day != 3:
            runs.end(record, result_of(record, "done"))
    now = NOW + timedelta(days=8)
    assert runs.forget("production", now, keep_runs=10, keep_days=30) == []
    assert runs.forget("production", now, keep_runs=4, keep_days=30) == [record_of(1).run]
    assert _days(runs) == [7, 6, 5, 4, 3, 2]
    assert objects.children(f"runs/{record_of(1).run}/") == []
    assert runs.forget("production", now, keep_runs=100, keep_days=2) == [record_of(each).run for each in (4, 5)]
    assert runs.forget("production", now + timedelta(days=900), keep_runs=1, keep_days=1) == [record_of(6).run]
    assert _days(runs) == [7, 3, 2]


def test_what_a_broken_off_deletion_left_goes_too(objects: Objects) -> None:
    """It is no run any more; a run that just begins is none of it."""
    runs = Runs(objects)
    for day in (1, 2, 3):
        begin(runs, record_of(day))
        runs.end(record_of(day), result_of(record_of(day), "done"))
    objects.delete(f"runs/{record_of(1).run}/run.json")
    objects.create("unfinished/staging.20261130T090000Z-begins.json", b"{}")
    objects.create("runs/20261130T090000Z-begins/plan.json", b"{}")
    assert list(runs.records()) == [record_of(3), record_of(2)]
    assert runs.forget("production", NOW, keep_runs=3, keep_days=365) == [record_of(1).run]
    assert runs.ids() == ["20261130T090000Z-begins", record_of(3).run, record_of(2).run]


def _days(runs: Runs) -> list[int]:
    return [int(each[6:8]) - 23 for each in runs.ids()]


@pytest.mark.parametrize("content", [b"", b"[]", b'{"formatVersion":2}', b"\xff"])
def test_what_can_not_be_read_is_said(tmp_path: Path, content: bytes) -> None:
    """With its name; nothing is guessed."""
    objects = Folder(tmp_path)
    for name in ("runs/a/run.json", "runs/a/result.json", "runs/a/events/000001-end.json", "last/production.json"):
        objects.create(name, content)
    runs = Runs(objects)
    calls: tuple[Callable[[str], object], ...] = (
        runs.record,
        runs.result,
        runs.events,
        lambda _: runs.last("production"),
    )
    for call in calls:
        with pytest.raises(ProjectError, match="nothing that this version can read"):
            call("a")


def test_steps_have_the_names_of_the_contract() -> None:
    """As they stand in the file."""
    assert set(msgspec.to_builtins(step_of(1, "done"))) == {
        "number", "address", "campaignId", "operation", "call", "outcome", "detail", "help", "seconds", "contacts",
        "moved",
    }  # fmt: skip


def test_a_run_that_was_taken_for_broken_off_tells_its_own_end(objects: Objects) -> None:
    """It lived, without its lock; the later run that settled it stays the last one."""
    runs, first, second = Runs(objects), record_of(1), record_of(2)
    begin(runs, first)
    runs.settle(first.scope, first.run)
    begin(runs, second)
    runs.end(second, result_of(second, "done"))
    own = result_of(first, "done", "skipped")
    runs.end(first, own)
    assert runs.result(first.run) == own
    assert runs.last("production") == second.run


def test_what_is_no_mark_is_left_alone(objects: Objects) -> None:
    """A stray object, or the empty one that a cloud's console makes for a folder, keeps nobody from applying."""
    objects.create("unfinished/x", b"")
    objects.create("unfinished/notes.json", b"{}")
    assert Runs(objects).unfinished("production") == []


@pytest.mark.parametrize(
    "odd",
    [
        b'{"formatVersion":1,"event":"accepted","at":"2026-11-23T09:00:00+00:00","batch":"b"}',
        b'{"formatVersion":1,"at":"2026-11-23T09:00:00+00:00"}',
        b'{"formatVersion":1,"event":"result","at":"x","step":1,"address":"a","campaignId":1,"contacts":3}',
        b"[" * 100_000,
    ],
)
def test_an_event_that_nobody_wrote_is_told(objects: Objects, odd: bytes) -> None:
    """With its name, and what to do: not as a fault of the tool."""
    runs, record = Runs(objects), record_of(1)
    begin(runs, record)
    objects.create(f"runs/{record.run}/events/000001-{'result' if b'result' in odd else 'sending'}.json", odd)
    with pytest.raises(ProjectError, match="events/"):
        assert [runs.unfinished("production"), runs.story(record)]
