"""The client: what it refuses, what it sends, when it sends again, and what its errors show."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from types import ModuleType
from typing import Any

import pytest
import stamina.instrumentation

from reconciler import __version__
from reconciler.api.client import Client, http_library
from reconciler.api.endpoints.campaigns import get_campaign, list_campaigns, patch_campaign
from reconciler.api.request import Flow, Request, Response
from reconciler.errors import (
    ApiError,
    Busy,
    ConnectionLost,
    ProjectError,
    RateLimited,
    ServerFault,
    Unreachable,
    Unreadable,
    WriteRefused,
)

TOKEN = "t0ken-88874456"
BASE = "https://api.example"
READ = Request("GET", "/api/v1/voice/campaigns/6")
SEARCH = Request("POST", "/api/v2/voice/campaigns/6/contacts/search", json={"query": {}})
PATCH = Request("PATCH", "/api/v1/voice/campaigns/6", json={"maxTries": 3}, repeatable=True)
BATCH = Request("POST", "/api/v2/voice/campaigns/6/contact-batch/update", json={})
WRITES = [
    PATCH,
    BATCH,
    Request("PUT", "/api/v2/voice/campaigns/6/contacts/1", json={}),
    Request("DELETE", "/api/v1/voice/campaigns/6"),
    Request("POST", "/api/v1/voice/campaigns/6/field", json={}),
]


class Server:
    """Answers by a script: a status, an exception's name, or a function of the request; the last one for ever."""

    def __init__(self, library: ModuleType, *script: Any) -> None:
        self.library, self.script, self.seen = library, list(script), list[Any]()

    def __call__(self, request: Any) -> Any:
        """The library's request in, its response out."""
        self.seen.append(request)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, str):
            raise getattr(self.library, step)(f"it broke: {TOKEN}", request=request)
        if callable(step):
            return step(request)
        return self.library.Response(step, json={"id": 6, "name": "six", "error": "error.some.thing"})

    def client(self, **options: Any) -> Client:
        """A client of this server."""
        return Client(BASE, TOKEN, transport=self.library.MockTransport(self), **{"writable": True, **options})


def cut_off(library: ModuleType) -> Any:
    """A step that answers with the beginning of a JSON object."""
    return lambda _: library.Response(200, content=b'{"id"', headers={"Content-Type": "application/json"})


def one(request: Request) -> Flow[Response]:
    """The flow of one request."""
    return (yield request)


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


def test_the_token_stays_with_its_origin(library: ModuleType) -> None:
    """S9, trap 7: a page elsewhere is an error, and nothing goes there."""
    page = {"campaigns": [], "next": "https://evil.example/api/v1/voice/campaigns?page=2"}
    server = Server(library, lambda _: library.Response(200, json=page))
    with server.client() as client, pytest.raises(Unreadable, match=r"leads to https://evil\.example"):
        client.run(list_campaigns())
    assert [each.url.host for each in server.seen] == ["api.example"]


def test_pages_of_the_own_origin_are_followed(library: ModuleType) -> None:
    """With the query of the URL as it came."""
    page = {"campaigns": [], "next": f"{BASE}/api/v1/voice/campaigns?page=2&name=a%26b"}
    last: dict[str, object] = {"campaigns": []}
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


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("request_", [READ, SEARCH], ids=lambda each: each.method)
def test_reads_are_repeated_while_it_passes(library: ModuleType, status: int, request_: Request) -> None:
    """Until an answer comes; each attempt counts as a request."""
    with (server := Server(library, status, status, 200)).client() as client:
        assert client.run(one(request_)).status == 200
        assert (client.requests, len(server.seen)) == (3, 3)


@pytest.mark.parametrize("fault", ["ConnectError", "ReadTimeout", "RemoteProtocolError", "ReadError"])
def test_reads_are_repeated_after_lost_connections(library: ModuleType, fault: str) -> None:
    """They change nothing."""
    with Server(library, fault, fault, 200).client() as client:
        assert client.run(one(READ)).status == 200


def test_reads_are_repeated_after_cut_off_json(library: ModuleType) -> None:
    """And not after HTML, which comes again."""
    with Server(library, cut_off(library), 200).client() as client:
        assert client.run(get_campaign(6)).name == "six"
    with (html := Server(library, lambda _: library.Response(200, html="<p>"))).client() as client:
        with pytest.raises(Unreadable, match=r"text/html, 3 bytes"):
            client.run(get_campaign(6))
        assert len(html.seen) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 422, 501])
