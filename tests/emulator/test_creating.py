"""Creating one contact: what it may be given, what it has otherwise, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from .accounts import account, campaign, contact
from .conftest import Emulate

pytestmark = pytest.mark.operation("createContact")

CONTACTS = "/api/v2/voice/campaigns/100/contacts"
PERSON = {"First_Name": "Zoé", "Telephone_1": "33199000099"}
PEOPLE = account(contact(1), contact(7, id=910_000), campaigns=[campaign(contactPriority=25), campaign(200)])


def test_a_plain_contact(emulate: Emulate) -> None:
    """Created is 201 with the contact's document: the defaults of the table, new numbers, who and when."""
    client = emulate(PEOPLE)
    answer = client.post(CONTACTS, json={"customFields": PERSON})
    made = answer.json()
    assert answer.status_code == 201
    assert made == client.get(f"{CONTACTS}/8").json()
    assert set(made) == set(client.get(f"{CONTACTS}/1").json())
    assert (made["id"], made["campaignId"], made["contactId"]) == (910_001, 100, 8)
    assert (made["customFields"], made["phones"]) == (PERSON, {"Telephone_1": "33199000099"})
    assert (made["currentPhoneName"], made["state"]) == ("Telephone_1", "processing_not_in_progress")
    assert (made["excluded"], made["excludedDetail"], made["triesNumber"], made["priority"]) == (False, None, 0, 10)
    now = "2026-02-03T09:30:00Z"
    signed = (made["createdBy"], made["createdAt"], made["lastUpdatedBy"], made["lastUpdatedAt"])
    assert signed == ("api", now, "api", now)
    unset = (
        "comment",
        "retryDate",
        "wrapupId",
        "agentId",
        "assignedAgentId",
        "assignedGroupId",
        "calendarId",
        "region",
    )
    assert all(made[name] is None for name in unset)


GIVEN: list[dict[str, Any]] = [
    {"priority": 13},
    {"retryDate": "2026-03-01T09:00:00Z"},
    {"triesNumber": 2},
    {"comment": "vu"},
    {"wrapupId": 4560},
    {"agentId": 543},
    {"assignedAgentId": 543},
    {"assignedGroupId": 12},
    {"minCallingDateTime": "2026-03-01T10:00:00Z"},
    {"maxCallingDateTime": "2026-03-02T10:00:00Z"},
    {"contactCardDisplayNumber": "33199001002"},
    {"calendarId": 1191},
    {"region": 123},
    {"excluded": True, "excludedDetail": "manual"},
]
SOON = {
    "assignedAgentExpirationTime": "2026-03-01T10:00:00Z",
    "assignedGroupExpirationTime": "2026-03-01T10:00:00Z",
}


@pytest.mark.parametrize("given", GIVEN, ids=lambda given: next(iter(given)))
def test_fields_are_taken(emulate: Emulate, given: dict[str, Any]) -> None:
    """Every field of the table is taken, and nothing else changes by it."""
    client = emulate(PEOPLE)
    plain = client.post(CONTACTS, json={"customFields": PERSON}).json()
    made = client.post(CONTACTS, json={"customFields": PERSON} | given).json()
    assert made == plain | given | {"id": made["id"], "contactId": made["contactId"]}


@pytest.mark.parametrize("name", SOON)
def test_soon_fields(emulate: Emulate, name: str) -> None:
    """A field marked "Soon" is unknown, until it has come."""
    sent = {"customFields": PERSON, name: SOON[name]}
    assert emulate(PEOPLE).post(CONTACTS, json=sent).json()[name] is None
    assert emulate(PEOPLE, soon_fields=True).post(CONTACTS, json=sent).json()[name] == SOON[name]


