"""An ASGI application in place of the network: from any thread, with its faults, and under a cassette."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import vcr

from reconciler.api.application import EventLoopThread, Message, Receive, Send
from reconciler.api.client import Client
from reconciler.api.endpoints.campaigns import get_campaign, list_campaigns, patch_campaign
from reconciler.api.shapes import Campaign
from reconciler.errors import ConnectionLost, ServerFault


class Campaigns:
    """A small application: a campaign for every id, a list of two pages, and faults on request."""

    def __init__(self, fault: str = "") -> None:
        self.fault, self.seen = fault, list[tuple[str, str, bytes]]()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        message = await receive()
        self.seen.append((scope["method"], scope["path"], message["body"]))
        if self.fault == "raises":
            raise ConnectionResetError
        if self.fault == "hangs":
            await asyncio.sleep(3600)
        if self.fault == "returns":
            return
        if self.fault == "bug":
            raise LookupError("a bug of the application")
        await self.reply(scope, send)

    async def reply(self, scope: Message, send: Send) -> None:
        """The answer of the API."""
        headers = dict(scope["headers"])
        page: dict[str, object]
        if scope["path"].endswith("campaigns"):
            following = f"{scope['scheme']}://{headers[b'host'].decode()}{scope['path']}?page=2"
            is_last = scope["query_string"] == b"page=2"
            page = {"campaigns": [{"id": 1, "name": "one"}], "next": None if is_last else following}
        else:
            page = {"id": int(scope["path"].rsplit("/", 1)[1]), "name": headers[b"private-token"].decode()}
        start = {"type": "http.response.start", "status": 503 if self.fault == "busy" else 200}
        await send({**start, "headers": [(b"content-type", b"application/json")]})
        body = json.dumps(page).encode()
        await send({"type": "http.response.body", "body": body[:5], "more_body": True})
        if self.fault != "half":
            await send({"type": "http.response.body", "body": body[5:]})


def calling(application: Campaigns, **options: Any) -> Client:
    """A client of the application; the base URL is a name for it, not an address."""
    return Client("emulator:.reconciler/emulator.db", "t", writable=True, application=application, **options)


@pytest.mark.operation("getCampaign", "patchCampaign", "listCampaigns")
def test_an_application_answers_like_a_server(library: ModuleType) -> None:
    """Reads, writes, and pages whose URLs are its own."""
    application = Campaigns()
    with calling(application) as client:
        assert client.run(get_campaign(6)).name == "t"
        client.run(patch_campaign(6, {"maxTries": 3}))
        assert [each.id for each in client.run(list_campaigns())] == [1]
    assert application.seen[1] == ("PATCH", "/api/v1/voice/campaigns/6", b'{"maxTries":3}')


def test_it_is_called_from_several_threads(library: ModuleType) -> None:
    """Each gets its own answer."""
    with calling(Campaigns(), parallelism=6) as client:
        found = client.run_each(get_campaign(number) for number in range(1, 61))
    assert [each.id for each in found if isinstance(each, Campaign)] == list(range(1, 61))


@pytest.mark.parametrize("fault", ["raises", "returns", "half", "hangs"])
def test_an_application_that_does_not_answer_is_a_lost_connection(library: ModuleType, fault: str) -> None:
    """It raises a ConnectionError, returns without an answer or in the middle of one, or takes too long."""
    application = Campaigns(fault)
    with calling(application, timeout=0.05, attempts=2) as client, pytest.raises(ConnectionLost):
        client.run(get_campaign(6))
    assert len(application.seen) == 2


def test_its_status_counts(library: ModuleType) -> None:
    """As a server's."""
    with calling(Campaigns("busy"), attempts=3) as client, pytest.raises(ServerFault):
        client.run(get_campaign(6))


def test_its_bugs_are_not_answers(library: ModuleType) -> None:
    """They come out as they are, at once."""
    application = Campaigns("bug")
    with calling(application) as client, pytest.raises(LookupError, match="a bug"):
        client.run(get_campaign(6))
    assert len(application.seen) == 1


def test_its_thread_ends_with_the_client(library: ModuleType) -> None:
    """Closing twice does no harm."""
    client = calling(Campaigns())
    client.run(get_campaign(6))
    assert any(each.name == "application" for each in threading.enumerate())
    client.close()
    client.close()
    assert not any(each.name == "application" for each in threading.enumerate())


def test_a_cassette_records_and_replays_it(library: ModuleType, tmp_path: Path) -> None:
    """Without a socket."""
    cassette = str(tmp_path / "cassette.yaml")
    with vcr.use_cassette(cassette, filter_headers=["Private-Token"]), calling(Campaigns()) as client:
        recorded = client.run_each(get_campaign(number) for number in range(1, 9))
    silent = Campaigns("bug")
    with vcr.use_cassette(cassette, record_mode="none"), calling(silent) as client:
        assert client.run_each(get_campaign(number) for number in range(1, 9)) == recorded
    assert silent.seen == []


def test_nothing_is_run_once_it_is_closed() -> None:
    """Threads that nobody waits for may come too late: they are told so, and no work is left behind unawaited."""
    thread = EventLoopThread()
    thread.close()
    thread.close()
    with pytest.raises(ConnectionError):
        thread.run(asyncio.sleep(0))
