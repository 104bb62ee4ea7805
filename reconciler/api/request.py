"""What is sent and what comes back, as values: an endpoint yields requests and is handed responses."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from reconciler.errors import ApiError, Busy
from reconciler.model import UNSET

T = TypeVar("T")

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})

#: The POST requests that only read: "POST Search contacts" and "POST Search contacts by phone".
SEARCH_PATHS = (
    re.compile(r"/api/v2/voice/campaigns/[0-9]+/contacts/search"),
    re.compile(r"/api/v2/voice/campaigns/contacts/search/by-phone"),
)

_PATH = re.compile(r"(/[A-Za-z0-9_-]+)+")


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """One API call, below the origin that the client knows.

    `path` is made of plain segments; `params` is the query string; `json` the body (`UNSET`: no body).
    `repeatable`: sending it twice does what sending it once does, so that it may be repeated when its answer was lost.
    `once`: sending it twice does harm, so that it is not repeated after a 503 either, which a gateway may have made up.
    `accept`: the media type that is asked for. `conflict`: what status 409 means here. `lost_help`: what to do when
    nobody knows whether it was carried out; empty: what the error says itself.
    """

    method: str
    path: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    json: object = UNSET
    repeatable: bool = False
    once: bool = False
    accept: str = "application/json"
    conflict: type[ApiError] = Busy
    lost_help: str = ""
    next_url: str = field(default="", init=False)

    def __post_init__(self) -> None:
        if self.method not in METHODS or not _PATH.fullmatch(self.path):
            raise ValueError(f"not a request of the API: {self.method} {self.path!r}")

    def __repr__(self) -> str:
        return f"<Request {self.label}>"

    @property
    def label(self) -> str:
        """How messages name it: ``PATCH /api/v1/voice/campaigns/6046``, without query string and body."""
        return f"{self.method} {self.path}"

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing, whatever the account: a GET, or a POST to one of the search paths (S1)."""
        return self.method == "GET" or (
            self.method == "POST" and any(path.fullmatch(self.path) for path in SEARCH_PATHS)
        )

    @property
    def doubt_help(self) -> str:
        """What to do when its answer is lost: its own help, or for a read that nothing happened; may be empty."""
        return self.lost_help or ("run it again: it only reads, nothing was changed" if self.is_read else "")

    def following(self, url: str) -> Request:
        """The request for the page that the answer to this list request called `next`: the same method and body.

        The client refuses it unless `url` has the client's own scheme, host and port, and for a POST this very path.
        It keeps the list's label: nothing of the account's text gets into messages. ValueError unless this reads.
        """
        if not self.is_read:
            raise ValueError(f"not a list of the API: {self.label}")
        request = replace(self, params={})
        object.__setattr__(request, "next_url", url)
        return request


@dataclass(frozen=True, slots=True)
class Response:
    """A successful answer: the header names are in lower case; `body` is decoded from any compression."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


#: Yields requests, is handed their responses, returns a T. `Client.run` drives it; tests feed it by hand.
Flow = Generator[Request, Response, T]
