"""A chat that hears notices."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.cli.conftest import LOCAL
from tests.conftest import Workplace

SECRET = "T0SECRET"


class _Chat(BaseHTTPRequestHandler):
    status: int
    heard: list[dict[str, Any]]
    is_over: threading.Event
    trickle: bytes = b""

    def do_POST(self) -> None:
        """Hears it."""
        self.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        if self.trickle:
            self._trickle()
        else:
            self._answer()

    def _trickle(self) -> None:
        """Says one byte at a time, and never comes to an end of its own."""
        self.close_connection = True
        with suppress(OSError):
            self.wfile.write(self.trickle)
            for _ in range(1000):
                if self.is_over.wait(0.02):
                    return
                self.wfile.write(b"a")

    def _answer(self) -> None:
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def chat(status: int = 200, trickle: bytes = b"") -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A webhook's URL, and what it has heard; with `trickle` it says that, and then goes on for many seconds."""
    heard: list[dict[str, Any]] = []
    over = threading.Event()
    handler = type("OneChat", (_Chat,), {"status": status, "heard": heard, "is_over": over, "trickle": trickle})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/services/{SECRET}", heard
        finally:
            over.set()
            server.shutdown()
            thread.join()


def notices(project: Workplace, *arguments: str) -> tuple[int, list[tuple[str, str]]]:
    """The exit code of a command, and the notices that it sends."""
    with chat() as (url, heard):
        project.variables = {**project.variables, "RECONCILER_WEBHOOK_URL": url}
        code = project.run(*LOCAL, *arguments).code
    return code, [(each["event"], each["text"]) for each in heard]
