"""moto's S3 server, one request at a time: prints its port. With ``ignore`` it takes no notice of conditions.

While the file of a second argument holds a status, every answer is that one. SIGUSR1 ends listening, SIGUSR2 begins it
again; what the buckets hold stays.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

NONE, MATCH = "HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH"
CONDITIONS = {"ignore": (NONE, MATCH), "ignore-none-match": (NONE,), "ignore-match": (MATCH,)}


def application() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """The WSGI application."""
    inner = DomainDispatcherApplication(create_backend_app)
    ignored = CONDITIONS.get(sys.argv[1], ()) if len(sys.argv) > 1 else ()

    status = Path(sys.argv[2]) if len(sys.argv) > 2 else None

    def without_conditions(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        if status is not None and status.exists():
            start(f"{status.read_text()} Fault", [("Content-Length", "0")])
            return []
        for name in ignored:
            environment.pop(name, None)
        answer: Iterable[bytes] = inner(environment, start)
        return answer

    return without_conditions


def serve() -> None:
    """Listens, and listens no more, at the same port each time."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGUSR1, signal.SIGUSR2))
    answering, port = application(), 0
    while True:
        server = make_server("127.0.0.1", port, answering, threaded=False)
        if not port:
            print(server.server_port, flush=True)  # noqa: T201
        port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        signal.sigwait((signal.SIGUSR1,))
        server.shutdown()
        server.server_close()
        signal.sigwait((signal.SIGUSR2,))


if __name__ == "__main__":
    serve()
