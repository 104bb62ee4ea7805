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
    """The system ids that a condition finds, in the order of the account; forgotten when its campaign is written to."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._found: dict[Clause, tuple[int, array[int]]] = {}

    def ids(self, campaign_id: int, condition: Clause) -> Sequence[int]:
        """All contacts of the campaign that meet `condition`, in the order in which search shows them."""
        revision = self._revision(campaign_id)
        remembered = self._found.pop(condition, None)
        ids = remembered[1] if remembered and remembered[0] == revision else self._search(condition)
        self._found[condition] = (revision, ids)  # at the end: the one asked for last is forgotten last
        if len(self._found) > REMEMBERED:
            del self._found[next(iter(self._found))]
        return ids

    def documents(self, ids: Sequence[int]) -> list[str]:
        """The JSON texts of the contacts `ids`, in that order."""
        rows = self._connection.execute(
            "SELECT document FROM json_each(?) wanted JOIN contacts ON contacts.id = wanted.value ORDER BY wanted.key",
            (dumps(list(ids)),),
        )
        return [document for (document,) in rows]

    def _search(self, condition: Clause) -> array[int]:
        # The plus keeps SQLite from walking the whole campaign in order where a condition has an index of its own.
        order = "+position" if condition.has_index else "position"
        rows = self._connection.execute(
            f"SELECT id FROM contacts WHERE {condition.sql} ORDER BY {order}", condition.values
        )
        return array("q", (number for (number,) in rows))

    def _revision(self, campaign_id: int) -> int:
        """The campaign's revision, which triggers make another one at every write, also of another process."""
        ((revision,),) = self._connection.execute(
            "SELECT revision FROM contact_counters WHERE campaignId = ?", (campaign_id,)
        )
        return int(revision)
