"""The control endpoint: faults, the log of requests and edits while the emulator runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from reconciler.emulator.armed import KEPT
from reconciler.emulator.control import CONTROL_ENDPOINTS

from .accounts import account, campaign, contact
from .conftest import Clock, Emulate

FAULTS, REQUESTS, EDIT = "/_emulator/faults", "/_emulator/requests", "/_emulator/edit"
CAMPAIGN = "/api/v1/voice/campaigns/100"
WHERE = {"method": "*", "path": "*", "after": 0, "times": 1}


def test_arming(emulate: Emulate) -> None:
    """One fault or a list is armed, and all are listed with how often each struck."""
    client = emulate()
    assert client.get(FAULTS).json() == {"faults": []}
    assert client.post(FAULTS, json={"kind": "html"}).status_code == 201
    armed = client.post(FAULTS, json=[{"kind": "status", "code": 503, "after": 1}, {"kind": "latency", "seconds": 0}])
    assert [each["kind"] for each in armed.json()["faults"]] == ["html", "status", "latency"]
    client.get(CAMPAIGN)
    assert client.get(FAULTS).json()["faults"] == [
        {"kind": "html", "code": 200, **WHERE, "struck": 1},
        {"kind": "status", "code": 503, **WHERE, "after": 1, "struck": 0},
        {"kind": "latency", "seconds": 0, **WHERE, "struck": 1},
    ]


def test_disarming(emulate: Emulate) -> None:
    """DELETE disarms all."""
    client = emulate()
    client.post(FAULTS, json={"kind": "html", "times": 0})
    answer = client.delete(FAULTS)
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get(FAULTS).json() == {"faults": []}
    assert client.get(CAMPAIGN).json()["id"] == 100


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"kind": "latncy"}, "the nearest kind is `latency`"),
        ([{"kind": "html"}, {"kind": "status"}], "`status` needs `code`"),
        (None, "an object with a `kind`"),
        ({"kind": "edit", "campaign": 9, "set": {"maxTries": 1}}, "there is no such campaign"),
        ({"kind": "edit", "campaign": 100, "contact": 9, "set": {"triesNumber": 1}}, "there is no such contact"),
        ({"kind": "edit", "campaign": 100, "set": {"maxTrys": 1}}, "the nearest field is `maxTries`"),
    ],
)
def test_a_fault_that_is_none(emulate: Emulate, body: Any, words: str) -> None:
    """It is a 400 that says what is wrong, and nothing is armed."""
    client = emulate()
    answer = client.post(FAULTS, json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "error.invalid.fault")
    assert words in answer.json()["message"]
    assert client.get(FAULTS).json() == {"faults": []}


def test_the_log(emulate: Emulate) -> None:
    """Each request to the API with its number, status and faults; no query, no body, no token."""
    client = emulate(account(contact(1)))
    client.post(FAULTS, json={"kind": "lost-before", "method": "PUT"})
    client.get("/api/v1/voice/campaigns", params={"name": "Dupont"})
    client.get("/nowhere", headers={"Private-Token": "wrong"})
    with pytest.raises(ConnectionResetError):
        client.put("/api/v2/voice/campaigns/100/contacts/1", json={"comment": "Dupont"})
    answer = client.get(REQUESTS)
    assert answer.json()["requests"] == [
        {"number": 1, "method": "GET", "path": "/api/v1/voice/campaigns", "status": 200, "faults": []},
        {"number": 2, "method": "GET", "path": "/nowhere", "status": 404, "faults": []},
        {
            "number": 3,
            "method": "PUT",
            "path": "/api/v2/voice/campaigns/100/contacts/1",
            "status": None,
            "faults": ["lost-before"],
        },
    ]
    assert not any(word in answer.text for word in ("Dupont", "secret", "wrong"))


def test_clearing_the_log(emulate: Emulate) -> None:
    """DELETE empties it; the numbers go on."""
    client = emulate()
    client.get(CAMPAIGN)
    assert client.delete(REQUESTS).status_code == 204
    assert client.get(REQUESTS).json() == {"requests": []}
    client.get(CAMPAIGN)
    assert [each["number"] for each in client.get(REQUESTS).json()["requests"]] == [2]


def test_the_log_is_bounded(emulate: Emulate) -> None:
    """The oldest requests are forgotten."""
    client = emulate()
    log = client.app.state.requests  # type: ignore[attr-defined]
    for _ in range(KEPT):
        log.enter("GET", "/", ())
    client.get(CAMPAIGN)
    listed = log.listed()
    assert (len(listed), listed[0]["number"], listed[-1]["path"]) == (KEPT, 2, CAMPAIGN)


def test_an_edit_of_a_campaign(emulate: Emulate) -> None:
    """It is done at once, past the API's own rules, and answered with the campaign."""
    client = emulate(account(campaigns=[campaign(isArchived=True)]))
    answer = client.post(EDIT, json={"campaign": 100, "set": {"isArchived": False, "mode": "progressive"}})
    assert (answer.status_code, answer.json()["lastUpdatedBy"]) == (200, "console")
    assert answer.json() == client.get(CAMPAIGN).json()
    assert (answer.json()["isArchived"], answer.json()["mode"]) == (False, "progressive")


