"""Downloads: an answer's body handed on in pieces, and held against what its headers say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from reconciler.api.answers import media_type
from reconciler.api.request import Request
from reconciler.errors import ConnectionLost, Unreadable

#: Nothing compresses audio, and what is compressed on the way can't be counted.
PLAIN = {"Accept-Encoding": "identity"}
#: Of an answer that is an error so many bytes are read.
MAX_ERROR_BYTES = 65_536
_PIECE = 65_536


class Target(Protocol):
    """Where a download goes."""

    def begin(self, size: int | None) -> None:
        """Called at the start of every try, with the size in bytes where it is known: drop what came before."""

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""


class Incoming(Protocol):
    """What is needed of the HTTP library's response while it streams."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in any case."""

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The body in pieces, decompressed."""


def receive(request: Request, answer: Incoming, target: Target) -> int:
    """Hand the body of a successful answer to `target`; the number of its bytes.

    Unreadable for another medium than audio (a page of HTML, say) and for an empty body; ConnectionLost when fewer or
    more bytes came than the answer promised.
    """
    _check_medium(request, answer)
    size, count = _size(answer), 0
    target.begin(size)
    for chunk in answer.iter_bytes(_PIECE):
        target.write(chunk)
        count += len(chunk)
    if size not in (None, count):
        raise ConnectionLost(request.label, f"{count:,} of {size:,} bytes came", help=request.doubt_help)
    if not count:
        raise Unreadable(request.label, "an answer without a body came", help="there may be no recording of it")
    return count


def beginning(answer: Incoming) -> bytes:
    """The first bytes of an answer that is an error."""
    return next(answer.iter_bytes(MAX_ERROR_BYTES), b"")


def _check_medium(request: Request, answer: Incoming) -> None:
    medium = media_type(answer.headers)
    if not (medium.startswith("audio/") or medium == "application/octet-stream"):
        raise Unreadable(request.label, f"{medium} came instead of audio")


def _size(answer: Incoming) -> int | None:
    """The promised size; None without one, and for a compressed body, whose length tells nothing of its content's."""
    text = "" if "content-encoding" in answer.headers else answer.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdecimal() else None
