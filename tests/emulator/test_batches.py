"""Batches: their states, what they do, and what they do when a filter is misspelt."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from .accounts import account, campaign, contact
from .conftest import Clock, Emulate

CAMPAIGN = "/api/v2/voice/campaigns/100"
UPDATE = f"{CAMPAIGN}/contact-batch/update"
GONE = contact(3, customFields={}, excluded=True, excludedDetail="noValidPhone")
PEOPLE = account(contact(1, purgeDate="2026-03-01"), contact(2, state="processing_in_progress"), GONE)


def start(client: TestClient, query: object, data: object, campaign_id: int = 100) -> str:
    """The token of a batch that was accepted."""
    path = UPDATE.replace("100", str(campaign_id))
    answer = client.post(path, json={"query": query, "data": data})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


def status(client: TestClient, token: str) -> dict[str, Any]:
    """What Get batch result answers."""
    answer = client.get(f"/api/v2/voice/campaigns/contact-batch/status/{token}")
    assert answer.status_code == 200
    return dict(answer.json())


def run(client: TestClient, clock: Clock, query: object, data: object) -> dict[str, Any]:
    """The result of a batch, after its time."""
    token = start(client, query, data)
    clock.advance(0.3)
    return status(client, token)


def shown(client: TestClient, number: int) -> dict[str, Any]:
    """One contact."""
    return dict(client.get(f"{CAMPAIGN}/contacts/{number}").json())


@pytest.mark.operation("updateContacts", "batchStatus")
def test_moves_from_state_to_state(emulate: Emulate, clock: Clock) -> None:
    """ACCEPTED, IN_PROGRESS, COMPLETED, by the clock; contacts change with the last one only."""
    client = emulate(account(contact(1)))
    token = start(client, {"contactIds": [1]}, {"priority": 1})
    empty = {"modifiedElementsCount": 0, "failed": [], "excluded": {}}
    assert status(client, token) == {"status": "ACCEPTED", **empty}
    clock.advance(0.15)
    assert status(client, token) == {"status": "IN_PROGRESS", **empty}
    assert shown(client, 1)["priority"] == 10
    clock.advance(0.15)
    assert status(client, token) == {"status": "COMPLETED", **empty, "modifiedElementsCount": 1}
    after = shown(client, 1)
    assert (after["priority"], after["lastUpdatedBy"], after["lastUpdatedAt"]) == (1, "api", "2026-02-03T09:30:00Z")


@pytest.mark.operation("updateContacts")
def test_ends_without_the_process_that_took_it(emulate: Emulate, clock: Clock) -> None:
    """Any request moves batches on, also one to the file opened anew."""
    token = start(emulate(PEOPLE), {"contactIds": [1]}, {"priority": 1})
    clock.advance(10)
    client = emulate()
    assert shown(client, 1)["priority"] == 1
    assert status(client, token)["status"] == "COMPLETED"


@pytest.mark.operation("updateContacts")
def test_one_at_a_time_per_campaign(emulate: Emulate, clock: Clock) -> None:
    """A second batch of a campaign is a 409 until the first has ended; another campaign is free."""
    client = emulate(account(campaigns=[campaign(), campaign(200)]))
    start(client, {"contactIds": [1]}, {"priority": 1})
    busy = client.post(UPDATE, json={"query": {"contactIds": [2]}, "data": {"priority": 1}})
    assert busy.status_code == 409
    start(client, {"contactIds": [1]}, {"priority": 1}, campaign_id=200)
    clock.advance(0.2)
    assert client.post(UPDATE, json={"data": {}}).status_code == 409
    clock.advance(0.1)
    start(client, {"contactIds": [1]}, {"priority": 1})


@pytest.mark.operation("updateContacts")
def test_query_is_evaluated_when_it_runs(emulate: Emulate, clock: Clock) -> None:
    """A contact that meets the query only after the batch was accepted is hit as well."""
    client = emulate(account(contact(1, triesNumber=1), contact(2)))
    token = start(client, {"minTries": 1}, {"priority": 1})
    client.put(f"{CAMPAIGN}/contacts/2", json={"triesNumber": 5})
    clock.advance(0.3)
    assert status(client, token)["modifiedElementsCount"] == 2


@pytest.mark.operation("updateContacts")
@pytest.mark.parametrize(
    "query",
    [None, {}, {"contactsIds": [1]}, {"contactIds": []}, {"lastAgentIds": [1]}, {"contactIds": None}],
)
def test_with_no_filter_left_everyone_is_hit(emulate: Emulate, clock: Clock, query: object) -> None:
    """Misspelt filters are dropped, and a batch without filters is one for the whole campaign."""
    client = emulate(account(*(contact(number) for number in range(1, 31)), campaigns=[campaign(), campaign(200)]))
    assert run(client, clock, query, {"priority": 1})["modifiedElementsCount"] == 30


@pytest.mark.operation("updateContacts")
@pytest.mark.parametrize(
    ("query", "hit"),
    [
        ({"purgeDateBefore": "2026-03-02"}, 1),
        ({"purgeDateBefore": "2026-03-01T10:00:00Z"}, 0),
        ({"purgeDateAfter": "2026-02-28"}, 1),
        ({"purgeDateAfter": "2026-03-01"}, 0),
    ],
)
def test_batches_know_purge_dates(emulate: Emulate, clock: Clock, query: dict[str, Any], hit: int) -> None:
    """The purge date filters work in batches, on contacts that have one."""
    assert run(emulate(PEOPLE), clock, query, {"priority": 1})["modifiedElementsCount"] == hit


@pytest.mark.operation("updateContacts", "batchStatus")
def test_result_tells_failed_and_excluded(emulate: Emulate, clock: Clock) -> None:
    """A contact on a call fails; one without a phone can't be taken back in; the rest is modified."""
    client = emulate(PEOPLE)
    result = run(client, clock, {"contactIds": [1, 2, 3, 99]}, {"excluded": False, "priority": 2})
    assert result == {
        "status": "COMPLETED",
        "modifiedElementsCount": 1,
        "failed": [2],
        "excluded": {"noValidPhone": [3]},
    }
    assert [shown(client, number)["priority"] for number in (1, 2, 3)] == [2, 10, 10]


