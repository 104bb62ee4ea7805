"""The ASGI app: which endpoint, who may, what was sent, and what goes back."""

from __future__ import annotations

import hmac
import json
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from reconciler.emulator.account import Account
from reconciler.emulator.admissions import admissions_account
from reconciler.emulator.armed import ArmedFaults, RequestLog
from reconciler.emulator.batches import move_batches
from reconciler.emulator.breaking import BATCH_OUTCOME, Breaking
from reconciler.emulator.call import Call
from reconciler.emulator.console import Edit, carry_out, require
from reconciler.emulator.control import CONTROL_ENDPOINTS, ControlEndpoint, Controls
from reconciler.emulator.database import open_database
from reconciler.emulator.errors import ApiError, bad_format
from reconciler.emulator.faults import Fault
from reconciler.emulator.instants import to_text, utc_now
from reconciler.emulator.json_text import dumps
from reconciler.emulator.options import Options
from reconciler.emulator.results import Results
from reconciler.emulator.routes import ENDPOINTS, Endpoint

DEFAULTS = Options()

#: What answers each method of a path: from the request and its body to a response, or an ApiError.
Answers = Mapping[str, Callable[[Request, bytes], Response]]


def open_emulator(
    database: Path | None,
    *,
    options: Options = DEFAULTS,
    seed: Account | None = None,
    clock: Callable[[], datetime] = utc_now,
    faults: Iterable[Fault] = (),
) -> Starlette:
    """The API over the file `database`, which is made from `seed` (the demo account) when it does not exist.

    Without a file it is held in memory, and gone with the application.

    `clock` returns the present moment with its time zone. An existing file stays as it is, whatever `seed`.
    `faults` are armed; `app.state.faults` takes more of them, and `app.state.requests` is the log of requests.
    Raises DatabaseFileError when the file is something else, FaultError when the account has no place for a fault.
    """
    connection = open_database(database, lambda: seed or admissions_account(clock()))
    service = _Service(connection, Results(connection), threading.Lock(), options, clock)
    armed, log = ArmedFaults(service.check), RequestLog()
    app = Starlette(
        routes=[*_routes(service, options), *_control_routes(Controls(armed, log, service.edit), options)],
        middleware=[Middleware(Breaking, faults=armed, log=log, edit=service.meet)],
        exception_handlers={404: _unknown_path},
    )
    app.router.redirect_slashes = False
    app.state.faults, app.state.requests = armed, log
    weakref.finalize(app, connection.close)
    armed.arm(faults)
    return app


def _routes(service: _Service, options: Options) -> Iterator[Route]:
    for path in dict.fromkeys(endpoint.path for endpoint in ENDPOINTS):
        answers: Answers = {each.method: partial(service.respond, each) for each in ENDPOINTS if each.path == path}
        yield Route(path, _Resource(options.token, answers))


def _control_routes(controls: Controls, options: Options) -> Iterator[Route]:
    def respond(endpoint: ControlEndpoint, request: Request, body: bytes) -> Response:
        return _response(endpoint.status, endpoint.answer(controls, _json(body)))

    for path in dict.fromkeys(endpoint.path for endpoint in CONTROL_ENDPOINTS):
        answers: Answers = {each.method: partial(respond, each) for each in CONTROL_ENDPOINTS if each.path == path}
        yield Route(path, _Resource(options.token, answers))


@dataclass(frozen=True, slots=True)
class _Service:
    """The database with what every request needs besides. One request at a time uses the connection."""

    connection: sqlite3.Connection
    results: Results
    lock: threading.Lock
    options: Options
    clock: Callable[[], datetime]

    def respond(self, endpoint: Endpoint, request: Request, body: bytes) -> Response:
        return _response(endpoint.status, self._answer(endpoint, request, body), endpoint.media_type)

    def _answer(self, endpoint: Endpoint, request: Request, body: bytes) -> str | bytes:
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

    def edit(self, edit: Edit) -> str:
        """Carry out an edit in the console, after the batches that have ended by now; ApiError 404 without object."""
        with self.lock:
            now = self.clock()
            move_batches(self.connection, now, self.options)
            with _transaction(self.connection):
                return carry_out(self.connection, edit, to_text(now))

    def meet(self, fault: Fault) -> None:
        """Carry out the edit of a fault; what has been deleted since it was armed, nobody can edit."""
        with suppress(ApiError):
            self.edit(Edit.of(fault))

    def check(self, fault: Fault) -> None:
        """FaultError for an edit of what is not there."""
        if fault.sort == "edit":
            with self.lock:
                require(self.connection, Edit.of(fault))


class _Resource:
    """All the endpoints of one path, as an ASGI app: what answers each method, to who has the token."""

    def __init__(self, token: str | None, answers: Answers) -> None:
        self.token = token
        self.answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._respond(request)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        try:
            _authorise(request, self.token)
            if request.method not in self.answers:
                raise ApiError(405, "error.method.not.allowed", "This path does not take this method.")
            return self.answers[request.method](request, await request.body())
        except ApiError as error:
            return _error(error)
        except (UnicodeEncodeError, OverflowError):
            return _error(bad_format("The request holds text or a number that can't be stored."))


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
