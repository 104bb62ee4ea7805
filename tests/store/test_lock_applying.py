"""A lock that is lost in the middle of an apply: what is on its way is the last that it sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.store.folder import Folder
from reconciler.store.holder import this_process
from reconciler.store.journal import Journal
from reconciler.store.lease import read_lock, release_lock
from reconciler.store.lock import Lock, held_lock
from tests.applying.faults import DESIRED, DONE, FAILED, ONE_BY_ONE, PATCH, PUT, SKIPPED, grouped_world, outcomes
from tests.applying.faults import small_world as world_of_batches
from tests.applying.wire import after
from tests.conftest import NOW, ticking

RUN = "20261123T090000Z-abc123"
LOST = "the lock of `local` was released by hand"


@contextmanager
def _held(folder: Path) -> Iterator[tuple[Journal, Lock]]:
    objects = Folder(folder / "store")
    with held_lock(objects, "local", RUN, this_process({})) as lock:
        yield Journal(objects, RUN, ticking(), lock), lock


def _release(folder: Path, lock: Lock) -> None:
    """Somebody forces the lock open, and its holder sees it."""
    record, version = read_lock(Folder(folder / "store"), "local")
    release_lock(Folder(folder / "store"), "local", NOW, record, version)
    lock.renew()


def test_no_step_is_sent_without_the_lock(tmp_path: Path) -> None:
    """The report says why, and gives the lock's advice and not that of a full disk."""
    world = world_of_batches(tmp_path)
    plan = world.plan(DESIRED)
    with _held(tmp_path) as (journal, lock):
        world.wire.plant(*PATCH, after(lambda: _release(tmp_path, lock)))
        report = world.apply(plan, journal=journal, check=journal.check_lock, parallelism=1)
    assert outcomes(report) == [DONE, DONE, FAILED, SKIPPED, FAILED]
    assert report.results[2].detail == f"the lock is lost: {LOST}; nothing was sent"
    assert report.results[2].help == "see what the other run did, if there is one; then plan again"
    assert [each.method for each in world.wire.writes] == ["POST", "PATCH"]


@pytest.mark.parametrize("parallelism", [1, 3])
def test_single_writes_stop_without_the_lock(tmp_path: Path, parallelism: int) -> None:
    """They have no note of their own each: what is on its way is ended, and the others are named as not tried."""
    world = grouped_world(tmp_path, count=20)
    plan = world.plan(ONE_BY_ONE)
    with _held(tmp_path) as (journal, lock):
        world.wire.plant(*PUT, after(lambda: _release(tmp_path, lock)))
        report = world.apply(plan, journal=journal, check=journal.check_lock, parallelism=parallelism)
    sent = len(world.wire.writes)
    assert 1 <= sent <= parallelism
    assert outcomes(report) == [FAILED, SKIPPED]
    assert (len(report.results[0].contacts.done), len(report.results[0].contacts.untried)) == (sent, 20 - sent)
    assert report.results[0].detail.startswith(f"{LOST}: {20 - sent} contacts")


def test_a_lock_that_comes_back_does_not_start_it_again(tmp_path: Path) -> None:
    """Somebody else may have written meanwhile."""
    world, answers = grouped_world(tmp_path), iter([False, True])

    def check() -> None:
        if next(answers, False):
            raise OSError("not renewed")

    report = world.apply(world.plan(ONE_BY_ONE), check=check, parallelism=1)
    assert report.results[0].outcome is FAILED
    assert len(report.results[0].contacts.done) < 6
