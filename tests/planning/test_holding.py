"""Who has contacts that could not move stays a member, and a campaign is not unpaused before they have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.planning.agreement import refuse_disagreeing
from reconciler.planning.coverage import refuse_uncovered
from reconciler.planning.holding import Left, held_back
from tests.applying.world import World, account, campaign
from tests.planning.building import campaign_document, desired_of, live, paired, policy_document, wanted


def _held(settings: dict[str, Any], left: Left, ignore: frozenset[str] = frozenset(), **held: Any) -> Any:
    pair, warnings = held_back(paired(wanted(settings, ignore=ignore), live(**held)), left)
    return pair.desired.settings, [each.code for each in warnings]


def test_an_agent_who_has_contacts_stays() -> None:
    """Another one, who has none, leaves; whoever comes, comes."""
    left = Left(2, {"userIds": {1, None, 9}})
    assert _held({"userIds": [3, 4]}, left, userIds=[1, 2, 3]) == ({"userIds": [1, 3, 4]}, ["waits-for-contacts"])


@pytest.mark.parametrize(
    ("settings", "left", "ignore"),
    [
        ({"userIds": [1, 2]}, Left(1, {"userIds": {1}}), frozenset[str]()),
        ({"userIds": [2]}, Left(1, {"groupIds": {1}}), frozenset[str]()),
        ({"userIds": [2]}, Left(1, {"userIds": {1}}), frozenset({"userIds"})),
        ({"maxTries": 3}, Left(1, {"userIds": {1}}), frozenset[str]()),
        ({"isPaused": True}, Left(1), frozenset[str]()),
    ],
)
def test_nothing_else_waits(settings: dict[str, Any], left: Left, ignore: frozenset[str]) -> None:
    """Where nobody leaves who has any, and nothing begins to call."""
    assert _held(settings, left, ignore, userIds=[1, 2], isPaused=True) == (settings, [])


def test_an_unpause_waits() -> None:
    """Of a campaign that is paused; one that runs, runs."""
    assert _held({"isPaused": False}, Left(1), isPaused=True) == ({}, ["waits-for-contacts"])
    assert _held({"isPaused": False}, Left(1), isPaused=False) == ({"isPaused": False}, [])


def test_a_plan_in_which_they_wait_is_whole(tmp_path: Path) -> None:
    """It may be saved and applied; the next one, when the call has ended, does the rest."""
    people = [{"id": 1, "contactId": 1, "campaignId": 100, "assignedAgentId": 543, "state": "processing_in_progress"}]
    world = World.of(tmp_path, account(campaign(userIds=[543, 544], isPaused=True), people=people))
    settings = {"userIds": ["bruno"], "isPaused": False}
    rule = {"name": "all", "match": "all", "set": {"assignedAgentId": "bruno"}}
    desired = desired_of(campaign_document(settings=settings), policy_document(rule))
    plan = world.plan(desired)
    assert [each.code for each in plan.diagnostics] == ["waits-for-contacts", "waits-for-contacts"]
    refuse_uncovered(plan)
    refuse_disagreeing(plan, desired)
    world.apply(plan, desired=desired)
    assert (sorted(world.campaign()["userIds"]), world.campaign()["isPaused"]) == ([543, 544], True)
    world.set_contact(1, state="processing_not_in_progress")
    assert world.apply(world.plan(desired), desired=desired).complete
    assert (world.campaign()["userIds"], world.campaign()["isPaused"]) == ([544], False)
