"""`--shard`: a partition of the campaigns, the same everywhere, whose plans are together the plan of the whole."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from reconciler.errors import SavedPlanRefused
from reconciler.manifests.desired import Desired
from reconciler.model import Address, Shard
from reconciler.planning.plan import Plan
from reconciler.planning.planner import make_plan
from reconciler.planning.selection import falls_into, selected, shard_of_plan
from tests.applying.world import World
from tests.conftest import NOW
from tests.planning.building import campaign_document, desired_of, policy_document

RULE = {"name": "one", "match": "all", "set": {"priority": 1}}
NAMES = [f"c{number}" for number in range(1, 13)]


def _shards(total: int) -> list[Shard]:
    return [Shard(number, total) for number in range(1, total + 1)]


@pytest.mark.parametrize(
    ("total", "numbers"),
    [(1, [1] * 12), (2, [1, 1, 2, 2, 1, 2, 1, 2, 1, 2, 2, 2]), (4, [3, 1, 2, 4, 1, 4, 1, 4, 3, 4, 4, 2])],
)
def test_which_shard_a_campaign_is_in(total: int, numbers: list[int]) -> None:
    """For good: two versions that split otherwise would both write to a campaign, or neither would."""
    found = [[each.number for each in _shards(total) if falls_into(Address("Campaign", name), each)] for name in NAMES]
    assert found == [[number] for number in numbers]


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(names=st.sets(st.from_regex("[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True)), total=st.integers(1, 60))
def test_every_campaign_is_in_exactly_one_shard(names: set[str], total: int) -> None:
    """Whatever they are called, and whatever the others are."""
    found = Counter(name for shard in _shards(total) for name in names if falls_into(Address("Campaign", name), shard))
    assert found == Counter(names)


def _documents() -> list[Any]:
    campaigns = [campaign_document(name, settings={"name": name.upper()}) for name in NAMES]
    return [*campaigns, policy_document(RULE, name="odd", campaigns=tuple(NAMES[::2]))]


@pytest.fixture(scope="module")
def desired() -> Desired:
    """Twelve campaigns, and a policy for half of them."""
    return desired_of(*_documents())


@pytest.mark.parametrize("total", [1, 2, 3, 4, 7, 100])
def test_a_selection_is_split_without_a_rest(desired: Desired, total: int) -> None:
    """Campaigns and rules alike, in whatever order the manifests stand."""
    shuffled = desired_of(*random.Random(total).sample(_documents(), len(NAMES) + 1))
    for asked in ([], ["AssignmentPolicy/odd"], ["Campaign/c1", "Campaign/c2"]):
        parts = [selected(desired, asked, None, each) for each in _shards(total)]
        whole = selected(desired, asked)
        assert Counter(name for each in parts for name in each.campaigns) == Counter(whole.campaigns)
        ruled = Counter(name for each in parts for policy in each.policies for name in policy.campaigns)
        assert ruled == Counter(name for policy in whole.policies for name in policy.campaigns)
        assert {each.texts for each in parts} == {whole.texts}
        again = [selected(shuffled, asked, None, each) for each in _shards(total)]
        assert [each.names for each in again] == [each.names for each in parts]


def test_an_empty_shard_is_a_part(desired: Desired) -> None:
    """Of which nothing is planned: it is not taken for everything."""
    empty = next(found for each in _shards(100) if not (found := selected(desired, [], None, each)).names)
    assert (empty.is_part, empty.campaigns, empty.policies) == (True, frozenset(), ())


def _world(folder: Path) -> World:
    """An account with the twelve campaigns, of which one is not there, and a few contacts."""
    account = {
        "campaigns": [
            {"id": 100 + number, "name": f"C{number}", "customFields": ["Phone"], "phoneFields": ["Phone"]}
            for number in range(1, 12)
        ],
        "contacts": [
            {"campaignId": 100 + number, "contactId": each, "customFields": {"Phone": "33199000001"}}
            for number in range(1, 12)
            for each in range(1, number + 1)
        ],
    }
    return World.of(folder, account)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One account for all plans: none is applied."""
    return _world(tmp_path_factory.mktemp("world"))


def _planned(world: World, desired: Desired, shard: Shard | None) -> tuple[Plan, list[str]]:
    selection = selected(desired, [], None, shard)
    with world.client(writable=False) as client:
        plan, diagnostics = make_plan(client, desired, now=NOW, commit=None, selection=selection)
    return plan, [f"{each.address} {each.code}" for each in diagnostics if each.address]


@pytest.mark.parametrize("total", [2, 4, 5])
def test_the_plans_of_all_shards_are_the_whole_plan(world: World, total: int) -> None:
    """Each change, each step and each fault is in exactly one of them."""
    documents = [campaign_document(name, settings={"name": name.upper(), "maxTries": 7}) for name in NAMES]
    desired = desired_of(*documents, policy_document(RULE, name="odd", campaigns=tuple(NAMES[::2])))
    whole, faults = _planned(world, desired, None)
    parts = [_planned(world, desired, each) for each in _shards(total)]
    assert len(whole.changes) > 12
    assert Counter(map(repr, whole.changes)) == Counter(repr(each) for part, _ in parts for each in part.changes)
    steps = [structs.replace(each, number=0) for each in whole.steps]
    assert Counter(map(repr, steps)) == Counter(
        repr(structs.replace(each, number=0)) for part, _ in parts for each in part.steps
    )
    assert Counter(faults) == Counter(fault for _, found in parts for fault in found)
    assert any("campaign-not-found" in each for each in faults)
    assert [part.shard for part, _ in parts] == [str(each) for each in _shards(total)]
    for part, _ in parts:
        assert shard_of_plan(part) == Shard.parse(part.shard or "")


@pytest.mark.parametrize("shard", ["2/4", "2/2", "9/4", "../4", ""])
def test_a_saved_plan_that_claims_another_shard_is_refused(world: World, desired: Desired, shard: str) -> None:
    """It would be applied under a lock that is not its campaigns'."""
    plan, _ = _planned(world, desired, Shard(3, 4))
    with pytest.raises(SavedPlanRefused, match=r"does not fall into shard ./.|is no shard:"):
        shard_of_plan(structs.replace(plan, shard=shard))
