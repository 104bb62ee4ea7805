"""Waiting for the API, and how long it took; who stops the run ends every wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any


class Clock:
    """One for a run; may be used from several threads. `pause` waits so many seconds in place of the clock.

    Then the time that it tells is the sum of those.
    """

    def __init__(self, pause: Callable[[float], Any] | None = None) -> None:
        self._pause = pause
        self._stop = threading.Event()
        self._paused = 0.0

    @property
    def stopping(self) -> bool:
        """Whether the run is being stopped: begin nothing new."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Stops the run."""
        self._stop.set()

    def now(self) -> float:
        """Seconds since any one moment."""
        return time.monotonic() if self._pause is None else self._paused

    def wait(self, seconds: float) -> bool:
        """Waits; True when the run is being stopped, and then at once."""
        if self._pause is None:
            return self._stop.wait(seconds)
        self._pause(seconds)
        self._paused += seconds
        return self._stop.is_set()
