"""The lock: held by one, renewed while its holder lives, and taken from the dead alone, whatever their clocks say."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reconciler.errors import LockHeld, ProjectError
from reconciler.store.folder import Folder
from reconciler.store.holder import Holder, this_process
from reconciler.store.lease import LockState, lock_name, read_lock, release_lock
from reconciler.store.lock import Lock, Times, held_lock
from reconciler.store.objects import Objects
from tests.conftest import NOW

ELSEWHERE = Holder(user="ci", host="runner-7", process=4711, machine="another boot", link="https://ci.example/runs/9")
RUN = "20261123T090000Z-abc123"


@dataclass(slots=True)
class World:
    """Seconds that pass only while somebody waits; `meanwhile` is what happens then. Clocks differ by `skew`."""

    skew: timedelta = timedelta()
    passed: float = 0.0
    meanwhile: Callable[[], Any] = lambda: None
    waits: list[float] = field(default_factory=list)

    def times(self, skew: timedelta | None = None) -> Times:
        """The clocks of one machine."""
        off = self.skew if skew is None else skew
        return Times(lambda: NOW + timedelta(seconds=self.passed) + off, lambda: self.passed, self._pause)

    def _pause(self, length: float) -> None:
        self.waits.append(length)
        self.passed += length
        self.meanwhile()


@contextmanager
def _held(objects: Objects, run: str = RUN, name: str = "production", **options: Any) -> Iterator[Lock]:
    with held_lock(objects, name, run, options.pop("holder", this_process({})), **options) as lock:
        yield lock


def _left_behind(objects: Objects, world: World) -> None:
    """A lock that a holder on another machine took, and neither renews nor releases."""
    with _held(objects, times=world.times(timedelta()), holder=ELSEWHERE):
        found = objects.read(lock_name("production"))
    assert found is not None
    objects.replace(lock_name("production"), found.content)


def test_a_lock_is_held_by_one(objects: Objects) -> None:
    """Another one is told who has it; another environment is free; afterwards it is free."""
    with _held(objects):
        with pytest.raises(LockHeld, match=f"run {RUN} of .* \\(process {os.getpid()}\\), since 20"), _held(objects):
            pass
        with _held(objects, name="staging"):
            pass
    with _held(objects) as lock:
        assert (lock.fencing, lock.still_held(), lock.lost) == (2, True, "")


def test_a_lock_goes_with_a_fault(tmp_path: Path) -> None:
    """Whatever ends the run."""
    with pytest.raises(KeyboardInterrupt), _held(Folder(tmp_path)):
        raise KeyboardInterrupt
    with _held(Folder(tmp_path)):
        pass


def test_what_the_record_says(objects: Objects) -> None:
    """Small, versioned, and no two are equal."""
    contents = set()
    for _ in range(2):
        with _held(objects, holder=ELSEWHERE, times=World().times()) as lock:
            lock.renew()
            found = objects.read(lock_name("production"))
            assert found is not None
            contents.add(found.content)
    record = msgspec.json.decode(max(contents))
    assert record.pop("mark")
    assert record == {
        "formatVersion": 1,
        "environment": "production",
        "state": "held",
        "run": RUN,
        "holder": {
            "user": "ci",
            "host": "runner-7",
            "process": 4711,
            "started": "",
            "machine": "another boot",
            "link": "https://ci.example/runs/9",
        },
        "since": "2026-11-23T09:00:00Z",
        "renewed": "2026-11-23T09:00:00Z",
        "leaseSeconds": 60.0,
        "fencing": record["fencing"],
    }
    assert len(contents) == 2
    assert max(map(len, contents)) < 1000


def test_the_second_is_told_who_where_and_since_when(tmp_path: Path) -> None:
    """With the address of the CI run; at once, and with a next step."""
    world = World()
    with (
        _held(Folder(tmp_path), holder=ELSEWHERE, times=world.times()),
        pytest.raises(LockHeld) as caught,
        _held(Folder(tmp_path), times=world.times()),
    ):
        pass
    assert caught.value.detail == (
        f"run {RUN} of ci on runner-7 (process 4711), since 2026-11-23 09:00:00Z, https://ci.example/runs/9 "
        "is applying to `production`"
    )
    assert (bool(caught.value.help), world.waits) == (True, [])


@pytest.mark.parametrize("late", [61, 3600, 86_400])
def test_a_holder_without_a_sign_of_life_is_watched_first(tmp_path: Path, late: float) -> None:
    """For a whole lease of the one who waits, who says so; then the lock is taken over, once."""
    world, said = World(), list[str]()
    _left_behind(Folder(tmp_path), world)
    world.passed += late
    with _held(Folder(tmp_path), "second", times=world.times(), say=said.append) as lock:
        assert lock.fencing == 2
    assert sum(world.waits) == pytest.approx(60)
    assert "run 20261123T090000Z-abc123 of ci on runner-7" in said[0]
    assert said[0].endswith("last sign of life 2026-11-23 09:00:00Z")
    assert said[1].startswith("Waiting 60 s")


@pytest.mark.parametrize("skew", [-86_400, -3600, -61, 61, 3600, 86_400])
def test_a_live_lock_is_never_taken_whatever_the_clocks_say(tmp_path: Path, skew: int) -> None:
    """Clocks of two machines that are a minute or a day apart: its next renewal is seen."""
    world = World(skew=timedelta(seconds=skew))
    with _held(Folder(tmp_path), holder=ELSEWHERE, times=world.times(timedelta())) as lock:
        world.meanwhile = lambda: lock.renew() if world.passed >= 20 else None
        with pytest.raises(LockHeld, match="runner-7"), _held(Folder(tmp_path), times=world.times()):
            pass
        assert lock.still_held()
    assert sum(world.waits) == pytest.approx(20)


@pytest.mark.parametrize("skew", [-86_400, -61, 61, 86_400])
def test_a_dead_lock_is_taken_whatever_the_clocks_say(tmp_path: Path, skew: int) -> None:
    """A clock that is ahead of everybody's keeps no lock for a day."""
    world = World(skew=timedelta(seconds=skew))
    _left_behind(Folder(tmp_path), world)
    with _held(Folder(tmp_path), times=world.times()) as lock:
        assert lock.fencing == 2


