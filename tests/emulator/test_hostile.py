"""Whatever is sent, the emulator answers with a status of the API and goes on: never a 5xx."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from reconciler.emulator.filters import BATCH_FILTERS, FILTERS, SOON_FILTERS
from reconciler.emulator.routes import ENDPOINTS

from .accounts import account, campaign, contact
from .conftest import Emulate

VALUES: list[Any] = [
    None, True, 0, -1, 2**31, 2**53, 2**63 - 1, 2**63, 10**30, 1.5, 1e308, "", " ", "\0", "a\0b", "é", "\U0001f600",
    "\ud800", "x" * 60_000, "%" * 60_000, "2026-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
    [], [None], [[]], [2**63], [10**30], ["\0"], ["\ud800"], [1] * 501, {}, {"": None}, {"\0": "\0"}, {"\ud800": "x"},
    {"Telephone_1": "\0"}, {"Category": "\ud800"}, [{"Telephone_1": "\ud800"}], [{"name": "\0"}], [{"name": "\ud800"}],
    [{"customFieldName": "Category", "condition": "like", "value": "%_" * 40_000}],
    [{"customFieldName": "Category", "condition": "contains", "value": "\ud800"}],
    [{"customFieldName": "Category", "condition": "eq", "value": "\0"}],
    [{"customFieldName": "Category", "condition": "notContains", "value": "a"}] * 500,
]  # fmt: skip
NAMES = sorted({*FILTERS, *BATCH_FILTERS, *SOON_FILTERS, "customFieldConditions"})
BASE = "/api/v2/voice/campaigns/100"
CAMPAIGN = "/api/v1/voice/campaigns/100"
BY_PHONE = "/api/v2/voice/campaigns/contacts/search/by-phone"
FIELDS = {
    "contact": (
        "priority", "retryDate", "triesNumber", "excluded", "agentId", "wrapupId", "assignedAgentId", "comment",
        "assignedGroupId", "minCallingDateTime", "contactCardDisplayNumber", "calendarId", "customFields", "region",
        "assignedAgentExpirationTime",
    ),
    "campaign": (
        "name", "folder", "userIds", "displayedPhoneNumbers", "maxTries", "autoPurge", "deduplicationParams",
        "newCustomFields",
    ),
    "request": ("", "campaignIds", "phones", "pageable", "query", "data", "customFields"),
}  # fmt: skip
TEXTS = ("", "%00", "%FF", "%ED%A0%80", "9" * 400, "-1", "1.5", "%D9%A3", "a" * 5000, "null", "true")
PARAMETERS = (
    "page", "pageSize", "name", "mode", "isPaused", "isArchived", "status", "isSystem", "isHidden", "wrapupFolderId",
    "parentFolderId", "unpinAfter", "limit", "fromId", "fromDate", "toDate", "dateField", "priorityMode", "month",
)  # fmt: skip
PEOPLE = account(contact(1), contact(2, state="processing_in_progress"), campaigns=[campaign(), campaign(200)])


@pytest.fixture
def client(emulate: Emulate) -> TestClient:
    """A client that gets a 500 where the emulator raises; every field and filter is known."""
    app = emulate(PEOPLE, soon_fields=True, batch_seconds=0).app
    return TestClient(app, base_url="http://emulator", headers={"Private-Token": "x"}, raise_server_exceptions=False)


def paths(number: str = "100", other: str = "1") -> list[tuple[str, str]]:
    """All methods and paths, with these in the place of ids."""
    return [
        (each.method, each.path.replace("{campaignId}", number).replace("{", "").replace("}", "").replace(
            "contactId", other).replace("wrapupId", other).replace("batchId", other).replace("interactionId", other))
        for each in ENDPOINTS
    ]  # fmt: skip


def check(client: TestClient, method: str, path: str, body: object = None) -> None:
    """One request, which is answered."""
    content = json.dumps(body).encode() if body is not None else b""
    answer = client.request(method, path, content=content)
    assert answer.status_code in (200, 201, 204, 400, 401, 404, 405, 409), (method, path[:200], content[:200])


@pytest.mark.parametrize("name", FIELDS["contact"])
def test_contact_fields(client: TestClient, name: str) -> None:
    """Any value of any field that a contact is given, by one request or a batch."""
    for value in VALUES:
        given = {"customFields": {}, name: value}
        check(client, "POST", f"{BASE}/contacts", given)
        check(client, "PUT", f"{BASE}/contacts/1", {name: value})
        check(client, "POST", f"{BASE}/contact-batch/create", {"customFields": [{}], name: value})
        check(client, "POST", f"{BASE}/contact-batch/update", {"query": {}, "data": {name: value}})
    assert client.get(f"{BASE}/contacts/1").status_code == 200


@pytest.mark.parametrize("name", FIELDS["campaign"])
def test_campaign_fields(client: TestClient, name: str) -> None:
    """Any value of any field that a campaign is given."""
    for value in VALUES:
        check(client, "PATCH", CAMPAIGN, {name: value})
        check(client, "POST", f"{CAMPAIGN}/field", {name: value})
        check(client, "GET", "/api/v1/voice/campaigns?name=a&mode=b")


@pytest.mark.parametrize("name", FIELDS["request"])
def test_parts_of_a_body(client: TestClient, name: str) -> None:
    """Any value of any part of a body, or as the body itself."""
    for value in VALUES:
        for method, path in paths():
            if method in ("POST", "PUT", "PATCH") and (path.startswith(BASE) or path == BY_PHONE):
                check(client, method, path, {name: value} if name else value)


@pytest.mark.parametrize("name", NAMES)
def test_filters(client: TestClient, name: str) -> None:
    """Any value of any filter, in searches and in batches that run."""
    for value in VALUES:
        check(client, "POST", f"{BASE}/contacts/search", {"query": {name: value}, "pageable": {"page": value}})
        check(client, "POST", f"{BASE}/contact-batch/delete", {name: value})


def test_paths(client: TestClient) -> None:
    """Any text in the place of an id."""
    for text in TEXTS:
        for method, path in (*paths(text, "1"), *paths("100", text)):
            check(client, method, path, {})


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters(client: TestClient, name: str) -> None:
    """Any text as any parameter, also twice."""
    for text in TEXTS:
        for method, path in paths():
            if method == "GET" or path in (BY_PHONE, f"{BASE}/contacts"):
                check(client, method, f"{path}?fromDate=2026-01-01&{name}=1&{name}={text}", {"customFields": {}})


@pytest.mark.parametrize("content", [b"[" * 900 + b"]" * 900, b'{"a":' * 950 + b"1" + b"}" * 950, b"1" * 5000, b"NaN"])
def test_odd_json(client: TestClient, content: bytes) -> None:
    """JSON that is deep or no JSON for some."""
    for name in (b"query", b"deduplicationParams", b"autoPurge", b"customFields", b"contactIds", b"data", b"phones"):
        for method, path in paths():
            if method in ("POST", "PUT", "PATCH"):
                for body in (content, b'{"%s":%s}' % (name, content)):
                    assert client.request(method, path, content=body).status_code < 500
    assert client.get("/api/v1/voice/campaigns").status_code == 200
