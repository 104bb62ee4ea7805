"""When to ask how far a batch is: seldom while it can't have ended, often when it is about to."""

from __future__ import annotations

#: How often to ask, in seconds: no pause between two questions is shorter or longer.
SHORTEST, FIRST, LONGEST = 0.02, 0.1, 5.0
#: The first question about a batch comes after this share of what the former one took, and more by this share of it.
EARLY, STEP = 0.97, 0.02


class Pace:
    """How long the batches of one campaign take, learnt from the last one that ended (none is documented)."""

    def __init__(self) -> None:
        self._seconds: float | None = None
        self._size = 1

    def ended(self, seconds: float, size: int) -> None:
        """A batch of `size` contacts had ended when it was asked about so many seconds after it was accepted."""
        self._seconds, self._size = seconds, size

    def pause(self, waited: float, size: int) -> float:
        """How many seconds to wait before asking again about a batch of `size` contacts that was accepted so long ago.

        Without a former batch, a tenth of what was waited so far. A smaller batch than the former one may take as long,
        or less by its size: it is asked about from the lesser on.
        """
        growing = max(waited * 0.1, FIRST)
        if self._seconds is None:
            return min(growing, LONGEST)
        early = EARLY * self._seconds
        soonest = early * min(1.0, size / self._size)
        if waited < soonest:
            return max(soonest - waited, SHORTEST)
        overdue = max(self._seconds * STEP, (waited - self._seconds) * 0.1)
        return min(max(min(growing, early - waited) if waited < early else overdue, SHORTEST), LONGEST)