def test_a_lock_that_is_released_while_it_is_watched(tmp_path: Path) -> None:
    """It is taken at once."""
    world, objects = World(skew=timedelta(hours=1)), Folder(tmp_path)

    def release() -> None:
        record, version = read_lock(objects, "production")
        if record is not None and record.state is LockState.HELD and world.passed < 10:
            release_lock(objects, "production", NOW, record, version)

    _left_behind(objects, world)
    world.meanwhile = release
    with _held(objects, times=world.times()):
        assert sum(world.waits) == pytest.approx(5)


def test_a_lock_that_is_removed_while_it_is_watched(tmp_path: Path) -> None:
    """Then there is none."""
    world, objects = World(skew=timedelta(hours=1)), Folder(tmp_path)
    _left_behind(objects, world)
    world.meanwhile = lambda: objects.delete(lock_name("production")) if world.passed < 10 else None
    with _held(objects, times=world.times()) as lock:
        assert lock.fencing == 1


def test_of_two_who_take_over_one_wins(tmp_path: Path) -> None:
    """The other is told of the winner."""
    world, objects = World(skew=timedelta(hours=1)), Folder(tmp_path)
    _left_behind(objects, world)
    with ExitStack() as stack:

        def overtake() -> None:
            if world.passed >= 59.9 and not won:
                record, version = read_lock(objects, "production")
                release_lock(objects, "production", NOW, record, version)
                won.append(stack.enter_context(_held(objects, "winner", holder=ELSEWHERE)))

        won: list[Lock] = []
        world.meanwhile = overtake
        with pytest.raises(LockHeld, match="run winner of"), _held(objects, "loser", times=world.times()):
            pass
        assert won[0].still_held()


def test_who_is_overtaken_right_before_the_end_loses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the last look and the swap: the version decides."""
    objects, stack = Folder(tmp_path), ExitStack()
    with _held(objects, "old"):
        pass
    inner, others = Folder.swap, list[Lock]()

    def overtaken(self: Folder, name: str, content: bytes, version: str) -> str:
        if b'"second"' in content and not others:
            others.append(stack.enter_context(_held(objects, "first")))
        return inner(self, name, content, version)

    monkeypatch.setattr(Folder, "swap", overtaken)
    with stack:
        with pytest.raises(LockHeld, match="run first of"), _held(objects, "second"):
            pass
        assert others[0].still_held()


def test_a_lock_that_was_taken_is_lost(tmp_path: Path) -> None:
    """Its old holder knows at its next renewal, says who has it, and does not release the other's."""
    world, objects = World(skew=timedelta(hours=1)), Folder(tmp_path)
    with (
        _held(objects, holder=ELSEWHERE, times=world.times(timedelta())) as old,
        _held(objects, "second", times=world.times()),
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
    with _held(Folder(tmp_path), times=world.times()) as lock:
        world.passed = 20
        lock.renew()
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", _gone)
            for moment, held in ((40, True), (60, True), (79.9, True), (80, False), (100, False)):
                world.passed = moment
                lock.renew()
                assert lock.still_held() is held, moment
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

    with _held(objects) as lock:
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
    with _held(Folder(tmp_path)) as lock:
        Folder(tmp_path).delete(lock_name("production"))
        lock.renew()
        assert lock.lost == "the lock of `production` was removed"


def test_a_lock_that_can_not_be_released_runs_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said, and hides nothing of the run."""
    said: list[str] = []

    def run() -> None:
        with monkeypatch.context() as patch, _held(Folder(tmp_path), say=said.append):
            patch.setattr(os, "fsync", _gone)
            raise ValueError("of the run")

    with pytest.raises(ValueError, match="of the run"):
        run()
    assert said == ["warning: the lock could not be released (Input/output error): it runs out in 60 s"]


def test_a_lock_is_renewed_while_it_is_held(objects: Objects) -> None:
    """By itself, often enough that it never runs out."""
    with _held(objects, lease=3) as lock:
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
    with pytest.raises(ProjectError, match="no lock that this version can read") as caught, _held(objects):
        pass
    assert "reconciler unlock" in caught.value.help
    found = objects.read(lock_name("production"))
    assert found is not None
    release_lock(objects, "production", NOW, None, found.version)
    with _held(objects):
        pass


def test_a_lock_that_changed_is_not_released(tmp_path: Path) -> None:
    """Whose lock somebody has seen is not whose it is by now."""
    objects = Folder(tmp_path)
    with _held(objects, "first"):
        record, version = read_lock(objects, "production")
    with _held(objects, "second") as lock:
        with pytest.raises(LockHeld, match="run second of"):
            release_lock(objects, "production", NOW, record, version)
        assert lock.still_held()


def test_a_moment_without_a_zone_is_none(tmp_path: Path) -> None:
    """It can't be compared."""
    objects = Folder(tmp_path)
    with _held(objects):
        pass
    found = objects.read(lock_name("production"))
    assert found is not None
    moment = msgspec.json.decode(found.content)["renewed"]
    naive = datetime.fromisoformat(moment).replace(tzinfo=None).isoformat()
    objects.replace(lock_name("production"), found.content.replace(moment.encode(), naive.encode()))
    with pytest.raises(ProjectError, match="no lock that this version can read"), _held(objects):
        pass
