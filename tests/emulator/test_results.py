"""How searches stay quick: what they found is remembered, and they go by an index where there is one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import Options, load_account
from reconciler.emulator.conditions import Clause
from reconciler.emulator.database import open_database, save_contacts
from reconciler.emulator.filters import Scope, where
from reconciler.emulator.results import REMEMBERED, Results

from .accounts import FIELDS, account, campaign


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Two campaigns with two thousand contacts each."""
    orders = [{"campaignId": number, "count": 2000} for number in (100, 200)]
    data = account(campaigns=[campaign(), campaign(200)]) | {"generatedContacts": orders}
    with closing(open_database(tmp_path / "emulator.db", lambda: load_account(data))) as opened:
        yield opened


def condition(number: int = 100, **query: Any) -> Clause:
    """What a search asks the database for."""
    return where(query, Scope(number, frozenset(FIELDS), Options(), batch=False))


def touch(connection: sqlite3.Connection, number: int) -> None:
    """Write a contact of a campaign, as it was."""
    (document,) = connection.execute("SELECT document FROM contacts WHERE campaignId = ?", (number,)).fetchone()
    save_contacts(connection, [json.loads(document)])


def test_a_write_forgets_its_own_campaign_only(connection: sqlite3.Connection) -> None:
    """What was found in one campaign stays through a write to another, of whatever connection, not to its own."""
    results = Results(connection)
    found = results.ids(100, condition())
    touch(connection, 200)
    assert results.ids(100, condition()) is found
    touch(connection, 100)
    again = results.ids(100, condition())
    assert again is not found
    connection.execute("DELETE FROM contacts WHERE id = (SELECT max(id) FROM contacts WHERE campaignId = 100)")
    assert len(results.ids(100, condition())) == len(again) - 1


def test_the_search_asked_for_last_is_kept(connection: sqlite3.Connection) -> None:
    """Of too many searches the one not asked for the longest is forgotten."""
    results = Results(connection)
    first = results.ids(100, condition())
    for number in range(REMEMBERED * 2):
        results.ids(100, condition(contactIds=[number]))
        assert results.ids(100, condition()) is first


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({}, "contacts_by_position"),
        ({"excluded": False}, "contacts_by_anything"),
        (
            {"customFieldConditions": [{"customFieldName": "Category", "condition": "eq", "value": "x"}]},
            "contacts_by_anything",
        ),
        ({"contactIds": [1, 2]}, "contacts_by_contact_id"),
        ({"contactIds": [1, 2], "excluded": False}, "contacts_by_contact_id"),
        ({"assignedAgentIds": [543]}, "contacts_by_agent"),
        ({"assignedGroupIds": [12]}, "contacts_by_group"),
        ({"lastWrapupIds": [4560]}, "contacts_by_wrapup"),
        ({"lastCallBefore": "2026-01-01T00:00:00Z"}, "contacts_by_last_call"),
        ({"phones": ["33199000001"]}, "phones_by_number"),
    ],
)
def test_searches_go_by_an_index(connection: sqlite3.Connection, query: dict[str, Any], index: str) -> None:
    """No filter reads all the long texts of a campaign, and one that finds few goes straight to them."""
    found = condition(**query)
    order = "+position" if found.has_index else "position"
    plan = connection.execute(
        f"EXPLAIN QUERY PLAN SELECT id FROM contacts WHERE {found.sql} ORDER BY {order}", found.values
    )
    steps = [step for (*_, step) in plan]
    assert any(f" {index} " in f"{step} " for step in steps), steps
    assert not any(step.startswith("SCAN contacts") for step in steps)
