"""An API that is down: what all clients of the account saw together, and that nothing more is sent to it."""

from __future__ import annotations

import threading
from types import ModuleType
from typing import Any

import pytest

from reconciler.api.breaker import FAILURES
from reconciler.api.endpoints.campaigns import get_campaign
from reconciler.api.rate import Rate
from reconciler.api.request import Request
from reconciler.api.traffic import ApiDown, DeadlineOver, Traffic
from reconciler.errors import ApiError, ConnectionLost, ServerFault, Unreachable

from .scripted import BATCH, PATCH, READ, Server, one
from .timing import Time


@pytest.fixture
def time() -> Time:
    """A time of its own."""
    return Time()


def fail_everywhere(client: Any, time: Time, count: int = FAILURES) -> list[Any]:
    """Reads so many campaigns, one after another, each of which takes ten seconds."""
    found = []
    for number in range(1, count + 1):
        time.now += 10.0
        found += client.run_each([get_campaign(number)])
    return found


@pytest.mark.parametrize(
    ("step", "kind"), [("ConnectError", Unreachable), ("ReadTimeout", ConnectionLost), (503, ServerFault)]
)
def test_an_api_that_is_down_is_asked_no_more(library: ModuleType, time: Time, step: Any, kind: type[ApiError]) -> None:
    """Nothing is sent to it, by any client of the account; and the error says what was seen."""
    traffic = time.traffic()
    with (server := Server(library, step)).client(traffic=traffic, attempts=2) as client:
        found = fail_everywhere(client, time)
        assert [type(each) for each in found] == [kind] * FAILURES
        assert traffic.ended().startswith("the API is down: 5 requests in a row failed in 40 s")
        sent = len(server.seen)
        assert client.repeated == sent // 2
    with server.client(traffic=traffic) as other:
        for request in (READ, PATCH, BATCH):
            with pytest.raises(ApiDown, match=f"{request.label}: not sent: the API is down") as raised:
                other.run(one(request))
            assert raised.value.code == "api-down"
    assert len(server.seen) == sent


def test_all_answers_that_come_keep_it_going(library: ModuleType, time: Time) -> None:
    """429 for ever, or every second campaign: it is not down."""
    for script in ([429], [503, 200] * 20, [503, 404] * 20):
        traffic = time.traffic()
        with Server(library, *script).client(traffic=traffic, attempts=1) as client:
            fail_everywhere(client, time, 30)
        assert traffic.ended() == ""


def test_an_answer_to_an_attempt_counts_too(library: ModuleType, time: Time) -> None:
    """A request that is given up after 429 and then 503 has been answered."""
    traffic = time.traffic()
    with Server(library, *[429, 503] * 40).client(traffic=traffic, attempts=2) as client:
        for number in range(1, FAILURES):
            time.now += 10.0
            client.run_each([get_campaign(number)])
    assert traffic.ended() == ""


def test_who_repeats_stops_when_the_others_found_it_down(library: ModuleType, time: Time) -> None:
    """With the error of its own last attempt: of a write nobody knows."""
    traffic = time.traffic(silence=0.0)

    def opening(request: Any) -> Any:
        for number in range(FAILURES):
            other = Request("GET", f"/api/v1/voice/campaigns/{number}")
            traffic.gave_up(other, ServerFault(other.label, "status 503"), 0.0)
        raise library.ReadTimeout("", request=request)

    client = (server := Server(library, opening)).client(traffic=traffic)
    with client, pytest.raises(ConnectionLost, match="not sent again: the API is down"):
        client.run(one(PATCH))
    assert len(server.seen) == 1


def test_ten_that_fail_at_once_open_it_once(library: ModuleType, time: Time) -> None:
    """Side by side, each with its own error; whoever comes after the fifth of them sends nothing."""
    traffic, together = time.traffic(silence=0.0), threading.Barrier(10, timeout=30)
    waiting = iter(range(10))

    def failing(_: Any) -> Any:
        if next(waiting, None) is not None:
            together.wait()
        return library.Response(503)

    with (server := Server(library, failing)).client(traffic=traffic, attempts=1, parallelism=10) as client:
        found = client.run_each(get_campaign(number) for number in range(1, 101))
    failed = [each for each in found if type(each) is ServerFault]
    assert 10 <= len(failed) == len(server.seen) < 10 + FAILURES
    assert {type(each) for each in found} == {ServerFault, ApiDown}


def test_nothing_leaves_that_waited_while_the_api_went_down(library: ModuleType) -> None:
    """Or while the deadline passed, by a pause that was longer than asked for."""
    for ends_by in ("breaker", "deadline"):
        time = Time()
        traffic = time.traffic(Rate(1), after=10, silence=0.0)

        def pause(_: float, time: Time = time, traffic: Traffic = traffic, ends_by: str = ends_by) -> None:
            time.now = 10.0 if ends_by == "deadline" else 1.0
            for number in range(FAILURES if ends_by == "breaker" else 0):
                other = Request("GET", f"/api/v1/voice/campaigns/{number}")
                traffic.gave_up(other, ServerFault(other.label, "status 503"), 0.0)

        paused = Traffic(traffic.rate, deadline=traffic.deadline, breaker=traffic.breaker, seconds=time, pause=pause)
        with (server := Server(library, 200)).client(traffic=paused) as client:
            client.run(one(READ))
            with pytest.raises(ApiDown if ends_by == "breaker" else DeadlineOver):
                client.run(one(READ))
        assert len(server.seen) == 1
