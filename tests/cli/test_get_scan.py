"""Long lists: read as far as somebody wants them, and left at once when nobody does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.conftest import Workplace
from tests.emulator.accounts import account, campaign, contact

PROJECT = """\
apiVersion: diabolocom.reconciler/v1
kind: Project
metadata: {{name: scanned}}
spec: {{environments: {{there: {{baseUrl: "http://127.0.0.1:{port}"}}}}}}
"""
SIZE = 500


class Stalling(BaseHTTPRequestHandler):
    """A campaign, and four pages of its contacts; whoever asks for a later page waits for ever."""

    stalled: threading.Event
    over: threading.Event

    def do_GET(self) -> None:
        """The campaign."""
        self._answer({"id": 1, "name": "one"})

    def do_POST(self) -> None:
        """A page of contacts."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        page = body["pageable"].get("page", 0)
        if page > 3:
            self.stalled.set()
            self.over.wait(60)
        first = page * SIZE + 1
        content = [{"contactId": number, "campaignId": 1} for number in range(first, first + SIZE)]
        self._answer({"content": content, "number": page, "last": False})

    def _answer(self, value: object) -> None:
        text = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


class Server(ThreadingHTTPServer):
    """A server that says nothing about clients that go away."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing."""


@contextmanager
def scanning(workplace: Workplace, *options: str) -> Iterator[tuple[subprocess.Popen[str], threading.Event]]:
    """`get contacts` against that server: the process, and what says that a page is waited for in vain."""
    stalled, over = threading.Event(), threading.Event()
    handler = type("OneHandler", (Stalling,), {"stalled": stalled, "over": over})
    with Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        workplace.write("reconciler.yaml", PROJECT.format(port=server.server_port))
        command = [sys.executable, "-m", "reconciler", "get", "contacts", "1", "--columns", "contactId", *options]
        variables = os.environ | {"DIABOLOCOM_TOKEN": "t"}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, text=True, env=variables, **pipes) as process:  # type: ignore[call-overload]
            try:
                yield process, stalled
            finally:
                process.kill()
                over.set()
                server.shutdown()
                thread.join()


def test_an_interrupted_scan_ends(workplace: Workplace) -> None:
    """Ctrl-C: nobody waits for the pages that are under way."""
    with scanning(workplace, "--format", "csv") as (process, stalled):
        assert stalled.wait(60)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err.strip()) == (130, "interrupted")
    assert len(out.splitlines()) in range(1, 2002, SIZE)


def test_no_more_is_read_than_is_wanted(workplace: Workplace) -> None:
    """--limit: neither asked for nor waited for."""
    with scanning(workplace, "--limit", "1999", "--format", "csv") as (process, stalled):
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err, len(out.splitlines())) == (0, "", 2000)
    assert not stalled.is_set()


@pytest.mark.parametrize("limit", [1, 499, 500, 501, 999, 1000, 1001])
def test_a_limit_is_kept(workplace: Workplace, limit: int) -> None:
    """Wherever it falls on the pages."""
    workplace.write("reconciler.yaml", PROJECT.format(port=1).replace("http://127.0.0.1:1", "emulator:e.db"))
    people = [contact(number) for number in range(1, 1001)]
    workplace.seed(account(*people, campaigns=[campaign()]), workplace.folder / "e.db")
    ran = workplace.run("get", "contacts", "100", "--columns", "contactId", "--limit", str(limit), "--format", "json")
    found = [each["contactId"] for each in json.loads(ran.out)]
    assert len(found) == len(set(found)) == min(limit, 1000)


def test_pages_that_overlap_are_told(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some contacts came twice, so others may be missing: nobody takes the list for whole."""
    from reconciler.cli import account as account_module
    from reconciler.emulator import Options

    workplace.write("reconciler.yaml", PROJECT.format(port=1).replace("http://127.0.0.1:1", "emulator:e.db"))
    people = [contact(number) for number in range(1, 1202)]
    workplace.seed(account(*people, campaigns=[campaign()]), workplace.folder / "e.db")
    opened = account_module.opened_emulator
    monkeypatch.setattr(
        account_module, "opened_emulator", lambda *given: opened(*given, options=Options(unstable_order=True))
    )
    ran = workplace.run("get", "contacts", "100", "--columns", "contactId", "--format", "csv")
    assert ran.code == 0
    assert ran.err.startswith("warning[pages-overlap]: some contacts came twice, so others may be missing")
    assert len(ran.out.splitlines()) < 1202
