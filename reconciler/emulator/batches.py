"""Batches: accepted at once, run later, by whichever request comes when their time has passed.

A batch's state is in the database, so it ends even when the process that took it does not live to see it. The
documentation does not say when a batch's query is evaluated; here it is when the batch runs.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from reconciler.emulator import instants
from reconciler.emulator.call import Call
from reconciler.emulator.campaigns import fetch_campaign
from reconciler.emulator.contacts import BATCH_UPDATED, apply, is_member, is_unreachable, require_card_number
from reconciler.emulator.database import save_contacts
from reconciler.emulator.errors import ApiError, bad_format, not_found
from reconciler.emulator.fields import JsonObject, taken
from reconciler.emulator.filters import Scope, where
from reconciler.emulator.json_text import dumps
from reconciler.emulator.options import Options

#: The share of its time that a batch is ACCEPTED before it is IN_PROGRESS.
WAITING = 1 / 3


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a batch's contacts: the modified ones themselves, the contactIds of the others."""

    modified: list[JsonObject] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    excluded: list[int] = field(default_factory=list)

    def text(self) -> str:
        """As Get batch result shows it, without the status."""
        excluded = {"noValidPhone": self.excluded} if self.excluded else {}
        return dumps({"modifiedElementsCount": len(self.modified), "failed": self.failed, "excluded": excluded})


def update_batch(call: Call) -> str:
    """CONTACTS V2, POST Update a batch of contacts: takes it, and answers with its token."""
    campaign = fetch_campaign(call)
    body = call.body
    if not isinstance(body, dict) or not isinstance(body.get("data"), dict):
        raise bad_format("The body must be an object with query and data.")
    query = body.get("query") or {}
    if not isinstance(query, dict):
        raise bad_format("query: must be an object.")
    scope = _scope(campaign, call.options)
    where(query, scope)
    known = {name: value for name, value in query.items() if name in scope.filters()}
    changes = taken(body["data"], BATCH_UPDATED)
    require_card_number(call, changes)
    return _accept(call, campaign["id"], {"query": known, "data": changes})


def get_batch(call: Call) -> str:
    """CONTACTS V2, GET Get batch result."""
    row = call.connection.execute(
        "SELECT status, result FROM batches WHERE token = ?", (call.path_values["batchId"],)
    ).fetchone()
    if row is None:
        raise not_found("batch")
    return f'{{"status":"{row[0]}",{row[1][1:]}'


def move_batches(connection: sqlite3.Connection, now: datetime, options: Options) -> None:
    """Take every batch as far as it is at `now`: ACCEPTED → IN_PROGRESS → COMPLETED or FAILED."""
    due = "SELECT * FROM batches WHERE nextMoveAt <= ? ORDER BY nextMoveAt, token LIMIT 1"
    moment = now.timestamp()
    if connection.execute(due, (moment,)).fetchone() is None:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        while (row := connection.execute(due, (moment,)).fetchone()) is not None:
            _move(connection, row, options)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _accept(call: Call, campaign_id: int, request: JsonObject) -> str:
    busy = "SELECT 1 FROM batches WHERE campaignId = ? AND nextMoveAt IS NOT NULL"
    if call.connection.execute(busy, (campaign_id,)).fetchone():
        raise ApiError(409, "error.batch.already.running", "Another batch of this campaign is not finished yet.")
    token, outcome = str(uuid4()), call.batch_outcome
    start, length = call.now.timestamp(), call.options.batch_seconds
    call.connection.execute(
        "INSERT INTO batches VALUES (?, ?, ?, 'ACCEPTED', ?, ?, ?, ?)",
        (token, campaign_id, dumps(request), start + length * WAITING, start + length, Result().text(), outcome),
    )
    return dumps({"token": token})


def _move(connection: sqlite3.Connection, row: tuple[Any, ...], options: Options) -> None:
    token, campaign_id, request, status, _, ends_at, _, outcome = row
    if status == "ACCEPTED":
        connection.execute("UPDATE batches SET status = 'IN_PROGRESS', nextMoveAt = endsAt WHERE token = ?", (token,))
        return
    result = None
    if outcome != "fails":
        result = _run(connection, campaign_id, json.loads(request), ends_at, options, half=outcome == "half-fails")
    connection.execute(
        "UPDATE batches SET status = ?, nextMoveAt = NULL, result = ? WHERE token = ?",
        ("FAILED" if result is None else "COMPLETED", (result or Result()).text(), token),
    )


def _run(
    connection: sqlite3.Connection,
    campaign_id: int,
    request: JsonObject,
    ends_at: float,
    options: Options,
    *,
    half: bool,
) -> Result | None:
    """Do what `request` says, `half`: to every other contact; None when its campaign is archived or gone by now."""
    row = connection.execute("SELECT document FROM campaigns WHERE id = ?", (campaign_id,)).fetchone()
    campaign = json.loads(row[0]) if row else None
    if campaign is None or campaign["isArchived"]:
        return None
    found = where(request["query"], _scope(campaign, options))
    rows = connection.execute(f"SELECT document FROM contacts WHERE {found.sql} ORDER BY contactId", found.values)
    contacts = [json.loads(document) for (document,) in rows]
    result = _sorted_out(contacts, request["data"], campaign)
    if half:
        result.failed.extend(contact["contactId"] for contact in result.modified[1::2])
        del result.modified[1::2]
    changes, phones = _without_phones(request["data"], campaign)
    moment = instants.to_text(datetime.fromtimestamp(ends_at, UTC))
    changed = [apply(contact, changes, campaign, moment) for contact in result.modified]
    save_contacts(connection, changed)
    if phones:
        copies = _duplicates(connection, changed)
        save_contacts(connection, [apply(copy, {"customFields": phones}, campaign, moment) for copy in copies])
    return result


def _sorted_out(contacts: list[JsonObject], changes: JsonObject, campaign: JsonObject) -> Result:
    """Which of `contacts` can be changed, and which can't: on a call, a stranger assigned, no phone to dial."""
    result = Result()
    possible = is_member(campaign, changes)
    for contact in contacts:
        if not possible or contact["state"] == "processing_in_progress":
            result.failed.append(contact["contactId"])
        elif changes.get("excluded") is False and is_unreachable(contact):
            result.excluded.append(contact["contactId"])
        else:
            result.modified.append(contact)
    return result


def _without_phones(changes: JsonObject, campaign: JsonObject) -> tuple[JsonObject, dict[str, str]]:
    """`changes` without the phone fields, and those."""
    fields = changes.get("customFields", {})
    phones = {name: value for name, value in fields.items() if name in campaign["phoneFields"]}
    others = {name: value for name, value in fields.items() if name not in phones}
    return changes | {"customFields": others}, phones


def _duplicates(connection: sqlite3.Connection, contacts: list[JsonObject]) -> list[JsonObject]:
    """Copies of `contacts` under new numbers: what phones in a batch make ("creates duplicates")."""
    ((last_id, last_contact_id),) = connection.execute("SELECT max(id), max(contactId) FROM contacts")
    return [
        contact
        | {"id": last_id + place, "contactId": last_contact_id + place}
        | {"duplicateContactIds": [contact["contactId"]]}
        for place, contact in enumerate(contacts, start=1)
    ]


def _scope(campaign: JsonObject, options: Options) -> Scope:
    return Scope(campaign["id"], frozenset(campaign["customFields"]), options, batch=True)
