"""Runs work in a few threads at once and hands back the results in their order.

The threads are daemons: whoever is interrupted, or has seen enough, does not wait for what is under way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future
from itertools import islice
from threading import Event, Semaphore, Thread
from typing import TypeVar

W = TypeVar("W")
T = TypeVar("T")
#: Does one work. The event says that nobody waits for its result any more: begin nothing new.
Run = Callable[[W, Event], T]


def gathered(run: Run[W, T], works: Iterable[W], threads: int) -> list[T]:
    """`run` of each work, in their order; when some fail, the error of the first of them, once all have ended."""
    slots, abandoned = Semaphore(threads), Event()
    futures: list[Future[T]] = []
    try:
        for work in works:
            slots.acquire()
            futures.append(_started(run, work, abandoned, slots.release))
        for each in futures:
            each.exception()  # waits
    finally:
        abandoned.set()
    return [each.result() for each in futures]


def in_order(run: Run[W, T], works: Iterable[W], is_last: Callable[[T], bool], threads: int) -> Generator[T]:
    """`run` of each work, in their order, until one `is_last`; at most `threads` works are under way at a time."""
    source, abandoned = iter(works), Event()
    try:
        under_way = deque(_started(run, work, abandoned) for work in islice(source, threads))
        while under_way:
            result = under_way.popleft().result()
            yield result
            if is_last(result):
                return
            under_way.extend(_started(run, work, abandoned) for work in islice(source, 1))
    finally:
        abandoned.set()


def _started(run: Run[W, T], work: W, abandoned: Event, ended: Callable[[], object] = lambda: None) -> Future[T]:
    """The result to come of `run`, which a thread of its own does; `ended` is called when it is there."""
    future: Future[T] = Future()

    def do() -> None:
        try:
            future.set_result(run(work, abandoned))
        except BaseException as error:
            future.set_exception(error)
        finally:
            ended()

    Thread(target=do, name="side by side", daemon=True).start()
    return future
