"""The client is right under every reading of the documentation that the emulator offers."""

from __future__ import annotations

import itertools
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from reconciler.api.client import Client
from reconciler.api.endpoints.batches import batch_status, create_contacts, delete_contacts, update_contacts
from reconciler.api.endpoints.campaigns import get_campaign, list_campaigns, patch_campaign
from reconciler.api.endpoints.contacts import get_contact
from reconciler.api.endpoints.searches import search_contacts
from reconciler.api.request import Flow
from reconciler.emulator import Options, load_account, open_emulator
from tests.conftest import ticking
from tests.emulator.accounts import account, campaign, contact

COUNT = 25
_HINTS = get_type_hints(Options)
#: Every option that stands for another reading, with each of its values.
READINGS = [
    (each.name, value)
    for each in fields(Options)
    if get_origin(_HINTS[each.name]) is Literal or _HINTS[each.name] is bool
    for value in get_args(_HINTS[each.name]) or (False, True)
]


@pytest.fixture(params=READINGS, ids=lambda reading: f"{reading[0]}={reading[1]}")
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Client:
    """A client of an emulator that reads the documentation in this way."""
    name, value = request.param
    people = [contact(number, priority=number, createdAt="2026-01-05T08:00:00Z") for number in range(1, COUNT + 1)]
    data = account(*people, campaigns=[campaign(), campaign(101)])
    options: dict[str, Any] = {"batch_seconds": 2.0, name: value}
    database = tmp_path / "emulator.db"
    application = open_emulator(database, options=Options(**options), seed=load_account(data), clock=ticking())
    return Client("http://localhost", "token", writable=True, application=application)


def ended(client: Client, flow: Flow[str]) -> None:
    """A batch, to its end."""
    token = client.run(flow)
    assert any(client.run(batch_status(token)).is_final for _ in itertools.repeat(None, 30))


def ids(client: Client, page_size: int = 500, **query: Any) -> list[int]:
    """The contacts that a search finds."""
    return sorted(each.contactId for each in client.run(search_contacts(100, query, page_size)))


def test_every_contact_is_found_once(client: Client, request: pytest.FixtureRequest) -> None:
    """Whatever the pages are called, and whether unset fields come at all."""
    with client:
        assert ids(client) == list(range(1, COUNT + 1))
        found = ids(client, page_size=7)
        assert len(found) == len(set(found))
        if "unstable_order=True" not in request.node.name:  # there nobody can know what no page shows
            assert found == list(range(1, COUNT + 1))
        assert ids(client, minPriority=20) == list(range(20, COUNT + 1))


def test_a_batch_changes_the_named_contacts_alone(client: Client) -> None:
    """S4: whenever its query is evaluated."""
    with client:
        ended(client, update_contacts(100, [3, 4], {"assignedAgentId": 543}))
        assert [client.run(get_contact(100, number)).assignedAgentId for number in (2, 3, 4, 5)] == [
            None,
            543,
            543,
            None,
        ]


def test_a_batch_deletes_the_named_contacts_alone(client: Client) -> None:
    """S4: wherever the API looks for its filters."""
    with client:
        ended(client, delete_contacts(100, [3, 4]))
        assert ids(client) == [1, 2, *range(5, COUNT + 1)]


def test_a_batch_creates_what_it_was_given(client: Client) -> None:
    """One contact for each set of custom fields."""
    with client:
        ended(client, create_contacts(100, [{"Telephone_1": "33199000091"}, {"Telephone_1": "33199000092"}]))
        assert client.run(get_contact(100, COUNT + 2)).phones == {"Telephone_1": "33199000092"}


def test_a_patch_is_what_get_shows(client: Client) -> None:
    """The purge too: sent whole with `enabled`, it is on, whether it replaces or merges, and shows `enabled` or not."""
    with client:
        purge = {"enabled": True, "lastAttemptBeforeDays": 30, "maxTriesReached": True, "excluded": False}
        client.run(patch_campaign(100, {"maxTries": 9, "autoPurge": {**purge, "notToCall": False}}))
        values: Any = client.run(get_campaign(100)).values
        assert (values["maxTries"], values["autoPurge"]["lastAttemptBeforeDays"]) == (9, 30)
        assert [each.id for each in client.run(list_campaigns())] == [100, 101]