def test_an_edit_of_a_contact(emulate: Emulate) -> None:
    """A contact goes on a call, is excluded for a reason of the system's, and named as edited by the console."""
    client = emulate(account(contact(1)))
    changes = {"state": "processing_in_progress", "excluded": True, "excludedDetail": "bloctel"}
    answer = client.post(EDIT, json={"campaign": 100, "contact": 1, "set": changes})
    assert answer.json() == client.get("/api/v2/voice/campaigns/100/contacts/1").json()
    assert {name: answer.json()[name] for name in changes} == changes
    assert answer.json()["lastUpdatedBy"] == "console"


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"campaign": 9, "set": {"maxTries": 1}}, 404, "There is no such campaign."),
        ({"campaign": 100, "contact": 9, "set": {"triesNumber": 1}}, 404, "There is no such contact."),
        ({"campaign": 100, "set": {"maxTries": "many"}}, 400, "`maxTries` in `set` must be a whole number"),
        ({"campaign": 100, "set": {"id": 7}}, 400, "`id` in `set` can't be edited"),
        ({"campaign": 100, "contact": 1, "set": {"phones": {}}}, 400, "`phones` in `set` can't be edited"),
        ({"campain": 100, "set": {"maxTries": 1}}, 400, "the nearest value is `campaign`"),
        ([], 400, "`edit` needs `campaign`"),
    ],
)
def test_an_edit_that_is_none(emulate: Emulate, body: Any, code: int, words: str) -> None:
    """It says what is wrong, and nothing is written."""
    client = emulate()
    before = client.get(CAMPAIGN).json()
    answer = client.post(EDIT, json=body)
    assert (answer.status_code, words in answer.json()["message"]) == (code, True), answer.json()
    assert client.get(CAMPAIGN).json() == before


def test_an_edit_waits_for_batches_that_have_ended(emulate: Emulate, clock: Clock) -> None:
    """A batch whose time has passed is the earlier of the two."""
    client = emulate(account(contact(1)))
    batch = {"query": {"contactIds": [1]}, "data": {"priority": 3}}
    client.post("/api/v2/voice/campaigns/100/contact-batch/update", json=batch)
    clock.advance(1)
    assert client.post(EDIT, json={"campaign": 100, "contact": 1, "set": {"priority": 4}}).json()["priority"] == 4
    assert client.get("/api/v2/voice/campaigns/100/contacts/1").json()["priority"] == 4


def test_it_takes_the_same_token(emulate: Emulate) -> None:
    """Without the account's token nothing is controlled."""
    client = emulate(token="right")
    for endpoint in CONTROL_ENDPOINTS:
        assert client.request(endpoint.method, endpoint.path).status_code == 401
        assert client.request(endpoint.method, endpoint.path, headers={"Private-Token": "right"}).status_code != 401


def test_no_fault_strikes_it(emulate: Emulate) -> None:
    """Whatever is armed can be disarmed, and the log does not log its own readers."""
    client = emulate()
    client.post(FAULTS, json={"kind": "lost-before", "times": 0})
    assert client.get(REQUESTS).json() == {"requests": []}
    assert client.delete(FAULTS).status_code == 204


@pytest.mark.parametrize(("path", "code"), [("/_emulator", 404), ("/_emulator/", 404), ("/_emulator/reset", 404)])
def test_unknown_controls(emulate: Emulate, path: str, code: int) -> None:
    """There is no more than that."""
    assert emulate().post(path).status_code == code


def test_a_wrong_method(emulate: Emulate) -> None:
    """As for the API's own paths."""
    assert emulate().put(FAULTS, json={}).json()["error"] == "error.method.not.allowed"


def test_threads_share_the_counters(emulate: Emulate) -> None:
    """A fault strikes exactly as often as it says, from however many threads the requests come."""
    client = emulate()
    client.post(FAULTS, json={"kind": "status", "code": 503, "after": 5, "times": 10})
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: client.get(CAMPAIGN).status_code, range(40)))
    assert (codes.count(503), codes.count(200)) == (10, 30)
    assert sorted(each["number"] for each in client.get(REQUESTS).json()["requests"]) == list(range(1, 41))
