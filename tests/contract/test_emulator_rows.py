"""Row by row: every field that the contract names is shown, taken, cleared and bounded by the emulator as it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from reconciler.emulator import Options, load_account, open_emulator
from tests.emulator.accounts import account, campaign, contact

from . import contract, scenarios
from .contract import Property

CAMPAIGN = "/api/v1/voice/campaigns/100"
CONTACTS = "/api/v2/voice/campaigns/100/contacts"
BATCH = "/api/v2/voice/campaigns/100/contact-batch"
STATUS = "/api/v2/voice/campaigns/contact-batch/status"
MOMENT = "2026-03-01T10:00:00Z"
FIELDS = {"First_Name": "New", "Telephone_1": "33199000009"}

#: A value for each field that may be written to a contact.
CONTACT_VALUES: dict[str, Any] = {
    "priority": 7, "excluded": True, "retryDate": MOMENT, "triesNumber": 4, "comment": "said", "wrapupId": 4561,
    "agentId": 544, "assignedAgentId": 543, "assignedGroupId": 12, "assignedAgentExpirationTime": MOMENT,
    "assignedGroupExpirationTime": MOMENT, "minCallingDateTime": MOMENT, "maxCallingDateTime": MOMENT,
    "contactCardDisplayNumber": "33199001002", "calendarId": 42, "region": 9,
}  # fmt: skip
#: A value for each field that may be written to a campaign; a purge is shown without `enabled`.
CAMPAIGN_VALUES: dict[str, Any] = {
    "name": "Renamed", "isPaused": True, "folder": "Paris", "userIds": [545], "groupIds": [13],
    "useAgentDisplayedPhoneNumber": True, "displayedPhoneNumbers": ["33199001002"], "minCallingDateOffset": 1,
    "maxCallingDateOffset": 30, "maxTries": 3, "nextTryDelay": 60, "isRecorded": True, "recordingPercentage": 50,
    "calendarId": 7, "soundPlayedContactPickUp": 8, "contactPriority": 2, "globalPriority": 50,
    "deduplicationParams": {"excludeDomain": "all"},
}  # fmt: skip
#: What can't be read back: it has its own tests, or the documentation does not say where it is shown.
ELSEWHERE = {"customFields", "regionalizationCode", "isArchived", "autoPurge"}


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    """A client of an emulator in which the announced fields have come, and batches end at once."""
    purge = {"lastAttemptBeforeDays": 90, "excluded": True}
    data = account(contact(1, lastCallerType="agent"), campaigns=[campaign(isRecorded=True, autoPurge=purge)])
    application = open_emulator(
        tmp_path / "emulator.db",
        options=Options(soon_fields=True, batch_seconds=0),
        seed=load_account(data | {"licenses": {"2026-01": scenarios.BILLED}}),
        clock=lambda: scenarios.MOMENT,
    )
    return TestClient(application, base_url="http://emulator", headers={"Private-Token": "any"})


def ended(client: TestClient, answer: Response) -> Response:
    """The answer to a batch, once it has ended: its result's status is in the place of the answer's."""
    if answer.status_code == 200:
        assert client.get(f"{STATUS}/{answer.json()['token']}").json()["status"] == "COMPLETED"
    return answer


def put(client: TestClient, body: dict[str, Any]) -> Response:
    """PUT Update contact by Id."""
    return client.put(f"{CONTACTS}/1", json=body)


def update(client: TestClient, body: dict[str, Any]) -> Response:
    """POST Update a batch of contacts."""
    return ended(client, client.post(f"{BATCH}/update", json={"query": {"contactIds": [1]}, "data": body}))


def create(client: TestClient, body: dict[str, Any]) -> Response:
    """POST Create a contact; it is contact 2."""
    return client.post(CONTACTS, json={"customFields": FIELDS} | body)


def create_batch(client: TestClient, body: dict[str, Any]) -> Response:
    """POST Create a batch of contacts; the first is contact 2."""
    return ended(client, client.post(f"{BATCH}/create", json={"customFields": [FIELDS]} | body))


Write = Callable[[TestClient, dict[str, Any]], Response]
#: The way to write, the schema of what it takes, and the contact that then shows it.
WAYS: list[tuple[Write, str, int]] = [
    (put, "ContactUpdate", 1),
    (update, "ContactBatchData", 1),
    (create, "ContactCreation", 2),
    (create_batch, "ContactBatchCreation", 2),
]


def contact_rows() -> Iterator[Any]:
    """Every way to write a contact with every field that it takes."""
    for write, schema, number in WAYS:
        for name, field in contract.properties(schema).items():
            if name not in ELSEWHERE:
                yield pytest.param(write, number, field, id=f"{write.__name__}-{name}")


@pytest.mark.parametrize(("write", "number", "field"), list(contact_rows()))
def test_a_contacts_field_is_taken(client: TestClient, write: Write, number: int, field: Property) -> None:
    """What is written is what the contact shows; null where the contract has it, and a wrong type never."""
    value = CONTACT_VALUES[field.name]
    assert write(client, {field.name: value}).status_code < 300
    assert client.get(f"{CONTACTS}/{number}").json()[field.name] == value
    assert write(client, {field.name: ["wrong"]}).status_code == 400
    if field.nullable:
        assert write(client, {field.name: None}).status_code < 300
        assert client.get(f"{CONTACTS}/{number + (number > 1)}").json()[field.name] is None
    if field.minimum is not None:
        assert write(client, {field.name: field.minimum - 1}).status_code == 400


def campaign_rows() -> list[Property]:
    """Every setting that PATCH takes and GET shows as it was sent."""
    return [each for name, each in contract.properties("CampaignUpdate").items() if name not in ELSEWHERE]


@pytest.mark.parametrize("field", campaign_rows(), ids=lambda field: field.name)
def test_a_setting_is_taken(client: TestClient, field: Property) -> None:
    """What is sent is what GET shows; null where the contract has it, its bounds, and a wrong type never."""
    value = CAMPAIGN_VALUES[field.name]
    assert client.patch(CAMPAIGN, json={field.name: value}).status_code == 200
    assert client.get(CAMPAIGN).json()[field.name] == value
    cleared = client.patch(CAMPAIGN, json={field.name: None})
    assert cleared.status_code == (200 if field.nullable else 400)
    if field.nullable:
        assert not client.get(CAMPAIGN).json()[field.name]
    outside = [each for each in (field.minimum, field.maximum) if each is not None]
    for bound in outside:
        assert client.patch(CAMPAIGN, json={field.name: bound}).status_code == 200
        beyond = bound - 1 if bound == field.minimum else bound + 1
        assert client.patch(CAMPAIGN, json={field.name: beyond}).status_code == 400
    assert client.patch(CAMPAIGN, json={field.name: 5 if field.type == "object" else {"wrong": 1}}).status_code == 400


@pytest.mark.parametrize("name", [name for name in contract.properties("AutoPurgeUpdate") if name != "enabled"])
def test_an_option_of_the_purge_is_taken(client: TestClient, name: str) -> None:
    """It is shown while the purge is on; off, the purge is null."""
    value = 30 if name == "lastAttemptBeforeDays" else True
    client.patch(CAMPAIGN, json={"autoPurge": {"enabled": True, name: value}})
    assert client.get(CAMPAIGN).json()["autoPurge"][name] == value
    client.patch(CAMPAIGN, json={"autoPurge": {"enabled": False, name: value}})
    assert client.get(CAMPAIGN).json()["autoPurge"] is None
    assert client.patch(CAMPAIGN, json={"autoPurge": {"enabled": True, name: "wrong"}}).status_code == 400


def shown(client: TestClient, schema: str) -> dict[str, Any]:
    """The answer, or the part of it, that this schema describes."""
    token = client.post(f"{BATCH}/update", json={"query": {"contactIds": [1]}, "data": {"priority": 1}}).json()["token"]
    wrapups, licenses = "/api/v1/account/wrapups", "/api/v1/statistic-cold/billing/licenses?month=2026-01"
    answers: dict[str, Callable[[], Any]] = {
        "Contact": lambda: client.get(f"{CONTACTS}/1").json(),
        "ContactPage": lambda: client.post(f"{CONTACTS}/search", json={}).json(),
        "ContactSlice": lambda: client.get(f"{CONTACTS}/search/by-date?fromDate=2020-01-01T00:00:00Z").json(),
        "BatchToken": lambda: {"token": token},
        "BatchResult": lambda: client.get(f"{STATUS}/{token}").json(),
        "Campaign": lambda: client.get(CAMPAIGN).json(),
        "AutoPurge": lambda: client.get(CAMPAIGN).json()["autoPurge"],
        "CampaignPage": lambda: client.get("/api/v1/voice/campaigns").json(),
        "Wrapup": lambda: client.get(f"{wrapups}/4560").json(),
        "WrapupPage": lambda: client.get(wrapups).json(),
        "WrapupFolder": lambda: client.get(f"{wrapups}/folders").json()["folders"][0],
        "WrapupFolderPage": lambda: client.get(f"{wrapups}/folders").json(),
        "BilledLicenses": lambda: client.get(licenses).json(),
        "BilledDetail": lambda: client.get(licenses).json()["details"][0],
        "Error": lambda: client.get("/api/v1/voice/campaigns/1").json(),
    }
    found: dict[str, Any] = answers[schema]()
    return found


def answered_schemas() -> list[str]:
    """The component schemas that answers are made of: all but those that only requests hold, and single values."""
    asked = {"ContactCreation", "ContactUpdate", "ContactBatchCreation", "ContactBatchUpdate", "ContactBatchData",
             "ContactBatchDeletion", "ContactSearch", "Pageable", "SearchQuery", "BatchQuery", "CustomFieldCondition",
             "PhoneSearch", "CampaignUpdate", "AutoPurgeUpdate", "CustomFieldAddition", "NewCustomField",
             "DeduplicationParams", "CustomFields"}  # fmt: skip
    schemas = contract.document()["components"]["schemas"]
    return [name for name, each in schemas.items() if name not in asked and each.get("properties")]


@pytest.mark.parametrize("schema", answered_schemas())
def test_every_field_is_shown(client: TestClient, schema: str) -> None:
    """All of them, null where nothing is set, and no other."""
    assert set(shown(client, schema)) == set(contract.properties(schema))