@pytest.mark.parametrize(
    ("query", "body", "priority"),
    [
        ("", {}, 10),
        ("?priorityMode=false", {}, 10),
        ("?priorityMode=true", {}, 25),
        ("?priorityMode=perhaps", {}, 10),
        ("?priorityMode=true", {"priority": 3}, 3),
        ("?priorityMode=true", {"priority": None}, 25),
    ],
)
def test_priority(emulate: Emulate, query: str, body: dict[str, Any], priority: int) -> None:
    """The body's priority, else with priorityMode the campaign's, else ten."""
    made = emulate(PEOPLE).post(CONTACTS + query, json={"customFields": PERSON} | body).json()
    assert made["priority"] == priority


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"customFields": None},
        {"customFields": [PERSON]},
        {"customFields": "x"},
        {"customFields": {"Category": 5}},
        {"customFields": {"Category": None}},
        *(
            {"customFields": PERSON, **wrong}
            for wrong in (
                {"priority": "high"}, {"excluded": "no"}, {"retryDate": "soon"}, {"triesNumber": -1}, {"comment": 5},
                {"wrapupId": "4560"}, {"agentId": 0}, {"calendarId": 1.5}, {"region": "x"},
                {"minCallingDateTime": 5}, {"maxCallingDateTime": "x"},
                {"assignedAgentId": 545}, {"assignedGroupId": 13},
                {"contactCardDisplayNumber": "33199009999"}, {"contactCardDisplayNumber": "33639981234"},
            )
        ),
    ],
)  # fmt: skip
def test_refused(emulate: Emulate, body: dict[str, Any]) -> None:
    """Without customFields, with a wrong value, a stranger or a number not validated: 400, and nobody is made."""
    client = emulate(PEOPLE)
    assert client.post(CONTACTS, json=body).status_code == 400
    assert client.get(f"{CONTACTS}/8").status_code == 404


def test_an_archived_campaign_takes_none(emulate: Emulate) -> None:
    """An archived campaign refuses."""
    client = emulate(account(campaigns=[campaign(isPaused=True, isArchived=True)]))
    answer = client.post(CONTACTS, json={"customFields": PERSON})
    assert (answer.status_code, answer.json()["error"]) == (400, "error.campaign.archived")


@pytest.mark.parametrize("fields", [{}, {"First_Name": "Zoé"}, {"Telephone_1": "06 12"}])
def test_without_a_phone_it_is_out(emulate: Emulate, fields: dict[str, str]) -> None:
    """Nobody to dial: the contact is made, and excluded."""
    made = emulate(PEOPLE).post(CONTACTS, json={"customFields": fields, "excluded": False}).json()
    assert (made["excluded"], made["excludedDetail"]) == (True, "noValidPhone")


def test_unknown_custom_fields_are_dropped(emulate: Emulate) -> None:
    """A custom field that the campaign lacks vanishes without a word."""
    made = emulate(PEOPLE).post(CONTACTS, json={"customFields": PERSON | {"Prénom": "x"}}).json()
    assert made["customFields"] == PERSON


def test_numbers_are_never_given_again(emulate: Emulate) -> None:
    """A deleted contact's numbers are nobody else's; a campaign counts for itself, the account for all."""
    client = emulate(PEOPLE)
    first = client.post(CONTACTS, json={"customFields": PERSON}).json()
    assert client.delete(f"{CONTACTS}/8").status_code == 204
    second = client.post(CONTACTS, json={"customFields": PERSON}).json()
    other = client.post(CONTACTS.replace("100", "200"), json={"customFields": PERSON}).json()
    assert (first["contactId"], second["contactId"], other["contactId"]) == (8, 9, 1)
    assert (first["id"], second["id"], other["id"]) == (910_001, 910_002, 910_003)


def test_the_first_contact_of_an_account(emulate: Emulate) -> None:
    """An account without contacts has system ids too."""
    made = emulate().post(CONTACTS, json={"customFields": PERSON}).json()
    assert made["contactId"] == 1 != made["id"]


def test_a_new_contact_is_found(emulate: Emulate) -> None:
    """Search finds it at once, also by its phone."""
    client = emulate(PEOPLE)
    query = {"query": {"phones": ["33199000099"]}}
    assert client.post(f"{CONTACTS}/search", json=query).json()["content"] == []
    made = client.post(CONTACTS, json={"customFields": PERSON}).json()
    assert client.post(f"{CONTACTS}/search", json=query).json()["content"] == [made]
