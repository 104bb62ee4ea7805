"""Waiting for the API, and how long it took; what stops the run ends every wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

STOPPED = "the run was stopped"
#: Who waits looks so often whether the run has ended, in seconds.
LOOK = 0.5


class Clock:
    """One for a run; may be used from several threads. `pause` waits so many seconds in place of the clock.

    Then the time that it tells is the sum of those. `ended` says why the run is over by itself (a deadline, an API that
    is down); nothing while it goes on.
    """

    def __init__(self, pause: Callable[[float], Any] | None = None, ended: Callable[[], str] = lambda: "") -> None:
        self._pause, self._ended = pause, ended
        self._stop = threading.Event()
        self._paused = 0.0

    @property
    def stopping(self) -> bool:
        """Whether the run is being stopped: begin nothing new."""
        return bool(self.reason)

    @property
    def reason(self) -> str:
        """Why the run is being stopped; empty while it goes on."""
        return STOPPED if self._stop.is_set() else self._ended()

    def stop(self) -> None:
        """Stops the run."""
        self._stop.set()

    def now(self) -> float:
        """Seconds since any one moment."""
        return time.monotonic() if self._pause is None else self._paused

    def wait(self, seconds: float) -> bool:
        """Waits; True when the run is being stopped, and then at once or after LOOK seconds at most."""
        if self._pause is None:
            until = time.monotonic() + seconds
            while not self.stopping and (left := until - time.monotonic()) > 0:
                self._stop.wait(min(left, LOOK))
        else:
            self._pause(seconds)
            self._paused += seconds
        return self.stopping
