"""Faults on demand, in one process: what each kind does, which requests it strikes, and how often."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from reconciler.emulator import fault_from_text
from reconciler.emulator.breaking import ANSWERS
from reconciler.emulator.faults import KINDS

from .accounts import account, campaign, contact
from .conftest import Clock, Emulate

CAMPAIGNS = "/api/v1/voice/campaigns"
CAMPAIGN = f"{CAMPAIGNS}/100"
CONTACT = "/api/v2/voice/campaigns/100/contacts/1"
SEARCH = "/api/v2/voice/campaigns/100/contacts/search"
BATCH = "/api/v2/voice/campaigns/100/contact-batch/update"

Struck = Callable[..., TestClient]


@pytest.fixture
def struck(emulate: Emulate) -> Struck:
    """A function from faults, as text, to a client of the account that meets them."""

    def start(*faults: str, **options: Any) -> TestClient:
        client = emulate(account(*map(contact, (1, 2, 3))), **options)
        client.app.state.faults.arm(map(fault_from_text, faults))  # type: ignore[attr-defined]
        return client

    return start


def test_every_answer_has_its_function() -> None:
    """The kinds of the sort "answer" and the functions that carry them out are the same."""
    assert {name for name, kind in KINDS.items() if kind.sort == "answer"} == set(ANSWERS)


def test_latency_delays_and_answers(struck: Struck, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request waits so long, and is answered as ever."""
    waited = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("reconciler.emulator.breaking.asyncio.sleep", sleep)
    client = struck("latency,seconds=0.25")
    assert [client.get(CAMPAIGN).status_code for _ in range(2)] == [200, 200]
    assert waited == [0.25]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (302, "error.found"),
        (400, "error.bad.request"),
        (429, "error.too.many.requests"),
        (499, "error.unknown"),
        (500, "error.internal.server.error"),
        (503, "error.service.unavailable"),
    ],
)
def test_status(struck: Struck, code: int, error: str) -> None:
    """The status with an error as the API words them; the request is not carried out."""
    client = struck(f"status,code={code}")
    answer = client.patch(CAMPAIGN, json={"maxTries": 9}, follow_redirects=False)
    assert (answer.status_code, answer.json()["error"], "retry-after" in answer.headers) == (code, error, False)
    assert client.get(CAMPAIGN).json()["maxTries"] == 5


@pytest.mark.parametrize(("given", "header"), [("2", "2"), ("0.5", "0.5"), ("0", "0")])
def test_retry_after(struck: Struck, given: str, header: str) -> None:
    """A status says when to come back."""
    assert struck(f"status,code=429,retryAfter={given}").get(CAMPAIGN).headers["retry-after"] == header


