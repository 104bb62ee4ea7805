"""The journal of a run, and what it tells of one that did not live to tell it."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import ProjectError
from reconciler.store.folder import Folder
from reconciler.store.holder import this_process
from reconciler.store.journal import Journal, new_run_id
from reconciler.store.lease import lock_name, read_lock, release_lock
from reconciler.store.lock import held_lock
from reconciler.store.objects import Objects
from reconciler.store.runs import Runs
from reconciler.store.traces import contacts_told, open_batches, steps_in_doubt, told_by
from tests.conftest import NOW, ticking
from tests.store.telling import record_of

RUN = "20261123T090000Z-abc123"
STEP = {"step": 1, "address": "Campaign/a", "campaignId": 6046}


def test_run_ids_sort_by_time_and_differ() -> None:
    """Two runs of one second have two folders."""
    ids = {new_run_id(NOW) for _ in range(50)}
    assert len(ids) > 45
    assert all(each.startswith("20261123T090000Z-") for each in ids)


def test_the_journal_is_in_order(objects: Objects) -> None:
    """An object an event, numbered; from several threads too, versioned, and in ASCII whatever is noted."""
    journal = Journal(objects, RUN, ticking())
    threads = [threading.Thread(target=journal.note, args=("sending", {"step": each})) for each in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    journal.note("end", {"detail": "é\ud800"})
    names = objects.children(f"runs/{RUN}/events/")
    assert names == [f"{n:06}-sending.json" for n in range(1, 21)] + ["000021-end.json"]
    last = objects.read(f"runs/{RUN}/events/{names[-1]}")
    assert last is not None
    assert last.content.isascii()
    entries = Runs(objects).events(RUN)
    assert sorted(each["step"] for each in entries[:-1]) == list(range(20))
    assert [each["at"] for each in entries] == sorted(each["at"] for each in entries)
    assert {(each["formatVersion"], each["run"]) for each in entries} == {(1, RUN)}


_EVENTS = st.lists(
    st.tuples(
        st.sampled_from(("begin", "sending", "accepted", "busy", "result", "end")),
        st.dictionaries(st.sampled_from(("step", "detail", "batch")), st.integers() | st.text(max_size=20)),
    ),
    max_size=25,
)


@settings(max_examples=30, deadline=None)
@given(_EVENTS)
def test_any_events_are_read_back_in_order(tmp_path_factory: pytest.TempPathFactory, events: Any) -> None:
    """Whatever they hold, and only those that are asked for."""
    objects = Folder(tmp_path_factory.mktemp("store"))
    journal = Journal(objects, RUN, ticking())
    for event, content in events:
        journal.note(event, content)
    found = Runs(objects).events(RUN)
    own = {"formatVersion", "run", "event", "at"}
    assert [(each["event"], {k: v for k, v in each.items() if k not in own}) for each in found] == events
    some = Runs(objects).events(RUN, ("sending", "result"))
    assert some == [each for each in found if each["event"] in ("sending", "result")]


def test_more_events_than_digits_stay_in_order(tmp_path: Path) -> None:
    """The millionth comes after those before it."""
    for number in (999_999, 1_000_000, 2):
        Folder(tmp_path).create(
            f"runs/{RUN}/events/{number:06}-sending.json", json.dumps({"formatVersion": 1, "n": number}).encode()
        )
    Folder(tmp_path).create(f"runs/{RUN}/events/notes.txt", b"not ours")
    assert [each["n"] for each in Runs(Folder(tmp_path)).events(RUN)] == [2, 999_999, 1_000_000]


def test_nothing_is_noted_as_sent_without_the_lock(tmp_path: Path) -> None:
    """Released by hand: the next write does not leave, and what happened before can still be noted."""
    objects = Folder(tmp_path)
    with held_lock(objects, "production", RUN, this_process({}), lease=60) as lock:
        journal = Journal(objects, RUN, ticking(), lock)
        journal.note("sending", STEP)
        record, version = read_lock(objects, "production")
        release_lock(objects, "production", NOW, record, version)
        lock.renew()
        with pytest.raises(ProjectError, match="the lock of `production` was released by hand") as caught:
            journal.note("sending", STEP)
        assert (caught.value.code, getattr(caught.value, "strerror", "")) == (
            "lock-lost",
            "the lock of `production` was released by hand",
        )
        journal.note("result", STEP | {"outcome": "done"})
    found = objects.read(lock_name("production"))
    assert found is not None
    assert b'"released"' in found.content


def test_an_event_that_can_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an OSError with its reason, which is what applying reports."""
    journal = Journal(Folder(tmp_path), RUN, ticking())

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space") as caught:
            journal.note("sending", STEP)
    assert caught.value.strerror == "No space left on device"
    journal.note("sending", STEP)
    assert len(Runs(Folder(tmp_path)).events(RUN)) == 1


