"""A full disk, a folder that nobody may write to, a bucket that is gone: no write goes out that can't be journalled.

The store fails from one moment of an apply on, through the command. What was done is reported, the exit code is 0 only
if all of it is noted, and when the store is back the next apply ends where an undisturbed one does.
"""

from __future__ import annotations

import os
import random
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.store.results import Ending
from tests.applying.killed_checks import Undisturbed, check_writes, journal, undisturbed_in
from tests.applying.killing import Nursery, Place
from tests.store.servers import BUCKET, Server, make_bucket, s3_variables, server

#: Read when the tests are collected: no test sees variables of this name.
DEEPER = int(os.environ.get("RECONCILER_LAWS", "0"))
#: What the system refuses, and the words of it that are said.
REFUSALS = {
    "full open": "No space left on device",
    "full write": "No space left on device",
    "full fsync": "No space left on device",
    "full link": "No space left on device",
    "full mkdir": "No space left on device",
    "read-only": "Read-only file system",
    "denied": "Permission denied",
}
#: What a server does, and the words of it that are said.
ANSWERS = {
    "gone": "it can't be reached",
    "answers 500": "status 500",
    "answers 503": "status 503",
    "answers 403": "these credentials may not do this",
    "hangs": "it can't be reached",
}
#: The operation of each kind of write.
OPERATIONS = {"PATCH": "updateCampaign", "PUT": "updateEach", "batch": "updateContacts", "field": "addFields"}
PARTS = 4


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """One for all tests of this file."""
    found = Nursery()
    yield found
    found.close()


@pytest.fixture(scope="module")
def undisturbed(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """An apply whose store is there."""
    return undisturbed_in(Place.made(tmp_path_factory.mktemp("undisturbed") / "project", nursery))


def _store_moments(moments: list[str]) -> list[int]:
    """The numbers of those before a write into the store."""
    writes = ("before create ", "before replace ", "before swap ", "before delete ")
    return [number for number, each in enumerate(moments) if each.startswith(writes)]


@pytest.mark.parametrize("part", range(PARTS))
def test_a_folder_that_can_not_be_written(
    tmp_path: Path, part: int, nursery: Nursery, undisturbed: Undisturbed
) -> None:
    """From each write on: one refusal for each, in turn; with RECONCILER_LAWS set all of them."""
    hows = list(REFUSALS)
    for turn, number in enumerate(_store_moments(undisturbed[0])):
        for how in hows if DEEPER else [hows[turn % len(hows)]]:
            if number % PARTS == part:
                place = Place.made(tmp_path / f"{number}-{how}", nursery)
                code = place.applied(number, how)
                _check(place, code, REFUSALS[how], f"{how} from moment {number}: {undisturbed[0][number]}")
                _check_next(place, undisturbed, f"{how} from moment {number}")


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """A server that speaks S3, with a bucket, and the file that tells it how to answer."""
    mode = tmp_path_factory.mktemp("s3") / "mode"
    with server("s3_server.py", "honour", str(mode)) as running:
        make_bucket(running, BUCKET)
        yield running, mode


def test_a_bucket_that_can_not_be_used(
    tmp_path: Path, nursery: Nursery, s3: tuple[Server, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gone, out of order, forbidden, or silent from a moment on that chance names; with RECONCILER_LAWS at each."""
    running, mode = s3
    for name, value in s3_variables(running).items():
        monkeypatch.setenv(name, value)
    told = {"process": running.process.pid, "port": running.port, "mode": str(mode)}

    def place(name: str) -> Place:
        more: dict[str, Any] = {"variables": s3_variables(running), "server": told}
        return Place.made(tmp_path / name, nursery, url=f"s3://{BUCKET}/faulty/{name}", **more)

    undisturbed = undisturbed_in(place("undisturbed"))
    moments = [each for each in _store_moments(undisturbed[0]) if "probe" not in undisturbed[0][each]]
    chosen = [(each, how) for how in ANSWERS for each in moments]
    for number, how in chosen if DEEPER else _chosen(moments):
        at = f"{how} from moment {number}: {undisturbed[0][number]}"
        found = place(f"{number}-{how.replace(' ', '-')}")
        code = found.applied(number, how)
        _back(running, mode, how)
        _check(found, code, ANSWERS[how], at)
        _check_next(found, undisturbed, at)


def _chosen(moments: list[int]) -> list[tuple[int, str]]:
    """Each answer at one moment, by chance."""
    chance = random.Random(11)
    return [(chance.choice(moments), how) for how in ANSWERS]


def _back(running: Server, mode: Path, how: str) -> None:
    """The server is there again, with what it held."""
    mode.unlink(missing_ok=True)
    if awakes := {"gone": signal.SIGUSR2, "hangs": signal.SIGCONT}.get(how):
        os.kill(running.process.pid, awakes)
    while True:
        try:
            socket.create_connection(("127.0.0.1", running.port), timeout=20).close()
            return
        except ConnectionError:
            pass


def _check(place: Place, code: int, words: str, at: str) -> None:
    """Nothing was sent that is not in the journal, and what was done is reported; no 0 for what is not noted."""
    at = f"{at}\n{place.said}"
    assert "Traceback" not in place.said, at
    assert "[bug]" not in place.said, at
    runs = journal(place)
    noted = Counter(
        (event["campaignId"], event["operation"])
        for *_, events in runs
        for event in events
        if event["event"] == "sending"
    )
    assert _sent(place) <= noted, at
    if place.writes:
        assert "pplied: " in place.out, at
    if code == 0:
        ((_, result, _, _),) = runs
        assert result is not None, at
        assert result.outcome is Ending.DONE, at
    else:
        assert code in (1, 5), at
        assert words in place.said, at
        assert "help: " in place.said, at
        assert (str(place.folder / ".reconciler") if place.url.startswith("file:") else place.url) in place.said, at


def _sent(place: Place) -> Counter[tuple[int, str]]:
    """The steps that were sent, of each campaign and operation."""
    kinds = [
        (
            int(each["path"].split("/campaigns/")[1].split("/")[0]),
            "batch" if "batch" in each["path"] else each["method"],
        )
        for each in place.writes
    ]
    found = Counter((campaign, OPERATIONS.get(kind, OPERATIONS["field"])) for campaign, kind in kinds)
    return Counter({key: 1 if key[1] == OPERATIONS["PUT"] else number for key, number in found.items()})


def _check_next(place: Place, undisturbed: Undisturbed, at: str) -> None:
    """The store is back."""
    _, writes, account = undisturbed
    before = journal(place)
    assert place.applied() == 0, f"{at}\n{place.said}"
    assert place.account == account, at
    check_writes(place.writes, writes, before, at)
    assert place.objects.children("unfinished/") == [], at
