"""S8: an apply that is killed at any request, or at any write into the store, before and after it had its effect.

The next apply ends where an undisturbed one does: nothing is written twice, nothing is missing, no lock stays, and
the history tells what became of the first.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from reconciler.store.holder import this_process
from reconciler.store.lock import Times, held_lock
from reconciler.store.results import Ending
from reconciler.store.runs import Runs
from tests.applying.killing import BATCH_SECONDS, Nursery, Place

#: The moments are spread over so many tests, which may run side by side.
PARTS = 8


#: Of an apply that nobody kills: its moments, what it writes, and the account after it.
Undisturbed = tuple[list[str], list[str], list[Any]]


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """One for all tests of this file."""
    found = Nursery()
    yield found
    found.close()


@pytest.fixture(scope="module")
def undisturbed(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """An apply that nobody kills."""
    place = Place.made(tmp_path_factory.mktemp("undisturbed") / "project", nursery)
    assert place.applied() == 0, place.said
    return place.moments, [_said(each) for each in place.writes], place.account


def _said(write: dict[str, Any]) -> str:
    return f"{write['method']} {write['path']} {json.dumps(write['body'])}"


def test_there_are_moments_of_all_kinds(undisturbed: Undisturbed) -> None:
    """Else the loop below would prove little."""
    moments, writes, _ = undisturbed
    assert [each.split(" ")[0] for each in writes] == ["POST", "PATCH", "POST", "PUT", "PUT", "PATCH", "PATCH"]
    for what in ("POST", "PATCH", "PUT", "create", "replace", "delete"):
        for when in ("before", "after"):
            assert any(each.startswith(f"{when} {what} ") for each in moments), (when, what)
    assert any("-accepted.json" in each for each in moments)
    assert any("contact-batch/status" in each for each in moments)
    assert len(moments) > 70


@pytest.mark.parametrize("part", range(PARTS))
def test_killed_anywhere(tmp_path: Path, part: int, nursery: Nursery, undisturbed: Undisturbed) -> None:
    """Each moment of this part."""
    moments, writes, account = undisturbed
    for number in range(part, len(moments), PARTS):
        place = Place.made(tmp_path / f"{number}", nursery)
        assert place.applied(number) == -signal.SIGKILL
        killed_at = f"killed at moment {number}: {moments[number]}"
        journal = _journal(place)
        assert place.applied() == 0, f"{killed_at}\n{place.said}"
        assert place.account == account, killed_at
        _check_writes(place.writes, writes, journal, killed_at)
        _check_store(place, journal, killed_at)


@pytest.mark.parametrize("part", range(PARTS))
def test_killed_twice(tmp_path: Path, part: int, nursery: Nursery, undisturbed: Undisturbed) -> None:
    """And so is the apply after it, some moments further on: the third one ends where the first should have."""
    moments, _, account = undisturbed
    for number in range(part, len(moments), PARTS * 3):
        place = Place.made(tmp_path / f"{number}", nursery)
        assert place.applied(number) == -signal.SIGKILL
        killed_at = f"killed at moment {number}: {moments[number]}, and again at {number % 13 + 3}"
        assert place.applied(number % 13 + 3) in (0, -signal.SIGKILL), f"{killed_at}\n{place.said}"
        assert place.applied() == 0, f"{killed_at}\n{place.said}"
        assert place.account == account, killed_at
        assert place.objects.children("unfinished/") == [], killed_at


@pytest.mark.parametrize("part", range(PARTS // 2))
def test_interrupted_anywhere(tmp_path: Path, part: int, nursery: Nursery, undisturbed: Undisturbed) -> None:
    """Ctrl-C once, at a request or a write of the journal: what is at hand is ended, reported and noted."""
    moments, writes, account = undisturbed
    for number in _between(moments, "events/000002-sending", "events/000014-result")[part :: PARTS // 2]:
        place = Place.made(tmp_path / f"{number}", nursery)
        assert place.applied(number, "interrupt") == 130, f"{number}\n{place.said}"
        assert "- interrupted" in place.said, place.said
        ((_, result, _, _),) = _journal(place)
        assert result.outcome is Ending.INTERRUPTED
        assert len(result.steps) == 6
        assert place.applied() == 0, f"{number}\n{place.said}"
        assert place.account == account
        assert sorted(map(_said, place.writes)) == sorted(writes)
        assert place.objects.children("unfinished/") == []


@pytest.mark.parametrize("where", ["PATCH /api/v1/voice/campaigns/100", "GET /api/v1/voice/campaigns/101"])
def test_interrupted_twice(tmp_path: Path, nursery: Nursery, undisturbed: Undisturbed, where: str) -> None:
    """It leaves at once, though the API does not answer, and says what to do; the next apply goes on."""
    moments, _, account = undisturbed
    place = Place.made(tmp_path / "project", nursery)
    assert place.applied(moments.index(f"before {where}"), "interrupt twice") == 130, place.said
    ((run, result, _, events),) = _journal(place)
    assert result is None
    assert events[-1]["event"] == ("sending" if "PATCH" in where else "result")
    assert f"Interrupted twice: run {run} is unfinished" in place.said
    assert place.applied() == 0, place.said
    assert place.account == account
    ended = Runs(place.objects).result(run)
    assert ended is not None
    assert ended.outcome is Ending.BROKEN_OFF


def _between(moments: list[str], first: str, last: str) -> list[int]:
    """The numbers of the moments from the one to the other."""
    start = next(number for number, each in enumerate(moments) if first in each)
    return list(range(start, next(number for number, each in enumerate(moments) if last in each)))


def _journal(place: Place) -> list[Any]:
    """The events of the run that was killed, where it began one, and its result, if it came so far."""
    runs = Runs(place.objects)
    return [(each, runs.result(each), runs.record(each), runs.events(each)) for each in runs.ids()]


def _check_writes(seen: list[dict[str, Any]], expected: list[str], journal: list[Any], killed_at: str) -> None:
    """Everything once. A batch whose token nobody noted may be asked for again: the API refuses it while it runs."""
    taken = [each for each in seen if each["status"] == 200]
    assert sorted(map(_said, taken)) == sorted(expected), killed_at
    noted = any(event["event"] == "accepted" for *_, events in journal for event in events)
    refused = [each for each in seen if each["status"] != 200]
    assert not (noted and refused), killed_at
    batches = [each for each in taken if each["path"].endswith("/contact-batch/update")]
    for first, second in pairwise(batches):
        assert second["at"] >= first["at"] + BATCH_SECONDS, killed_at


def _check_store(place: Place, journal: list[Any], killed_at: str) -> None:
    """No mark and no lock is left, and every run that was noted has an end."""
    assert place.objects.children("unfinished/") == [], killed_at
    times = Times(pause=lambda _: pytest.fail(f"the lock was not healed: {killed_at}"))
    with held_lock(place.objects, "local", "next", this_process({}), times=times):
        pass
    runs = Runs(place.objects)
    for run, result, record, _ in journal:
        if record is not None:
            ended = runs.result(run)
            assert ended is not None, killed_at
            assert ended == result if result else ended.outcome is Ending.BROKEN_OFF, killed_at
