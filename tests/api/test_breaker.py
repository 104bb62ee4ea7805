"""The breaker: when an API is down, and what is no proof of it."""

from __future__ import annotations

import pytest

from reconciler.api.breaker import FAILURES, SILENCE, Breaker
from reconciler.api.request import Request
from reconciler.errors import (
    ApiError,
    Busy,
    ConnectionLost,
    NotFound,
    RateLimited,
    Rejected,
    ServerFault,
    Unauthorized,
    Unreachable,
    Unreadable,
)

LATE = 2 * SILENCE


def read(campaign: int) -> Request:
    """A read of a campaign."""
    return Request("GET", f"/api/v1/voice/campaigns/{campaign}")


def write(campaign: int) -> Request:
    """A write to it."""
    return Request("PATCH", f"/api/v1/voice/campaigns/{campaign}", json={})


def fault(kind: type[ApiError], request: Request) -> ApiError:
    """The error of a request."""
    return kind(request.label, "it broke")


def fail(
    breaker: Breaker, request: Request, kind: type[ApiError] = ServerFault, begun: float = 0.0, now: float = LATE
) -> None:
    """The request is given up."""
    breaker.gave_up(request, fault(kind, request), begun, now)


@pytest.mark.parametrize("kind", [Unreachable, ConnectionLost, ServerFault])
def test_it_opens_after_some_failures_in_a_row(kind: type[ApiError]) -> None:
    """Of any kind without an answer; and says what was seen."""
    breaker = Breaker()
    for number in range(FAILURES):
        assert not breaker.is_open
        fail(breaker, read(number), kind)
    assert breaker.is_open
    assert breaker.words == (
        f"the API is down: {FAILURES} requests in a row failed in {LATE:.0f} s, and none succeeded;"
        f" the last was GET /api/v1/voice/campaigns/{FAILURES - 1}: it broke"
    )


def test_it_stays_open() -> None:
    """For the run: a late answer changes nothing, and nor does the next failure."""
    breaker = Breaker()
    for number in range(FAILURES):
        fail(breaker, read(number))
    words = breaker.words
    breaker.answered()
    fail(breaker, read(99))
    assert breaker.words == words


def test_an_answer_in_between_begins_anew() -> None:
    """Whoever got it."""
    breaker = Breaker()
    for number in range(FAILURES - 1):
        fail(breaker, read(number))
    breaker.answered()
    for number in range(FAILURES - 1):
        fail(breaker, read(number))
    assert not breaker.is_open


@pytest.mark.parametrize("kind", [Busy, NotFound, RateLimited, Rejected, Unauthorized, Unreadable])
def test_a_refusal_is_an_answer(kind: type[ApiError]) -> None:
    """429 too."""
    breaker = Breaker()
    for number in range(10 * FAILURES):
        fail(breaker, read(number), kind)
    assert not breaker.is_open


def test_a_short_break_is_no_end() -> None:
    """Ten workers whose requests fail at once; then the same, begun half a minute ago."""
    breaker = Breaker()
    for number in range(10):
        fail(breaker, read(number), begun=100.0, now=100.0 + SILENCE - 1)
    assert not breaker.is_open
    fail(breaker, read(10), begun=110.0, now=100.0 + SILENCE)
    assert breaker.is_open


def test_one_campaign_may_be_broken_alone() -> None:
    """However many of its requests fail, of whatever kind."""
    breaker = Breaker()
    search = Request("POST", "/api/v2/voice/campaigns/6/contacts/search", json={})
    for _ in range(FAILURES):
        fail(breaker, read(6))
        fail(breaker, search)
    assert not breaker.is_open


def test_a_write_is_no_proof() -> None:
    """It may be what fails: reading it back will tell. A connection that was never opened is one."""
    breaker = Breaker()
    for number in range(2 * FAILURES):
        fail(breaker, write(number), ServerFault)
        fail(breaker, write(number), ConnectionLost)
    assert not breaker.is_open
    for number in range(FAILURES):
        fail(breaker, write(number), Unreachable)
    assert breaker.is_open


def test_requests_without_a_campaign_are_told_apart_by_their_paths() -> None:
    """The batches of ten workers, say."""
    breaker = Breaker()
    for number in range(FAILURES):
        fail(breaker, Request("GET", f"/api/v2/voice/campaigns/contact-batch/status/token{number}"))
    assert breaker.is_open
