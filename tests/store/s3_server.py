"""moto's S3 server, one request at a time: prints its port. With ``ignore`` it takes no notice of conditions."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

NONE, MATCH = "HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH"
CONDITIONS = {"ignore": (NONE, MATCH), "ignore-none-match": (NONE,), "ignore-match": (MATCH,)}


def application() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """The WSGI application."""
    inner = DomainDispatcherApplication(create_backend_app)
    ignored = CONDITIONS.get(sys.argv[1], ()) if len(sys.argv) > 1 else ()

    def without_conditions(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        for name in ignored:
            environment.pop(name, None)
        answer: Iterable[bytes] = inner(environment, start)
        return answer

    return without_conditions


if __name__ == "__main__":
    server = make_server("127.0.0.1", 0, application(), threaded=False)
    print(server.server_port, flush=True)  # noqa: T201
    server.serve_forever()
