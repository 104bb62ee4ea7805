"""The rate: however many workers there are, no window of time holds more requests than it may."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.api.rate import SPREAD, Rate

SLACK = 1e-6
STEADY = settings(deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
RATES = st.floats(0.5, 50)
#: How long each of a worker's requests takes, over and over.
DURATIONS = st.lists(st.lists(st.floats(0, 3), min_size=1, max_size=5), min_size=1, max_size=12)
#: After so many requests everybody is asked to wait for so many seconds.
HOLDS = st.lists(st.tuples(st.integers(0, 40), st.floats(0.1, 20)), max_size=4)


def departures(
    rate: Rate, durations: list[list[float]], holds: list[tuple[int, float]]
) -> Iterator[tuple[float, float]]:
    """When requests leave in a world of its own time, and until when nobody may have left; 60 of them.

    Each worker takes a slot, waits for it, takes another one where that was put off, and sends for a while.
    """
    free = [(0.0, worker, -1.0) for worker in range(len(durations))]  # when, who, the slot that was waited for
    sent, held = 0, 0.0
    while sent < 60:
        now, worker, slot = heapq.heappop(free)
        if slot < 0 or rate.is_held(slot):
            slot = rate.slot(now)
            heapq.heappush(free, (slot, worker, slot))
            continue
        yield now, held
        for after, seconds in holds:
            if after == sent:
                held = max(held, now + seconds)
                rate.hold(now + seconds)
        heapq.heappush(free, (now + durations[worker][sent % len(durations[worker])], worker, -1.0))
        sent += 1


@STEADY
@given(per_second=RATES, durations=DURATIONS, holds=HOLDS)
def test_no_window_holds_more_than_it_may(
    per_second: float, durations: list[list[float]], holds: list[tuple[int, float]]
) -> None:
    """In t seconds at most rate * t and one more; and nobody leaves while everybody was asked to wait."""
    left = list(departures(Rate(per_second), durations, holds))
    moments = [moment for moment, _ in left]
    assert moments == sorted(moments)
    for first, start in enumerate(moments):
        for last, end in enumerate(moments[first:], first):
            assert last - first <= per_second * (end - start) + SLACK * (last - first)
    assert all(moment >= held for moment, held in left)


@STEADY
@given(per_second=RATES, durations=DURATIONS)
def test_nobody_waits_for_nothing(per_second: float, durations: list[list[float]]) -> None:
    """Many busy workers together reach the rate: no slot is lost between two of them."""
    instant = [[0.0] for _ in durations]
    moments = [moment for moment, _ in departures(Rate(per_second), instant, [])]
    assert moments[-1] == pytest.approx((len(moments) - 1) / per_second)


def test_without_a_limit_there_is_nothing_to_wait_for() -> None:
    """Nor anything to take."""
    rate = Rate()
    assert rate.is_free
    assert [rate.slot(7.0) for _ in range(3)] == [7.0] * 3


def test_who_was_asked_to_wait_does_not_return_with_all_others() -> None:
    """Without a rate, a tenth more at most; with one, at its pace."""
    rate = Rate()
    rate.hold(10.0)
    assert not rate.is_free
    slots = [rate.slot(0.0) for _ in range(50)]
    assert len(set(slots)) > 40
    assert all(10.0 <= each <= 10.0 * (1 + SPREAD) for each in slots)
    paced = Rate(2)
    paced.hold(10.0)
    assert [paced.slot(0.0) for _ in range(3)] == [10.0, 10.5, 11.0]


def test_a_slot_that_was_taken_before_is_put_off() -> None:
    """And an earlier end than one that is known changes nothing."""
    rate = Rate(1)
    slot = rate.slot(0.0)
    rate.hold(9.0)
    rate.hold(3.0)
    assert rate.is_held(slot)
    assert rate.slot(0.0) == 9.0
