"""The client: what it refuses, what it sends, and what its errors show."""

from __future__ import annotations

import json
import sys
import threading
import traceback
from types import ModuleType
from typing import Any

import pytest

from reconciler import __version__
from reconciler.api.client import Client
from reconciler.api.endpoints.campaigns import get_campaign, list_campaigns
from reconciler.api.library import http_library
from reconciler.api.request import Flow, Request
from reconciler.api.shapes import Campaign
from reconciler.errors import (
    ApiError,
    ProjectError,
    Unreadable,
    WriteRefused,
)

from .scripted import BASE, PATCH, READ, SEARCH, TOKEN, WRITES, Server, one


def test_it_sends_what_it_is_given(library: ModuleType) -> None:
    """Method, path, parameters, JSON, the token and who asks."""
    server = Server(library, 200)
    with server.client() as client:
        client.run(one(Request("GET", "/api/v1/voice/campaigns", {"name": "Métiers & co", "pageSize": 200})))
        client.run(one(PATCH))
        assert client.requests == 2
    first, second = server.seen
    assert str(first.url).startswith(f"{BASE}/api/v1/voice/campaigns?")
    assert dict(first.url.params) == {"name": "Métiers & co", "pageSize": "200"}
    assert (first.headers["Private-Token"], first.headers["User-Agent"]) == (
        TOKEN,
        f"campaign-reconciler/{__version__}",
    )
    assert (first.headers["Accept"], "content-type" in first.headers) == ("application/json", False)
    assert (second.method, second.content, second.headers["Content-Type"]) == (
        "PATCH",
        b'{"maxTries":3}',
        "application/json",
    )


@pytest.mark.parametrize("request_", WRITES, ids=lambda each: each.label)
def test_a_read_only_client_writes_nothing(library: ModuleType, request_: Request) -> None:
    """S1: whatever the flow, nothing is sent; a search is still a read."""
    server = Server(library, 200)
    with server.client(writable=False) as client:
        with pytest.raises(WriteRefused, match=request_.label):
            client.run(one(request_))
        assert (server.seen, client.requests) == ([], 0)
        client.run(one(SEARCH))
        client.run(one(READ))
    assert len(server.seen) == 2


@pytest.mark.operation("listCampaigns")
def test_the_token_stays_with_its_origin(library: ModuleType) -> None:
    """S9, trap 7: a page elsewhere is an error, and nothing goes there."""
    page = {"campaigns": [], "next": "https://evil.example/api/v1/voice/campaigns?page=2"}
    server = Server(library, lambda _: library.Response(200, json=page))
    with server.client() as client, pytest.raises(Unreadable, match=r"leads to https://evil\.example"):
        client.run(list_campaigns())
    assert [each.url.host for each in server.seen] == ["api.example"]


@pytest.mark.operation("listCampaigns")
def test_pages_of_the_own_origin_are_followed(library: ModuleType) -> None:
    """With the query of the URL as it came."""
    page = {"campaigns": [], "next": f"{BASE}/api/v1/voice/campaigns?page=2&name=a%26b"}
    last: dict[str, object] = {"campaigns": [], "next": None}
    server = Server(library, *(lambda _, each=each: library.Response(200, json=each) for each in (page, last)))
    with server.client() as client:
        assert client.run(list_campaigns()) == []
    assert str(server.seen[1].url) == page["next"]


def test_redirects_are_not_followed(library: ModuleType) -> None:
    """S9: not even to the own origin."""
    server = Server(library, lambda _: library.Response(302, headers={"Location": f"{BASE}/login"}))
    with server.client() as client, pytest.raises(Unreadable, match=f"leads to {BASE}; it was not followed"):
        client.run(one(READ))
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "step",
    [401, 404, 409, 429, 500, "ConnectError", "ReadTimeout", "LocalProtocolError", "DecodingError", "ProxyError"],
)
def test_the_token_is_shown_nowhere(library: ModuleType, step: Any) -> None:
    """S9: in no error, no cause of it, no traceback, and not in the client's repr."""
    with Server(library, step).client(attempts=1) as client, pytest.raises(ApiError) as caught:
        client.run(one(PATCH))
    shown = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value)) + repr(client)
    assert TOKEN not in shown
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_an_echoed_token_is_not_shown_either(library: ModuleType) -> None:
    """Nor anything else of an answer's text."""
    echo = Server(library, lambda request: library.Response(400, json={"message": request.headers["Private-Token"]}))
    with echo.client() as client, pytest.raises(ApiError) as caught:
        client.run(one(READ))
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("token", ["", "a\nb", "é"])
def test_a_bad_token_is_refused_at_once(token: str) -> None:
    """Before any request could be made."""
    with pytest.raises(ProjectError, match="token"):
        Client(BASE, token, writable=False)


