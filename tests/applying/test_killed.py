"""S8: an apply that is killed at any request, or at any write into the store, before and after it had its effect.

The next apply ends where an undisturbed one does: nothing is written twice, nothing is missing, no lock stays, and
the history tells what became of the first.
"""

from __future__ import annotations

import hashlib
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.store.results import Ending
from reconciler.store.runs import Runs
from tests.applying.killed_checks import (
    Undisturbed,
    check_lock,
    check_store,
    check_writes,
    journal,
    said,
    undisturbed_in,
)
from tests.applying.killing import Nursery, Place

#: The moments are spread over so many tests, which may run side by side.
PARTS = 8


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """One for all tests of this file."""
    found = Nursery()
    yield found
    found.close()


@pytest.fixture(scope="module")
def undisturbed(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """An apply that nobody kills."""
    return undisturbed_in(Place.made(tmp_path_factory.mktemp("undisturbed") / "project", nursery))


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


def test_what_is_noted_is_what_is_sent(tmp_path: Path, nursery: Nursery) -> None:
    """The digest of each request, before it leaves."""
    place = Place.made(tmp_path / "project", nursery)
    undisturbed_in(place)
    ((_, _, _, events),) = journal(place)
    noted = [each["request"] for each in events if each["event"] == "sending"]
    sent = [{name: each[name] for name in ("method", "path", "body")} for each in place.writes]
    lines = [json.dumps(each, sort_keys=True, separators=(",", ":")) + "\n" for each in sent]
    lines[3:5] = ["".join(sorted(lines[3:5]))]  # the single contacts are one step, and go side by side
    assert noted == [f"sha256:{hashlib.sha256(each.encode()).hexdigest()}" for each in lines]


def test_a_batch_whose_token_nobody_noted(tmp_path: Path, nursery: Nursery, undisturbed: Undisturbed) -> None:
    """It can't be waited for: the API itself takes no second one while it runs, and what is waited for is said."""
    moments, writes, account = undisturbed
    accepted = next(number for number, each in enumerate(moments) if "-accepted.json" in each)
    place = Place.made(tmp_path / "project", nursery)
    assert place.applied(accepted) == -signal.SIGKILL
    assert place.applied() == 0, place.said
    answers = [each["status"] for each in place.writes if each["path"].endswith("/contact-batch/update")]
    assert (answers[0], set(answers[1:])) == (200, {409})
    assert "rule gold: batch of 2 contacts in campaign 100" in place.said
    assert "campaign is busy with another batch, waiting" in place.said
    assert [said(each) for each in place.writes if each["status"] == 200] == writes
    assert place.account == account


@pytest.mark.parametrize("part", range(PARTS))
def test_killed_anywhere(tmp_path: Path, part: int, nursery: Nursery, undisturbed: Undisturbed) -> None:
    """Each moment of this part."""
    moments, writes, account = undisturbed
    for number in range(part, len(moments), PARTS):
        place = Place.made(tmp_path / f"{number}", nursery)
        assert place.applied(number) == -signal.SIGKILL
        killed_at = f"killed at moment {number}: {moments[number]}"
        before = journal(place)
        assert place.applied() == 0, f"{killed_at}\n{place.said}"
        assert place.account == account, killed_at
        check_writes(place.writes, writes, before, killed_at)
        check_store(place, before, killed_at)


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


@pytest.mark.parametrize("part", range(PARTS))
def test_interrupted_anywhere(tmp_path: Path, part: int, nursery: Nursery, undisturbed: Undisturbed) -> None:
    """Ctrl-C once: what is at hand is ended, reported and noted, no lock stays, and nothing is left unfinished.

    Once every step has ended it changes nothing any more.
    """
    moments, writes, account = undisturbed
    begins = next(number for number, each in enumerate(moments) if "create unfinished/" in each)
    ended = max(number for number, each in enumerate(moments) if "-result.json" in each)
    for number in range(part, len(moments), PARTS):
        place = Place.made(tmp_path / f"{number}", nursery)
        at = f"interrupted at moment {number}: {moments[number]}"
        code = place.applied(number, "interrupt")
        assert code == (130 if number <= ended else 0), f"{at}\n{place.said}"
        results = [result for _, result, _, _ in journal(place)]
        if number < begins:
            assert (results, place.said.endswith("\ninterrupted\n")) == ([], True), f"{at}\n{place.said}"
        else:
            assert ("- interrupted" in place.out) is (number <= ended), f"{at}\n{place.said}"
            outcome = Ending.INTERRUPTED if number <= ended else Ending.DONE
            assert [(each.outcome, len(each.steps)) for each in results] == [(outcome, 6)], at
        unknown = any("unknown" in each.counts for each in results)  # a batch that still runs is not waited for
        assert bool(place.objects.children("unfinished/")) is unknown, at
        check_lock(place, at)
        assert place.applied() == 0, f"{at}\n{place.said}"
        assert place.account == account, at
        assert sorted(map(said, place.writes)) == sorted(writes), at
        check_store(place, [], at)


@pytest.mark.parametrize("where", ["PATCH /api/v1/voice/campaigns/100", "GET /api/v1/voice/campaigns/101"])
def test_interrupted_twice(tmp_path: Path, nursery: Nursery, undisturbed: Undisturbed, where: str) -> None:
    """It leaves at once, though the API does not answer, and says what to do; the next apply goes on."""
    moments, _, account = undisturbed
    place = Place.made(tmp_path / "project", nursery)
    assert place.applied(moments.index(f"before {where}"), "interrupt twice") == 130, place.said
    ((run, result, _, events),) = journal(place)
    assert result is None
    assert events[-1]["event"] == ("sending" if "PATCH" in where else "result")
    assert f"Interrupted twice: run {run} is unfinished" in place.said
    assert place.applied() == 0, place.said
    assert place.account == account
    ended = Runs(place.objects).result(run)
    assert ended is not None
    assert ended.outcome is Ending.BROKEN_OFF


@pytest.mark.parametrize("where", ["create locks/", "create unfinished/", "result.json"])
def test_interrupted_twice_where_the_first_is_kept(
    tmp_path: Path, nursery: Nursery, undisturbed: Undisturbed, where: str
) -> None:
    """While a lock is taken, or an end is noted, the first one has to wait; the second one does not."""
    moments, writes, account = undisturbed
    number = max(number for number, each in enumerate(moments) if each.startswith("before create ") and where in each)
    place = Place.made(tmp_path / "project", nursery)
    assert place.applied(number, "interrupt twice") == 130, place.said
    begun = "was begun, and nothing was written" if where == "create locks/" else "is unfinished"
    assert begun in place.said.partition("Interrupted twice: ")[2]
    assert place.applied() == 0, place.said
    assert place.account == account
    assert sorted(map(said, place.writes)) == sorted(writes)
    check_store(place, [], where)


def test_interrupted_while_it_looks_at_an_earlier_run(
    tmp_path: Path, nursery: Nursery, undisturbed: Undisturbed
) -> None:
    """Before it plans it holds the lock, too: that is released, and what was left open stays so until it was seen."""
    moments, writes, account = undisturbed
    polling = next(number for number, each in enumerate(moments) if "contact-batch/status" in each)
    for number in range(10):
        place = Place.made(tmp_path / f"{number}", nursery)
        assert place.applied(polling) == -signal.SIGKILL
        assert place.applied(number, "interrupt") == 130, place.said
        at = f"interrupted at {place.moments[number]}"
        check_lock(place, at)
        assert place.applied() == 0, f"{at}\n{place.said}"
        assert place.account == account, at
        assert sorted(map(said, place.writes)) == sorted(writes), at
        check_store(place, [], at)
