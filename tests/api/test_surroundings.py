"""The client between the machine's own settings: a company's certificate authority, and its proxy."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import trustme

from reconciler.api.client import Client
from reconciler.api.endpoints.campaigns import get_campaign, patch_campaign
from reconciler.errors import ConnectionLost, Unreachable

TOKEN = "t0ken-88874456"


class Handler(BaseHTTPRequestHandler):
    """Answers each GET with a campaign, as a server or, asked to CONNECT, as a proxy to the address asked for."""

    seen: list[str]

    def do_GET(self) -> None:
        """The campaign."""
        self.seen.append(f"{self.command} {self.path} {self.headers['Private-Token']}")
        body = b'{"id": 6, "name": "six"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_CONNECT(self) -> None:
        """A tunnel: what passes through is unreadable to whoever stands here."""
        self.seen.append(f"{self.command} {self.path} {self.headers['Private-Token']}")
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as target:
            self.send_response(200)
            self.end_headers()
            pairs = {self.connection: target, target: self.connection}
            while True:
                for each in select.select(list(pairs), (), ())[0]:
                    if not (data := each.recv(65536)):
                        return
                    pairs[each].sendall(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


class Server(ThreadingHTTPServer):
    """A server that says nothing about handshakes that fail."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing."""


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[str]]]:
    """A server's port, and what it has seen."""
    seen: list[str] = []
    handler = type("OneHandler", (Handler,), {"seen": seen})
    with Server(("127.0.0.1", 0), handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port, seen
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority that no system knows."""
    return trustme.CA()


@pytest.fixture
def account(authority: trustme.CA) -> Iterator[tuple[int, list[str]]]:
    """A TLS server for localhost with a certificate of that authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with serving(context) as running:
        yield running


@pytest.fixture
def known(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SSL_CERT_FILE names the authority."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


def read(port: int) -> str:
    """The campaign's name."""
    with Client(f"https://localhost:{port}", TOKEN, writable=False, attempts=1) as client:
        return client.run(get_campaign(6)).name


@pytest.mark.usefixtures("known")
def test_a_companys_authority_is_trusted(library: ModuleType, account: tuple[int, list[str]]) -> None:
    """SSL_CERT_FILE is all it takes."""
    port, seen = account
    assert read(port) == "six"
    assert seen == [f"GET /api/v1/voice/campaigns/6 {TOKEN}"]


def test_a_stranger_gets_no_token(library: ModuleType, account: tuple[int, list[str]]) -> None:
    """S9: without a certificate that the machine trusts nothing is sent."""
    port, seen = account
    with pytest.raises(Unreachable, match="certificate"):
        read(port)
    assert seen == []


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_sees_no_token(
    library: ModuleType, account: tuple[int, list[str]], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opens a tunnel to the account, and what goes through is encrypted."""
    port, seen = account
    with serving() as (proxy, asked):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        assert read(port) == "six"
    assert asked == [f"CONNECT localhost:{port} None"]
    assert len(seen) == 1


@pytest.mark.usefixtures("known")
def test_no_proxy_is_honoured(
    library: ModuleType, account: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address in NO_PROXY is reached directly."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "localhost")
    assert read(account[0]) == "six"


def test_a_dead_proxy_is_named(library: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was sent, and the help names the variable."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(Unreachable) as caught:
        read(9)
    assert "HTTPS_PROXY" in caught.value.help


def test_a_silent_server_is_given_up(library: ModuleType) -> None:
    """The timeout is for each step of an exchange; a write that got no answer is unknown, not repeated for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        client = Client(url, TOKEN, writable=True, attempts=1, timeout=0.05)
        with client, pytest.raises(ConnectionLost, match="no answer came in time"):
            client.run(patch_campaign(6, {"maxTries": 3}))
