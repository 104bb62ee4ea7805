"""Contacts that a seed has generated: as many as it says, plausible, and the same ones every time."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from itertools import islice
from typing import Any

import pytest

from reconciler.emulator import SeedError, load_account, read_seed

from .accounts import account, campaign, contact
from .conftest import Emulate
from .test_admissions import FICTION


def seed(*orders: object, **parts: Any) -> dict[str, Any]:
    """The small account with two contacts and these orders; campaign 200 has neither agents nor phones."""
    bare = campaign(200, userIds=[], groupIds=[], customFields=["Note"], phoneFields=[])
    data = account(contact(1), contact(5, id=910_000), campaigns=[campaign(autoPurge={"notToCall": True}), bare])
    return data | {"generatedContacts": list(orders)} | parts


def test_they_come_after_the_listed_ones() -> None:
    """Numbers go on from the listed contacts, per campaign, and repeat nowhere; a second reading is the same."""
    orders = ({"campaignId": 100, "count": 3}, {"campaignId": 200, "count": 2}, {"campaignId": 100, "count": 1})
    contacts = load_account(seed(*orders)).contacts
    places = [(item["campaignId"], item["contactId"]) for item in contacts]
    assert places == [(100, 1), (100, 5), (100, 6), (100, 7), (100, 8), (200, 1), (200, 2), (100, 9)]
    assert len({item["id"] for item in contacts}) == 8
    assert list(contacts) == list(contacts) == list(load_account(seed(*orders)).contacts)


def test_they_are_varied_and_plausible() -> None:
    """Members of the campaign, codes of the account, numbers of fiction, calls up to a moment; some out, some busy."""
    order = {"campaignId": 100, "count": 5000, "asOf": "2025-06-01T12:00:00+02:00"}
    made = list(load_account(seed(order)).contacts)[2:]
    assert {item["assignedAgentId"] for item in made} == {None, 543, 544}
    assert {item["assignedGroupId"] for item in made} == {None, 12}
    assert {item["wrapupId"] for item in made} == {None, 4560, 4561, 4562}
    assert all((item["retryDate"] is not None) == (item["wrapupId"] == 4560) for item in made)
    assert max(item["lastUpdatedAt"] for item in made) < "2025-06-01T10:00:00Z"
    assert all(FICTION.fullmatch(number) for item in made for number in item["phones"].values())
    assert {name for item in made for name in item["customFields"]} == {"First_Name", "Category", "Telephone_1"}
    assert len({item["priority"] for item in made}) == 4
    assert len({item["excludedDetail"] for item in made}) == 7
    assert Counter(item["state"] for item in made)["processing_in_progress"] == 5


def test_a_bare_campaign_has_some_too() -> None:
    """A campaign without agents, groups and phones has contacts without them."""
    made = list(load_account(seed({"campaignId": 200, "count": 200}, wrapups=[])).contacts)[2:]
    assert len(made) == 200
    assert {(item["assignedAgentId"], item["agentId"], item["wrapupId"], *item["phones"]) for item in made} == {
        (None, None, None)
    }
    assert {tuple(item["customFields"]) for item in made} == {("Note",)}


def test_they_are_made_one_by_one() -> None:
    """However many are ordered, they are not in memory at once."""
    contacts = load_account(seed({"campaignId": 100, "count": 10**9})).contacts
    tracemalloc.start()
    for _ in islice(contacts, 2000):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 500_000


def test_they_are_served(emulate: Emulate) -> None:
    """What was made is found and shown like any other contact."""
    client = emulate(seed({"campaignId": 100, "count": 1200}))
    answer = client.post("/api/v2/voice/campaigns/100/contacts/search", json={"pageable": {"page": 2, "pageSize": 500}})
    assert answer.json()["numberOfElements"] == 202
    assert len(client.get("/api/v2/voice/campaigns/100/contacts/1205").json()) == 36


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"generatedContacts": [{"campaignId": 100}]}, r"generatedContacts\[0\]\.count: is required"),
        (
            {"generatedContacts": [{"campaignId": 9, "count": 1}]},
            r"generatedContacts\[0\]\.campaignId: no such campaign",
        ),
        ({"generatedContacts": [{"campaignId": 100, "count": 0}]}, r"generatedContacts\[0\]\.count: must be"),
        ({"generatedContacts": [{"campaignId": 100, "count": 1, "seed": 1}]}, r"generatedContacts\[0\]\.seed: is not"),
        ({"licenses": {"2020": {}}}, r"licenses\.2020: must be a month"),
        ({"licenses": {"2020-08": []}}, r"licenses\.2020-08: must be an object"),
        ({"licenses": {"2020-08": {"model": "x"}}}, r"licenses\.2020-08\.model: is not a field"),
        ({"licenses": {"2020-08": {"details": [{"count": "2"}]}}}, r"licenses\.2020-08\.details\[0\]\.count: must be"),
        ({"recordings": {"81": -1}}, r"recordings\.81: must be a whole number"),
        ({"recordings": {"81": "!!"}}, r"recordings\.81: "),
        ({"recordings": []}, "recordings: must be an object"),
    ],
)
def test_faults_are_named_with_their_place(part: dict[str, Any], message: str) -> None:
    """A seed that describes no account says where."""
    with pytest.raises(SeedError, match=message):
        load_account(seed() | part)


@pytest.mark.parametrize(("text", "message"), [(b"{", "not JSON"), (b"\xff", "not JSON"), (b"[]", "not a JSON object")])
def test_files_that_are_no_seed(text: bytes, message: str) -> None:
    """A seed file is a JSON object."""
    with pytest.raises(SeedError, match=message):
        read_seed(text)


def test_a_seed_file_is_read() -> None:
    """The bytes of a seed file make the account that its data make."""
    assert read_seed(json.dumps(account(contact(1))).encode()) == load_account(account(contact(1)))
