"""The ASGI app: which endpoint, who may, what was sent, and what goes back."""

from __future__ import annotations

import hmac
import json
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from reconciler.emulator.account import Account
from reconciler.emulator.admissions import admissions_account
from reconciler.emulator.batches import move_batches
from reconciler.emulator.call import Call
from reconciler.emulator.database import open_database
from reconciler.emulator.errors import ApiError, bad_format
from reconciler.emulator.instants import utc_now
from reconciler.emulator.json_text import dumps
from reconciler.emulator.options import Options
from reconciler.emulator.results import Results
from reconciler.emulator.routes import ENDPOINTS, Endpoint

DEFAULTS = Options()

#: The key of an ASGI scope under which a fault says what is to become of the batch that this request starts.
BATCH_OUTCOME = "emulator.batch"


def open_emulator(
    database: Path,
    *,
    options: Options = DEFAULTS,
    seed: Account | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Starlette:
    """The API over the file `database`, which is made from `seed` (the demo account) when it does not exist.

    `clock` returns the present moment with its time zone. An existing file stays as it is, whatever `seed`.
    Raises DatabaseFileError when the file is something else.
    """
    connection = open_database(database, lambda: seed or admissions_account(clock()))
    service = _Service(connection, Results(connection), threading.Lock(), options, clock)
    paths = dict.fromkeys(endpoint.path for endpoint in ENDPOINTS)
    app = Starlette(
        routes=[Route(path, _Resource(path, service)) for path in paths],
        exception_handlers={404: _unknown_path},
    )
    app.router.redirect_slashes = False
    weakref.finalize(app, connection.close)
    return app


@dataclass(frozen=True, slots=True)
class _Service:
    """The database with what every request needs besides. One request at a time uses the connection."""

    connection: sqlite3.Connection
    results: Results
    lock: threading.Lock
    options: Options
    clock: Callable[[], datetime]

    def answer(self, endpoint: Endpoint, request: Request, body: bytes) -> str | bytes:
        sent = _json(body) if endpoint.method != "GET" else None
        with self.lock:
            call = self._call(request, sent)
            move_batches(self.connection, call.now, self.options)
            if endpoint.kind == "read":
                return endpoint.answer(call)
            with _transaction(self.connection):
                return endpoint.answer(call)

    def _call(self, request: Request, body: object) -> Call:
        url = request.url
        return Call(
            connection=self.connection,
            results=self.results,
            options=self.options,
            now=self.clock(),
            base_url=(self.options.public_url or f"{url.scheme}://{url.netloc}").rstrip("/"),
            path=url.path,
            path_values=request.path_params,
            parameters=request.query_params,
            body=body,
            batch_outcome=request.scope.get(BATCH_OUTCOME, "real"),
        )


class _Resource:
    """All the endpoints of one path, as an ASGI app."""

    def __init__(self, path: str, service: _Service) -> None:
        self.endpoints = {endpoint.method: endpoint for endpoint in ENDPOINTS if endpoint.path == path}
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._respond(request)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        try:
            _authorise(request, self.service.options.token)
            endpoint = self._endpoint(request.method)
            answer = self.service.answer(endpoint, request, await request.body())
            return _response(endpoint.status, answer, endpoint.media_type)
        except ApiError as error:
            return _error(error)
        except (UnicodeEncodeError, OverflowError):
            return _error(bad_format("The request holds text or a number that can't be stored."))

    def _endpoint(self, method: str) -> Endpoint:
        for name, endpoint in self.endpoints.items():
            if name == method:
                return endpoint
        raise ApiError(405, "error.method.not.allowed", "This path does not take this method.")


def _authorise(request: Request, token: str | None) -> None:
    given = request.headers.get("Private-Token", "").strip()
    right = token is None or hmac.compare_digest(given.encode(), token.encode())
    if not given or not right:
        raise ApiError(401, "error.unauthorized", "The Private-Token header is missing or wrong.")


def _json(body: bytes) -> object:
    try:
        return json.loads(body) if body.strip() else None
    except (ValueError, RecursionError):
        raise bad_format("The body is not JSON.") from None


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _response(status: int, content: str | bytes, media_type: str = "application/json") -> Response:
    return Response(content or None, status, media_type=media_type if content else None)


def _error(error: ApiError) -> Response:
    return _response(error.status, dumps({"error": error.code, "message": error.message}))


async def _unknown_path(request: Request, error: Exception) -> Response:
    return _error(ApiError(404, "error.not.found", "There is nothing under this path."))
