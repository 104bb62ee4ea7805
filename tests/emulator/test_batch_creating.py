"""Creating contacts by the batch."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from .accounts import account, campaign, contact
from .conftest import Clock, Emulate
from .test_creating import GIVEN, SOON

pytestmark = pytest.mark.operation("createContacts")

CAMPAIGN = "/api/v2/voice/campaigns/100"
CREATE = f"{CAMPAIGN}/contact-batch/create"
ONE = {"First_Name": "Zoé", "Telephone_1": "33199000098"}
TWO = {"First_Name": "Hugo", "Telephone_1": "33199000099"}
PEOPLE = account(contact(1), campaigns=[campaign(contactPriority=25)])


def run(client: TestClient, clock: Clock, body: object, query: str = "") -> dict[str, Any]:
    """The result of a batch that creates, after its time."""
    answer = client.post(CREATE + query, json=body)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"token"}
    clock.advance(0.3)
    return dict(client.get(f"/api/v2/voice/campaigns/contact-batch/status/{answer.json()['token']}").json())


def shown(client: TestClient, number: int) -> dict[str, Any]:
    """One contact."""
    return dict(client.get(f"{CAMPAIGN}/contacts/{number}").json())


def test_creates_when_it_runs(emulate: Emulate, clock: Clock) -> None:
    """Nobody is there before the batch has ended; then each has its own custom fields, and a date."""
    client = emulate(PEOPLE)
    answer = client.post(CREATE, json={"customFields": [ONE, TWO]})
    status = f"/api/v2/voice/campaigns/contact-batch/status/{answer.json()['token']}"
    assert client.get(status).json()["status"] == "ACCEPTED"
    assert client.get(f"{CAMPAIGN}/contacts/2").status_code == 404
    clock.advance(60)
    assert client.get(status).json() == {
        "status": "COMPLETED", "modifiedElementsCount": 2, "failed": [], "excluded": {},
    }  # fmt: skip
    assert [shown(client, number)["customFields"] for number in (2, 3)] == [ONE, TWO]
    assert (shown(client, 2)["createdBy"], shown(client, 2)["createdAt"]) == ("api", "2026-02-03T09:30:00Z")
    assert shown(client, 2)["id"] not in (shown(client, 3)["id"], 2)


@pytest.mark.parametrize("given", GIVEN, ids=lambda given: next(iter(given)))
def test_fields_are_for_all(emulate: Emulate, clock: Clock, given: dict[str, Any]) -> None:
    """Every field of the table is given to every contact."""
    client = emulate(PEOPLE)
    run(client, clock, {"customFields": [ONE, TWO], **given})
    for number in (2, 3):
        assert shown(client, number).items() >= given.items()


@pytest.mark.parametrize("name", SOON)
def test_soon_fields(emulate: Emulate, clock: Clock, name: str) -> None:
    """A field marked "Soon" is taken once it has come."""
    client = emulate(PEOPLE, soon_fields=True)
    run(client, clock, {"customFields": [ONE], name: SOON[name]})
    assert shown(client, 2)[name] == SOON[name]


@pytest.mark.parametrize(
    ("query", "body", "priority"), [("", {}, 10), ("?priorityMode=true", {}, 25), ("", {"priority": 3}, 3)]
)
def test_priority(emulate: Emulate, clock: Clock, query: str, body: dict[str, Any], priority: int) -> None:
    """As for a single contact: the body's, else with priorityMode the campaign's, else ten."""
    client = emulate(PEOPLE)
    run(client, clock, {"customFields": [ONE], **body}, query)
    assert shown(client, 2)["priority"] == priority


def test_without_a_phone_they_are_out(emulate: Emulate, clock: Clock) -> None:
    """Whoever can't be dialled is made, counted, excluded, and named in the result."""
    client = emulate(PEOPLE)
    result = run(client, clock, {"customFields": [ONE, {"First_Name": "Léa"}, {"Telephone_1": "06 12"}]})
    assert (result["modifiedElementsCount"], result["failed"]) == (3, [])
    assert result["excluded"] == {"noValidPhone": [3, 4]}
    assert [shown(client, number)["excluded"] for number in (2, 3, 4)] == [False, True, True]


def test_at_most_300(emulate: Emulate, clock: Clock) -> None:
    """300 contacts a request, not one more; none is possible."""
    client = emulate(PEOPLE)
    assert client.post(CREATE, json={"customFields": [ONE] * 301}).status_code == 400
    assert run(client, clock, {"customFields": [ONE] * 300})["modifiedElementsCount"] == 300
    assert run(client, clock, {"customFields": []})["modifiedElementsCount"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"customFields": ONE},
        {"customFields": None},
        {"customFields": [ONE, "x"]},
        {"customFields": [{"Category": 5}]},
        {"customFields": [ONE], "triesNumber": None},
        {"customFields": [ONE], "assignedAgentId": 545},
        {"customFields": [ONE], "assignedGroupId": 13},
        {"customFields": [ONE], "contactCardDisplayNumber": "33199009999"},
    ],
)
def test_refused_at_once(emulate: Emulate, clock: Clock, body: dict[str, Any]) -> None:
    """Custom fields that are no list of objects, a wrong value, a stranger, a number not validated: 400."""
    client = emulate(PEOPLE)
    assert client.post(CREATE, json=body).status_code == 400
    assert run(client, clock, {"customFields": [ONE]})["modifiedElementsCount"] == 1
    assert client.get(f"{CAMPAIGN}/contacts/3").status_code == 404


def test_an_archived_campaign_takes_none(emulate: Emulate) -> None:
    """An archived campaign refuses."""
    client = emulate(account(campaigns=[campaign(isPaused=True, isArchived=True)]))
    assert client.post(CREATE, json={"customFields": [ONE]}).json()["error"] == "error.campaign.archived"


def test_others_wait_for_it(emulate: Emulate) -> None:
    """A create is a batch like the others: an update meanwhile is a 409."""
    client = emulate(PEOPLE)
    assert client.post(CREATE, json={"customFields": [ONE]}).status_code == 200
    update = {"query": {"contactIds": [1]}, "data": {"priority": 1}}
    assert client.post(f"{CAMPAIGN}/contact-batch/update", json=update).status_code == 409


@pytest.mark.parametrize(("reading", "status"), [("refused", 409), ("accepted", 200)])
def test_while_another_runs(emulate: Emulate, clock: Clock, reading: str, status: int) -> None:
    """The documentation lists no 409 for it: refused all the same, or, as an option, taken alongside."""
    client = emulate(PEOPLE, create_while_busy=reading)
    client.post(f"{CAMPAIGN}/contact-batch/update", json={"query": {"contactIds": [1]}, "data": {"priority": 1}})
    assert client.post(CREATE, json={"customFields": [ONE]}).status_code == status
    clock.advance(0.3)
    assert client.get(f"{CAMPAIGN}/contacts/2").status_code == (200 if status == 200 else 404)
