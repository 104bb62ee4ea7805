"""The vendor's console, as far as tests need it: somebody edits a campaign or a contact there, past all rules."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.emulator.contacts import apply
from reconciler.emulator.database import save_campaign, save_contacts
from reconciler.emulator.errors import ApiError, FaultError, not_found
from reconciler.emulator.faults import Fault, nearest
from reconciler.emulator.fields import JsonObject
from reconciler.emulator.json_text import dumps
from reconciler.emulator.structures import CAMPAIGN, CONTACT, PURGE_DEFAULTS, Table

#: The login that stands in `lastUpdatedBy` after an edit.
CONSOLE_LOGIN = "console"

#: What makes an object this one, and what follows from other fields.
_FIXED = ("id", "campaignId", "contactId", "phones")

#: The fields of a contact that `apply` settles: custom fields are merged, and without a phone it stays excluded.
_SETTLED = ("customFields", "excluded")


@dataclass(frozen=True, slots=True)
class Edit:
    """`changes` to a campaign, or to a `contact` (its contactId) of it."""

    campaign: int
    contact: int | None
    changes: JsonObject

    @classmethod
    def of(cls, fault: Fault) -> Edit:
        """What a fault of the kind `edit` does; FaultError for a field or a value that no such object has."""
        contact = fault.values.get("contact")
        table = CAMPAIGN if contact is None else CONTACT
        changes = {name: _read(name, value, table) for name, value in fault.values["set"].items()}
        return cls(fault.values["campaign"], contact, changes)


def carry_out(connection: sqlite3.Connection, edit: Edit, moment: str) -> str:
    """Write `edit` at `moment`, inside of a transaction; the object's JSON text after it. ApiError 404 without it."""
    campaign = _campaign(connection, edit)
    trace = {"lastUpdatedAt": moment, "lastUpdatedBy": CONSOLE_LOGIN}
    if edit.contact is None:
        return save_campaign(connection, campaign | trace | edit.changes)
    as_they_are = {name: value for name, value in edit.changes.items() if name not in _SETTLED}
    contact = apply(_contact(connection, edit), edit.changes, campaign, moment) | trace | as_they_are
    save_contacts(connection, [contact])
    return dumps(contact)


def require(connection: sqlite3.Connection, edit: Edit) -> None:
    """FaultError unless there is something to edit."""
    try:
        _campaign(connection, edit)
        if edit.contact is not None:
            _contact(connection, edit)
    except ApiError as error:
        raise FaultError(f"`edit` finds nothing in this account: {error.message.rstrip('.').lower()}") from None


def _read(name: str, value: object, table: Table) -> Any:
    if name not in table or name in _FIXED:
        known = [each for each in table if each not in _FIXED]
        raise FaultError(f"`{name}` in `set` can't be edited; {nearest('field', name, known)}")
    try:
        read = table[name][0](value)
    except ValueError as error:
        raise FaultError(f"`{name}` in `set` {error}") from None
    return {**PURGE_DEFAULTS, **read} if name == "autoPurge" and isinstance(read, Mapping) else read


def _campaign(connection: sqlite3.Connection, edit: Edit) -> JsonObject:
    row = connection.execute("SELECT document FROM campaigns WHERE id = ?", (edit.campaign,)).fetchone()
    if row is None:
        raise not_found("campaign")
    campaign: JsonObject = json.loads(row[0])
    return campaign


def _contact(connection: sqlite3.Connection, edit: Edit) -> JsonObject:
    row = connection.execute(
        "SELECT document FROM contacts WHERE campaignId = ? AND contactId = ?", (edit.campaign, edit.contact)
    ).fetchone()
    if row is None:
        raise not_found("contact")
    contact: JsonObject = json.loads(row[0])
    return contact
