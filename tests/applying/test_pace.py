"""When a batch is asked about: seldom while it can't have ended, and soon after it has."""

from __future__ import annotations

import pytest

from reconciler.applying.pace import LONGEST, SHORTEST, Pace

LATENCY = 0.05


def _asked(pace: Pace, seconds: float, size: int = 500) -> list[float]:
    """The moments at which a batch that takes so long is asked about, up to the one that finds its end."""
    asked, waited = list[float](), 0.0
    while not asked or asked[-1] < seconds:
        pause = pace.pause(waited, size)
        assert pause >= SHORTEST
        asked.append(waited + pause)
        waited = asked[-1] + LATENCY
    pace.ended(asked[-1], size)
    return asked


@pytest.mark.parametrize("seconds", [0.01, 0.3, 1.0, 7.0, 60.0, 600.0])
def test_the_first_batch_is_found_within_a_tenth(seconds: float) -> None:
    """Whatever it takes; and no pause is longer than the longest."""
    asked = _asked(Pace(), seconds)
    assert asked[-1] - seconds <= max(0.2, min(0.1 * seconds + 2 * LATENCY, LONGEST + LATENCY))
    assert len(asked) < 160


@pytest.mark.parametrize("seconds", [0.3, 1.0, 7.0, 60.0])
def test_later_batches_are_found_almost_at_once(seconds: float) -> None:
    """Of twenty that take the same time, the later ones cost few questions and little time."""
    pace = Pace()
    _asked(pace, seconds)
    rounds = [_asked(pace, seconds) for _ in range(19)]
    late = sum(each[-1] - seconds for each in rounds) / 19
    assert late <= 0.03 * seconds + LATENCY
    assert sum(map(len, rounds)) <= 19 * 3


def test_batches_that_become_faster_or_slower_are_found() -> None:
    """A slower one within a tenth of what it takes longer; a faster one is learnt from."""
    pace = Pace()
    for seconds in (1.0, 1.0, 4.0, 4.0, 1.0, 1.0, 1.0):
        asked = _asked(pace, seconds)
    assert len(asked) < 10
    pace = Pace()
    _asked(pace, 1.0)
    assert _asked(pace, 5.0)[-1] < 5.0 + 0.1 * 4.0 + 2 * LATENCY


@pytest.mark.parametrize("seconds", [0.02, 2.0])
def test_a_small_batch_after_a_large_one(seconds: float) -> None:
    """It may be done at once, or take as long as the large one: either is found soon."""
    pace = Pace()
    _asked(pace, 2.0)
    assert _asked(pace, seconds, size=5)[-1] <= max(0.1, seconds * 1.05 + LATENCY)


def test_a_batch_that_never_ends_is_not_asked_about_too_often() -> None:
    """Every few seconds in the end."""
    pace = Pace()
    _asked(pace, 1.0)
    assert pace.pause(900.0, 500) == LONGEST
