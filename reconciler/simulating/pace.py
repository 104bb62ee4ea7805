"""The time that applying would take, counted instead of waited for."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any, TypeVar

from reconciler.api.client import Client
from reconciler.api.request import Flow
from reconciler.applying.results import Result
from reconciler.errors import ApiError
from reconciler.planning.plan import Step

T = TypeVar("T")


@dataclass(slots=True)
class Hourglass:
    """A clock that begins at `start` and moves on only by what would be waited for."""

    start: datetime
    seconds: float = 0.0

    def now(self) -> datetime:
        """The moment it shows."""
        return self.start + timedelta(seconds=self.seconds)

    def wait(self, seconds: float) -> None:
        """So many seconds pass."""
        self.seconds += seconds


class Paced:
    """A client to the copy. Each call takes `call_seconds` of the `clock`; calls side by side share them."""

    def __init__(self, client: Client, clock: Hourglass, call_seconds: float) -> None:
        self._client, self._clock, self._call_seconds = client, clock, call_seconds

    @property
    def repeated(self) -> int:
        """How many requests it has sent that repeated another one."""
        return self._client.repeated

    def run(self, flow: Flow[T]) -> T:
        """The result of one flow."""
        return self._paced(lambda: self._client.run(flow), 1)

    def run_each(self, flows: Iterable[Flow[T]]) -> list[T | ApiError]:
        """The results of several flows, in their order; an error in the place of its flow's result."""
        return self._paced(lambda: self._client.run_each(flows), self._client.parallelism)

    def run_ahead(self, flows: Iterable[Flow[T]], is_last: Callable[[T], bool]) -> Generator[T]:
        """The results of flows in their order, up to and with the first that `is_last`."""
        found = self._paced(lambda: list(self._client.run_ahead(flows, is_last)), self._client.parallelism)
        yield from found

    def _paced(self, act: Callable[[], T], side_by_side: int) -> T:
        sent = self._client.requests
        try:
            return act()
        finally:
            self._clock.wait(ceil((self._client.requests - sent) / side_by_side) * self._call_seconds)


@dataclass(slots=True)
class Stopwatch:
    """A journal and a progress in one, which notes how long each campaign took by the clock, and counts batches."""

    clock: Hourglass
    #: Before the first step, and then by campaign id, in the order of the plan.
    ahead: float = 0.0
    campaigns: dict[int, float] = field(default_factory=dict)
    batches: int = 0
    _last: float = 0.0

    def note(self, event: str, content: Mapping[str, Any]) -> None:
        """The run begins, or a batch was taken; of its other events nothing is kept."""
        if event == "begin":
            self.ahead = self._last = self.clock.seconds
        self.batches += event == "accepted"

    def waiting(self, step: Step, why: str) -> None:
        """Nothing to note."""

    def going_on(self, step: Step, contacts: int) -> None:
        """Nothing to note."""

    def ended(self, result: Result) -> None:
        """A step has ended."""
        now, campaign = self.clock.seconds, result.step.campaign_id
        self.campaigns[campaign] = self.campaigns.get(campaign, 0.0) + now - self._last
        self._last = now

    def seconds(self, parallelism: int) -> float:
        """How long it takes with so many campaigns side by side, each begun as soon as there is room for it."""
        lanes = [0.0] * max(1, parallelism)
        for length in self.campaigns.values():
            heapq.heapreplace(lanes, lanes[0] + length)
        return self.ahead + max(lanes)
