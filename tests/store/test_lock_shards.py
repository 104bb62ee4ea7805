"""The locks of shards: side by side where they share no campaign, and never at once where they do."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from msgspec import structs

from reconciler.errors import LockHeld, ProjectError
from reconciler.store.folder import Folder
from reconciler.store.holder import this_process
from reconciler.store.lease import LockRecord, lock_name, read_lock
from reconciler.store.lock import Times
from reconciler.store.objects import Objects
from reconciler.store.opening import open_objects
from tests.store.locking import ELSEWHERE, World, held

WHOLE, ONE, TWO, HALF = "production", "production.1-of-4", "production.2-of-4", "production.1-of-2"
DEAD = structs.replace(this_process({}), started="1")
#: So often the shards and the whole race for their locks, and so many of them at a time.
RACES, RACERS = 5, 6


def _record(objects: Objects, name: str) -> LockRecord:
    record, _ = read_lock(objects, name)
    assert record is not None
    return record


def _left_behind(objects: Objects, world: World, *names: str, **options: Any) -> None:
    """Locks that nobody renews or releases any more."""
    for name in names:
        with held(objects, name=name, times=world.times(timedelta()), **options):
            found = objects.read(lock_name(name))
        assert found is not None
        objects.replace(lock_name(name), found.content)


def test_shards_of_one_number_go_side_by_side(objects: Objects) -> None:
    """Each has a lock of its own, under the name of its environment."""
    with held(objects, name=ONE) as one, held(objects, name=TWO) as two, held(objects, name="staging"):
        assert (one.still_held(), two.still_held()) == (True, True)
        assert _record(objects, TWO).environment == "production"
        with pytest.raises(LockHeld, match="is applying to `production`, shard 2/4"), held(objects, name=TWO):
            pass


@pytest.mark.parametrize(("first", "second"), [(WHOLE, ONE), (ONE, WHOLE), (ONE, HALF), (HALF, TWO)])
def test_who_shares_campaigns_is_kept_out(objects: Objects, first: str, second: str) -> None:
    """It is told of the other, leaves that one alone, and lets go of its own lock."""
    with held(objects, "the first", name=first) as lock:
        with pytest.raises(LockHeld, match="run the first of"), held(objects, name=second):
            pass
        assert not _record(objects, second).is_held
        lock.renew()
        assert lock.still_held()
    with held(objects, name=second):
        pass


def test_of_two_that_begin_at_once_never_both_go_on(tmp_path: Path) -> None:
    """Whoever has its lock looks at the others' afterwards: here both have theirs before either looks."""
    both = Barrier(2)

    class Together(Folder):
        def create(self, name: str, content: bytes) -> str:
            version = super().create(name, content)
            both.wait(60)
            return version

    def went_on(name: str) -> bool:
        try:
            with held(Together(tmp_path), name=name):
                return True
        except LockHeld:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(went_on, (WHOLE, ONE))) != [True, True]


@pytest.mark.parametrize("race", range(RACES))
def test_in_a_race_nobody_shares_campaigns(url: str, race: int) -> None:
    """Many begin at once; whoever goes on finds nobody beside it whose campaigns are its own."""
    start, together = Barrier(RACERS), list[frozenset[str]]()
    inside = set[str]()
    names = [WHOLE, ONE, TWO, HALF, "production.3-of-4", WHOLE][:RACERS]

    def run(number: int) -> None:
        objects = open_objects(url, Path(), os.environ)
        start.wait(60)
        try:
            with held(objects, f"run {number}", name=names[number]):
                inside.add(names[number])
                together.append(frozenset(inside))
                inside.discard(names[number])
        except LockHeld:
            pass

    with ThreadPoolExecutor(RACERS) as pool:
        list(pool.map(run, range(RACERS)))
    beside = {ONE, TWO, "production.3-of-4"}
    assert all(len(each) == 1 or each <= beside for each in together), together


def test_the_lock_of_a_dead_process_is_no_hindrance(tmp_path: Path) -> None:
    """Nobody waits for it, and it is released in its place."""
    objects, said = Folder(tmp_path), list[str]()
    _left_behind(objects, World(), ONE, TWO, holder=DEAD)
    never = Times(pause=lambda _: pytest.fail("there is nothing to wait for"))
    with held(objects, "next", name=WHOLE, times=never, say=said.append):
        assert [_record(objects, each).is_held for each in (ONE, TWO)] == [False, False]
    assert len(said) == 2
    assert "The lock of `production`, shard 1/4 is that of run " in said[0]
    assert all(each.endswith("that process is dead, its lock is taken over") for each in said)


