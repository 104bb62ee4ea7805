"""Retries: what is sent again, and what never is; bounded by attempts and by time, and silent."""

from __future__ import annotations

import logging
from types import ModuleType
from typing import Any

import pytest
import stamina.instrumentation

from reconciler.api.endpoints.batches import create_contacts
from reconciler.api.endpoints.campaigns import get_campaign, patch_campaign
from reconciler.api.endpoints.contacts import create_contact
from reconciler.api.request import Request
from reconciler.errors import (
    ApiError,
    ConnectionLost,
    RateLimited,
    ServerFault,
    Unreachable,
    Unreadable,
)

from .scripted import BATCH, PATCH, READ, SEARCH, WRITES, Server, cut_off, one


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


@pytest.mark.operation("getCampaign")
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


@pytest.mark.operation("patchCampaign")
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


@pytest.mark.operation("createContact", "createContacts")
@pytest.mark.parametrize("headers", [{}, {"Retry-After": "0"}])
def test_a_creation_is_sent_once(library: ModuleType, headers: dict[str, str]) -> None:
    """A gateway's 503 may hide that it was carried out: who looks first makes no contact twice (trap 18)."""
    for flow in (create_contact(6, {"A": "b"}), create_contacts(6, [{"A": "b"}])):
        server = Server(library, lambda _: library.Response(503, headers=headers))
        with server.client() as client, pytest.raises(ServerFault) as caught:
            client.run(flow)
        assert len(server.seen) == 1
        assert "look at the account" in caught.value.help


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
