"""The contacts that recent searches found, so that the further pages of a search don't search again."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence

from reconciler.emulator.conditions import Clause
from reconciler.emulator.json_text import dumps

#: How many searches are remembered: about as many as a client reads side by side.
REMEMBERED = 16


class Results:
    """The system ids that a condition finds, in the order of the account; forgotten at any write to the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._as_of: tuple[int, int] | None = None
        self._found: dict[Clause, array[int]] = {}

    def ids(self, condition: Clause) -> Sequence[int]:
        """All ids that meet `condition`, in the order in which search shows them."""
        self._forget_what_is_old()
        if condition not in self._found:
            if len(self._found) >= REMEMBERED:
                del self._found[next(iter(self._found))]
            # The plus keeps SQLite from walking the whole campaign in order where a condition has a better index.
            rows = self._connection.execute(
                f"SELECT id FROM contacts WHERE {condition.sql} ORDER BY +position", condition.values
            )
            self._found[condition] = array("q", (number for (number,) in rows))
        return self._found[condition]

    def documents(self, ids: Sequence[int]) -> list[str]:
        """The JSON texts of the contacts `ids`, in that order."""
        rows = self._connection.execute(
            "SELECT document FROM json_each(?) wanted JOIN contacts ON contacts.id = wanted.value ORDER BY wanted.key",
            (dumps(list(ids)),),
        )
        return [document for (document,) in rows]

    def _forget_what_is_old(self) -> None:
        """Compare what others (data_version) and this connection (total_changes) have written since."""
        ((version,),) = self._connection.execute("PRAGMA data_version")
        as_of = (version, self._connection.total_changes)
        if as_of != self._as_of:
            self._found.clear()
            self._as_of = as_of