def test_what_will_not_pass_is_not_repeated(library: ModuleType, status: int) -> None:
    """409 neither: the applying stage waits for the batch."""
    with (server := Server(library, status)).client() as client, pytest.raises(ApiError, match=r"error\.some\.thing"):
        client.run(one(READ))
    assert len(server.seen) == 1


@pytest.mark.parametrize("step", [429, 503, "ConnectError", "ConnectTimeout", "PoolTimeout"])
@pytest.mark.parametrize("request_", WRITES, ids=lambda each: each.label)
def test_writes_are_repeated_when_they_were_not_carried_out(library: ModuleType, step: Any, request_: Request) -> None:
    """The API said so, or never got them."""
    with (server := Server(library, step, 200)).client() as client:
        assert client.run(one(request_)).status == 200
    assert len(server.seen) == 2


@pytest.mark.parametrize("status", [500, 502, 504])
@pytest.mark.parametrize("request_", [PATCH, BATCH], ids=lambda each: each.method)
def test_writes_are_not_repeated_after_other_faults(library: ModuleType, status: int, request_: Request) -> None:
    """Nobody knows whether they were carried out."""
    with (server := Server(library, status)).client() as client, pytest.raises(ServerFault):
        client.run(one(request_))
    assert len(server.seen) == 1


@pytest.mark.parametrize("fault", ["ReadTimeout", "WriteTimeout", "ReadError", "WriteError", "RemoteProtocolError"])
def test_a_lost_write_is_repeated_only_if_that_is_harmless(library: ModuleType, fault: str) -> None:
    """A PATCH of absolute values is; a batch is not (S8)."""
    with (server := Server(library, fault, 200)).client() as client:
        client.run(patch_campaign(6, {"maxTries": 3}))
        assert len(server.seen) == 2
    with (server := Server(library, fault)).client() as client, pytest.raises(ConnectionLost):
        client.run(one(BATCH))
    assert len(server.seen) == 1


def test_a_write_with_a_cut_off_answer_is_not_repeated(library: ModuleType) -> None:
    """Its answer came, and cannot be read."""
    with (cut := Server(library, cut_off(library))).client() as client, pytest.raises(Unreadable):
        client.run(one(PATCH))
    assert len(cut.seen) == 1


@pytest.mark.parametrize(("step", "kind"), [(429, RateLimited), (503, ServerFault), ("ConnectError", Unreachable)])
def test_attempts_are_bounded(library: ModuleType, step: Any, kind: type[ApiError]) -> None:
    """The last error comes out."""
    with (server := Server(library, step)).client(attempts=4) as client, pytest.raises(kind):
        client.run(one(READ))
    assert len(server.seen) == 4


def test_time_is_bounded(library: ModuleType) -> None:
    """A wait that would end too late is not begun."""
    server = Server(library, lambda _: library.Response(503, headers={"Retry-After": "20"}))
    with server.client(patience=10.0) as client, pytest.raises(ServerFault):
        client.run(one(READ))
    assert len(server.seen) == 1


def test_retries_are_silent(
    library: ModuleType, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Data goes to stdout and talk to stderr, and a retry is neither."""
    with caplog.at_level(logging.WARNING), Server(library, 503, 200).client() as client:
        client.run(one(READ))
    assert stamina.instrumentation.get_on_retry_hooks() == ()
    assert (caplog.records, capfd.readouterr()) == ([], ("", ""))


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


def test_flows_run_side_by_side(library: ModuleType) -> None:
    """In their order, and every request is counted."""

    def respond(request: Any) -> Any:
        return library.Response(200, json={"id": int(request.url.path.rsplit("/", 1)[1]), "name": "x"})

    with Server(library, respond).client(parallelism=4) as client:
        found = client.run_all(get_campaign(number) for number in range(1, 41))
        assert [each.id for each in found] == list(range(1, 41))
        assert client.requests == 40


def test_the_first_error_of_many_flows_comes_out(library: ModuleType) -> None:
    """After all have ended."""

    def respond(request: Any) -> Any:
        number = int(request.url.path.rsplit("/", 1)[1])
        return library.Response(409 if number == 3 else 200, json={"id": number, "name": "x"})

    with (server := Server(library, respond)).client() as client, pytest.raises(Busy, match="campaigns/3"):
        client.run_all([get_campaign(number) for number in range(1, 10)])
    assert len(server.seen) == 9


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
