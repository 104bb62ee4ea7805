"""The middleware that breaks things: every request to the API passes here, is logged, and meets its faults."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.emulator.armed import ArmedFaults, Logged, RequestLog
from reconciler.emulator.faults import Fault
from reconciler.emulator.json_text import dumps

#: Where the control endpoint is: no request to it is logged or struck.
CONTROL = "/_emulator/"

#: The key of an ASGI scope under which a fault says what is to become of the batch that this request starts.
BATCH_OUTCOME = "emulator.batch"

#: The key of a scope's `extensions` under which a server puts a function that cuts the client's connection.
DISCONNECT = "emulator.disconnect"

PROXY_PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to use this network.</body></html>"


@dataclass(frozen=True, slots=True)
class Breaking:
    """An ASGI app in front of `app`. `edit` carries out a fault of the kind `edit`."""

    app: ASGIApp
    faults: ArmedFaults
    log: RequestLog
    edit: Callable[[Fault], None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, as its faults let it."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self.app(scope, receive, send)
            return
        striking = self.faults.striking(scope["method"], scope["path"])
        entry = self.log.enter(scope["method"], scope["path"], striking.values())
        if fault := striking.get("delay"):
            await asyncio.sleep(fault.values["seconds"])
        if fault := striking.get("edit"):
            self.edit(fault)
        if fault := striking.get("batch"):
            scope[BATCH_OUTCOME] = fault.kind.removeprefix("batch-")
        exchange = _Exchange(self.app, scope, receive, _noting(entry, send))
        if fault := striking.get("answer"):
            await ANSWERS[fault.kind](fault, exchange)
        else:
            await exchange.passed()


class _Exchange(NamedTuple):
    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send

    async def passed(self) -> None:
        await self.app(self.scope, self.receive, self.send)

    async def carried_out(self) -> tuple[Message, bytes]:
        """The start and the body of the answer, which is not sent."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(self.scope, self.receive, keep)
        return messages[0], b"".join(message.get("body", b"") for message in messages[1:])

    async def answered(self, response: Response) -> None:
        await response(self.scope, self.receive, self.send)

    async def lost(self) -> None:
        """Cut the connection: really, where the server lets it; in one process by an error."""
        disconnect = self.scope.get("extensions", {}).get(DISCONNECT)
        if disconnect is None:
            raise ConnectionResetError("a fault of the emulator")
        disconnect()
        while (await self.receive())["type"] != "http.disconnect":
            pass


def _noting(entry: Logged, send: Send) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            entry.status = message["status"]
        await send(message)

    return noting


async def _status(fault: Fault, exchange: _Exchange) -> None:
    await exchange.answered(_error(fault.values["code"], fault.values.get("retryAfter")))


async def _html(fault: Fault, exchange: _Exchange) -> None:
    await exchange.answered(Response(PROXY_PAGE, fault.values["code"], media_type="text/html"))


async def _cut_off(fault: Fault, exchange: _Exchange) -> None:
    start, body = await exchange.carried_out()
    await _answered_with(exchange, start, body[: len(body) // 2] or b"{")


async def _invalid_json(fault: Fault, exchange: _Exchange) -> None:
    start, _ = await exchange.carried_out()
    await _answered_with(exchange, start, b"{'answer': undefined}")


async def _lost_before(fault: Fault, exchange: _Exchange) -> None:
    await exchange.lost()


async def _lost_after(fault: Fault, exchange: _Exchange) -> None:
    await exchange.carried_out()
    await exchange.lost()


async def _busy(fault: Fault, exchange: _Exchange) -> None:
    content = {"error": "error.batch.already.running", "message": "Another batch of this campaign is not finished yet."}
    await exchange.answered(Response(dumps(content), 409, media_type="application/json"))


#: What each kind of the sort "answer" does.
ANSWERS: Mapping[str, Callable[[Fault, _Exchange], Awaitable[None]]] = {
    "status": _status,
    "html": _html,
    "cut-off": _cut_off,
    "invalid-json": _invalid_json,
    "lost-before": _lost_before,
    "lost-after": _lost_after,
    "busy": _busy,
}


async def _answered_with(exchange: _Exchange, start: Message, body: bytes) -> None:
    """The answer `start` with another body; one that may have none, 204, becomes a 200."""
    status = 200 if start["status"] == 204 else start["status"]
    await exchange.answered(Response(body, status, media_type="application/json"))


def _error(status: int, retry_after: float | None) -> Response:
    """An error as the API words them: ``error.service.unavailable`` for 503."""
    phrase = HTTPStatus(status).phrase if status in list(HTTPStatus) else "unknown"
    code = ".".join(("error", *re.findall("[a-z]+", phrase.lower())))
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    content = {"error": code, "message": "A fault of the emulator."}
    return Response(dumps(content), status, headers=headers, media_type="application/json")
