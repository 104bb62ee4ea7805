"""The other readings of what the documentation leaves open, one option each."""

from __future__ import annotations

from typing import Any

import pytest

from .accounts import account, campaign, contact
from .conftest import Clock, Emulate

CAMPAIGNS = "/api/v1/voice/campaigns"
CAMPAIGN = f"{CAMPAIGNS}/100"
CONTACTS = "/api/v2/voice/campaigns/100/contacts"
BY_PHONE = "/api/v2/voice/campaigns/contacts/search/by-phone"
BATCH = "/api/v2/voice/campaigns/100/contact-batch"
PEOPLE = account(contact(1, triesNumber=1), contact(2))
PURGE = {"lastAttemptBeforeDays": 10, "maxTriesReached": True, "excluded": False, "notToCall": False}


def test_unset_fields_may_be_left_out(emulate: Emulate) -> None:
    """With the option no contact shows a null, wherever it is shown; false, 0 and empty ones stay."""
    client = emulate(PEOPLE, unset_fields="omitted")
    shown = [
        client.get(f"{CONTACTS}/1").json(),
        client.put(f"{CONTACTS}/1", json={"priority": 3}).json(),
        client.post(CONTACTS, json={"customFields": {"Telephone_1": "33199000001"}}).json(),
        client.post(f"{CONTACTS}/search", json={}).json()["content"][0],
        client.post(BY_PHONE, json={}).json()["contacts"][0],
        client.get(f"{CONTACTS}/search/by-date?fromDate=2020-01-01T00:00:00Z").json()["contacts"][0],
    ]
    for item in shown:
        assert None not in item.values()
        assert item["excluded"] is False
        assert item["duplicateContactIds"] == []


def test_order_may_change_between_pages(emulate: Emulate) -> None:
    """With the option pages overlap: read one after another they lack contacts."""
    client = emulate(account(*(contact(number, customFields={}) for number in range(1, 201))), unstable_order=True)
    pages = [
        client.post(f"{CONTACTS}/search", json={"pageable": {"page": page, "pageSize": 50}}).json() for page in range(4)
    ]
    found = [item["contactId"] for page in pages for item in page["content"]]
    assert len(found) == 200 > len(set(found))
    assert [page["last"] for page in pages] == [False, False, False, True]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", f"{CONTACTS}/search", {"pageable": {"pageSize": 501}}),
        ("POST", f"{BY_PHONE}?limit=101", {}),
        ("GET", f"{CONTACTS}/search/by-date?fromDate=2020-02-02T00:00:00Z&limit=501", None),
        ("GET", f"{CAMPAIGNS}?pageSize=201", None),
    ],
)
def test_long_pages_may_be_refused(emulate: Emulate, method: str, path: str, body: object) -> None:
    """With the option a page size over the largest is a 400, and the largest is none."""
    client = emulate(PEOPLE, long_pages="refused")
    assert client.request(method, path, json=body).status_code == 400
    largest: Any = {"pageable": {"pageSize": 500}} if body else body
    assert client.request(method, path.replace("01", "00"), json=largest).status_code == 200
    assert emulate(PEOPLE).request(method, path, json=body).status_code == 200


