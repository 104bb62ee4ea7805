"""The exception tree: everything that a user, the network or the API can cause, each with its next step.

ReconcilerError
├── ManifestsInvalid        the manifests have faults (diagnostics with places)
├── ProjectError            no project file, unknown environment, missing token, wrong origin …
├── SavedPlanRefused        stale, expired, altered, or for another target
├── LockHeld                another run is applying to the same environment
├── LimitExceeded           the plan is larger than its limits
│   └── ChecksFailed        the plan breaks checks of the project (diagnostics with places)
├── WriteRefused            a write from a read-only command (a bug), or of what is not documented (nothing was sent)
├── UnsafeQuery             a filter outside the API's table, or an empty batch query (nothing was sent)
├── InvalidArgument         a value that no request of the API can be made of (nothing was sent); a ValueError too
└── ApiError                an answer or its absence; carries the request, status and API code
    ├── Unauthorized        401, 403
    ├── NotFound            404
    ├── Rejected            400 and other 4xx: the API will not take this
    ├── Busy                409: another batch
    │   └── OnCall          409 for one contact: a call in progress
    ├── RateLimited         429
    ├── ServerFault         5xx
    ├── Unreadable          HTML, cut-off or otherwise invalid JSON, an answer that breaks the contract
    ├── Unreachable         no connection: the request was not sent
    └── ConnectionLost      sent, but no answer: whether it was carried out is unknown
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.diagnostics import Diagnostic


def place_of_bug(error: BaseException) -> str:
    """Where an error that is none of ours was raised, as ``file.py:12``: the place, never the values at hand (S10)."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else "an unknown place"


class ReconcilerError(Exception):
    """A fault that ends a stage. `summary` is fixed text, `detail` the facts, `help` the one next step.

    `code` is stable and names the kind of fault; without one it is the class's own.
    """

    code = "error"

    def __init__(self, summary: str, detail: str = "", help: str = "", code: str = "") -> None:
        super().__init__(f"{summary}: {detail}" if detail else summary)
        self.summary, self.detail, self.help = summary, detail, help
        self.code = code or type(self).code

    def diagnostic(self) -> Diagnostic:
        """The same fault as a value that renderers take."""
        from reconciler.diagnostics import Diagnostic  # `--help` needs none

        return Diagnostic(self.code, self.summary, self.detail, help=self.help)


class ManifestsInvalid(ReconcilerError):
    """The manifests have errors; `diagnostics` holds all of them."""

    code = "manifests-invalid"

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        super().__init__("the manifests have errors")
        self.diagnostics = tuple(diagnostics)


class ProjectError(ReconcilerError):
    """The project or its environment cannot be used as asked."""

    code = "project"


class SavedPlanRefused(ReconcilerError):
    """A saved plan that must not be applied."""

    code = "plan-refused"


class LockHeld(ReconcilerError):
    """Another run holds the lock of this environment."""

    code = "lock-held"


class LimitExceeded(ReconcilerError):
    """The plan would change more than its limits allow; nothing was written."""

    code = "limit-exceeded"


class ChecksFailed(LimitExceeded):
    """The plan breaks checks of the project, and nothing was written; `diagnostics` holds one for each check."""

    code = "check-failed"

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        super().__init__("checks of the project do not hold", "nothing was written")
        self.diagnostics = tuple(diagnostics)


class WriteRefused(ReconcilerError):
    """A read-only client was asked to write, or a write is not as documented; nothing was sent."""

    code = "write-refused"


class UnsafeQuery(ReconcilerError):
    """A contact query that could hit more contacts than meant; nothing was sent."""

    code = "unsafe-query"


class InvalidArgument(ReconcilerError, ValueError):
    """A value that no documented request can be made of; nothing was sent."""

    code = "invalid-argument"


class ApiError(ReconcilerError):
    """A request that did not end well. `request` reads ``PATCH /api/v1/voice/campaigns/6046``."""

    code = "api"
    title = "the API call did not end well"
    default_help = "try again; if it stays, ask the vendor's support about this request"

    def __init__(
        self,
        request: str,
        detail: str,
        *,
        status: int | None = None,
        api_code: str = "",
        retry_after: float | None = None,
        help: str = "",
    ) -> None:
        super().__init__(self.title, f"{request}: {detail}", help or self.default_help)
        self.request, self.status, self.api_code, self.retry_after = request, status, api_code, retry_after


class Unauthorized(ApiError):
    """The API refused the token."""

    code = "api-unauthorized"
    title = "the API refused the token"
    default_help = "check that the token is valid, not expired, and belongs to this account"


class NotFound(ApiError):
    """The API does not know this object."""

    code = "api-not-found"
    title = "the API does not know this object"
    default_help = "check the id; it may be another account's, or the object was deleted"


class Rejected(ApiError):
    """The API rejected the request."""

    code = "api-rejected"
    title = "the API rejected the request"
    default_help = "nothing was changed by this request; correct the value and plan again"


class Busy(ApiError):
    """The campaign is busy with another batch."""

    code = "api-busy"
    title = "the campaign is busy with another batch"
    default_help = "wait until the batch that runs there has ended, then run again"


class OnCall(Busy):
    """The contact is on a call."""

    code = "api-on-call"
    title = "the contact is on a call"
    default_help = "wait until its call has ended, then run again; nothing was changed by this request"


class RateLimited(ApiError):
    """The API asked to slow down."""

    code = "api-rate-limited"
    title = "the API asked to slow down"
    default_help = "wait a little and run again, or lower --parallelism"


class ServerFault(ApiError):
    """The API failed."""

    code = "api-server-fault"
    title = "the API failed"
    default_help = "run again later; plan shows what is left to do"


class Unreadable(ApiError):
    """The API's answer could not be read."""

    code = "api-unreadable"
    title = "the API's answer could not be read"
    default_help = "check baseUrl: a proxy or another server may be answering in the API's place"


class Unreachable(ApiError):
    """The API could not be reached."""

    code = "api-unreachable"
    title = "the API could not be reached"
    default_help = "check baseUrl, the network and any proxy (HTTPS_PROXY); nothing was sent"


class ConnectionLost(ApiError):
    """The connection was lost before the answer came."""

    code = "api-connection-lost"
    title = "the connection was lost before the answer came"
    default_help = "plan again: it reads what the account holds now and shows what is left to do"
