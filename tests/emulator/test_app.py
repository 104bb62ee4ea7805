"""What all endpoints share: who may, unknown paths and methods, bodies that can't be read, threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler.emulator.routes import ENDPOINTS

from .accounts import account, campaign, contact
from .conftest import Emulate

CAMPAIGN = "/api/v1/voice/campaigns/100"
UNAUTHORISED = (401, "error.unauthorized")


@pytest.mark.parametrize("token", [None, "", "  "])
def test_needs_a_token(emulate: Emulate, token: str | None) -> None:
    """Without a token every endpoint answers 401."""
    client = emulate()
    del client.headers["Private-Token"]
    headers = {} if token is None else {"Private-Token": token}
    for endpoint in ENDPOINTS:
        answer = client.request(endpoint.method, endpoint.path, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == UNAUTHORISED


@pytest.mark.parametrize(("given", "status"), [("right", 200), ("wrong", 401), ("", 401)])
def test_accepts_only_its_token(emulate: Emulate, given: str, status: int) -> None:
    """With a token set, no other one is let in."""
    answer = emulate(token="right").get(CAMPAIGN, headers={"Private-Token": given})
    assert answer.status_code == status


@pytest.mark.parametrize("path", ["/", "/api/v1/voice", "/api/v1/voice/campaigns/", CAMPAIGN + "/fields"])
def test_unknown_path(emulate: Emulate, path: str) -> None:
    """A path that is not in the documentation is a 404 with an error body."""
    answer = emulate().get(path)
    assert (answer.status_code, answer.json()["error"]) == (404, "error.not.found")


@pytest.mark.parametrize("path", sorted({endpoint.path for endpoint in ENDPOINTS}))
def test_wrong_method(emulate: Emulate, path: str) -> None:
    """A method that a path does not take is a 405."""
    taken = {endpoint.method for endpoint in ENDPOINTS if endpoint.path == path}
    client = emulate()
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} - taken:
        answer = client.request(method, path)
        assert answer.status_code == 405
        assert method == "HEAD" or answer.json()["error"] == "error.method.not.allowed"


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"null", b'"text"', b'{"name": "\\ud800"}', b"[" * 100_000, b'{"maxTries": 1e999}', b"\xff"]
)
def test_unreadable_body(emulate: Emulate, body: bytes) -> None:
    """A body that can't be read or stored is a 400, and nothing is written."""
    client = emulate()
    before = client.get(CAMPAIGN).json()
    assert client.patch(CAMPAIGN, content=body).status_code == 400
    assert client.get(CAMPAIGN).json() == before


@pytest.mark.parametrize("number", ["abc", "-1", "999", "9" * 40, "1.0", "٣"])
def test_unknown_campaign(emulate: Emulate, number: str) -> None:
    """An id of no campaign, number or not, is a 404 under every path below a campaign."""
    client = emulate()
    for endpoint in ENDPOINTS:
        if "{campaignId}" in endpoint.path:
            path = endpoint.path.replace("{campaignId}", number).replace("{contactId}", "1")
            answer = client.request(endpoint.method, path, json={"data": {}})
            assert (answer.status_code, answer.json()["error"]) == (404, "error.campaign.not.exists")


def test_errors_tell_nothing_personal(emulate: Emulate) -> None:
    """What was sent is not echoed in an error."""
    client = emulate(account(contact(1)))
    path = "/api/v2/voice/campaigns/100/contacts/1"
    for body in ({"priority": "Dupont"}, {"customFields": {"First_Name": {"x": "Dupont"}}}, {"excluded": "Dupont"}):
        answer = client.put(path, json=body)
        assert answer.status_code == 400
        assert set(answer.json()) == {"error", "message"}
        assert "Dupont" not in answer.text


def test_threads_share_one_app(emulate: Emulate) -> None:
    """Writes from several threads neither fail nor lose one another."""
    client = emulate(account(campaigns=[campaign(number) for number in range(1, 9)]))

    def rename(number: int) -> None:
        for tries in range(1, 11):
            path = f"/api/v1/voice/campaigns/{number}"
            assert client.patch(path, json={"maxTries": tries}).json()["maxTries"] == tries

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(rename, range(1, 9)))
    campaigns = client.get("/api/v1/voice/campaigns").json()["campaigns"]
    assert [item["maxTries"] for item in campaigns] == [10] * 8


def test_emulator_knows_nothing_of_the_rest() -> None:
    """No module of the emulator imports from the package outside it."""
    import reconciler.emulator as emulator

    for path in Path(emulator.__path__[0]).glob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.lstrip().startswith(("from reconciler", "import reconciler")):
                assert line.lstrip().startswith("from reconciler.emulator"), f"{path.name}: {line}"
