"""What holds after an apply was killed, interrupted or lost its store, and the next one has ended."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from reconciler.store.holder import this_process
from reconciler.store.lease import LockState, read_lock
from reconciler.store.lock import Times, held_lock
from reconciler.store.results import Ending
from reconciler.store.runs import Runs
from tests.applying.killed_project import BATCH_SECONDS
from tests.applying.killing import Place

#: Of an apply that nobody disturbs: its moments, what it writes, and the account after it.
Undisturbed = tuple[list[str], list[str], list[Any]]


def undisturbed_in(place: Place) -> Undisturbed:
    """Applies in a fresh place, and disturbs nobody."""
    assert place.applied() == 0, place.said
    return place.moments, [said(each) for each in place.writes], place.account


def said(write: dict[str, Any]) -> str:
    """A write, on one line."""
    return f"{write['method']} {write['path']} {json.dumps(write['body'])}"


def journal(place: Place) -> list[Any]:
    """The events of the run that was killed, where it began one, and its result, if it came so far."""
    runs = Runs(place.objects)
    return [(each, runs.result(each), runs.record(each), runs.events(each)) for each in runs.ids()]


def check_writes(seen: Sequence[dict[str, Any]], expected: Sequence[str], before: list[Any], at: str) -> None:
    """Everything once. A batch whose token nobody noted may be asked for again: the API refuses it while it runs."""
    taken = [each for each in seen if each["status"] == 200]
    assert sorted(map(said, taken)) == sorted(expected), at
    noted = any(event["event"] == "accepted" for *_, events in before for event in events)
    refused = [each for each in seen if each["status"] != 200]
    assert not (noted and refused), at
    batches = defaultdict(list)
    for each in taken:
        if each["path"].endswith("/contact-batch/update"):
            batches[each["path"]].append(each["at"])
    for times in batches.values():
        assert all(second >= first + BATCH_SECONDS for first, second in pairwise(times)), at


def check_store(place: Place, before: list[Any], killed_at: str) -> None:
    """No mark and no lock is left, and every run that was noted has an end."""
    assert place.objects.children("unfinished/") == [], killed_at
    times = Times(pause=lambda _: pytest.fail(f"the lock was not healed: {killed_at}"))
    with held_lock(place.objects, "local", "next", this_process({}), times=times):
        pass
    runs = Runs(place.objects)
    for run, result, record, _ in before:
        if record is not None:
            ended = runs.result(run)
            assert ended is not None, killed_at
            assert ended == result if result else ended.outcome is Ending.BROKEN_OFF, killed_at


def check_lock(place: Place, killed_at: str) -> None:
    """It was released: nothing has to be taken over, or waited for."""
    record, _ = read_lock(place.objects, "local")
    assert record is None or record.state is LockState.RELEASED, killed_at
