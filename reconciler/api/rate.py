"""When requests may leave: so many a second, and none while the API asks everybody to wait. It has no clock."""

from __future__ import annotations

import random
import threading
from math import inf

#: So much longer than asked may each one wait, so that those who wait do not return together.
SPREAD = 0.1


class Rate:
    """The slots of all who call one API. May be used from several threads; where nothing limits, they do not meet.

    `per_second`: how many requests may leave in a second, evenly spaced; None: any number.
    """

    def __init__(self, per_second: float | None = None) -> None:
        self.per_second = per_second
        self._interval = 0.0 if per_second is None else 1 / per_second
        self._next = self._held_until = -inf
        self._lock = threading.Lock()

    @property
    def is_free(self) -> bool:
        """Whether there is nothing to wait for, now or later: no limit, and nobody has asked to wait."""
        return not self._interval and self._held_until == -inf

    def slot(self, now: float) -> float:
        """The second, from `now` on, in which one request may leave. It is taken: nobody else gets it."""
        with self._lock:
            first = max(now, self._next)
            if first < self._held_until:
                late = 0.0 if self._interval else random.uniform(0, SPREAD) * (self._held_until - first)
                first = self._held_until + late
            if self._interval:
                self._next = first + self._interval
            return first

    def hold(self, until: float) -> None:
        """Nobody's request may leave before the second `until`."""
        with self._lock:
            self._held_until = max(self._held_until, until)

    def is_held(self, slot: float) -> bool:
        """Whether a slot, since it was taken, was put off."""
        return slot < self._held_until