@pytest.mark.parametrize("url", ["http://api.example", "https://u:p@api.example", "https://api.example/?a"])
def test_a_bad_base_url_is_refused_at_once(url: str) -> None:
    """S9."""
    with pytest.raises(ProjectError, match="baseUrl"):
        Client(url, TOKEN, writable=False)


@pytest.mark.parametrize(("name", "value"), [("SSL_CERT_FILE", "/no/such/file"), ("HTTPS_PROXY", "nonsense://x")])
def test_a_broken_environment_is_no_traceback(
    library: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """S11: it says which variables to look at."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ProjectError) as caught:
        Client(BASE, TOKEN, writable=False)
    assert name in caught.value.help


@pytest.mark.operation("getCampaign")
def test_flows_run_side_by_side(library: ModuleType) -> None:
    """In their order, and every request is counted."""

    def respond(request: Any) -> Any:
        return library.Response(200, json={"id": int(request.url.path.rsplit("/", 1)[1]), "name": "x"})

    with Server(library, respond).client(parallelism=4) as client:
        found = client.run_each(get_campaign(number) for number in range(1, 41))
        assert [each.id for each in found if isinstance(each, Campaign)] == list(range(1, 41))
        assert client.requests == 40


def test_an_error_stands_in_its_flows_place(library: ModuleType) -> None:
    """The others have their results."""

    def respond(request: Any) -> Any:
        number = int(request.url.path.rsplit("/", 1)[1])
        return library.Response(409 if number == 3 else 200, json={"id": number, "name": "x"})

    with Server(library, respond).client() as client:
        found = client.run_each([get_campaign(number) for number in range(1, 10)])
    assert [type(each).__name__ for each in found] == ["Campaign", "Campaign", "Busy", *["Campaign"] * 6]
    assert "campaigns/3" in str(found[2])


def test_nothing_more_is_sent_for_nobody(library: ModuleType) -> None:
    """Whoever has seen enough closes the iterator: what is under way then is not tried again."""
    closed = threading.Event()

    def respond(request: Any) -> Any:
        number = int(request.url.path.rsplit("/", 1)[1])
        if number > 1:
            closed.wait(30)
        return library.Response(503 if number > 1 else 200, json={"id": number, "name": "x"})

    told: list[str] = []
    with (server := Server(library, respond)).client(parallelism=3, retrying=told.append) as client:
        results = client.run_ahead((get_campaign(number) for number in range(1, 9)), lambda _: False)
        assert next(results).id == 1
        results.close()
        closed.set()
        for each in threading.enumerate():
            if each.name == "side by side":
                each.join(30)
    paths = [each.url.path for each in server.seen]
    assert len(set(paths)) == len(paths) <= 4
    assert told == []


def test_a_flow_is_closed_when_it_fails(library: ModuleType) -> None:
    """What it holds is let go."""
    closed = []

    def flow() -> Flow[None]:
        try:
            yield READ
        finally:
            closed.append(True)

    with Server(library, 404).client() as client, pytest.raises(ApiError):
        client.run(flow())
    assert closed == [True]


def test_the_library_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """httpx, unless it is missing or the other one is asked for."""
    assert http_library().__name__ == "httpx"
    monkeypatch.setenv("RECONCILER_HTTP_CLIENT", "httpx2")
    assert http_library().__name__ == "httpx2"


@pytest.mark.parametrize(("missing", "found"), [({"httpx"}, "httpx2"), ({"httpx", "httpx2"}, "")])
def test_a_missing_library_is_replaced(monkeypatch: pytest.MonkeyPatch, missing: set[str], found: str) -> None:
    """Or a help line says what to install."""
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    if found:
        assert http_library().__name__ == found
    else:
        with pytest.raises(ProjectError, match="no HTTP client"):
            http_library()


def test_a_body_is_compact_and_safe(library: ModuleType) -> None:
    """NaN has no JSON, and a lone surrogate is still text."""
    server = Server(library, 200)
    with server.client() as client:
        client.run(one(Request("PATCH", "/a", json={"name": "é\ud800"})))
        with pytest.raises(ValueError, match="JSON"):
            client.run(one(Request("PATCH", "/a", json={"name": float("nan")})))
    assert json.loads(server.seen[0].content) == {"name": "é\ud800"}
