"""Until when a command may go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadline:
    """The second `at`, by the clock `seconds`, at which a command is to be over. `text`: how long it had, in words."""

    at: float
    text: str
    seconds: Callable[[], float] = time.monotonic

    @property
    def is_over(self) -> bool:
        """Whether that moment has passed."""
        return self.seconds() >= self.at

    @property
    def words(self) -> str:
        """What is said once it is over."""
        return f"the deadline of {self.text} was over"
