"""A time that only pauses move on, and traffic in it."""

from __future__ import annotations

from reconciler.api.breaker import Breaker
from reconciler.api.deadline import Deadline
from reconciler.api.rate import Rate
from reconciler.api.traffic import Traffic


class Time:
    """A time that only pauses move on."""

    def __init__(self) -> None:
        self.now, self.pauses = 0.0, list[float]()

    def __call__(self) -> float:
        """The time now."""
        return self.now

    def pause(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.pauses.append(seconds)
        self.now += seconds

    def traffic(self, rate: Rate | None = None, after: float | None = None, silence: float = 30.0) -> Traffic:
        """Traffic in this time, with a deadline `after` so many seconds."""
        deadline = None if after is None else Deadline(self.now + after, "30m", self)
        return Traffic(rate, deadline=deadline, breaker=Breaker(silence=silence), seconds=self, pause=self.pause)