@pytest.mark.operation("updateContacts")
def test_strangers_are_not_assigned(emulate: Emulate, clock: Clock) -> None:
    """An agent who is no member of the campaign: every contact fails, unless he is one when the batch runs."""
    client = emulate(account(contact(1), contact(2)))
    result = run(client, clock, {"contactIds": [1, 2]}, {"assignedAgentId": 545})
    assert (result["status"], result["modifiedElementsCount"], result["failed"]) == ("COMPLETED", 0, [1, 2])
    client.patch("/api/v1/voice/campaigns/100", json={"userIds": [545]})
    assert run(client, clock, {"contactIds": [1, 2]}, {"assignedAgentId": 545})["failed"] == []


@pytest.mark.operation("updateContacts")
def test_unknown_data_is_dropped(emulate: Emulate, clock: Clock) -> None:
    """What the data part does not document is ignored, and the batch still claims its contacts."""
    client = emulate(account(contact(1)))
    before = shown(client, 1)
    data = {"comment": "x", "assignedGroupId": 12, "phones": {"Telephone_1": "33199009999"}, "prioritee": 1}
    assert run(client, clock, {"contactIds": [1]}, data)["modifiedElementsCount"] == 1
    after = shown(client, 1)
    assert {name for name in before if before[name] != after[name]} == {"lastUpdatedAt", "lastUpdatedBy"}


@pytest.mark.operation("updateContacts")
def test_custom_fields_are_merged(emulate: Emulate, clock: Clock) -> None:
    """Fields left out stay."""
    client = emulate(account(contact(1)))
    run(client, clock, {"contactIds": [1]}, {"customFields": {"Category": "Gold", "Unknown": "x"}})
    fields = {"First_Name": "Name1", "Telephone_1": "33199000001", "Category": "Gold"}
    assert shown(client, 1)["customFields"] == fields


@pytest.mark.operation("updateContacts")
def test_phones_in_a_batch_make_duplicates(emulate: Emulate, clock: Clock) -> None:
    """A phone changed by a batch leaves the contact and makes a second one."""
    client = emulate(account(contact(1), contact(2)))
    changed = {"customFields": {"Telephone_1": "33639980001", "Category": "Gold"}}
    assert run(client, clock, {"contactIds": [1]}, changed)["modifiedElementsCount"] == 1
    assert shown(client, 1)["phones"] == {"Telephone_1": "33199000001"}
    copy = shown(client, 3)
    assert copy["phones"] == {"Telephone_1": "33639980001"}
    assert copy["duplicateContactIds"] == [1]
    assert copy["customFields"]["Category"] == shown(client, 1)["customFields"]["Category"] == "Gold"


@pytest.mark.operation("updateContacts")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": {"contactIds": [1]}},
        {"query": [1], "data": {}},
        {"query": {}, "data": []},
        {"query": {"contactIds": "1"}, "data": {"priority": 1}},
        {"query": {"assignedAgentIds": list(range(501))}, "data": {"priority": 1}},
        {"query": {"purgeDateBefore": "soon"}, "data": {"priority": 1}},
        {"query": {"contactIds": [1]}, "data": {"priority": "high"}},
        {"query": {"contactIds": [1]}, "data": {"triesNumber": None}},
        {"query": {"contactIds": [1]}, "data": {"contactCardDisplayNumber": "33199009999"}},
    ],
)
def test_bad_formats_are_refused_at_once(emulate: Emulate, body: dict[str, Any]) -> None:
    """A request that can't be read is a 400 and leaves the campaign free."""
    client = emulate(PEOPLE)
    assert client.post(UPDATE, json=body).status_code == 400
    start(client, {"contactIds": [1]}, {"priority": 1})


@pytest.mark.operation("updateContacts", "batchStatus")
@pytest.mark.parametrize("deleted", [False, True])
def test_fails_when_its_campaign_is_closed(emulate: Emulate, clock: Clock, deleted: bool) -> None:
    """A campaign archived, or deleted, under a batch makes it FAILED."""
    client = emulate(account(contact(1), campaigns=[campaign(isPaused=True)]))
    token = start(client, {"contactIds": [1]}, {"priority": 1})
    client.patch("/api/v1/voice/campaigns/100", json={"isArchived": True})
    if deleted:
        client.delete("/api/v1/voice/campaigns/100")
    clock.advance(0.3)
    assert status(client, token)["status"] == "FAILED"


@pytest.mark.operation("updateContacts")
def test_batch_seconds(emulate: Emulate, clock: Clock) -> None:
    """The option says how long a batch takes."""
    client = emulate(PEOPLE, batch_seconds=60)
    token = start(client, {"contactIds": [1]}, {"priority": 1})
    clock.advance(59)
    assert status(client, token)["status"] == "IN_PROGRESS"


@pytest.mark.operation("batchStatus")
def test_unknown_token(emulate: Emulate) -> None:
    """A token of no batch is a 404."""
    answer = emulate().get("/api/v2/voice/campaigns/contact-batch/status/x")
    assert (answer.status_code, answer.json()["error"]) == (404, "error.batch.not.exists")
