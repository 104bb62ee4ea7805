"""One contact: get and update."""

from __future__ import annotations

from typing import Any

import pytest

from .accounts import account, campaign, contact
from .conftest import Clock, Emulate

CONTACT = "/api/v2/voice/campaigns/100/contacts/1"
SIGNED = {"lastUpdatedAt": "2026-02-03T09:31:30Z", "lastUpdatedBy": "api"}


@pytest.mark.operation("getContact")
def test_get_shows_every_field(emulate: Emulate) -> None:
    """Get shows the data structure and its example's fields; the system id is not the contactId."""
    shown = emulate(account(contact(1))).get(CONTACT).json()
    assert len(shown) == 36
    assert shown["id"] != shown["contactId"] == 1
    assert shown["phones"] == {"Telephone_1": "33199000001"}


@pytest.mark.operation("getContact", "updateContact")
@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("number", ["2", "x", "900001"])
def test_unknown_contacts(emulate: Emulate, method: str, number: str) -> None:
    """A contactId that the campaign lacks is a 404, and so is a system id."""
    path = f"/api/v2/voice/campaigns/100/contacts/{number}"
    answer = emulate(account(contact(1))).request(method, path, json={"priority": 1})
    assert (answer.status_code, answer.json()["error"]) == (404, "error.contact.not.exists")


TAKEN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"priority": 3}, {"priority": 3}),
    ({"priority": None}, {"priority": 10}),
    ({"retryDate": "2026-03-01T10:00:00+01:00"}, {"retryDate": "2026-03-01T09:00:00Z"}),
    ({"triesNumber": 0, "comment": "vu"}, {"triesNumber": 0, "comment": "vu"}),
    ({"wrapupId": 4560, "agentId": 543}, {"wrapupId": 4560, "agentId": 543}),
    ({"assignedAgentId": 543, "assignedGroupId": 12}, {"assignedAgentId": 543, "assignedGroupId": 12}),
    ({"assignedAgentId": None}, {"assignedAgentId": None}),
    ({"minCallingDateTime": "2026-03-01T10:00:00Z"}, {"minCallingDateTime": "2026-03-01T10:00:00Z"}),
    ({"contactCardDisplayNumber": "33199001002"}, {"contactCardDisplayNumber": "33199001002"}),
    ({"calendarId": 1191, "region": 5}, {"calendarId": 1191, "region": 5}),
    ({"excluded": True}, {"excluded": True, "excludedDetail": "manual"}),
    ({"priority": 3, "prioritee": 4, "state": "x", "purgeDate": "2020-01-01"}, {"priority": 3}),
    ({"priority": 3, "assignedAgentExpirationTime": "2026-03-01T10:00:00Z"}, {"priority": 3}),
]


@pytest.mark.operation("updateContact")
@pytest.mark.parametrize(("body", "expected"), TAKEN)
def test_put_takes(emulate: Emulate, clock: Clock, body: dict[str, Any], expected: dict[str, Any]) -> None:
    """A documented field sticks, everything else stays, unknown fields are ignored, and the update is signed."""
    client = emulate(account(contact(1)))
    before = client.get(CONTACT).json()
    clock.advance(90)
    answer = client.put(CONTACT, json=body)
    assert answer.status_code == 200
    assert answer.json() == client.get(CONTACT).json() == before | expected | SIGNED


@pytest.mark.operation("updateContact")
def test_put_takes_the_announced_region_code(emulate: Emulate, clock: Clock) -> None:
    """Once it has come: a number, which no field of the contact shows."""
    client = emulate(account(contact(1)), soon_fields=True)
    before = client.get(CONTACT).json()
    clock.advance(90)
    assert client.put(CONTACT, json={"regionalizationCode": 5}).json() == before | SIGNED
    assert client.put(CONTACT, json={"regionalizationCode": "5"}).status_code == 400


@pytest.mark.operation("updateContact")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"prioritee": 4},
        {"priority": "4"},
        {"triesNumber": None},
        {"triesNumber": -1},
        {"excluded": None},
        {"retryDate": "tomorrow"},
        {"assignedAgentId": 545},
        {"assignedGroupId": 13},
        {"contactCardDisplayNumber": "33199009999"},
        {"contactCardDisplayNumber": "33639981234"},
        {"customFields": {"Category": 5}},
        {"customFields": "x"},
    ],
)
def test_put_refuses(emulate: Emulate, body: dict[str, Any]) -> None:
    """A wrong value, a stranger, a number that is not validated: 400, and nothing is written."""
    client = emulate(account(contact(1)))
    before = client.get(CONTACT).json()
    assert client.put(CONTACT, json=body).status_code == 400
    assert client.get(CONTACT).json() == before


@pytest.mark.operation("updateContact")
def test_custom_fields_are_merged(emulate: Emulate) -> None:
    """Fields left out stay, null takes one away, and one that the campaign lacks is ignored."""
    client = emulate(account(contact(1)))
    sent = {"Category": "0123", "First_Name": None, "Categorie": "Gold", "Telephone_1": "33639980001"}
    shown = client.put(CONTACT, json={"customFields": sent}).json()
    assert shown["customFields"] == {"Category": "0123", "Telephone_1": "33639980001"}
    assert shown["phones"] == {"Telephone_1": "33639980001"}


@pytest.mark.operation("updateContact")
def test_without_a_phone_a_contact_is_out(emulate: Emulate) -> None:
    """Losing the last phone excludes, asking does not bring it back, a new phone and asking do."""
    client = emulate(account(contact(1)))
    lost = client.put(CONTACT, json={"customFields": {"Telephone_1": "06 12"}}).json()
    assert (lost["excluded"], lost["excludedDetail"], lost["currentPhoneName"]) == (True, "noValidPhone", "Telephone_1")
    asked = client.put(CONTACT, json={"excluded": False}).json()
    assert (asked["excluded"], asked["excludedDetail"]) == (True, "noValidPhone")
    back = client.put(CONTACT, json={"excluded": False, "customFields": {"Telephone_1": "33639980001"}}).json()
    assert (back["excluded"], back["excludedDetail"]) == (False, None)


@pytest.mark.operation("updateContact")
def test_a_contact_on_a_call_is_overwritten(emulate: Emulate) -> None:
    """Nothing in the documentation keeps a PUT from a contact that is being processed."""
    client = emulate(account(contact(1, state="processing_in_progress"), campaigns=[campaign()]))
    assert client.put(CONTACT, json={"priority": 1}).json()["priority"] == 1
