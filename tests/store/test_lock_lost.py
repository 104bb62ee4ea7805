"""Locks that are lost, can't be read or can't be released, and the thread that keeps them."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from reconciler.errors import LockHeld, ProjectError
from reconciler.store.folder import Folder
from reconciler.store.lease import LockState, lock_name, read_lock, release_lock
from reconciler.store.objects import Objects
from tests.conftest import NOW
from tests.store.locking import ELSEWHERE, World, held


def test_a_lock_that_was_taken_is_lost(tmp_path: Path) -> None:
    """Its old holder knows at its next renewal, says who has it, and does not release the other's."""
    world, objects = World(skew=timedelta(hours=1)), Folder(tmp_path)
    with (
        held(objects, holder=ELSEWHERE, times=world.times(timedelta())) as old,
        held(objects, "second", times=world.times()),
    ):
        old.renew()
        assert not old.still_held()
        assert old.lost.startswith("the lock of `production` was taken by run second of ")
        old.end()
        record, _ = read_lock(objects, "production")
        assert record is not None
        assert (record.run, record.state) == ("second", LockState.HELD)


def test_a_lock_that_can_not_be_renewed_is_lost_after_a_lease(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted from when the last renewal was asked for; once the store is back it is held again."""
    world = World()
    with held(Folder(tmp_path), times=world.times()) as lock:
        world.passed = 20
        lock.renew()
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", _gone)
            for moment, is_held in ((40, True), (60, True), (79.9, True), (80, False), (100, False)):
                world.passed = moment
                lock.renew()
                assert lock.still_held() is is_held, moment
        assert lock.lost == "the lock of `production` could not be renewed for 60 s"
        lock.renew()
        assert lock.still_held()


def _gone(_: int) -> None:
    raise OSError(5, "Input/output error")


def test_a_renewal_whose_answer_was_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record has changed, by itself: it is still held, renewed on, and released."""
    objects = Folder(tmp_path)
    inner = Folder.swap

    def answerless(self: Folder, name: str, content: bytes, version: str) -> str:
        inner(self, name, content, version)
        raise OSError(5, "Input/output error")

    with held(objects) as lock:
        for _ in range(2):
            with monkeypatch.context() as patch:
                patch.setattr(Folder, "swap", answerless)
                with pytest.raises(OSError, match="Input/output"):
                    lock._swap(LockState.HELD)
            lock.renew()
            assert lock.still_held()
        with monkeypatch.context() as patch:
            patch.setattr(Folder, "swap", answerless)
            with pytest.raises(OSError, match="Input/output"):
                lock._swap(LockState.HELD)
    record, _ = read_lock(objects, "production")
    assert record is not None
    assert record.state is LockState.RELEASED


def test_a_lock_that_was_removed_is_lost(tmp_path: Path) -> None:
    """Somebody has cleared the folder: another run could begin."""
    with held(Folder(tmp_path)) as lock:
        Folder(tmp_path).delete(lock_name("production"))
        lock.renew()
        assert lock.lost == "the lock of `production` was removed"


def test_a_lock_that_can_not_be_released_runs_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said, and hides nothing of the run."""
    said: list[str] = []

    def run() -> None:
        with monkeypatch.context() as patch, held(Folder(tmp_path), say=said.append):
            patch.setattr(os, "fsync", _gone)
            raise ValueError("of the run")

    with pytest.raises(ValueError, match="of the run"):
        run()
    assert said == ["warning: the lock could not be released (Input/output error): it runs out in 60 s"]


def test_a_lock_is_renewed_while_it_is_held(objects: Objects) -> None:
    """By itself, often enough that it never runs out."""
    with held(objects, lease=3) as lock:
        first = objects.read(lock_name("production"))
        seen = set[bytes]()
        while len(seen) < 3:
            found = objects.read(lock_name("production"))
            assert found is not None
            seen.add(found.content)
            assert lock.still_held()
        assert first is not None


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"process": 1, "host": "a", "since": "2026"}', b'{"formatVersion": 2}', b"\xff"]
)
def test_a_lock_that_can_not_be_read(tmp_path: Path, content: bytes) -> None:
    """Of another version, or nobody's: it is not taken, and what to do is said; unlocking makes it whole."""
    objects = Folder(tmp_path)
    objects.replace(lock_name("production"), content)
    with pytest.raises(ProjectError, match="no lock that this version can read") as caught, held(objects):
        pass
    assert "reconciler unlock" in caught.value.help
    found = objects.read(lock_name("production"))
    assert found is not None
    release_lock(objects, "production", NOW, None, found.version)
    with held(objects):
        pass


def test_a_lock_that_changed_is_not_released(tmp_path: Path) -> None:
    """Whose lock somebody has seen is not whose it is by now."""
    objects = Folder(tmp_path)
    with held(objects, "first"):
        record, version = read_lock(objects, "production")
    with held(objects, "second") as lock:
        with pytest.raises(LockHeld, match="run second of"):
            release_lock(objects, "production", NOW, record, version)
        assert lock.still_held()


def test_a_moment_without_a_zone_is_none(tmp_path: Path) -> None:
    """It can't be compared."""
    objects = Folder(tmp_path)
    with held(objects):
        pass
    found = objects.read(lock_name("production"))
    assert found is not None
    moment = msgspec.json.decode(found.content)["renewed"]
    naive = datetime.fromisoformat(moment).replace(tzinfo=None).isoformat()
    objects.replace(lock_name("production"), found.content.replace(moment.encode(), naive.encode()))
    with pytest.raises(ProjectError, match="no lock that this version can read"), held(objects):
        pass
