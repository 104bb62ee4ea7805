"""Whether an API is down: what everybody who calls it saw, taken together."""

from __future__ import annotations

import re
import threading
from math import inf

from reconciler.api.request import Request
from reconciler.errors import ApiError, ConnectionLost, ServerFault, Unreachable

#: An API is down after requests about so many different things have failed, one after another ...
FAILURES = 5
#: ... over so many seconds: ten workers whose requests fail at once may have met a short break.
SILENCE = 30.0

#: After these the API has not answered.
SILENT = (Unreachable, ConnectionLost, ServerFault)
_CAMPAIGN = re.compile(r"/campaigns/[0-9]+")


class Breaker:
    """Opens, for good, once an API is down. May be used from several threads.

    Only requests that were given up count, after all their repetitions, and any answer in between begins anew. A write
    counts where no connection was opened: else it may be what this one write does, and reading it back will tell.
    Requests about one campaign count as one: it may be alone in being broken.
    """

    def __init__(self, failures: int = FAILURES, silence: float = SILENCE) -> None:
        self._failures, self._silence = failures, silence
        self._lock = threading.Lock()
        self._places, self._count, self._since = set[str](), 0, inf
        self.words = ""

    @property
    def is_open(self) -> bool:
        """Whether the API is down; `words` then say what was seen."""
        return bool(self.words)

    def answered(self) -> None:
        """The API has answered a request."""
        if self._places:
            with self._lock:
                self._places, self._count, self._since = set(), 0, inf

    def gave_up(self, request: Request, error: ApiError, begun: float, now: float) -> None:
        """A request that was first sent in the second `begun` has been given up in the second `now`."""
        if not isinstance(error, SILENT) or not (request.is_read or isinstance(error, Unreachable)):
            return
        with self._lock:
            self._places.add(_place(request))
            self._count, self._since = self._count + 1, min(self._since, begun)
            lasted = now - self._since
            if not self.words and len(self._places) >= self._failures and lasted >= self._silence:
                row = f"{self._count} requests in a row failed in {lasted:.0f} s, and none succeeded"
                self.words = f"the API is down: {row}; the last was {error.detail}"


def _place(request: Request) -> str:
    """What a request is about: its campaign, or else its path."""
    found = _CAMPAIGN.search(request.path)
    return found[0] if found else request.path
