"""Runs work in a few threads at once and hands back the results in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

W = TypeVar("W")
T = TypeVar("T")


def gathered(run: Callable[[W], T], works: Iterable[W], threads: int) -> list[T]:
    """`run` of each work, in their order; when some fail, the error of the first of them, once all have ended."""
    with ThreadPoolExecutor(max_workers=threads) as pool:
        futures = [pool.submit(run, work) for work in works]
        try:
            wait(futures)
        except BaseException:  # interrupted: what has not begun is not begun
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [each.result() for each in futures]


def in_order(run: Callable[[W], T], works: Iterable[W], is_last: Callable[[T], bool], threads: int) -> Iterator[T]:
    """`run` of each work, in their order, until one `is_last`; at most `threads` works are under way at a time."""
    source = iter(works)
    under_way: deque[Future[T]] = deque()
    with ThreadPoolExecutor(max_workers=threads) as pool:
        try:
            under_way.extend(pool.submit(run, work) for work in islice(source, threads))
            while under_way:
                result = under_way.popleft().result()
                yield result
                if is_last(result):
                    return
                under_way.extend(pool.submit(run, work) for work in islice(source, 1))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
