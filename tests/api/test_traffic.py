"""Traffic through a client: the rate, `Retry-After` for all, and the deadline."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from reconciler.api.rate import Rate
from reconciler.api.request import Request
from reconciler.api.traffic import DeadlineOver, NotSent, Traffic
from reconciler.errors import RateLimited, ServerFault

from .scripted import PATCH, READ, SEARCH, WRITES, Server, one
from .timing import Time


@pytest.fixture
def time() -> Time:
    """A time of its own."""
    return Time()


class Target:
    """Where a download goes."""

    def begin(self, size: int | None) -> None:
        """From the beginning."""

    def write(self, piece: bytes) -> None:
        """A piece."""


def refusing(library: ModuleType, seconds: str) -> Any:
    """A step that asks to wait."""
    return lambda _: library.Response(429, headers={"Retry-After": seconds})


def test_every_exchange_takes_a_slot(library: ModuleType, time: Time) -> None:
    """Reads, writes, repetitions and downloads."""
    audio = lambda _: library.Response(200, content=b"RIFF", headers={"Content-Type": "audio/wav"})  # noqa: E731
    server = Server(library, 200, 503, 200, 200, audio)
    with server.client(traffic=time.traffic(Rate(4))) as client:
        client.run(one(READ))
        client.run(one(READ))
        client.run(one(PATCH))
        client.download(Request("GET", "/api/v1/voice/recordings/1", accept="audio/wav"), Target())
        assert (len(server.seen), client.requests, client.repeated) == (5, 5, 1)
        assert client.traffic.waited == sum(time.pauses) == 1.0


def test_without_a_limit_nobody_waits(library: ModuleType, time: Time) -> None:
    """And nothing is taken."""
    with Server(library, 200).client(traffic=time.traffic()) as client:
        client.run_each(one(READ) for _ in range(20))
    assert time.pauses == []


def test_all_wait_when_one_is_asked_to(library: ModuleType, time: Time) -> None:
    """Also a client that shares the traffic, and has been asked nothing."""
    traffic = time.traffic()
    asked = Server(library, refusing(library, "7")).client(traffic=traffic, attempts=1)
    with asked, pytest.raises(RateLimited):
        asked.run(one(READ))
    assert time.pauses == []
    with Server(library, 200).client(traffic=traffic) as other:
        other.run(one(READ))
    assert 7.0 <= sum(time.pauses) <= 7.7


def test_who_waits_already_waits_longer(library: ModuleType) -> None:
    """A slot that was taken before somebody was asked to wait does not count."""
    time = Time()
    traffic = time.traffic(Rate(1))
    traffic.rate.slot(0.0)

    def pause(seconds: float) -> None:
        if not time.pauses:
            traffic.rate.hold(30.0)
        time.pause(seconds)

    traffic = Traffic(traffic.rate, seconds=time, pause=pause)
    with Server(library, 200).client(traffic=traffic) as client:
        client.run(one(READ))
    assert time.pauses == [1.0, 29.0]


@pytest.mark.parametrize("request_", [READ, SEARCH], ids=lambda each: each.method)
def test_after_the_deadline_nothing_is_read(library: ModuleType, time: Time, request_: Request) -> None:
    """A command that only reads ends with an error that is not one campaign's."""
    with (server := Server(library, 200)).client(traffic=time.traffic(after=10)) as client:
        client.run(one(request_))
        time.now = 10.0
        with pytest.raises(DeadlineOver, match=r"the deadline of 30m was over before (GET|POST) /api"):
            client.run_each([one(request_)])
    assert len(server.seen) == 1


@pytest.mark.parametrize("request_", WRITES, ids=lambda each: each.label)
def test_after_the_deadline_nothing_is_written(library: ModuleType, time: Time, request_: Request) -> None:
    """But what was written is read back, by a client that finishes."""
    with (server := Server(library, 200)).client(traffic=time.traffic(after=10)) as client:
        client.guard_writes(lambda: None)
        time.now = 10.0
        with pytest.raises(NotSent, match="not sent: the deadline of 30m was over"):
            client.run(one(request_))
        client.run(one(READ))
        client.run(one(SEARCH))
    assert [each.method for each in server.seen] == ["GET", "POST"]


def test_nothing_is_repeated_beyond_the_deadline(library: ModuleType, time: Time) -> None:
    """Neither a write nor reading it back: the error is that of the attempt, and says why it was the last one."""

    def slow(status: int) -> Any:
        def step(_: Any) -> Any:
            time.now += 6.0
            return library.Response(status)

        return step

    for request in (PATCH, READ):
        time.now = 0.0
        with (server := Server(library, slow(503))).client(traffic=time.traffic(after=10)) as client:
            client.guard_writes(lambda: None)
            with pytest.raises(
                ServerFault, match=r"status 503.*; not sent again: the deadline of 30m was over"
            ) as raised:
                client.run(one(request))
            assert raised.value.detail in str(raised.value)
        assert len(server.seen) == 2


def test_no_slot_after_the_deadline_is_waited_for(library: ModuleType, time: Time) -> None:
    """It ends at once."""
    with (server := Server(library, 200)).client(traffic=time.traffic(Rate(0.01), after=10)) as client:
        client.run(one(READ))
        with pytest.raises(DeadlineOver):
            client.run(one(READ))
    assert (len(server.seen), time.pauses) == (1, [])


def test_who_finishes_waits_for_its_slot_all_the_same(library: ModuleType, time: Time) -> None:
    """The limit holds beyond the deadline."""
    with (server := Server(library, 200)).client(traffic=time.traffic(Rate(0.01), after=10)) as client:
        client.guard_writes(lambda: None)
        client.run(one(READ))
        client.run(one(READ))
    assert (len(server.seen), time.pauses) == (2, [100.0])
