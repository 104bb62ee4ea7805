"""What the three kinds of batches do when they run. Contacts are read and written some at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from reconciler.emulator.contacts import apply, created, is_member, is_on_a_call, is_unreachable
from reconciler.emulator.database import save_contacts, take_numbers
from reconciler.emulator.fields import JsonObject
from reconciler.emulator.filters import Scope, where
from reconciler.emulator.json_text import dumps

#: How many contacts are in memory at once.
AT_ONCE = 1000


@dataclass(slots=True)
class Result:
    """What became of a batch's contacts: how many were modified, and the contactIds of the others."""

    modified: int = 0
    failed: list[int] = field(default_factory=list)
    excluded: list[int] = field(default_factory=list)

    def text(self) -> str:
        """As Get batch result shows it, without the status."""
        excluded = {"noValidPhone": self.excluded} if self.excluded else {}
        return dumps({"modifiedElementsCount": self.modified, "failed": self.failed, "excluded": excluded})


@dataclass(frozen=True, slots=True)
class Run:
    """A batch that runs: what was asked for, of which campaign as it is now; `half`: every other contact fails."""

    connection: sqlite3.Connection
    campaign: JsonObject
    request: JsonObject
    moment: str
    scope: Scope
    half: bool
    _tried: Iterator[int] = field(default_factory=count)

    def contacts(self) -> Iterator[list[JsonObject]]:
        """The contacts that the batch's query finds, or found when it was accepted; some at a time."""
        ids = self.request.get("ids")
        ids = found_ids(self.connection, self.request["query"], self.scope) if ids is None else ids
        for start in range(0, len(ids), AT_ONCE):
            yield self._read(ids[start : start + AT_ONCE])

    def fails(self) -> bool:
        """Whether the next contact that could be done is one of those that fail all the same."""
        return self.half and next(self._tried) % 2 == 1

    def _read(self, ids: Sequence[int]) -> list[JsonObject]:
        rows = self.connection.execute(
            "SELECT document FROM json_each(?) wanted JOIN contacts ON contacts.id = wanted.value ORDER BY wanted.key",
            (dumps(ids),),
        )
        return [json.loads(document) for (document,) in rows]


def found_ids(connection: sqlite3.Connection, query: Mapping[str, object], scope: Scope) -> list[int]:
    """The system ids of the contacts that `query` finds."""
    found = where(query, scope)
    rows = connection.execute(f"SELECT id FROM contacts WHERE {found.sql} ORDER BY +contactId", found.values)
    return [number for (number,) in rows]


def _create(run: Run) -> Result:
    """New contacts. One without a phone to dial is made all the same, and named as excluded."""
    result, made, given = Result(), [], run.request["data"]
    numbers = take_numbers(run.connection, run.campaign["id"], len(run.request["contacts"]))
    for fields, (number, contact_id) in zip(run.request["contacts"], numbers, strict=True):
        if run.fails():
            result.failed.append(contact_id)
            continue
        numbered = given | {"id": number, "contactId": contact_id}
        made.append(created(numbered, fields, run.campaign, run.moment))
        if is_unreachable(made[-1]):
            result.excluded.append(contact_id)
    save_contacts(run.connection, made)
    result.modified = len(made)
    return result


def _update(run: Run) -> Result:
    """Changed contacts; not: one on a call, any when a stranger is assigned, one taken back in without a phone."""
    result, data = Result(), run.request["data"]
    changes, phones = _without_phones(data, run.campaign)
    possible = is_member(run.campaign, data)
    for contacts in run.contacts():
        changed = []
        for contact in contacts:
            if data.get("excluded") is False and is_unreachable(contact) and possible and not is_on_a_call(contact):
                result.excluded.append(contact["contactId"])
            elif not possible or is_on_a_call(contact) or run.fails():
                result.failed.append(contact["contactId"])
            else:
                changed.append(apply(contact, changes, run.campaign, run.moment))
        save_contacts(run.connection, changed)
        if phones:
            _save_duplicates(run, changed, phones)
        result.modified += len(changed)
    return result


def _delete(run: Run) -> Result:
    """Contacts removed for good, save for those on a call."""
    result = Result()
    for contacts in run.contacts():
        gone = []
        for contact in contacts:
            if is_on_a_call(contact) or run.fails():
                result.failed.append(contact["contactId"])
            else:
                gone.append((contact["id"],))
        run.connection.executemany("DELETE FROM contacts WHERE id = ?", gone)
        result.modified += len(gone)
    return result


TASKS: dict[str, Callable[[Run], Result]] = {"create": _create, "update": _update, "delete": _delete}


def _without_phones(changes: JsonObject, campaign: JsonObject) -> tuple[JsonObject, dict[str, str]]:
    """`changes` without the phone fields, and those."""
    fields = changes.get("customFields", {})
    phones = {name: value for name, value in fields.items() if name in campaign["phoneFields"]}
    others = {name: value for name, value in fields.items() if name not in phones}
    return changes | {"customFields": others}, phones


def _save_duplicates(run: Run, contacts: list[JsonObject], phones: dict[str, str]) -> None:
    """Copies of `contacts` under new numbers: what phones in a batch make ("creates duplicates")."""
    numbers = take_numbers(run.connection, run.campaign["id"], len(contacts))
    copies = [
        contact | {"id": number, "contactId": contact_id, "duplicateContactIds": [contact["contactId"]]}
        for contact, (number, contact_id) in zip(contacts, numbers, strict=True)
    ]
    changes = {"customFields": phones}
    save_contacts(run.connection, [apply(copy, changes, run.campaign, run.moment) for copy in copies])
