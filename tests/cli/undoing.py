"""What the tests of `rollback` share: the example project, what its account holds, and how runs are undone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from reconciler.emulator.database import save_campaign, save_contacts
from tests.cli.conftest import LOCAL
from tests.conftest import DATABASE, Ran, Workplace

#: What a write leaves behind besides its values.
SIGNED = {"lastUpdatedAt", "lastUpdatedBy"}
STORE = Path(".reconciler")

Held = Mapping[tuple[Any, ...], Mapping[str, Any]]


def held(project: Workplace, *, without: frozenset[str] = frozenset()) -> Held:
    """The account: each campaign by (id) and each contact by (campaign, contactId), but for who wrote it when."""
    with closing(sqlite3.connect(project.folder / DATABASE)) as connection:
        campaigns, contacts = (
            [json.loads(text) for (text,) in connection.execute(f"SELECT document FROM {table}")]
            for table in ("campaigns", "contacts")
        )
    left = SIGNED | without
    rows = {(each["id"],): each for each in campaigns}
    rows |= {(each["campaignId"], each["contactId"]): each for each in contacts}
    return {key: {name: value for name, value in row.items() if name not in left} for key, row in rows.items()}


def edit(project: Workplace, campaign: int, contact: int | None = None, **fields: Any) -> None:
    """Somebody edits a campaign, or one of its contacts, in the console."""
    key = (campaign,) if contact is None else (campaign, contact)
    table, where = ("campaigns", "id = ?") if contact is None else ("contacts", "campaignId = ? AND contactId = ?")
    with closing(sqlite3.connect(project.folder / DATABASE)) as connection, connection:
        ((text,),) = connection.execute(f"SELECT document FROM {table} WHERE {where}", key).fetchall()
        document = json.loads(text) | fields
        if contact is None:
            save_campaign(connection, document)
        else:
            save_contacts(connection, [document])


def apply(project: Workplace, *arguments: str) -> str:
    """Applies what the manifests ask; the run's id."""
    ran = project.run(*LOCAL, "apply", *(arguments or ("--yes",)))
    assert ran.code == 0, ran.err
    return last(project)


def last(project: Workplace) -> str:
    """The newest run's id."""
    return str(json.loads(project.run("history", "--format", "json").out)[0]["run"])


def undo(project: Workplace, run: str, file: str = "undo.json") -> Ran:
    """Plans to undo a run, and saves that plan."""
    return project.run("rollback", run, "--out", file)


def saved(project: Workplace, file: str = "undo.json") -> dict[str, Any]:
    """A saved plan."""
    found: dict[str, Any] = json.loads((project.folder / file).read_text())
    return found


def told(plan: Mapping[str, Any]) -> dict[str, list[str]]:
    """A plan's findings: code → details."""
    found: dict[str, list[str]] = {}
    for each in plan["diagnostics"]:
        found.setdefault(each["code"], []).append(each["detail"])
    return found
