"""How long the account takes for a call, measured on the calls that read it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from statistics import median
from typing import TypeVar

from reconciler.api.reading import Reader
from reconciler.api.request import Flow
from reconciler.errors import ApiError

T = TypeVar("T")


class Measured:
    """A reader that measures each call of `reader`, with its repetitions, by `timer` (seconds, from any moment on)."""

    def __init__(self, reader: Reader, timer: Callable[[], float]) -> None:
        self._reader, self._timer = reader, timer
        self._taken: list[float] = []

    @property
    def calls(self) -> int:
        """How many calls were measured."""
        return len(self._taken)

    @property
    def seconds(self) -> float:
        """What a call takes: the median, which a few slow ones do not move; 0 without any."""
        return median(self._taken) if self._taken else 0.0

    def run(self, flow: Flow[T]) -> T:
        """The result of one flow."""
        return self._reader.run(self._measured(flow))

    def run_each(self, flows: Iterable[Flow[T]]) -> list[T | ApiError]:
        """The results of several flows, in their order; an error in the place of its flow's result."""
        return self._reader.run_each(self._measured(each) for each in flows)

    def run_ahead(self, flows: Iterable[Flow[T]], is_last: Callable[[T], bool]) -> Generator[T]:
        """The results of flows in their order, up to and with the first that `is_last`, some read in advance."""
        return self._reader.run_ahead((self._measured(each) for each in flows), is_last)

    def _measured(self, flow: Flow[T]) -> Flow[T]:
        try:
            request = next(flow)
            while True:
                begun = self._timer()
                response = yield request
                self._taken.append(self._timer() - begun)
                request = flow.send(response)
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            flow.close()
