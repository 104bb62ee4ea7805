"""Four processes over one store in S3 and one account, each for a shard, killed at any moment and started again.

They end where one undisturbed process ends that does it all: nothing is written twice, no lock stays, and the history
tells what became of every run.
"""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from reconciler.store.lease import read_lock
from reconciler.store.objects import Objects
from reconciler.store.results import Ending
from reconciler.store.runs import Runs
from tests.fleets.fleet import Fleet, Ran, fleet_in

SHARDS = 4
APPLY = ("reconciler", "-e", "production", "apply", "--yes")
#: A life of a shard that has not begun has more moments than this; and so often its process is killed at most.
MOMENTS, KILLS = 70, 3
SEEDS = range(int(os.environ.get("RECONCILER_FLEETS", "2")))

#: What an apply that nobody disturbs writes, and the account after it.
Undisturbed = tuple[Counter[str], list[Any]]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """One process, the whole project, and a store of its own."""
    with fleet_in(tmp_path_factory.mktemp("undisturbed") / "project", "file:.reconciler", {}) as fleet:
        ran = fleet.run(APPLY)
        assert ran.code == 0, ran.said
        return Counter(_accepted(fleet)), fleet.account


def _accepted(fleet: Fleet) -> list[str]:
    return [f"{method} {path}" for method, path, status in fleet.writes if status == 200]


@pytest.mark.parametrize("seed", SEEDS)
def test_four_shards_under_kill_end_as_one_process(
    fleet: Fleet, objects: Objects, undisturbed: Undisturbed, seed: int
) -> None:
    """Each is killed at random moments and started again, all four side by side, until all have ended well."""
    lives = _to_the_end(fleet, seed)
    killed = [each for each in lives if each.code == -signal.SIGKILL]
    assert len(killed) >= SHARDS
    _check(fleet, objects, undisturbed, lives)
    assert {each.shard for each in Runs(objects).records()} == {f"{each}/{SHARDS}" for each in range(1, SHARDS + 1)}
    assert objects.children("locks/") == [f"production.{each}-of-{SHARDS}.json" for each in range(1, SHARDS + 1)]


@pytest.mark.parametrize("end_at", [110, 170, 230])
def test_shards_go_on_where_one_process_was_killed(
    fleet: Fleet, objects: Objects, undisturbed: Undisturbed, end_at: int
) -> None:
    """What it left open is waited for and settled by all of them in the same moment, and closed once."""
    whole = fleet.run(APPLY, end_at)
    assert whole.code == -signal.SIGKILL, whole.said
    _check(fleet, objects, undisturbed, [whole, *_to_the_end(fleet, None)])


def _to_the_end(fleet: Fleet, seed: int | None) -> list[Ran]:
    """All lives of all shards; without a seed none is killed."""
    with ThreadPoolExecutor(SHARDS) as pool:
        found = list(pool.map(lambda index: _lives(fleet, index, seed), range(SHARDS)))
    assert all(lives[-1].code == 0 for lives in found)
    return [each for lives in found for each in lives]


def _lives(fleet: Fleet, index: int, seed: int | None) -> list[Ran]:
    """The lives of one shard, as an indexed Job of Kubernetes begins them."""
    chance = random.Random(f"{seed} {index}")
    moments = [-1] if seed is None else [*(chance.randrange(MOMENTS) for _ in range(KILLS)), -1]
    lives: list[Ran] = []
    for end_at in moments:
        ran = fleet.run([*APPLY, "--shard", f"auto/{SHARDS}"], end_at, JOB_COMPLETION_INDEX=str(index))
        lives.append(ran)
        assert ran.code in (0, -signal.SIGKILL), ran.said
        if ran.code == 0:
            break
    return lives


def _check(fleet: Fleet, objects: Objects, undisturbed: Undisturbed, lives: Sequence[Ran]) -> None:
    writes, account = undisturbed
    assert fleet.account == account
    assert Counter(_accepted(fleet)) == writes
    refused = [(path, status) for _, path, status in fleet.writes if status != 200]
    assert all(path.endswith("/contact-batch/update") and status == 409 for path, status in refused), refused
    _check_store(objects, lives)


def _check_store(objects: Objects, lives: Sequence[Ran]) -> None:
    """No mark, no lock and no run without an end is left; whoever was killed in the midst has broken off."""
    assert objects.children("unfinished/") == []
    names = [each.removesuffix(".json") for each in objects.children("locks/")]
    records = [read_lock(objects, each)[0] for each in names]
    assert [each.is_held for each in records if each] == [False] * len(names)
    runs = Runs(objects)
    ended = [runs.result(each.run) for each in runs.records()]
    outcomes = Counter(result.outcome if result else None for result in ended)
    assert outcomes.keys() <= {Ending.DONE, Ending.BROKEN_OFF}
    assert outcomes[Ending.BROKEN_OFF] <= sum(each.code != 0 for each in lives)
