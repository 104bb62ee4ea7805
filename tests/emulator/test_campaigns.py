"""Campaigns: lists and their pages, get, update, custom fields, delete."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from .accounts import FIELDS, account, campaign, contact
from .conftest import Clock, Emulate

CAMPAIGNS = "/api/v1/voice/campaigns"
CAMPAIGN = f"{CAMPAIGNS}/100"
ARCHIVED = campaign(isPaused=True, isArchived=True)


@pytest.mark.operation("listCampaigns")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [1, 2, 3]),
        ("name=MÉTIERS", [1]),
        ("name=RE", [2]),
        ("mode=preview", [2]),
        ("mode=loud", []),
        ("isPaused=true", [2, 3]),
        ("isPaused=false&isArchived=false", [1]),
        ("isArchived=TRUE", [3]),
        ("isArchived=perhaps", [1, 2, 3]),
        ("nmae=bouche&folder=x", [1, 2, 3]),
        ("page=0", [1, 2, 3]),
        ("page=x&pageSize=-1", [1, 2, 3]),
        ("page=" + "9" * 30, []),
    ],
)
def test_list_filters(emulate: Emulate, query: str, expected: list[int]) -> None:
    """The documented filters filter; unknown ones, and values that are none, are ignored."""
    seed = [
        campaign(1, name="CA - Métiers de Bouche"),
        campaign(2, name="Relance", mode="preview", isPaused=True),
        campaign(3, name="Réinscriptions", isPaused=True, isArchived=True),
    ]
    answer = emulate(account(campaigns=seed)).get(f"{CAMPAIGNS}?{query}").json()
    assert [item["id"] for item in answer["campaigns"]] == expected


@pytest.mark.operation("listCampaigns")
def test_list_pages(emulate: Emulate) -> None:
    """Pages hold 50, at most 200, and lead on by absolute URLs that keep the filters."""
    client = emulate(account(campaigns=[campaign(number, isPaused=number % 2 == 0) for number in range(1, 421)]))
    first = client.get(CAMPAIGNS).json()
    assert (len(first["campaigns"]), first["count"], first["previous"]) == (50, 420, None)
    address: str | None = f"{CAMPAIGNS}?pageSize=1000&isPaused=true&name=CA+-+M%C3%A9"
    seen, sizes = [], []
    while address:
        page = client.get(address).json()
        seen += [item["id"] for item in page["campaigns"]]
        sizes.append(len(page["campaigns"]))
        address = page["next"]
        assert address is None or address.startswith("http://emulator/api/v1/voice/campaigns?")
    assert (seen, sizes) == (list(range(2, 421, 2)), [200, 10])
    assert parse_qs(urlsplit(page["previous"]).query)["page"] == ["1"]


@pytest.mark.operation("listCampaigns")
def test_public_url(emulate: Emulate) -> None:
    """The URLs of pages start with the public one when there is one."""
    client = emulate(account(campaigns=[campaign(1), campaign(2)]), public_url="https://public.example/")
    assert client.get(f"{CAMPAIGNS}?pageSize=1").json()["next"].startswith("https://public.example/api/v1/voice/")


@pytest.mark.operation("getCampaign")
def test_get_shows_every_field(emulate: Emulate) -> None:
    """Get shows the whole data structure, unset fields as null, and never `autoPurge.enabled`."""
    shown = emulate().get(CAMPAIGN).json()
    assert len(shown) == 32
    assert shown["autoPurge"] is None
    assert shown["createdAt"] == "2023-09-01T07:30:00Z"


TAKEN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"name": "Nouvelle"}, {"name": "Nouvelle"}),
    ({"isPaused": True}, {"isPaused": True}),
    ({"folder": "Admissions"}, {"folder": "Admissions"}),
    ({"folder": None}, {"folder": None}),
    ({"userIds": [543, 546, 543]}, {"userIds": [546, 543]}),
    ({"userIds": None}, {"userIds": []}),
    ({"userIds": [543, 545]}, {"userIds": [545, 543], "unassignedUserIds": []}),
    ({"userIds": [543, 999]}, {"userIds": [543]}),
    ({"groupIds": [12, 13]}, {"groupIds": [13, 12]}),
    ({"groupIds": None}, {"groupIds": []}),
    (
        {"displayedPhoneNumbers": ["33199001001", "33199001002"]},
        {"displayedPhoneNumbers": ["33199001002", "33199001001"]},
    ),
    ({"minCallingDateOffset": 2}, {"minCallingDateOffset": 2}),
    ({"maxCallingDateOffset": None}, {"maxCallingDateOffset": None}),
    ({"maxTries": 8, "nextTryDelay": 60}, {"maxTries": 8, "nextTryDelay": 60}),
    ({"isRecorded": True, "recordingPercentage": 40}, {"isRecorded": True, "recordingPercentage": 40}),
    ({"calendarId": 1191}, {"calendarId": 1191}),
    ({"soundPlayedContactPickUp": 5}, {"soundPlayedContactPickUp": 5}),
    ({"contactPriority": 1}, {"contactPriority": 1}),
    ({"globalPriority": 50}, {"globalPriority": 50}),
    ({"globalPriority": None}, {"globalPriority": None}),
]


@pytest.mark.operation("patchCampaign")
@pytest.mark.parametrize(("body", "expected"), TAKEN)
def test_patch_takes(emulate: Emulate, clock: Clock, body: dict[str, Any], expected: dict[str, Any]) -> None:
    """A documented field sticks, everything else stays, and the update is dated and signed."""
    client = emulate()
    before = client.get(CAMPAIGN).json()
    clock.advance(90)
    answer = client.patch(CAMPAIGN, json=body)
    signed = {"lastUpdatedAt": "2026-02-03T09:31:30Z", "lastUpdatedBy": "api"}
    assert answer.status_code == 200
    assert answer.json() == client.get(CAMPAIGN).json() == before | expected | signed


@pytest.mark.operation("patchCampaign")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"maxTry": 8},
        {"mode": "preview"},
        {"customFields": ["X"]},
        {"regionalization": True},
        {"personalCallbackPrioritization": True},
        {"unassignedUserIds": []},
        {"id": 7, "createdAt": "2020-01-01T00:00:00Z"},
        {"useAgentDisplayedPhoneNumber": True},
        {"deduplicationParams": {"excludeDomain": "all"}},
    ],
)
def test_patch_ignores_what_it_does_not_take(emulate: Emulate, body: dict[str, Any]) -> None:
    """A field that PATCH does not document, or that is still to come, is ignored without a word."""
    client = emulate()
    before = client.get(CAMPAIGN).json()
    answer = client.patch(CAMPAIGN, json=body)
    assert (answer.status_code, answer.json()) == (200, before)


@pytest.mark.operation("patchCampaign")
def test_patch_takes_soon_fields_when_they_have_come(emulate: Emulate) -> None:
    """With the option, fields marked "Soon" are taken."""
    client = emulate(soon_fields=True)
    assert client.patch(CAMPAIGN, json={"useAgentDisplayedPhoneNumber": True}).json()["useAgentDisplayedPhoneNumber"]
    sent = {"excludeDomain": "file", "excludeSamePhones": True}
    assert client.patch(CAMPAIGN, json={"deduplicationParams": sent}).json()["deduplicationParams"] == sent
    assert client.patch(CAMPAIGN, json={"deduplicationParams": {"excludeDomain": "none"}}).status_code == 400


NOT_NULLABLE = (
    "name", "isPaused", "isArchived", "displayedPhoneNumbers", "maxTries", "nextTryDelay", "isRecorded",
    "recordingPercentage", "contactPriority", "autoPurge",
)  # fmt: skip


@pytest.mark.operation("patchCampaign")
@pytest.mark.parametrize(
    "body",
    [
        *({name: None} for name in NOT_NULLABLE),
        {"name": ""},
        {"isPaused": "true"},
        {"userIds": ["543"]},
        {"userIds": 543},
        {"minCallingDateOffset": 3},
        {"maxTries": -1},
        {"maxTries": True},
        {"maxTries": 5.5},
        {"recordingPercentage": 50},
        {"isRecorded": True, "recordingPercentage": 101},
        {"globalPriority": 0},
        {"globalPriority": 51},
        {"displayedPhoneNumbers": ["33199001001", "33199009999"]},
        {"isArchived": True},
        {"isArchived": True, "isPaused": True},
        {"autoPurge": {"enabled": "yes"}},
        {"contactPriority": 2**70},
    ],
)
def test_patch_refuses(emulate: Emulate, body: dict[str, Any]) -> None:
    """A wrong value is a 400, and no field of the request is written."""
    client = emulate()
    before = client.get(CAMPAIGN).json()
    answer = client.patch(CAMPAIGN, json={"folder": "new"} | body)
    assert answer.status_code == 400
    assert client.get(CAMPAIGN).json() == before


@pytest.mark.operation("patchCampaign")
def test_recording_goes_with_its_percentage(emulate: Emulate) -> None:
    """Without recording there is no percentage."""
    client = emulate(account(campaigns=[campaign(isRecorded=True, recordingPercentage=50)]))
    assert client.patch(CAMPAIGN, json={"isRecorded": False}).json()["recordingPercentage"] is None


@pytest.mark.operation("patchCampaign")
def test_accounts_without_users_have_them_all(emulate: Emulate) -> None:
    """Where a seed names no users, any id is one."""
    client = emulate({"campaigns": [campaign()]})
    assert client.patch(CAMPAIGN, json={"userIds": [1, 2]}).json()["userIds"] == [2, 1]


PURGE = {"lastAttemptBeforeDays": 90, "maxTriesReached": False, "excluded": True, "notToCall": False}


@pytest.mark.operation("patchCampaign")
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"enabled": True, "lastAttemptBeforeDays": 90, "excluded": True}, PURGE),
        (
            {"enabled": True, "notToCall": True},
            PURGE | {"lastAttemptBeforeDays": None, "excluded": False, "notToCall": True},
        ),
        ({"enabled": False, "lastAttemptBeforeDays": 90}, None),
        ({"lastAttemptBeforeDays": 90}, None),
        ({}, None),
    ],
)
def test_auto_purge_is_replaced(emulate: Emulate, sent: dict[str, Any], shown: dict[str, Any] | None) -> None:
    """PATCH replaces the whole object; off is null, and `enabled` itself is never shown."""
    client = emulate(account(campaigns=[campaign(autoPurge={"lastAttemptBeforeDays": 10, "maxTriesReached": True})]))
    assert client.patch(CAMPAIGN, json={"autoPurge": sent}).json()["autoPurge"] == shown
    assert client.get(CAMPAIGN).json()["autoPurge"] == shown


@pytest.mark.operation("deleteCampaign", "patchCampaign")
def test_archive_then_delete(emulate: Emulate) -> None:
    """Only a paused campaign is archived, only an archived one deleted, and its contacts go with it."""
    client = emulate(account(contact(1)))
    assert client.delete(CAMPAIGN).json()["error"] == "error.campaign.not.archived"
    assert client.patch(CAMPAIGN, json={"isPaused": True}).status_code == 200
    assert client.patch(CAMPAIGN, json={"isArchived": True, "isPaused": False}).status_code == 400
    assert client.patch(CAMPAIGN, json={"isArchived": True}).json()["isArchived"] is True
    deleted = client.delete(CAMPAIGN)
    assert (deleted.status_code, deleted.json()["id"]) == (200, 100)
    assert client.get(CAMPAIGN).status_code == 404
    assert client.get("/api/v2/voice/campaigns/100/contacts/1").json()["error"] == "error.campaign.not.exists"


@pytest.mark.operation("patchCampaign", "addFields")
@pytest.mark.parametrize("body", [{"isArchived": False}, {"isPaused": False}, {"name": "x"}])
def test_archived_campaigns_stay(emulate: Emulate, body: dict[str, Any]) -> None:
    """An archived campaign takes no update and no field."""
    client = emulate(account(campaigns=[ARCHIVED]))
    assert client.patch(CAMPAIGN, json=body).json()["error"] == "error.campaign.archived"
    added = client.post(f"{CAMPAIGN}/field", json={"newCustomFields": [{"name": "Ville"}]})
    assert added.status_code == 400


@pytest.mark.operation("addFields")
def test_fields_are_added(emulate: Emulate) -> None:
    """New fields come after the old ones, phones among the phone fields too."""
    fields = [
        {"name": "Ville", "isPhoneNumber": False},
        {"name": "Telephone_2", "isPhoneNumber": True},
        {"name": "Âge"},
    ]
    answer = emulate().post(f"{CAMPAIGN}/field", json={"newCustomFields": fields})
    assert answer.status_code == 200
    assert answer.json()["customFields"] == [*FIELDS, "Ville", "Telephone_2", "Âge"]
    assert answer.json()["phoneFields"] == ["Telephone_1", "Telephone_2"]
    assert answer.json()["lastUpdatedBy"] == "api"


@pytest.mark.operation("addFields")
@pytest.mark.parametrize(
    "fields",
    [
        [{"name": "New"}, {"name": "Category"}],
        [{"name": "New"}, {"name": "New"}],
        [{"name": "New"}, {"isPhoneNumber": True}],
        [{"name": "New", "isPhoneNumber": "yes"}],
        [{"name": "New"}, "x"],
        [],
        None,
    ],
)
def test_fields_are_added_all_or_none(emulate: Emulate, fields: object) -> None:
    """When one can't be added none is."""
    client = emulate()
    assert client.post(f"{CAMPAIGN}/field", json={"newCustomFields": fields}).status_code == 400
    assert client.get(CAMPAIGN).json()["customFields"] == FIELDS