def _event(name: str, step: int = 1, **content: object) -> dict[str, Any]:
    return {"event": name, "step": step, "address": "Campaign/a", "campaignId": 6046, **content}


@pytest.mark.parametrize(
    ("events", "batches", "doubts"),
    [
        ([], (), ()),
        ([_event("sending")], (), (1,)),
        ([_event("sending"), _event("busy")], (), ()),
        ([_event("sending"), _event("accepted", batch="t")], ("t",), ()),
        ([_event("sending"), _event("accepted", batch="t"), _event("ended", batch="t")], (), ()),
        ([_event("sending"), _event("accepted", batch="t"), _event("result", outcome="done")], (), ()),
        ([_event("sending"), _event("accepted", batch="t"), _event("result", outcome="unknown")], ("t",), ()),
        ([_event("sending"), _event("result", outcome="unknown")], (), (1,)),
        ([_event("sending"), _event("result", outcome="failed")], (), ()),
        ([_event("accepted", batch="t"), _event("result", 2, outcome="done")], ("t",), ()),
    ],
)
def test_what_is_open(events: list[dict[str, Any]], batches: tuple[str, ...], doubts: tuple[int, ...]) -> None:
    """A batch until its end is known, and a write until anything is known of it."""
    assert tuple(each.token for each in open_batches(events)) == batches
    assert steps_in_doubt([{"event": "begin"}, *events, {"event": "end"}]) == doubts


_NAMED: dict[str, Any] = {"contacts": {"unknown": [1, 2]}}


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ([], {}),
        ([_event("sending")], {}),  # a journal of a version before
        ([_event("sending", **_NAMED)], {1: {"unknown": [1, 2]}}),
        ([_event("sending", **_NAMED), _event("busy")], {}),
        ([_event("sending", **_NAMED), _event("accepted", batch="t")], {1: {"unknown": [1, 2]}}),
        ([_event("sending", **_NAMED), _event("accepted", batch="t"), _event("ended")], {1: {"unknown": [1, 2]}}),
        (
            [_event("sending", **_NAMED), _event("result", outcome="done", contacts={"done": [1], "moved": [2]})],
            {1: {"done": [1], "moved": [2]}},
        ),
        ([_event("sending", **_NAMED), _event("result", outcome="failed")], {}),
        ([_event("sending", **_NAMED), _event("result", outcome="unknown")], {1: {"unknown": [1, 2]}}),
        ([_event("sending", **_NAMED), _event("sending", 2, contacts={"unknown": [3]})],
         {1: {"unknown": [1, 2]}, 2: {"unknown": [3]}}),
    ],
)  # fmt: skip
def test_whose_contacts_may_have_been_written(events: list[dict[str, Any]], told: dict[int, Any]) -> None:
    """Those that a step names, from the moment before it is sent until its result is noted."""
    assert contacts_told(events) == told
    moments = [{"at": NOW.isoformat(), **each} for each in events]
    result = told_by(record_of(1), moments)
    counts = {each.number: each.contacts for each in result.steps if each.contacts}
    assert counts == {step: {kind: len(ids) for kind, ids in kinds.items()} for step, kinds in told.items()}
