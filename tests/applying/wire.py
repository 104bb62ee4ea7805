"""A wire between client and emulator that keeps every request and, where told to, breaks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.api.application import Application

Message = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that was sent."""

    method: str
    path: str
    body: Any
    text: str

    @property
    def is_read(self) -> bool:
        """Whether it can change nothing."""
        return self.method == "GET" or self.path.endswith("/contacts/search")


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back."""

    status: int
    body: bytes
    media: str = "application/json"

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


#: What a fault does with a request: it may pass it on (once), answer itself, or raise a ConnectionError.
Pass = Callable[[], Any]
Fault = Callable[[Sent, Pass], Any]


@dataclass(slots=True)
class _Planted:
    method: str
    path: re.Pattern[str]
    fault: Fault
    times: int


@dataclass(slots=True)
class Wire:
    """An ASGI application in front of another one."""

    application: Application
    sent: list[Sent] = field(default_factory=list)
    planted: list[_Planted] = field(default_factory=list)

    def plant(self, method: str, path: str, fault: Fault, times: int = 1) -> None:
        """The next `times` requests like this (`path` is looked for in theirs) meet the fault."""
        self.planted.append(_Planted(method, re.compile(path), fault, times))

    @property
    def writes(self) -> list[Sent]:
        """The requests that could change something."""
        return [each for each in self.sent if not each.is_read]

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """Answers one request."""
        body = await _body(receive)
        text = body.decode()
        sent = Sent(scope["method"], scope["path"], json.loads(text) if text else None, text)
        self.sent.append(sent)

        async def passed() -> Answer:
            return await _ask(self.application, scope, body)

        planted = self._planted_for(sent)
        answer = await (planted.fault(sent, passed) if planted else passed())
        headers = [(b"content-type", answer.media.encode()), (b"content-length", str(len(answer.body)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    def _planted_for(self, sent: Sent) -> _Planted | None:
        for each in self.planted:
            if each.times > 0 and each.method == sent.method and each.path.search(sent.path):
                each.times -= 1
                return each
        return None


def answering(status: int, body: Any, media: str = "application/json") -> Fault:
    """Answers itself, and passes nothing on."""

    async def fault(_: Sent, __: Pass) -> Answer:
        return Answer(status, body if isinstance(body, bytes) else json.dumps(body).encode(), media)

    return fault


async def lost_before(_: Sent, __: Pass) -> Answer:
    """The connection breaks before the API has seen the request."""
    raise ConnectionResetError


async def lost_after(_: Sent, passed: Pass) -> Answer:
    """The connection breaks after the API has done what was asked."""
    await passed()
    raise ConnectionResetError


def rewriting(change: Callable[[Any], Any]) -> Fault:
    """Passes on, and changes the answer's JSON."""

    async def fault(_: Sent, passed: Pass) -> Answer:
        answer: Answer = await passed()
        return Answer(answer.status, json.dumps(change(answer.json)).encode())

    return fault


def after(do: Callable[[], object]) -> Fault:
    """Does something first, then passes on."""

    async def fault(_: Sent, passed: Pass) -> Any:
        do()
        return await passed()

    return fault


async def _body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _ask(application: Application, scope: Mapping[str, Any], body: bytes) -> Answer:
    status, parts = 0, list[bytes]()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)
        parts.append(message.get("body", b""))

    await application(dict(scope), receive, send)
    return Answer(status, b"".join(parts))
