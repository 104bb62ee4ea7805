"""Ctrl-C, and the signal of a CI system that cancels a job: heard where that does no harm, else kept until it does not.

Taking a lock, noting how a run ended and reporting it are never broken off by the first one. The second one always
leaves at once, as if the process were killed.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any, NoReturn

from reconciler.cli import logs
from reconciler.cli.exits import Exit

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_ERRORS = 2  # stderr, as the system numbers it
_HEARD = (
    "Interrupted: ending what is on its way (at most 30 s a request)."
    " Ctrl-C again leaves at once, and leaves the run unfinished."
)


class Interruptions:
    """How the process takes them for as long as this is entered. Outside of the main thread nothing can interrupt."""

    def __init__(self) -> None:
        #: The run that is being carried out; empty until it was begun.
        self.run = ""
        self._kept = self._hearing = False
        self._heard = 0
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interruptions:
        if threading.current_thread() is threading.main_thread():
            self._before = {each: signal.signal(each, self._hear) for each in _SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    @property
    def kept(self) -> bool:
        """Whether there was one that nobody has heard yet."""
        return self._kept

    @contextmanager
    def heard(self) -> Iterator[None]:
        """While this lasts the first one is a KeyboardInterrupt; one that was kept until now is, too, at once."""
        try:
            self._hearing = True
            if self._kept:
                self._kept = self._hearing = False
                raise KeyboardInterrupt
            yield
        finally:
            self._hearing = False

    def heed(self) -> None:
        """KeyboardInterrupt when one was kept."""
        with self.heard():
            pass

    def sleep(self, seconds: float) -> None:
        """Waits so many seconds, or until it is interrupted."""
        with self.heard():
            time.sleep(seconds)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self._heard += 1
        if self._heard > 1:
            leave_at_once(self.run)
        if self._hearing:
            self._hearing = False
            if self.run:
                _say_at_once(logs.urgent_words(_HEARD))
            raise KeyboardInterrupt
        self._kept = True


def _say_at_once(words: str) -> None:
    """Tells stderr; it may be in the midst of printing, so only the system is asked."""
    with suppress(OSError):
        os.write(_ERRORS, words.encode())


def leave_at_once(run: str) -> NoReturn:
    """Ends the process as if it were killed: threads may still be writing, and would have to be waited for.

    So the lock stays; it is taken over from a process that is dead. It may have been in the middle of printing: only
    the system is asked.
    """
    said = (
        f"run {run} is unfinished, and what was on its way may have been carried out. Run `apply` again: it waits for"
        " what still runs, and goes on from what the account holds."
        if run
        else "no run was begun, and nothing was written to the account."
    )
    _say_at_once(logs.last_words(f"Interrupted twice: {said}", Exit.INTERRUPTED))
    os._exit(Exit.INTERRUPTED)
