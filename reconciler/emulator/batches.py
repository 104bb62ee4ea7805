"""Batches: accepted at once, run later, by whichever request comes when their time has passed.

A batch's state is in the database, so it ends even when the process that took it does not live to see it. The
documentation does not say when a batch's query is evaluated; here it is when the batch runs (an option).
"""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from reconciler.emulator import instants
from reconciler.emulator.batch_tasks import TASKS, Result, Run, found_ids
from reconciler.emulator.call import Call
from reconciler.emulator.errors import ApiError
from reconciler.emulator.fields import JsonObject
from reconciler.emulator.filters import Scope
from reconciler.emulator.json_text import dumps
from reconciler.emulator.options import Options

#: The share of its time that a batch is ACCEPTED before it is IN_PROGRESS.
WAITING = 1 / 3


def accept(call: Call, campaign: JsonObject, request: JsonObject, *, alongside: bool = False) -> str:
    """Take a batch, and answer with its token; ApiError 409, unless `alongside`, while the campaign has another."""
    busy = "SELECT 1 FROM batches WHERE campaignId = ? AND nextMoveAt IS NOT NULL"
    if not alongside and call.connection.execute(busy, (campaign["id"],)).fetchone():
        raise ApiError(409, "error.batch.already.running", "Another batch of this campaign is not finished yet.")
    if call.options.batch_query == "accepted" and "query" in request:
        request = request | {"ids": found_ids(call.connection, request["query"], scope_of(campaign, call.options))}
    token, outcome = str(uuid4()), call.batch_outcome
    start, length = call.now.timestamp(), call.options.batch_seconds
    call.connection.execute(
        "INSERT INTO batches VALUES (?, ?, ?, 'ACCEPTED', ?, ?, ?, ?)",
        (token, campaign["id"], dumps(request), start + length * WAITING, start + length, Result().text(), outcome),
    )
    return dumps({"token": token})


def scope_of(campaign: JsonObject, options: Options) -> Scope:
    """Where a batch's query is asked."""
    return Scope(campaign["id"], frozenset(campaign["customFields"]), options, batch=True)


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


def _move(connection: sqlite3.Connection, row: tuple[Any, ...], options: Options) -> None:
    token, campaign_id, request, status, _, ends_at, _, outcome = row
    if status == "ACCEPTED":
        connection.execute("UPDATE batches SET status = 'IN_PROGRESS', nextMoveAt = endsAt WHERE token = ?", (token,))
        return
    campaign = _open_campaign(connection, campaign_id)
    result = None
    if campaign is not None and outcome != "fails":
        moment = instants.to_text(datetime.fromtimestamp(ends_at, UTC))
        scope = scope_of(campaign, options)
        run = Run(connection, campaign, json.loads(request), moment, scope, half=outcome == "half-fails")
        result = TASKS[run.request["task"]](run)
    connection.execute(
        "UPDATE batches SET status = ?, nextMoveAt = NULL, result = ? WHERE token = ?",
        ("FAILED" if result is None else "COMPLETED", (result or Result()).text(), token),
    )


def _open_campaign(connection: sqlite3.Connection, campaign_id: int) -> JsonObject | None:
    """The campaign; None when it is archived or gone by now."""
    row = connection.execute("SELECT document FROM campaigns WHERE id = ?", (campaign_id,)).fetchone()
    campaign: JsonObject | None = json.loads(row[0]) if row else None
    return None if campaign is None or campaign["isArchived"] else campaign