@pytest.mark.parametrize(("fault", "code"), [("html", 200), ("html,code=502", 502)])
def test_html(struck: Struck, fault: str, code: int) -> None:
    """A proxy answers in the API's place; the request is not carried out."""
    client = struck(fault)
    answer = client.patch(CAMPAIGN, json={"maxTries": 9})
    assert (answer.status_code, answer.headers["content-type"]) == (code, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")
    assert client.get(CAMPAIGN).json()["maxTries"] == 5


def test_cut_off(struck: Struck) -> None:
    """The answer stops midway and its length says so; the request is carried out."""
    client = struck("cut-off")
    answer = client.patch(CAMPAIGN, json={"maxTries": 9})
    whole = client.get(CAMPAIGN)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert whole.text.startswith(answer.text)
    assert int(answer.headers["content-length"]) == len(answer.content) == len(whole.content) // 2
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert whole.json()["maxTries"] == 9


def test_an_answer_without_a_body_is_cut_off_too(struck: Struck) -> None:
    """What would be 204 comes as a JSON text that has only begun."""
    client = struck("cut-off,method=DELETE")
    answer = client.delete(CONTACT)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_invalid_json(struck: Struck) -> None:
    """The answer says it is JSON and is none; the request is carried out."""
    client = struck("invalid-json")
    answer = client.patch(CAMPAIGN, json={"maxTries": 9})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert client.get(CAMPAIGN).json()["maxTries"] == 9


@pytest.mark.parametrize(("fault", "tries"), [("lost-before", 5), ("lost-after", 9)])
def test_a_lost_connection(struck: Struck, fault: str, tries: int) -> None:
    """In one process it is a ConnectionError, before or after the request is carried out."""
    client = struck(fault)
    with pytest.raises(ConnectionResetError):
        client.patch(CAMPAIGN, json={"maxTries": 9})
    assert client.get(CAMPAIGN).json()["maxTries"] == tries


def test_busy(struck: Struck) -> None:
    """A batch is refused with 409, as while another one runs; other requests are not."""
    client = struck("busy,times=2")
    assert client.get(CAMPAIGN).status_code == 200
    answers = [_batch(client) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [409, 409, 200]
    assert answers[0].json()["error"] == "error.batch.already.running"


@pytest.mark.parametrize(
    ("fault", "status", "failed", "changed"),
    [("batch-fails", "FAILED", [], []), ("batch-half-fails", "COMPLETED", [2], [1, 3])],
)
def test_a_batch_that_fails(
    struck: Struck, clock: Clock, fault: str, status: str, failed: list[int], changed: list[int]
) -> None:
    """The batch that the request starts fails, wholly or for every other contact; a GET before it does not count."""
    client = struck(fault)
    assert client.get(CAMPAIGN).status_code == 200
    token = _batch(client).json()["token"]
    clock.advance(1)
    result = client.get(f"/api/v2/voice/campaigns/contact-batch/status/{token}").json()
    assert (result["status"], result["failed"], result["modifiedElementsCount"]) == (status, failed, len(changed))
    found = client.post(SEARCH, json={"query": {"minPriority": 77}}).json()["content"]
    assert sorted(item["contactId"] for item in found) == changed


def test_an_edit_of_a_campaign(struck: Struck) -> None:
    """Somebody changes what PATCH does not take right before the request is carried out, and is named for it."""
    client = struck(
        'edit,campaign=100,set={"mode": "preview", "customFields": ["New"], "autoPurge": {"excluded": true}}'
    )
    seen = client.get(CAMPAIGN).json()
    assert (seen["mode"], seen["customFields"], seen["lastUpdatedBy"]) == ("preview", ["New"], "console")
    assert (seen["lastUpdatedAt"], seen["autoPurge"]["excluded"]) == ("2026-02-03T09:30:00Z", True)
    assert seen["autoPurge"]["maxTriesReached"] is False


def test_an_edit_comes_before_the_request(struck: Struck) -> None:
    """A PATCH that meets an edit is the later of the two."""
    client = struck('edit,method=PATCH,campaign=100,set={"maxTries": 7, "isArchived": true}')
    assert client.patch(CAMPAIGN, json={"maxTries": 9}).json()["error"] == "error.campaign.archived"
    assert client.get(CAMPAIGN).json()["maxTries"] == 7


def test_an_edit_of_a_contact(struck: Struck) -> None:
    """Custom fields are merged, phones follow, and search finds the contact by its new values."""
    changes = {"customFields": {"Telephone_1": "33199000099"}, "state": "processing_in_progress", "triesNumber": 4}
    client = struck(f"edit,campaign=100,contact=1,set={json.dumps(changes)}")
    seen = client.get(CONTACT).json()
    assert seen["customFields"] == {"First_Name": "Name1", "Telephone_1": "33199000099"}
    assert (seen["phones"], seen["state"]) == ({"Telephone_1": "33199000099"}, "processing_in_progress")
    assert (seen["triesNumber"], seen["lastUpdatedBy"]) == (4, "console")
    found = client.post(SEARCH, json={"query": {"minTries": 4}}).json()["content"]
    assert [item["contactId"] for item in found] == [1]


def test_an_edit_of_what_is_gone(struck: Struck) -> None:
    """A campaign that was deleted after the fault was armed is edited by nobody, and the request goes on."""
    client = struck('edit,path=*/campaigns,campaign=100,set={"maxTries": 7}')
    client.post("/_emulator/edit", json={"campaign": 100, "set": {"isArchived": True}})
    client.delete(CAMPAIGN)
    assert client.get(CAMPAIGNS).json()["count"] == 0


def test_after_and_times(struck: Struck) -> None:
    """So many requests are let through first, then so many are struck."""
    client = struck("status,code=503,after=2,times=2")
    assert [client.get(CAMPAIGN).status_code for _ in range(6)] == [200, 200, 503, 503, 200, 200]


def test_always(struck: Struck) -> None:
    """times=0 never ends."""
    client = struck("status,code=503,times=0,after=1")
    assert [client.get(CAMPAIGN).status_code for _ in range(5)] == [200, 503, 503, 503, 503]


@pytest.mark.parametrize(
    ("where", "hit"),
    [
        ("path=*", True),
        ("path=*/campaigns/100", True),
        ("path=/api/v?/voice/campaigns/10[0-9]", True),
        ("path=/campaigns/100", False),
        ("path=*/CAMPAIGNS/100", False),
        ("method=GET", True),
        ("method=get", True),
        ("method=P*", False),
        ("method=GET,path=*/101", False),
    ],
)
def test_which_requests(struck: Struck, where: str, hit: bool) -> None:
    """Method and path choose, the path without its query."""
    client = struck(f"status,code=503,{where}")
    assert (client.get(CAMPAIGN, params={"a": "b"}).status_code == 503) is hit


def test_requests_that_do_not_match_do_not_count(struck: Struck) -> None:
    """`after` counts the requests that the fault is for."""
    client = struck("status,code=503,method=PATCH,after=1")
    assert [client.get(CAMPAIGN).status_code for _ in range(3)] == [200] * 3
    assert [client.patch(CAMPAIGN, json={"maxTries": 3}).status_code for _ in range(3)] == [200, 503, 200]


def test_two_of_one_sort(struck: Struck) -> None:
    """Of two answers the one that was armed first is given, then the other."""
    client = struck("status,code=503", "html,code=502")
    assert [client.get(CAMPAIGN).status_code for _ in range(3)] == [503, 502, 200]


def test_several_sorts_at_once(struck: Struck, clock: Clock) -> None:
    """One request can be late, preceded by an edit, start a batch that fails, and lose its answer."""
    edit = 'edit,method=POST,campaign=100,set={"contactPriority": 4}'
    client = struck("latency,method=POST,seconds=0.001", edit, "batch-half-fails", "lost-after,method=POST")
    with pytest.raises(ConnectionResetError):
        _batch(client)
    clock.advance(1)
    assert client.get(CAMPAIGN).json()["contactPriority"] == 4
    found = client.post(SEARCH, json={"query": {"minPriority": 77}}).json()["content"]
    assert len(found) == 2
    assert [each["struck"] for each in client.get("/_emulator/faults").json()["faults"]] == [1, 1, 1, 1]


def test_without_a_token_it_strikes_all_the_same(struck: Struck) -> None:
    """What stands before the API does not know who may."""
    client = struck("html")
    assert client.get(CAMPAIGN, headers={"Private-Token": ""}).text.startswith("<!DOCTYPE")


def test_the_account_needs_no_fault(emulate: Emulate) -> None:
    """Without faults everything is as it was."""
    assert emulate(account(campaigns=[campaign(7)])).get(f"{CAMPAIGNS}/7").status_code == 200


def _batch(client: TestClient) -> Any:
    return client.post(BATCH, json={"query": {"contactIds": [1, 2, 3]}, "data": {"priority": 77}})