def test_empty_lists_may_find_nothing(emulate: Emulate, clock: Clock) -> None:
    """With the option a filter that is an empty list finds nobody, in searches and in batches."""
    client = emulate(PEOPLE, empty_lists="nothing")
    for name in ("contactIds", "phones", "assignedAgentIds", "wrapupStatuses"):
        assert client.post(f"{CONTACTS}/search", json={"query": {name: []}}).json()["content"] == []
    assert len(client.post(f"{CONTACTS}/search", json={"query": {"contactsIds": []}}).json()["content"]) == 2
    assert client.post(BY_PHONE, json={"phones": []}).json()["contacts"] == []
    assert client.post(BY_PHONE, json={"campaignIds": []}).json()["contacts"] == []
    client.post(f"{BATCH}/delete", json={"contactIds": []})
    clock.advance(0.3)
    assert len(client.post(f"{CONTACTS}/search", json={}).json()["content"]) == 2


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", CAMPAIGN, {"maxTries": 3, "maxTry": 3}),
        ("PATCH", CAMPAIGN, {"autoPurge": {"enabled": True, "days": 3}}),
        ("POST", f"{CAMPAIGN}/field", {"newCustomFields": [{"name": "x", "type": "y"}]}),
        ("PUT", f"{CONTACTS}/1", {"priority": 3, "prioritee": 3}),
        ("POST", CONTACTS, {"customFields": {}, "phones": {}}),
        ("POST", f"{BATCH}/create", {"customFields": [], "phones": {}}),
        ("POST", f"{BATCH}/update", {"query": {"contactIds": [1]}, "data": {"comment": "x"}}),
    ],
)
def test_unknown_fields_may_be_refused(emulate: Emulate, method: str, path: str, body: dict[str, Any]) -> None:
    """With the option an unknown field of a body is a 400, and nothing is written."""
    client = emulate(PEOPLE, unknown_fields="refused")
    before = client.get(CAMPAIGN).json(), client.get(f"{CONTACTS}/1").json()
    assert client.request(method, path, json=body).status_code == 400
    assert before == (client.get(CAMPAIGN).json(), client.get(f"{CONTACTS}/1").json())
    assert emulate(PEOPLE).request(method, path, json=body).status_code < 300


def test_unknown_filters_are_dropped_all_the_same(emulate: Emulate) -> None:
    """That wrong filters are discarded is documented, so no option refuses them."""
    client = emulate(PEOPLE, unknown_fields="refused")
    assert client.post(f"{BATCH}/delete", json={"contactsIds": [1]}).status_code == 200


@pytest.mark.parametrize(
    ("before", "sent", "shown"),
    [
        (PURGE, {"excluded": True}, PURGE | {"excluded": True}),
        (PURGE, {"enabled": False}, None),
        (None, {"enabled": True, "notToCall": True}, {"lastAttemptBeforeDays": None, "maxTriesReached": False,
                                                      "excluded": False, "notToCall": True}),
        (None, {"notToCall": True}, None),
    ],
)  # fmt: skip
def test_auto_purge_may_be_merged(
    emulate: Emulate, before: dict[str, Any] | None, sent: dict[str, Any], shown: dict[str, Any] | None
) -> None:
    """With the option PATCH changes only what it names, `enabled` too."""
    client = emulate(account(campaigns=[campaign(autoPurge=before)]), auto_purge="merged")
    assert client.patch(CAMPAIGN, json={"autoPurge": sent}).json()["autoPurge"] == shown


@pytest.mark.parametrize(("before", "enabled"), [(PURGE, True), (None, False)])
def test_purge_may_show_whether_it_is_on(emulate: Emulate, before: dict[str, Any] | None, enabled: bool) -> None:
    """With the option autoPurge is never null and says whether it is enabled, wherever a campaign is shown."""
    client = emulate(account(campaigns=[campaign(autoPurge=before)]), purge_enabled="shown")
    shown = client.get(CAMPAIGN).json()
    assert shown["autoPurge"]["enabled"] is enabled
    assert client.get(CAMPAIGNS).json()["campaigns"] == [shown]
    assert client.patch(CAMPAIGN, json={"maxTries": 3}).json()["autoPurge"] == shown["autoPurge"]
    off = client.patch(CAMPAIGN, json={"autoPurge": {"enabled": False}}).json()["autoPurge"]
    assert off["enabled"] is False


@pytest.mark.parametrize(("evaluated", "hit"), [("run", [2]), ("accepted", [1])])
def test_query_may_be_evaluated_early(emulate: Emulate, clock: Clock, evaluated: str, hit: list[int]) -> None:
    """With the option a batch hits those who met its query when it was accepted."""
    client = emulate(PEOPLE, batch_query=evaluated)
    assert client.post(f"{BATCH}/delete", json={"minTries": 1}).status_code == 200
    client.put(f"{CONTACTS}/1", json={"triesNumber": 0})
    client.put(f"{CONTACTS}/2", json={"triesNumber": 5})
    clock.advance(0.3)
    assert [number for number in (1, 2) if client.get(f"{CONTACTS}/{number}").status_code == 404] == hit
