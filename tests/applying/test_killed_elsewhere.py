"""S8 where the store is a bucket, and where campaigns are applied side by side: killed at moments that chance names.

With RECONCILER_LAWS set it is every moment of the bucket's, and so many kills of the campaigns.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.applying.killed_checks import Undisturbed, check_store, check_writes, journal, said, undisturbed_in
from tests.applying.killed_project import SIDE_BY_SIDE
from tests.applying.killing import Nursery, Place
from tests.store.servers import BUCKET, Server, make_bucket, s3_variables, server

#: Read when the tests are collected: no test sees variables of this name.
DEEPER = int(os.environ.get("RECONCILER_LAWS", "0"))
#: So many moments of an apply over a bucket, and so many applies side by side, are killed where nothing asks for more.
MOMENTS, KILLS = 8, 8


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """One for all tests of this file."""
    found = Nursery()
    yield found
    found.close()


@pytest.fixture(scope="module")
def s3() -> Iterator[Server]:
    """A server that speaks S3, with a bucket."""
    with server("s3_server.py") as running:
        make_bucket(running, BUCKET)
        yield running


@pytest.fixture
def bucket(s3: Server, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment in which the bucket is found; the one of this process, too."""
    for name, value in s3_variables(s3).items():
        monkeypatch.setenv(name, value)
    return s3_variables(s3)


def test_killed_over_a_bucket(tmp_path: Path, nursery: Nursery, bucket: dict[str, str]) -> None:
    """At any moment: the next apply ends where an undisturbed one does."""

    def place(name: str) -> Place:
        return Place.made(tmp_path / name, nursery, url=f"s3://{BUCKET}/killed/{name}", variables=bucket)

    moments, writes, account = undisturbed_in(place("undisturbed"))
    assert any("swap locks/" in each for each in moments)
    chosen = range(len(moments)) if DEEPER else sorted(random.Random(7).sample(range(len(moments)), MOMENTS))
    for number in chosen:
        killed = place(f"{number}")
        assert killed.applied(number) == -signal.SIGKILL
        at = f"killed at moment {number}: {moments[number]}"
        before = journal(killed)
        assert killed.applied() == 0, f"{at}\n{killed.said}"
        assert killed.account == account, at
        check_writes(killed.writes, writes, before, at)
        check_store(killed, before, at)


@pytest.fixture(scope="module")
def side_by_side(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Five campaigns, of which four are applied at once."""
    folder = tmp_path_factory.mktemp("side-by-side") / "project"
    return undisturbed_in(Place.made(folder, nursery, SIDE_BY_SIDE, parallelism=4))


@pytest.mark.parametrize("part", range(4))
def test_killed_side_by_side(tmp_path: Path, part: int, nursery: Nursery, side_by_side: Undisturbed) -> None:
    """Killed up to three times, and run until it ends: nothing twice, and all of it."""
    moments, writes, account = side_by_side
    for number in range(part, DEEPER or KILLS, 4):
        chance, killed = random.Random(number), Place.made(tmp_path / f"{number}", nursery, SIDE_BY_SIDE, parallelism=4)
        at = f"chance {number}"
        for _ in range(chance.randint(1, 3)):
            assert killed.applied(chance.randrange(len(moments))) in (0, -signal.SIGKILL), f"{at}\n{killed.said}"
        assert killed.applied() == 0, f"{at}\n{killed.said}"
        assert killed.account == account, at
        taken = [each for each in killed.writes if each["status"] == 200]
        assert sorted(map(said, taken)) == sorted(writes), at
        check_writes(killed.writes, writes, [], at)
        check_store(killed, journal(killed), at)
