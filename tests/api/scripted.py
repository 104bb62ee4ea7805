"""A server by script behind the client's transport, and the requests that the tests send to it."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from reconciler.api.client import Client
from reconciler.api.request import Flow, Request, Response

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
