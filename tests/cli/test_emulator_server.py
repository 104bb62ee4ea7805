"""The emulator as a real server on loopback: connections are really lost, and it ends cleanly."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.api.client import Client
from reconciler.api.endpoints.campaigns import add_fields, get_campaign, patch_campaign
from reconciler.errors import ConnectionLost

CAMPAIGN = "/api/v1/voice/campaigns/100"
SEED = {"campaigns": [{"id": 100, "name": "CA", "customFields": ["Phone"], "phoneFields": ["Phone"]}]}


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: its process, and where it listens."""

    process: subprocess.Popen[str]
    first_line: str
    port: int

    @property
    def origin(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """Status and body of one request on a connection of its own."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, json.dumps(body), {"Private-Token": "any"})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def arm(self, **fault: Any) -> None:
        """Disarm all faults but this one."""
        assert self.ask("DELETE", "/_emulator/faults")[0] == 204
        assert self.ask("POST", "/_emulator/faults", fault)[0] == 201


@contextlib.contextmanager
def serving(folder: Path, *options: str, stop: signal.Signals = signal.SIGTERM) -> Iterator[Server]:
    """A server over a new database in `folder`; at the end it is stopped, with exit 130 and no word of a fault."""
    (folder / "seed.json").write_text(json.dumps(SEED))
    command = [sys.executable, "-m", "reconciler", "-C", str(folder), "emulator", "--port", "0"]
    command += ["--database", "new.db", "--seed", "seed.json", *options]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:([0-9]+)", line)
        assert found, line + process.stderr.read()
        yield Server(process, line, int(found[1]))
    finally:
        process.send_signal(stop)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.split()) == (130, "", ["interrupted"]), err


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests of this file."""
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running


def _tries(server: Server) -> Any:
    return json.loads(server.ask("GET", CAMPAIGN)[1])["maxTries"]


@pytest.mark.parametrize(("kind", "tries"), [("lost-before", 11), ("lost-after", 22)])
def test_the_connection_is_really_lost(server: Server, kind: str, tries: int) -> None:
    """The TCP connection ends without a byte of an answer, before or after the request is carried out."""
    server.arm(kind="latency", seconds=0)
    server.ask("PATCH", CAMPAIGN, {"maxTries": 11})
    server.arm(kind=kind)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        server.ask("PATCH", CAMPAIGN, {"maxTries": 22})
    assert _tries(server) == tries


def test_a_connection_that_was_in_use_is_lost(server: Server) -> None:
    """Keep-alive does not save it, and the next request opens a new one."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        headers = {"Private-Token": "any"}
        connection.request("GET", CAMPAIGN, headers=headers)
        connection.getresponse().read()
        server.arm(kind="lost-before")
        connection.request("GET", CAMPAIGN, headers=headers)
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            connection.getresponse()
        connection.request("GET", CAMPAIGN, headers=headers)
        assert connection.getresponse().status == 200


def test_the_client_repeats_a_patch(server: Server) -> None:
    """Through the reconciler's own client: the answer is lost, the same is said again, and the value is there."""
    server.arm(kind="lost-after", method="PATCH")
    server.ask("DELETE", "/_emulator/requests")
    with Client(server.origin, "any", writable=True) as client:
        client.run(patch_campaign(100, {"maxTries": 33}))
        assert client.run(get_campaign(100)).values["maxTries"] == 33
    log = json.loads(server.ask("GET", "/_emulator/requests")[1])["requests"]
    assert [(each["method"], each["status"]) for each in log] == [("PATCH", None), ("PATCH", 200), ("GET", 200)]


def test_the_client_does_not_repeat_a_field(server: Server) -> None:
    """What must not be said twice is a ConnectionLost, and it was carried out."""
    server.arm(kind="lost-after", method="POST", times=0)
    with Client(server.origin, "any", writable=True) as client:
        with pytest.raises(ConnectionLost):
            client.run(add_fields(100, {"New": False}))
        assert "New" in client.run(get_campaign(100)).values["customFields"]  # type: ignore[operator]


def test_cut_off(server: Server) -> None:
    """Half of the answer, with the length of that half: HTTP has nothing to complain of."""
    server.arm(kind="cut-off")
    status, body = server.ask("GET", CAMPAIGN)
    assert status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


def test_started_with_all_it_takes(tmp_path: Path) -> None:
    """Faults and options of the command line are in force, and the first line names address and database."""
    options = ("--option", "page-base=one", "--fault", "status,code=429,retryAfter=2", "--fault", "html,code=502")
    with serving(tmp_path, *options, stop=signal.SIGINT) as running:
        assert "(database new.db)" in running.first_line
        assert [running.ask("GET", CAMPAIGN)[0] for _ in range(3)] == [429, 502, 200]
        search = "/api/v2/voice/campaigns/100/contacts/search"
        assert json.loads(running.ask("POST", search, {})[1])["number"] == 1
