"""When a request is sent again, and how long to wait before: bounded by attempts and by time, jittered."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from itertools import count

from reconciler.api.answers import CutOff
from reconciler.api.request import Request
from reconciler.errors import ApiError, ConnectionLost, RateLimited, ServerFault, Unreachable

#: Server faults that pass: a read may be asked again.
PASSING = frozenset({500, 502, 503, 504})


def may_repeat(request: Request, error: Exception) -> bool:
    """Whether sending `request` again after `error` is harmless and may help.

    Always after 429 and a connection that was never opened: the request was not carried out. After 503 too, unless it
    is to be sent once. After a lost connection if it reads or is repeatable. After other passing faults only if it
    reads. Busy (409) is not for here.
    """
    if isinstance(error, RateLimited | Unreachable):
        return True
    if isinstance(error, ServerFault):
        return (error.status == 503 and not request.once) or (request.is_read and error.status in PASSING)
    if isinstance(error, ConnectionLost):
        return request.is_read or request.repeatable
    return isinstance(error, CutOff) and request.is_read


def backoff(
    request: Request, attempts: int, seconds: float, told: Callable[[str], None]
) -> Callable[[Exception], bool | float]:
    """What stamina asks after each error of `request`: False, give up; True, its own wait; or the seconds to wait.

    `Retry-After` is honoured with a tenth on top at most, so that waiting threads do not return together; it is given
    up when it would end after `seconds` from now. `told` hears of each of the `attempts` that is still to come, in
    words: what went wrong, and the wait that was asked for.
    """
    deadline, tries = time.monotonic() + seconds, count(2)

    def decide(error: Exception) -> bool | float:
        if not (isinstance(error, ApiError) and may_repeat(request, error)):
            return False
        wait = None if error.retry_after is None else error.retry_after * random.uniform(1.0, 1.1)
        if wait is not None and time.monotonic() + wait >= deadline:
            return False
        if (number := next(tries)) <= attempts:
            pause = "" if wait is None else f"waiting {wait:.0f} s, as it asks, then "
            told(f"{error.detail}: {pause}try {number} of {attempts}")
        return True if wait is None else wait

    return decide


def not_repeated(error: ApiError, why: str) -> ApiError:
    """The error of a request that might have been sent again, saying also why it was not."""
    error.detail = f"{error.detail}; not sent again: {why}"
    error.args = (f"{error.summary}: {error.detail}",)
    return error
