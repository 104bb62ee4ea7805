"""The lock of an environment, or of a shard of it: one apply at a time, whatever machine it runs on.

A lease: its holder renews it while the run lives. It is taken from a holder that is proved dead, or whose record has
not changed for a whole lease by the clock of who waits: two machines' clocks are never compared to take it.

Locks that share campaigns keep each other out: who has taken its own looks at those of the others, and lets go of it
where one is held. So of two that begin in one moment both may have to come again, and never do both go on.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reconciler.store.holder import Holder, lives_here
from reconciler.store.lease import LEASE, LockRecord, LockState, lock_held, lock_name, read_lock, rivals
from reconciler.store.objects import Changed, Objects, StoreFault, dumps
from reconciler.store.scope import environment_of, scope_words

#: A lock's record, None where there is none, and its version.
_Read = tuple[LockRecord | None, Any]
#: The same of one that is held, or was when somebody looked.
_Held = tuple[LockRecord, Any]
#: So often a lease is renewed before it runs out.
RENEWALS = 3
#: So many locks are read side by side.
AT_ONCE = 8


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
        return self._taken or f"{self._words} could not be renewed for {self._record.lease_seconds:.0f} s"

    @property
    def _words(self) -> str:
        return f"the lock of {scope_words(self._name)}"

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
            self._taken = f"{self._words} was " + (f"taken by {found.owner}" if found else "removed")
        elif not found.is_held:
            self._taken = f"{self._words} was released by hand"
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
    """Holds the lock `name` (a scope's) for a run; `say` gets a line on what it waits for or what fails.

    LockHeld, naming the holder, when another run has it, or one that shares campaigns with it; StoreFault when the
    store can't be used.
    """
    wanted = _Wanted(run, holder, lease, times, say)
    lock, asked = _taken(objects, name, wanted)
    lock.begin(asked)
    try:
        _keep_out(objects, name, wanted)
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

    def over(self, found: LockRecord | None, name: str, state: LockState) -> LockRecord:
        """The record of this run that follows on what was found."""
        now = self.times.clock()
        return LockRecord(
            environment=environment_of(name),
            state=state,
            run=self.run,
            holder=self.holder,
            since=now,
            renewed=now,
            lease_seconds=self.lease,
            fencing=(found.fencing if found else 0) + 1,
            mark=secrets.token_hex(8),
        )


def _taken(objects: Objects, name: str, wanted: _Wanted) -> tuple[Lock, float]:
    """The lock, and the second in which it was asked for."""
    found, version = read_lock(objects, name)
    if found is not None and found.is_held:
        found, version = _outlived(objects, {name: (found, version)}, wanted)[name]
    asked, record = wanted.times.seconds(), wanted.over(found, name, LockState.HELD)
    try:
        if found is None:
            version = objects.create(lock_name(name), dumps(record))
        else:
            version = objects.swap(lock_name(name), dumps(record), version)
    except (FileExistsError, Changed):
        raise lock_held(read_lock(objects, name)[0], name) from None
    return Lock(objects, name, record, version, wanted.times), asked


def _keep_out(objects: Objects, name: str, wanted: _Wanted) -> None:
    """Sees that nobody is at work in the campaigns of this lock, which is held; LockHeld where somebody is, or may be.

    A lock whose holder is dead is released in its place: should it live after all, it finds that it has lost it.
    """
    names = rivals(objects, name)
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="locks") as pool:
        found = dict(zip(names, pool.map(lambda each: read_lock(objects, each), names), strict=True))
    held = {each: (record, version) for each, (record, version) in found.items() if record and record.is_held}
    for each, (record, version) in _outlived(objects, held, wanted).items():
        if record is not None and record.is_held:
            _release(objects, each, record, version, wanted)


def _release(objects: Objects, name: str, record: LockRecord, version: Any, wanted: _Wanted) -> None:
    """Releases a dead holder's lock; a shard beside this one may have done so just now. LockHeld if somebody has it."""
    try:
        objects.swap(lock_name(name), dumps(wanted.over(record, name, LockState.RELEASED)), version)
    except Changed:
        if _is_held(found := read_lock(objects, name)):
            raise lock_held(found[0], name) from None


def _outlived(objects: Objects, found: Mapping[str, _Held], wanted: _Wanted) -> Mapping[str, _Read]:
    """These locks as they are once each was let go, or its holder is known to be dead, or has been silent for a lease.

    LockHeld when one of the holders lives, or gives a sign of life.
    """
    doubtful: dict[str, _Held] = {}
    for name, (record, version) in found.items():
        lives = lives_here(record.holder)
        if lives or (lives is None and record.looks_alive(wanted.times.clock())):
            raise lock_held(record, name)
        if lives is None:
            doubtful[name] = record, version
    for name, (record, _) in found.items():
        whose = f"The lock of {scope_words(name)} is that of {record.owner}"
        if name in doubtful:
            wanted.say(f"{whose}; last sign of life {record.renewed:%Y-%m-%d %H:%M:%SZ}")
        else:
            wanted.say(f"{whose}: that process is dead, its lock is taken over")
    return {**found, **(_watched(objects, doubtful, wanted) if doubtful else {})}


def _watched(objects: Objects, found: Mapping[str, _Held], wanted: _Wanted) -> Mapping[str, _Read]:
    """The locks, once none of them has changed for a whole lease; LockHeld when a holder gives a sign of life."""
    times, lease = wanted.times, max(record.lease_seconds for record, _ in found.values())
    wanted.say(f"Waiting {lease:.0f} s for another one; without any the lock is taken over")
    until, seen = times.seconds() + lease, dict[str, _Read](found)
    while (left := until - times.seconds()) > 0 and (open_ := [each for each in seen if _is_held(seen[each])]):
        times.pause(min(left, max(0.05, lease / 12)))
        for name in open_:
            before, seen[name] = seen[name], read_lock(objects, name)
            if _is_held(seen[name]) and seen[name][1] != before[1]:
                raise lock_held(seen[name][0], name)
    return seen


def _is_held(read: _Read) -> bool:
    return read[0] is not None and read[0].is_held
