"""The lock of an environment: one apply at a time, whatever machine it runs on.

A lease: its holder renews it while the run lives. It is taken from a holder that is proved dead, or whose record has
not changed for a whole lease by the clock of who waits: two machines' clocks are never compared to take it.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reconciler.store.holder import Holder, lives_here
from reconciler.store.lease import LEASE, LockRecord, LockState, lock_held, lock_name, read_lock
from reconciler.store.objects import Changed, Objects, StoreFault, dumps

#: A lock's record, None where there is none, and its version.
_Read = tuple[LockRecord | None, Any]
#: So often a lease is renewed before it runs out.
RENEWALS = 3


def seconds() -> float:
    """Seconds since some moment, on a clock that nobody sets and that goes on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True, slots=True)
class Times:
    """The clocks of a lock: the time of day, for people; seconds that only grow; and how to wait."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    seconds: Callable[[], float] = seconds
    pause: Callable[[float], Any] = time.sleep


class Lock:
    """A lock that is held, and renewed by a thread of its own. May be asked from several threads."""

    def __init__(self, objects: Objects, name: str, record: LockRecord, version: Any, times: Times) -> None:
        self._objects, self._name, self._times = objects, name, times
        self._record, self._version = record, version
        self._sure_until = 0.0
        self._taken = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renewing, name="lock", daemon=True)

    @property
    def fencing(self) -> int:
        """The number of this holder: greater than that of any before."""
        return self._record.fencing

    def still_held(self) -> bool:
        """Whether nobody else can have it by now: nothing may be sent without this."""
        return not self._taken and self._times.seconds() < self._sure_until

    @property
    def lost(self) -> str:
        """Why it is not held any more; empty while it is."""
        if self.still_held():
            return ""
        return self._taken or f"the lock of `{self._name}` could not be renewed for {self._record.lease_seconds:.0f} s"

    def begin(self, asked: float) -> None:
        """Starts to renew it. `asked`: the second in which it was asked for."""
        self._sure_until = asked + self._record.lease_seconds
        self._thread.start()

    def end(self) -> None:
        """Lets go of it; StoreFault when that can't be noted: then it runs out."""
        self._ended.set()
        self._thread.join()
        with suppress(Changed):
            try:
                self._swap(LockState.RELEASED)
            except Changed:
                if self._is_ours():
                    self._swap(LockState.RELEASED)

    def renew(self) -> None:
        """Renews it once, as far as the store lets it."""
        asked = self._times.seconds()
        try:
            self._swap(LockState.HELD)
        except StoreFault:
            return
        except Changed:
            if not self._is_ours():
                return
        self._sure_until = asked + self._record.lease_seconds

    def _swap(self, state: LockState) -> None:
        record = self._record.renewed_at(self._times.clock(), state)
        self._version = self._objects.swap(lock_name(self._name), dumps(record), self._version)

    def _is_ours(self) -> bool:
        """Whether the record is one of this holder's all the same: an earlier answer of the store was lost."""
        try:
            found, version = read_lock(self._objects, self._name)
        except StoreFault:
            return False
        if found is None or (found.fencing, found.run) != (self.fencing, self._record.run):
            self._taken = f"the lock of `{self._name}` was " + (f"taken by {found.owner}" if found else "removed")
        elif found.state is LockState.RELEASED:
            self._taken = f"the lock of `{self._name}` was released by hand"
        else:
            self._version = version
            return True
        return False

    def _renewing(self) -> None:
        while not self._ended.wait(self._record.lease_seconds / RENEWALS) and not self._taken:
            self.renew()


@contextmanager
def held_lock(
    objects: Objects,
    name: str,
    run: str,
    holder: Holder,
    *,
    times: Times = Times(),
    lease: float = LEASE,
    say: Callable[[str], Any] = lambda _: None,
) -> Iterator[Lock]:
    """Holds the lock `name` (an environment's) for a run; `say` gets a line on what it waits for or what fails.

    LockHeld, naming the holder, when another run has it; StoreFault when the store can't be used.
    """
    lock, asked = _taken(objects, name, _Wanted(run, holder, lease, times, say))
    lock.begin(asked)
    try:
        yield lock
    finally:
        try:
            lock.end()
        except StoreFault as fault:
            say(f"warning: the lock could not be released ({fault.strerror}): it runs out in {lease:.0f} s")


@dataclass(frozen=True, slots=True)
class _Wanted:
    run: str
    holder: Holder
    lease: float
    times: Times
    say: Callable[[str], Any]


def _taken(objects: Objects, name: str, wanted: _Wanted) -> tuple[Lock, float]:
    """The lock, and the second in which it was asked for."""
    found, version = read_lock(objects, name)
    if found is not None:
        found, version = _free(objects, name, found, version, wanted)
    now, asked = wanted.times.clock(), wanted.times.seconds()
    record = LockRecord(
        environment=name,
        state=LockState.HELD,
        run=wanted.run,
        holder=wanted.holder,
        since=now,
        renewed=now,
        lease_seconds=wanted.lease,
        fencing=(found.fencing if found else 0) + 1,
        mark=secrets.token_hex(8),
    )
    try:
        if found is None:
            version = objects.create(lock_name(name), dumps(record))
        else:
            version = objects.swap(lock_name(name), dumps(record), version)
    except (FileExistsError, Changed):
        raise lock_held(read_lock(objects, name)[0], name) from None
    return Lock(objects, name, record, version, wanted.times), asked


def _free(objects: Objects, name: str, found: LockRecord, version: Any, wanted: _Wanted) -> _Read:
    """The record to be taken over, None for none; LockHeld when its holder lives, or may live."""
    if found.state is LockState.RELEASED:
        return found, version
    lives = lives_here(found.holder)
    if lives is False:
        wanted.say(f"The lock is that of {found.owner}: that process is dead, its lock is taken over")
        return found, version
    if lives or found.looks_alive(wanted.times.clock()):
        raise lock_held(found, name)
    wanted.say(f"The lock is that of {found.owner}; last sign of life {found.renewed:%Y-%m-%d %H:%M:%SZ}")
    wanted.say(f"Waiting {found.lease_seconds:.0f} s for another one; without any the lock is taken over")
    return _watched(objects, name, found, version, wanted)


def _watched(objects: Objects, name: str, found: LockRecord, version: Any, wanted: _Wanted) -> _Read:
    """The record, once it has not changed for a whole lease; LockHeld when its holder gives a sign of life."""
    times = wanted.times
    until = times.seconds() + found.lease_seconds
    while (left := until - times.seconds()) > 0:
        times.pause(min(left, max(0.05, found.lease_seconds / 12)))
        now, version_now = read_lock(objects, name)
        if now is None or now.state is LockState.RELEASED:
            return now, version_now
        if version_now != version:
            raise lock_held(now, name)
    return found, version
