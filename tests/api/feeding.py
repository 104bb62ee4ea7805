"""Drives flows by hand: what they ask for, and what they make of the answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TypeVar

from reconciler.api.request import Flow, Request, Response

T = TypeVar("T")


def answer(value: object, status: int = 200) -> Response:
    """A JSON response that holds `value`."""
    return Response(status, {"content-type": "application/json"}, json.dumps(value).encode())


def drive(flow: Flow[T], respond: Callable[[Request], Response]) -> tuple[T, list[Request]]:
    """What `flow` returns, and the requests that it made."""
    requests = []
    try:
        request = next(flow)
        while True:
            requests.append(request)
            request = flow.send(respond(request))
    except StopIteration as end:
        return end.value, requests


def feed(flow: Flow[T], values: Iterable[object]) -> tuple[T, list[Request]]:
    """As `drive`, answering with `values` in turn."""
    waiting = iter(values)
    return drive(flow, lambda request: answer(next(waiting)))
