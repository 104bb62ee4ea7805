"""What a store is: small objects under names, some of which are written only if nobody else has written them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol

import msgspec

from reconciler.errors import ProjectError

#: What to do when a store does not take what it should.
WRITABLE = "choose another store.url, or correct the store's permissions and space; then run again"


#: A moment in an object: with its zone, always.
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class StoreFault(ProjectError, OSError):
    """A store that can't be read or written. An OSError too: `strerror` says why."""


class Changed(Exception):
    """An object is no longer the version that was to be replaced."""


def store_fault(code: str, summary: str, detail: str, advice: str, strerror: str = "") -> StoreFault:
    """A StoreFault; `strerror` is the reason alone, where `detail` says more than it."""
    fault = StoreFault(summary, detail, advice, code)
    fault.strerror = strerror or detail
    return fault


def dumps(record: msgspec.Struct) -> bytes:
    """A record as its object holds it."""
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"


@dataclass(frozen=True, slots=True)
class Found:
    """An object's content, and the version that it has (each store's own kind of value)."""

    content: bytes
    version: Any


class Objects(Protocol):
    """Objects under names like ``runs/20261123T131500Z-3fa9c1/run.json``: letters, digits, ``-._`` and ``/``.

    Every call raises StoreFault when the store can't be used. What is written is durable when the call returns.
    """

    def create(self, name: str, content: bytes) -> Any:
        """Writes a new object and returns its version; FileExistsError when there is one of that name."""

    def read(self, name: str) -> Found | None:
        """The object; None when there is none of that name."""

    def swap(self, name: str, content: bytes, version: Any) -> Any:
        """Writes over this version of an object and returns the new one; Changed when it is another, or gone.

        No two contents of one object may ever be equal: they tell who has written.
        """

    def replace(self, name: str, content: bytes) -> None:
        """Writes an object, over whatever there is: readers see the one or the other, never a half."""

    def children(self, folder: str) -> list[str]:
        """The names right below a folder (``runs/``), sorted; those of folders end with a slash."""

    def delete(self, name: str) -> None:
        """Removes an object; one that is not there is no fault."""
