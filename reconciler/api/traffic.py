"""What all who call one API share: how fast they may, whether it answers at all, and until when they go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from reconciler.api.breaker import SILENT, Breaker
from reconciler.api.deadline import Deadline
from reconciler.api.rate import Rate
from reconciler.api.request import Request
from reconciler.errors import ApiError, RateLimited, ReconcilerError, Unreachable


class NotSent(ApiError):
    """A request that was held back here: it never left, and nothing else of it is in doubt."""

    code = "api-not-sent"
    title = "a request was held back"
    default_help = "run again: what is done already is not sent again"

    def __init__(self, request: str, why: str, *, help: str = "") -> None:
        super().__init__(request, f"not sent: {why}", help=help)
        self.why = why


class ApiDown(NotSent, Unreachable):
    """The API is down: nothing more is sent to it."""

    code = "api-down"
    title = "the API is down"
    default_help = "run again when it answers: what is on its way is read back first, and nothing is sent twice"


class DeadlineOver(ReconcilerError):
    """The deadline of a command that only reads is over."""

    code = "deadline-over"


class Traffic:
    """One for each account in a process; may be used from several threads.

    `seconds` tells the time and `pause` waits: tests give their own. `waited`: how many seconds all have waited for
    slots. Without a rate and a deadline it costs a request nothing to speak of.
    """

    def __init__(
        self,
        rate: Rate | None = None,
        *,
        deadline: Deadline | None = None,
        breaker: Breaker | None = None,
        seconds: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Any] = time.sleep,
    ) -> None:
        self.rate, self.breaker, self.deadline = rate or Rate(), breaker or Breaker(), deadline
        self.seconds, self._pause = seconds, pause
        self.waited = 0.0
        self._counting, self._too_late = threading.Lock(), False

    def ended(self) -> str:
        """Why nothing new may be begun; empty while it may."""
        over = self.deadline is not None and (self._too_late or self.deadline.is_over)
        return self.breaker.words or (self.deadline.words if self.deadline is not None and over else "")

    def enter(self, request: Request, *, again: bool, guard: Callable[[], object] | None) -> None:
        """Comes back when the request may leave, which it then must do at once.

        `again`: it was sent before. `guard`, of who writes, raises a ReconcilerError when no write may leave any more;
        with it a read leaves beyond the deadline, too, once: what was written is read back.
        NotSent (ApiDown) when it may not leave; DeadlineOver for a read that is late, of who does not write.
        """
        writes = guard is not None
        deadline = None if writes and request.is_read and not again else self.deadline
        self._refuse(request, deadline, writes)
        if not self.rate.is_free:
            self._wait(request, deadline, writes)
            self._refuse(request, deadline, writes)
        if guard is None or request.is_read:
            return
        try:
            guard()
        except ReconcilerError as error:
            raise NotSent(request.label, f"{error.summary}: {error.detail}", help=error.help) from None

    def heard(self, error: ApiError) -> None:
        """Takes note of how one exchange ended that did not end well."""
        if isinstance(error, RateLimited) and error.retry_after:
            self.rate.hold(self.seconds() + error.retry_after)
        if not isinstance(error, SILENT):
            self.breaker.answered()

    def gave_up(self, request: Request, error: ApiError, begun: float) -> None:
        """Takes note of a request that was first to be sent in the second `begun`, and has ended with this error."""
        if not isinstance(error, NotSent):
            self.breaker.gave_up(request, error, begun, self.seconds())

    def _refuse(self, request: Request, deadline: Deadline | None, writes: bool) -> None:
        if self.breaker.is_open:
            raise ApiDown(request.label, self.breaker.words)
        if deadline is not None and deadline.is_over:
            raise _late(request, deadline, writes)

    def _wait(self, request: Request, deadline: Deadline | None, writes: bool) -> None:
        """Waits for a slot; raises at once when the next one comes after the deadline."""
        while True:
            now = self.seconds()
            slot = self.rate.slot(now)
            if deadline is not None and slot >= deadline.at:
                self._too_late = True  # every slot before it is taken
                raise _late(request, deadline, writes)
            if slot > now:
                with self._counting:
                    self.waited += slot - now
                self._pause(slot - now)
            if not self.rate.is_held(slot):
                return


def _late(request: Request, deadline: Deadline, writes: bool) -> ReconcilerError:
    if writes or not request.is_read:
        return NotSent(request.label, deadline.words)
    advice = "give it more time, or less to do (--target, --selector)"
    return DeadlineOver("the deadline is over", f"{deadline.words} before {request.label}", advice)
