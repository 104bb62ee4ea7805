"""Side by side: results in their order, the first error once all have ended, and no work taken in vain."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.side_by_side import gathered, in_order


@given(st.lists(st.integers(), max_size=30), st.integers(1, 8))
def test_results_come_in_the_order_of_the_works(works: list[int], threads: int) -> None:
    """Whoever is first."""
    assert gathered(lambda each, _: each * 2, works, threads) == [each * 2 for each in works]


def test_they_run_at_the_same_time() -> None:
    """As many as there are threads."""
    meeting = threading.Barrier(4)
    assert sorted(gathered(lambda *_: meeting.wait(10), range(4), 4)) == [0, 1, 2, 3]


def test_the_first_error_comes_after_all_have_ended() -> None:
    """In the order of the works, not of time."""
    ended = []

    def run(work: int, _: threading.Event) -> None:
        ended.append(work)
        if work in (1, 3):
            raise ValueError(str(work))

    with pytest.raises(ValueError, match="1"):
        gathered(run, range(6), 3)
    assert sorted(ended) == list(range(6))


def test_whoever_is_interrupted_does_not_wait() -> None:
    """What is under way is told so, and begins nothing more; what has not begun is not begun."""
    begun: list[int] = []
    told = threading.Event()

    def run(work: int, abandoned: threading.Event) -> None:
        begun.append(work)
        abandoned.wait(60)
        told.set()

    def works() -> Iterator[int]:
        yield 0
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gathered(run, works(), 4)
    assert told.wait(20)
    assert begun == [0]


def test_whoever_has_seen_enough_does_not_wait() -> None:
    """A closed iterator leaves what is under way to itself, and tells it so."""
    told = threading.Event()

    def run(work: int, abandoned: threading.Event) -> int:
        if work > 0:
            abandoned.wait(60)
            told.set()
        return work

    results = in_order(run, range(9), lambda _: False, 3)
    assert next(results) == 0
    results.close()
    assert told.wait(20)


@given(st.integers(0, 40), st.integers(1, 8))
def test_endless_work_ends_with_the_last_result(last: int, threads: int) -> None:
    """Results up to it, and at most one pool of works beyond it."""
    taken = []

    def numbers() -> Iterator[int]:
        number = 0
        while True:
            taken.append(number)
            yield number
            number += 1

    assert list(in_order(lambda each, _: each, numbers(), lambda each: each == last, threads)) == list(range(last + 1))
    assert len(taken) <= last + 1 + threads


def test_works_may_end_first() -> None:
    """Without a last one."""
    assert list(in_order(lambda each, _: each, range(3), lambda _: False, 8)) == [0, 1, 2]


def test_an_error_ends_it() -> None:
    """After the results before it."""

    def run(work: int, _: threading.Event) -> int:
        if work == 2:
            raise ValueError("2")
        return work

    results = in_order(run, range(9), lambda _: False, 2)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ValueError, match="2"):
        next(results)
