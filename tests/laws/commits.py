"""What an emulator really did: every change of its rows, whose it was, and what each read could see."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

import reconciler.emulator.app as emulator
from reconciler.emulator.batches import move_batches

#: ("campaign", id, 0) or ("contact", campaign id, contactId).
Key = tuple[str, int, int]
#: The rows as JSON texts.
State = Mapping[Key, str]
#: "earlier": a batch that was accepted before the command began.
By = Literal["api", "batch", "earlier", "console"]

_ROWS = """
SELECT 'campaign', id, 0, document FROM campaigns UNION ALL
SELECT 'contact', campaignId, contactId, document FROM contacts
"""


def campaign(number: int) -> Key:
    """The key of a campaign."""
    return ("campaign", number, 0)


def contact(number: int, contact_id: int) -> Key:
    """The key of a contact."""
    return ("contact", number, contact_id)


@dataclass(frozen=True, slots=True)
class Commit:
    """One change: by a request of the API, by a batch that ended, or by somebody in the console.

    `method`, `path` and `body` are of the request; empty for the others.
    """

    by: By
    before: State
    after: State
    method: str = ""
    path: str = ""
    body: Any = None

    def changes(self) -> dict[Key, dict[str, tuple[Any, Any]]]:
        """Field by field before → after, of each row that changed; the signatures aside. A row that is gone: {}."""
        found = {}
        for key in self.before.keys() | self.after.keys():
            if self.before.get(key) != self.after.get(key):
                found[key] = _fields(self.before.get(key), self.after.get(key))
        return found


@dataclass(slots=True)
class Seen:
    """What happened, in its order: the commits, and the states that a read of the API could see."""

    state: State = field(default_factory=dict)
    commits: list[Commit] = field(default_factory=list)
    reads: list[tuple[str, State]] = field(default_factory=list)
    #: Called with each commit, and before each request is carried out.
    observer: Callable[[Commit], object] = lambda commit: None
    asked: Callable[[], object] = lambda: None
    #: The tokens of the batches that ended, and of those that were accepted before all this.
    ended: set[str] = field(default_factory=set)
    earlier: set[str] = field(default_factory=set)
    connection: sqlite3.Connection | None = None

    def note(self, by: By, *request: Any) -> None:
        """Something has been done; whether it changed anything is seen here."""
        self._became(state_of(self.connected), by, *request)

    def note_batches(self) -> None:
        """Batches may have ended: each is a commit of its own. A campaign has one at a time."""
        now = state_of(self.connected)
        rows = self.connected.execute("SELECT token, campaignId FROM batches WHERE nextMoveAt IS NULL").fetchall()
        for token, number in rows:
            if token not in self.ended:
                self.ended.add(token)
                here = {key: text for key, text in now.items() if key[1] == number}
                others = {key: text for key, text in self.state.items() if key[1] != number}
                self._became(here | others, "earlier" if token in self.earlier else "batch")
        assert self.state == now

    def forget(self) -> None:
        """Begin anew, from the state as it is."""
        self.commits, self.reads = [], []
        if self.connection is not None:
            self.earlier = {token for (token,) in self.connection.execute("SELECT token FROM batches")}

    @property
    def running(self) -> set[str]:
        """The tokens of the batches that were accepted since, and have not ended."""
        if self.connection is None:  # nothing has come to the API
            return set()
        rows = self.connection.execute("SELECT token FROM batches WHERE nextMoveAt IS NOT NULL").fetchall()
        return {token for (token,) in rows} - self.earlier

    @property
    def connected(self) -> sqlite3.Connection:
        """The emulator's connection to its rows."""
        assert self.connection is not None
        return self.connection

    def begin(self, connection: sqlite3.Connection) -> None:
        """Nothing has happened yet."""
        if self.connection is None:
            self.connection, self.state = connection, state_of(connection)

    def _became(self, now: State, by: By, *request: Any) -> None:
        if now != self.state:
            self.commits.append(Commit(by, self.state, now, *request))
            self.state = now
            self.observer(self.commits[-1])


def state_of(connection: sqlite3.Connection) -> State:
    """All rows."""
    return {(kind, number, contact_id): text for kind, number, contact_id, text in connection.execute(_ROWS)}


@contextmanager
def watched() -> Iterator[Seen]:
    """What the emulator of this process does meanwhile; there must be only one."""
    seen = Seen()
    answer, edit, move = emulator._Service._answer, emulator._Service.edit, move_batches

    def moved(connection: sqlite3.Connection, *more: Any) -> None:
        seen.begin(connection)
        move(connection, *more)
        seen.note_batches()

    def answered(service: Any, endpoint: Any, request: Any, body: bytes) -> Any:
        seen.asked()
        try:
            return answer(service, endpoint, request, body)
        finally:
            path = request.url.path
            seen.note("api", endpoint.method, path, json.loads(body) if body else None)
            if endpoint.kind == "read":
                seen.reads.append((path, seen.state))

    def edited(service: Any, what: Any) -> Any:
        try:
            return edit(service, what)
        finally:
            seen.note("console")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(emulator, "move_batches", moved)
        patch.setattr(emulator._Service, "_answer", answered)
        patch.setattr(emulator._Service, "edit", edited)
        yield seen


def _fields(before: str | None, after: str | None) -> dict[str, tuple[Any, Any]]:
    if after is None:
        return {}
    old, new = json.loads(before or "{}"), json.loads(after)
    return {
        name: (old.get(name), value)
        for name, value in new.items()
        if old.get(name) != value and name not in ("lastUpdatedAt", "lastUpdatedBy")
    }