def test_silent_holders_are_watched_all_at_once(tmp_path: Path) -> None:
    """For one lease, however many they are; the lock at hand is renewed meanwhile."""
    world, objects = World(), Folder(tmp_path)
    _left_behind(objects, world, ONE, TWO, "production.3-of-4", holder=ELSEWHERE)
    world.passed += 3600
    with held(objects, "next", name=WHOLE, times=world.times()):
        assert sum(world.waits) == pytest.approx(60)
        assert [_record(objects, each).is_held for each in (ONE, TWO)] == [False, False]


@pytest.mark.parametrize("name", [ONE, TWO])
def test_a_silent_holder_that_gives_a_sign_of_life_has_its_lock(tmp_path: Path, name: str) -> None:
    """Whichever of them it is."""
    world, objects = World(skew=timedelta(hours=1)), Folder(tmp_path)
    with held(objects, holder=ELSEWHERE, name=ONE, times=world.times(timedelta())) as one:
        with held(objects, holder=ELSEWHERE, name=TWO, times=world.times(timedelta())) as two:
            living = one if name == ONE else two
            world.meanwhile = lambda: living.renew() if world.passed >= 20 else None
            with pytest.raises(LockHeld, match="runner-7"), held(objects, name=WHOLE, times=world.times()):
                pass
        assert sum(world.waits) == pytest.approx(20)
    assert not _record(objects, WHOLE).is_held


def test_who_was_taken_for_dead_knows_it(tmp_path: Path) -> None:
    """At its next renewal, and it does not release what is the other's."""
    world, objects = World(skew=timedelta(hours=1)), Folder(tmp_path)
    with (
        held(objects, "slow", name=ONE, holder=ELSEWHERE, times=world.times(timedelta())) as slow,
        held(objects, "next", name=WHOLE, times=world.times()) as lock,
    ):
        slow.renew()
        assert slow.lost.startswith("the lock of `production`, shard 1/4 was taken by run next of ")
        slow.end()
        lock.renew()
        assert lock.still_held()


def test_shards_may_release_a_dead_lock_in_the_same_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second finds that it is done, and goes on."""
    objects, stack = Folder(tmp_path), ExitStack()
    _left_behind(objects, World(), WHOLE, holder=DEAD)
    swap = Folder.swap

    def overtaken(self: Folder, name: str, content: bytes, version: str) -> str:
        if name == lock_name(WHOLE):
            monkeypatch.setattr(Folder, "swap", swap)
            stack.enter_context(held(objects, "sibling", name=ONE))
        return swap(self, name, content, version)

    monkeypatch.setattr(Folder, "swap", overtaken)
    with stack, held(objects, name=TWO) as lock:
        assert (lock.still_held(), _record(objects, WHOLE).is_held) == (True, False)
        assert _record(objects, ONE).is_held


def test_who_takes_a_dead_lock_meanwhile_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at it and its release: the version decides."""
    objects, stack = Folder(tmp_path), ExitStack()
    _left_behind(objects, World(), HALF, holder=DEAD)
    swap = Folder.swap

    def overtaken(self: Folder, name: str, content: bytes, version: str) -> str:
        if name == lock_name(HALF):
            monkeypatch.setattr(Folder, "swap", swap)
            monkeypatch.setattr("reconciler.store.lock.rivals", lambda *_: [])
            stack.enter_context(held(objects, "faster", name=HALF))
        return swap(self, name, content, version)

    monkeypatch.setattr(Folder, "swap", overtaken)
    with stack, pytest.raises(LockHeld, match="run faster of"), held(objects, name=TWO):
        pass


def test_a_lock_of_another_version_is_no_free_one(tmp_path: Path) -> None:
    """What can't be read is not taken for nobody's; the help names its shard."""
    objects = Folder(tmp_path)
    objects.replace(lock_name(ONE), b"{}")
    with pytest.raises(ProjectError, match="no lock that this version can read") as caught, held(objects, name=WHOLE):
        pass
    assert caught.value.help.endswith("reconciler unlock --shard 1/4")
    assert not _record(objects, WHOLE).is_held
