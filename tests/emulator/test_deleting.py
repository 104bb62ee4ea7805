"""Deleting contacts: one, or all that a batch finds."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from .accounts import account, campaign, contact
from .conftest import Clock, Emulate

CAMPAIGN = "/api/v2/voice/campaigns/100"
DELETE = f"{CAMPAIGN}/contact-batch/delete"
PEOPLE = account(contact(1), contact(2, state="processing_in_progress"), contact(3, purgeDate="2026-03-01"))


def left(client: TestClient) -> list[int]:
    """The contactIds that a search of the campaign finds."""
    return sorted(item["contactId"] for item in client.post(f"{CAMPAIGN}/contacts/search", json={}).json()["content"])


def run(client: TestClient, clock: Clock, body: object) -> dict[str, Any]:
    """The result of a batch that deletes, after its time."""
    answer = client.post(DELETE, json=body)
    assert answer.status_code == 200, answer.text
    clock.advance(0.3)
    return dict(client.get(f"/api/v2/voice/campaigns/contact-batch/status/{answer.json()['token']}").json())


@pytest.mark.operation("deleteContact")
def test_one_contact(emulate: Emulate) -> None:
    """Deleted is 204 with an empty body, for good; a search no longer finds it, also not by its phone."""
    client = emulate(PEOPLE)
    assert left(client) == [1, 2, 3]
    answer = client.delete(f"{CAMPAIGN}/contacts/1")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
    assert left(client) == [2, 3]
    again = client.delete(f"{CAMPAIGN}/contacts/1")
    assert (again.status_code, again.json()["error"]) == (404, "error.contact.not.exists")
    phone = {"phones": ["33199000001"]}
    assert client.post("/api/v2/voice/campaigns/contacts/search/by-phone", json=phone).json()["contacts"] == []


@pytest.mark.operation("deleteContact")
def test_one_contact_on_a_call(emulate: Emulate) -> None:
    """A contact on an ongoing call is a 409 and stays."""
    client = emulate(PEOPLE)
    assert client.delete(f"{CAMPAIGN}/contacts/2").status_code == 409
    assert left(client) == [1, 2, 3]


@pytest.mark.operation("deleteContact")
def test_one_contact_of_an_archived_campaign(emulate: Emulate) -> None:
    """Contacts in archived campaigns cannot be deleted."""
    client = emulate(account(contact(1), campaigns=[campaign(isPaused=True, isArchived=True)]))
    answer = client.delete(f"{CAMPAIGN}/contacts/1")
    assert (answer.status_code, answer.json()["error"]) == (400, "error.campaign.archived")
    assert left(client) == [1]


@pytest.mark.operation("deleteContacts")
def test_a_batch(emulate: Emulate, clock: Clock) -> None:
    """The body is the query; those on a call fail, the others go, when the batch runs."""
    client = emulate(PEOPLE)
    token = client.post(DELETE, json={"contactIds": [1, 2]}).json()["token"]
    assert left(client) == [1, 2, 3]
    clock.advance(0.3)
    result = client.get(f"/api/v2/voice/campaigns/contact-batch/status/{token}").json()
    assert result == {"status": "COMPLETED", "modifiedElementsCount": 1, "failed": [2], "excluded": {}}
    assert left(client) == [2, 3]


@pytest.mark.operation("deleteContacts")
@pytest.mark.parametrize(
    "body", [{}, {"contactsIds": [3]}, {"query": {"contactIds": [3]}}, {"contactIds": []}, {"lastAgentIds": [1]}]
)
def test_a_batch_with_no_filter_left(emulate: Emulate, clock: Clock, body: dict[str, Any]) -> None:
    """What is no filter is dropped, `query` too, and without a filter the whole campaign goes."""
    client = emulate(PEOPLE)
    assert run(client, clock, body)["modifiedElementsCount"] == 2
    assert left(client) == [2]


@pytest.mark.operation("deleteContacts")
@pytest.mark.parametrize(
    ("body", "remaining"),
    [
        ({"purgeDateBefore": "2026-03-02"}, [1, 2]),
        ({"phones": ["33199000001"]}, [2, 3]),
        (
            {"customFieldConditions": [{"customFieldName": "First_Name", "condition": "eq", "value": "Name3"}]},
            [1, 2],
        ),
        ({"contactIds": [1, 3], "excluded": True}, [1, 2, 3]),
    ],
)
def test_a_batch_has_the_filters_of_batches(
    emulate: Emulate, clock: Clock, body: dict[str, Any], remaining: list[int]
) -> None:
    """The same filters as for Update, purge dates among them."""
    client = emulate(PEOPLE)
    run(client, clock, body)
    assert left(client) == remaining


@pytest.mark.operation("deleteContacts")
@pytest.mark.parametrize(
    ("body", "remaining"),
    [({"query": {"contactIds": [1]}}, [2]), ({"contactIds": [1]}, []), ({"contactIds": [1], "query": {"x": 1}}, [])],
)
def test_the_other_reading_of_a_deletion(
    emulate: Emulate, clock: Clock, body: dict[str, Any], remaining: list[int]
) -> None:
    """With the option the filters are the body's `query`; what stands beside it is dropped, and all contacts go."""
    client = emulate(account(contact(1), contact(2)), delete_filters="query")
    run(client, clock, body)
    assert left(client) == remaining


@pytest.mark.operation("deleteContacts")
@pytest.mark.parametrize("content", [b"", b"[]", b"null", b'"x"', b'{"contactIds": "1"}', b'{"minTries": "1"}', b"{"])
def test_a_batch_that_cannot_be_read(emulate: Emulate, clock: Clock, content: bytes) -> None:
    """A body that is no object of filters is a 400 and leaves the campaign free."""
    client = emulate(PEOPLE)
    assert client.post(DELETE, content=content).status_code == 400
    run(client, clock, {"contactIds": [1]})


@pytest.mark.operation("deleteContacts")
def test_a_batch_while_another_runs(emulate: Emulate, clock: Clock) -> None:
    """One at a time per campaign, of whatever kind: 409 until the other has ended."""
    client = emulate(PEOPLE)
    client.post(f"{CAMPAIGN}/contact-batch/update", json={"query": {"contactIds": [1]}, "data": {"priority": 1}})
    assert client.post(DELETE, json={"contactIds": [1]}).status_code == 409
    clock.advance(0.3)
    run(client, clock, {"contactIds": [1]})


@pytest.mark.operation("deleteContacts")
def test_a_large_batch(emulate: Emulate, clock: Clock) -> None:
    """More contacts than are in memory at once."""
    people = [contact(number, state="processing_in_progress" if number == 1500 else "processing_not_in_progress")
              for number in range(1, 2502)]  # fmt: skip
    result = run(emulate(account(*people)), clock, {})
    assert (result["modifiedElementsCount"], result["failed"]) == (2500, [1500])
