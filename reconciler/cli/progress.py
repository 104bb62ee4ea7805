"""How far a run is: a line for each step that has ended, and one that moves on a terminal, or comes now and then."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.applying.results import Result
    from reconciler.planning.plan import Step

#: Where nothing can move, how far the run is is said after so many seconds, and so is that a step still waits.
NOW_AND_THEN = 30.0


@contextmanager
def progress(steps: Sequence[Step], parallelism: int) -> Iterator[Lines]:
    """What tells on stderr how far the run of these steps is, for as long as the block lasts."""
    from reconciler.cli import logs

    if can_move(os.environ) and not logs.is_json():
        lines = Lines(steps, parallelism, moving=True)
        with _moving(lines.state):
            yield lines
    else:
        yield Lines(steps, parallelism, moving=False)


def can_move(environment: Mapping[str, str]) -> bool:
    """Whether stderr is a terminal on which a line can be written over; `environment`: of the process."""
    return sys.stderr is not None and sys.stderr.isatty() and environment.get("TERM") not in (None, "", "dumb")


@contextmanager
def _moving(state: Callable[[], str]) -> Iterator[None]:
    """Keeps `state` below whatever is printed to stderr meanwhile; it goes when the block ends."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    def line() -> Text:
        return Text(state(), no_wrap=True, overflow="ellipsis", end="")

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    with Live(console=console, get_renderable=line, transient=True, redirect_stdout=False, refresh_per_second=4):
        yield


class Lines:
    """Tells how far a run is; called from several threads. `moving`: somebody else shows `state` all the time."""

    def __init__(
        self, steps: Sequence[Step], parallelism: int, *, moving: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        from reconciler.cli.tempo import Tempo

        self._total, self._ended = len(steps), 0
        self._tempo = Tempo(steps, parallelism)
        self._moving, self._clock = moving, clock
        self._lock = threading.Lock()
        self._said: dict[int | None, float] = {None: clock()}

    def waiting(self, step: Step, why: str) -> None:
        """The step waits for the API."""
        from reconciler.render.neutral import neutral

        with self._lock:
            self._tempo.begun(step, self._clock())
            if why == "busy" and self._is_time(step.number):
                address = neutral(step.address)
                _talk(f"{self._blank()}  …         {address}  campaign is busy with another batch, waiting", "waiting")
            self._now_and_then()

    def going_on(self, step: Step, contacts: int) -> None:
        """The step goes on, and has written so many more contacts."""
        with self._lock:
            if contacts:
                self._tempo.written(step, contacts, self._clock())
            self._now_and_then()

    def ended(self, result: Result) -> None:
        """A step has ended."""
        with self._lock:
            self._ended += 1
            self._tempo.ended(result.step, self._clock(), result.contacts.sent)
            self._tell(result)
            self._now_and_then()

    def _tell(self, result: Result) -> None:
        from reconciler.cli import logs, observing, terminal
        from reconciler.render.text import result_text

        observing.step_ended(result)
        if not logs.is_json():
            terminal.talk(result_text(result, self._total, self._ended))

    def state(self) -> str:
        """How far the run is, on one line."""
        tempo, now = self._tempo, self._clock()
        parts = [f"{tempo.done:,} of {tempo.total:,} contacts"] if tempo.total else []
        if (speed := tempo.speed()) is not None:
            parts.append(f"{speed:,.0f} a second" if speed >= 1 else f"{speed * 60:,.0f} a minute")
            parts.append(f"{length(tempo.seconds_left(now) or 0.0)} left")
        return "  ".join([self._blank(), "…", " · ".join([*parts, f"{self._ended:,} of {self._total:,} steps"])])

    def _now_and_then(self) -> None:
        if not self._moving and self._is_time(None):
            _talk(self.state(), "progress")

    def _is_time(self, what: int | None) -> bool:
        """Whether it is time to say this (of a step; None: of the run) again."""
        now = self._clock()
        if now - self._said.get(what, now - NOW_AND_THEN) < NOW_AND_THEN:
            return False
        self._said[what] = now
        return True

    def _blank(self) -> str:
        return " " * (2 + len(f"{self._total}/{self._total}"))


def _talk(line: str, event: str) -> None:
    from reconciler.cli import terminal

    terminal.talk(f"{line}\n", event)


def length(seconds: float) -> str:
    """A time in words: ``12 s``, ``3 min``, ``1 h 5 min``."""
    whole = max(round(seconds), 1)
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
