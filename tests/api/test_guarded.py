"""No write leaves once its lock is lost, the first time or again; and each exchange is observed."""

from __future__ import annotations

from math import inf
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from reconciler.api.rate import Rate
from reconciler.api.request import Request
from reconciler.api.traffic import NotSent
from reconciler.errors import ApiError, ConnectionLost, ProjectError

from .scripted import PATCH, READ, SEARCH, WRITES, Server, one
from .timing import Time


@pytest.fixture
def time() -> Time:
    """A time of its own."""
    return Time()


def lost() -> None:
    """What a journal says whose lock is lost."""
    raise ProjectError("the lock is lost", "it was taken by somebody", "see what the other run did", "lock-lost")


@pytest.mark.parametrize("request_", WRITES, ids=lambda each: each.label)
def test_no_write_leaves_without_the_lock(library: ModuleType, request_: Request) -> None:
    """Reads do."""
    with (server := Server(library, 200)).client() as client:
        client.guard_writes(lost)
        with pytest.raises(NotSent, match="the lock is lost: it was taken by somebody") as raised:
            client.run(one(request_))
        assert raised.value.help == "see what the other run did"
        client.run(one(READ))
        client.run(one(SEARCH))
        assert client.requests == 2
    assert [each.method for each in server.seen] == ["GET", "POST"]


@pytest.mark.parametrize("step", [429, 503, "ConnectError", "ReadTimeout"])
def test_a_lost_lock_ends_repetitions(library: ModuleType, step: Any) -> None:
    """The lock is lost while the answer is awaited: the error of that attempt comes out, and no second one leaves."""
    held = [True]

    def check() -> None:
        if not held[0]:
            lost()

    def losing(request: Any) -> Any:
        held[0] = False
        if isinstance(step, str):
            raise getattr(library, step)("", request=request)
        return library.Response(step)

    client = (server := Server(library, losing)).client()
    client.guard_writes(check)
    with client, pytest.raises(ApiError, match="not sent again: the lock is lost") as raised:
        client.run(one(PATCH))
    assert not isinstance(raised.value, NotSent)
    assert len(server.seen) == 1


def test_the_lock_is_asked_for_after_the_wait(library: ModuleType, time: Time) -> None:
    """Right before the write leaves: it may be lost while a slot was waited for."""
    traffic = time.traffic(Rate(1))

    def check() -> None:
        if time.now > 0:
            lost()

    with (server := Server(library, 200)).client(traffic=traffic) as client:
        client.guard_writes(check)
        client.run(one(PATCH))
        with pytest.raises(NotSent):
            client.run(one(PATCH))
    assert (len(server.seen), time.pauses) == (1, [1.0])


def test_each_exchange_is_observed(library: ModuleType) -> None:
    """With its status, or none without an answer; and with what the observer raises nothing happens."""
    seen = list[tuple[str, int | None, bool]]()

    def observed(request: Request, status: int | None, seconds: float) -> None:
        seen.append((request.label, status, 0 <= seconds < inf))
        raise ZeroDivisionError

    with Server(library, 503, "ReadTimeout", 429, 200, 404).client(observed=observed) as client:
        client.run(one(READ))
        with pytest.raises(ApiError):
            client.run(one(SEARCH))
    assert seen == [
        *((READ.label, status, True) for status in (503, None, 429, 200)),
        (SEARCH.label, 404, True),
    ]


def test_a_body_that_breaks_off_is_no_answer(library: ModuleType, tmp_path: Path) -> None:
    """Although its status came."""
    seen = list[int | None]()

    class Broken(library.SyncByteStream):  # type: ignore[misc, name-defined]
        def __iter__(self) -> Any:
            yield b'{"id"'
            raise library.ReadError("broken")

    server = Server(library, lambda _: library.Response(200, stream=Broken()))
    client = server.client(attempts=1, observed=lambda request, status, seconds: seen.append(status))
    with client, pytest.raises(ConnectionLost):
        client.run(one(READ))
    assert seen == [None]
