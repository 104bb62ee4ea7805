"""Locks of machines whose clocks differ, in a world where time passes only while somebody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from reconciler.store.holder import Holder, this_process
from reconciler.store.lease import lock_name
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
def held(objects: Objects, run: str = RUN, name: str = "production", **options: Any) -> Iterator[Lock]:
    """The lock, held by this process unless another `holder` is given."""
    with held_lock(objects, name, run, options.pop("holder", this_process({})), **options) as lock:
        yield lock


def left_behind(objects: Objects, world: World) -> None:
    """A lock that a holder on another machine took, and neither renews nor releases."""
    with held(objects, times=world.times(timedelta()), holder=ELSEWHERE):
        found = objects.read(lock_name("production"))
    assert found is not None
    objects.replace(lock_name("production"), found.content)
