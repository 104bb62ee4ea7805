"""The lock: held by one, renewed while its holder lives, and taken from the dead alone, whatever their clocks say."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from reconciler.errors import LockHeld
from reconciler.store.folder import Folder
from reconciler.store.lease import LockState, lock_name, read_lock, release_lock
from reconciler.store.lock import Lock
from reconciler.store.objects import Objects
from tests.conftest import NOW
from tests.store.locking import ELSEWHERE, RUN, World, held, left_behind


def test_a_lock_is_held_by_one(objects: Objects) -> None:
    """Another one is told who has it; another environment is free; afterwards it is free."""
    with held(objects):
        with pytest.raises(LockHeld, match=f"run {RUN} of .* \\(process {os.getpid()}\\), since 20"), held(objects):
            pass
        with held(objects, name="staging"):
            pass
    with held(objects) as lock:
        assert (lock.fencing, lock.still_held(), lock.lost) == (2, True, "")


def test_a_lock_goes_with_a_fault(tmp_path: Path) -> None:
    """Whatever ends the run."""
    with pytest.raises(KeyboardInterrupt), held(Folder(tmp_path)):
        raise KeyboardInterrupt
    with held(Folder(tmp_path)):
        pass


def test_what_the_record_says(objects: Objects) -> None:
    """Small, versioned, and no two are equal."""
    contents = set()
    for _ in range(2):
        with held(objects, holder=ELSEWHERE, times=World().times()) as lock:
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
        held(Folder(tmp_path), holder=ELSEWHERE, times=world.times()),
        pytest.raises(LockHeld) as caught,
        held(Folder(tmp_path), times=world.times()),
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
    left_behind(Folder(tmp_path), world)
    world.passed += late
    with held(Folder(tmp_path), "second", times=world.times(), say=said.append) as lock:
        assert lock.fencing == 2
    assert sum(world.waits) == pytest.approx(60)
    assert "run 20261123T090000Z-abc123 of ci on runner-7" in said[0]
    assert said[0].endswith("last sign of life 2026-11-23 09:00:00Z")
    assert said[1].startswith("Waiting 60 s")


@pytest.mark.parametrize("skew", [-86_400, -3600, -61, 61, 3600, 86_400])
def test_a_live_lock_is_never_taken_whatever_the_clocks_say(tmp_path: Path, skew: int) -> None:
    """Clocks of two machines that are a minute or a day apart: its next renewal is seen."""
    world = World(skew=timedelta(seconds=skew))
    with held(Folder(tmp_path), holder=ELSEWHERE, times=world.times(timedelta())) as lock:
        world.meanwhile = lambda: lock.renew() if world.passed >= 20 else None
        with pytest.raises(LockHeld, match="runner-7"), held(Folder(tmp_path), times=world.times()):
            pass
        assert lock.still_held()
    assert sum(world.waits) == pytest.approx(20)


@pytest.mark.parametrize("skew", [-86_400, -61, 61, 86_400])
def test_a_dead_lock_is_taken_whatever_the_clocks_say(tmp_path: Path, skew: int) -> None:
    """A clock that is ahead of everybody's keeps no lock for a day."""
    world = World(skew=timedelta(seconds=skew))
    left_behind(Folder(tmp_path), world)
    with held(Folder(tmp_path), times=world.times()) as lock:
        assert lock.fencing == 2


def test_a_lock_that_is_released_while_it_is_watched(tmp_path: Path) -> None:
    """It is taken at once."""
    world, objects = World(skew=timedelta(hours=1)), Folder(tmp_path)

    def release() -> None:
        record, version = read_lock(objects, "production")
        if record is not None and record.state is LockState.HELD and world.passed < 10:
            release_lock(objects, "production", NOW, record, version)

    left_behind(objects, world)
    world.meanwhile = release
    with held(objects, times=world.times()):
        assert sum(world.waits) == pytest.approx(5)


def test_a_lock_that_is_removed_while_it_is_watched(tmp_path: Path) -> None:
    """Then there is none."""
    world, objects = World(skew=timedelta(hours=1)), Folder(tmp_path)
    left_behind(objects, world)
    world.meanwhile = lambda: objects.delete(lock_name("production")) if world.passed < 10 else None
    with held(objects, times=world.times()) as lock:
        assert lock.fencing == 1


def test_of_two_who_take_over_one_wins(tmp_path: Path) -> None:
    """The other is told of the winner."""
    world, objects = World(skew=timedelta(hours=1)), Folder(tmp_path)
    left_behind(objects, world)
    with ExitStack() as stack:

        def overtake() -> None:
            if world.passed >= 59.9 and not won:
                record, version = read_lock(objects, "production")
                release_lock(objects, "production", NOW, record, version)
                won.append(stack.enter_context(held(objects, "winner", holder=ELSEWHERE)))

        won: list[Lock] = []
        world.meanwhile = overtake
        with pytest.raises(LockHeld, match="run winner of"), held(objects, "loser", times=world.times()):
            pass
        assert won[0].still_held()


def test_who_is_overtaken_right_before_the_end_loses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the last look and the swap: the version decides."""
    objects, stack = Folder(tmp_path), ExitStack()
    with held(objects, "old"):
        pass
    inner, others = Folder.swap, list[Lock]()

    def overtaken(self: Folder, name: str, content: bytes, version: str) -> str:
        if b'"second"' in content and not others:
            others.append(stack.enter_context(held(objects, "first")))
        return inner(self, name, content, version)

    monkeypatch.setattr(Folder, "swap", overtaken)
    with stack:
        with pytest.raises(LockHeld, match="run first of"), held(objects, "second"):
            pass
        assert others[0].still_held()
