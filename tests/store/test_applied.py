"""Which plans were applied to their end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from reconciler.errors import ProjectError
from reconciler.store.objects import Objects
from reconciler.store.results import RunRecord
from reconciler.store.runs import Runs
from tests.conftest import NOW
from tests.store.telling import begin, record_of, result_of, step_of

DIGEST = "sha256:" + "0123456789abcdef" * 4
NAME = "applied/0123456789abcdef.json"


def _record(day: int = 1) -> RunRecord:
    return structs.replace(record_of(day), plan_digest=DIGEST)


def test_a_plan_that_was_applied_to_its_end(objects: Objects) -> None:
    """The run, and when; another plan, also one that begins alike, was not."""
    runs, record = Runs(objects), _record()
    assert runs.applied(DIGEST) is None
    begin(runs, record)
    assert runs.applied(DIGEST) is None
    runs.end(record, result_of(record, "done", "done"))
    applied = runs.applied(DIGEST)
    assert applied is not None
    assert (applied.run, applied.ended_at) == (record.run, record.started_at + timedelta(seconds=95))
    assert objects.children("applied/") == [NAME.partition("/")[2]]
    assert runs.applied(DIGEST[:-1] + "0") is None
    assert runs.applied("sha256:../../../secrets") is None


@pytest.mark.parametrize("outcomes", [("done", "failed"), ("done", "unknown"), ("done", "deferred"), ("stale",)])
def test_in_part_is_not_to_its_end(objects: Objects, outcomes: tuple[str, ...]) -> None:
    """It may be applied again, and goes on."""
    runs, record = Runs(objects), _record()
    begin(runs, record)
    runs.end(record, result_of(record, *outcomes))
    assert (runs.applied(DIGEST), objects.children("applied/")) == (None, [])


def test_contacts_that_were_left_for_later(objects: Objects) -> None:
    """A step that is done but for contacts in a call has something left to do."""
    runs, record = Runs(objects), _record()
    begin(runs, record)
    left = structs.replace(step_of(1, "done"), contacts={"done": 2, "deferred": 1})
    runs.end(record, structs.replace(result_of(record, "done"), steps=(left,)))
    assert runs.applied(DIGEST) is None


def test_a_run_that_breaks_off_right_after_its_result(objects: Objects) -> None:
    """The next run notes it."""
    runs, record = Runs(objects), _record()
    begin(runs, record)
    runs.end(record, result_of(record, "done"))
    objects.delete(NAME)
    objects.create(f"unfinished/production.{record.run}.json", b'{"formatVersion":1}')
    (left,) = runs.unfinished("production")
    runs.settle("production", left.run)
    applied = runs.applied(DIGEST)
    assert applied is not None
    assert applied.run == record.run


def test_it_is_forgotten_with_its_run(objects: Objects) -> None:
    """And with no other."""
    runs = Runs(objects)
    for day in (1, 2, 3):
        begin(runs, _record(day))
        runs.end(_record(day), result_of(_record(day), "done"))
    later = NOW + timedelta(days=4)
    assert runs.forget("production", later, keep_runs=2, keep_days=99) == [_record(1).run]
    applied = runs.applied(DIGEST)
    assert applied is not None
    assert applied.run == _record(3).run
    begin(runs, record_of(4))
    runs.end(record_of(4), result_of(record_of(4), "done"))
    assert runs.forget("production", later, keep_runs=1, keep_days=99) == [_record(2).run, _record(3).run]
    assert (runs.applied(DIGEST), objects.children("applied/")) == (None, [])


@pytest.mark.parametrize("content", [b"", b"[]", b'{"formatVersion":2}', b"\xff"])
def test_what_can_not_be_read_is_said(objects: Objects, content: bytes) -> None:
    """Nothing is guessed."""
    objects.create(NAME, content)
    with pytest.raises(ProjectError, match="nothing that this version can read"):
        Runs(objects).applied(DIGEST)
