"""The client against a real socket on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType
from typing import Any

import pytest

from reconciler.api.client import Client
from reconciler.api.endpoints.campaigns import get_campaign, patch_campaign
from reconciler.api.endpoints.recordings import download_recording
from reconciler.api.request import Flow, Request
from reconciler.errors import ConnectionLost, Unreachable

from .test_download import MP3, Kept

DEAD = "http://127.0.0.1:9"


class Handler(BaseHTTPRequestHandler):
    """Answers with a campaign; `drops` says how many requests it reads and never answers first."""

    drops = 0
    seen: list[str]

    def do_GET(self) -> None:
        """The campaign, or a connection that ends."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append(f"{self.command} {self.path} {self.headers['Private-Token']}")
        if len(self.seen) <= self.drops:
            self.close_connection = True
            return
        body = b'{"id": 6, "name": "six"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_PATCH = do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def serving(drops: int = 0) -> Iterator[tuple[str, list[str]]]:
    """A server's URL, and what it has seen."""
    seen: list[str] = []
    handler = type("OneHandler", (Handler,), {"drops": drops, "seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY", "http_proxy"])
def test_no_proxy_sees_the_token_of_a_loopback_server(
    library: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """S9: plain HTTP goes to this machine and not through the environment's proxy."""
    monkeypatch.setenv(name, DEAD)
    with serving() as (url, seen), Client(url, "secret", writable=False) as client:
        assert client.run(get_campaign(6)).name == "six"
    assert seen == ["GET /api/v1/voice/campaigns/6 secret"]


def test_a_dropped_connection_is_tried_again(library: ModuleType) -> None:
    """By a read, and by a write that may be repeated."""
    with serving(drops=1) as (url, seen), Client(url, "t", writable=True) as client:
        client.run(get_campaign(6))
        assert len(seen) == 2
    with serving(drops=1) as (url, seen), Client(url, "t", writable=True) as client:
        client.run(patch_campaign(6, {"maxTries": 1}))
        assert len(seen) == 2


def test_a_dropped_write_is_not_sent_again(library: ModuleType) -> None:
    """When repeating it could do it twice."""

    def batch() -> Flow[None]:
        yield Request("POST", "/api/v2/voice/campaigns/6/contact-batch/update", json={})

    with serving(drops=1) as (url, seen), Client(url, "t", writable=True) as client:
        with pytest.raises(ConnectionLost):
            client.run(batch())
        assert len(seen) == 1


def test_nobody_there_is_unreachable(library: ModuleType) -> None:
    """With a help line instead of a traceback."""
    with Client(DEAD, "t", writable=False, attempts=2) as client:
        with pytest.raises(Unreachable) as caught:
            client.run(get_campaign(6))
        assert client.requests == 2
    assert "baseUrl" in caught.value.help


@pytest.mark.operation("downloadRecording")
def test_a_recording_over_a_socket(library: ModuleType) -> None:
    """In pieces; one that breaks off is begun again."""
    with serving_audio() as url, Client(url, "t", writable=False) as client:
        kept = Kept()
        assert client.download(download_recording("a-1"), kept) == len(MP3)
        assert client.requests == 2
    assert (kept.content, kept.sizes, len(kept.chunks) > 1) == (MP3, [len(MP3), len(MP3)], True)


@contextmanager
def serving_audio() -> Iterator[str]:
    """The URL of a server that breaks off its first recording."""
    tries = []

    class Audio(Handler):
        def do_GET(self) -> None:
            """A recording, or half of one."""
            tries.append(1)
            self.send_response(200)
            self.send_header("Content-Type", "audio/mpeg")
            self.send_header("Content-Length", str(len(MP3)))
            self.end_headers()
            self.wfile.write(MP3 if len(tries) > 1 else MP3[:100_000])

    with ThreadingHTTPServer(("127.0.0.1", 0), Audio) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
