"""Archiving and deleting: each step read again before, and what somebody did meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.applying.results import Moved, Report
from reconciler.errors import SavedPlanRefused
from reconciler.planning.saved import loads
from reconciler.render.plan_json import plan_json
from tests.applying.endings import ARCHIVED, BOTH, DELETE, DELETED, gone, running_world, sent
from tests.applying.faults import DONE, FAILED, GET, PATCH, SKIPPED, STALE, outcomes
from tests.applying.wire import after
from tests.applying.world import World
from tests.planning.building import CREATED


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A running campaign with contacts, and another one."""
    return running_world(tmp_path)


def test_archiving(world: World) -> None:
    """Paused, then archived, each alone; its settings and its contacts stay as they are."""
    before = [world.contact(each) for each in range(1, 6)]
    assert world.apply(world.plan(ARCHIVED)).complete
    assert sent(world) == [{"isPaused": True}, {"isArchived": True}]
    held = world.campaign()
    assert (held["isPaused"], held["isArchived"], held["maxTries"]) == (True, True, 5)
    assert [world.contact(each) for each in range(1, 6)] == before
    assert world.plan(ARCHIVED).steps == ()


def test_deleting(world: World) -> None:
    """Paused, archived, deleted; the other campaign and its contacts stay byte for byte (S5)."""
    before = [world.campaign(101), *(world.contact(each, 101) for each in range(1, 6))]
    report = world.apply(world.plan(DELETED))
    assert outcomes(report) == [DONE] * 3
    assert sent(world) == [{"isPaused": True}, {"isArchived": True}, "DELETE"]
    assert [each.text for each in world.wire.writes][-1] == ""
    assert gone(world)
    assert [world.campaign(101), *(world.contact(each, 101) for each in range(1, 6))] == before
    assert world.plan(DELETED).steps == ()


def test_deleting_what_is_archived(world: World) -> None:
    """One step alone; a saved plan does the same."""
    world.set_campaign(isPaused=True, isArchived=True)
    plan = loads(plan_json(world.plan(DELETED)).encode(), "p.json")
    assert outcomes(world.apply(plan)) == [DONE]
    assert sent(world) == ["DELETE"]


def test_each_write_is_journalled_before_and_after(world: World) -> None:
    """As any other (design, applying)."""
    seen: list[str] = []
    for where in (PATCH, DELETE):
        world.wire.plant(*where, after(lambda: seen.append(world.notes.names[-1])), times=9)
    world.apply(world.plan(DELETED))
    assert seen == ["sending"] * 3
    assert world.notes.names == ["begin", *["sending", "result"] * 3, "end"]
    assert [entry["operation"] for name, entry in world.notes.events if name == "sending"][-1] == "deleteCampaign"


@BOTH
def test_applying_again_writes_nothing(world: World, desired: Any) -> None:
    """The same saved plan: what is archived or deleted already is done."""
    plan = world.plan(desired)
    world.apply(plan)
    world.wire.sent.clear()
    report = world.apply(plan)
    assert report.complete
    assert all(each.already for each in report.results)
    assert world.wire.writes == []


@BOTH
def test_what_somebody_archived_meanwhile_is_done(world: World, desired: Any) -> None:
    """It is what the plan wanted; a deletion goes on from there."""
    plan = world.plan(desired)
    world.set_campaign(isPaused=True, isArchived=True)
    report = world.apply(plan)
    assert [each.already for each in report.results] == [True, True, False][: len(report.results)]
    assert sent(world) == (["DELETE"] if desired is DELETED else [])
    assert report.complete


def test_a_campaign_that_somebody_deleted_meanwhile(world: World) -> None:
    """As planned for a deletion; for an archiving nobody knows what became of it."""
    deleting, archiving = world.plan(DELETED), world.plan(ARCHIVED)
    world.apply(deleting)
    report = world.apply(archiving)
    assert outcomes(report) == [FAILED, SKIPPED]
    assert "does not know this object" in report.results[0].detail


def _moved(report: Report) -> list[Moved]:
    return [move for each in report.results for move in each.moved]


@BOTH
def test_a_campaign_that_was_unpaused_meanwhile_is_stale(world: World, desired: Any) -> None:
    """The plan saw a paused one: somebody calls with it."""
    world.set_campaign(isPaused=True)
    plan = world.plan(desired)
    world.set_campaign(isPaused=False)
    report = world.apply(plan)
    assert report.only_stale
    assert _moved(report) == [Moved("isPaused", True, False)]
    assert world.wire.writes == []


@BOTH
def test_a_campaign_that_is_unpaused_between_the_steps_is_stale(world: World, desired: Any) -> None:
    """Paused by this run, and let call again before it was archived."""
    plan = world.plan(desired)
    world.wire.plant(*GET, after(lambda: None), times=2)  # before the pause, and after it
    world.wire.plant(*GET, after(lambda: world.set_campaign(isPaused=False)))
    report = world.apply(plan)
    assert outcomes(report)[:2] == [DONE, STALE]
    assert _moved(report) == [Moved("isPaused", True, False)]
    assert sent(world) == [{"isPaused": True}]


def test_a_campaign_that_was_restored_meanwhile_is_not_deleted(world: World) -> None:
    """Somebody wants it back."""
    world.set_campaign(isPaused=True, isArchived=True)
    plan = world.plan(DELETED)
    world.set_campaign(isArchived=False)
    report = world.apply(plan)
    assert report.only_stale
    assert _moved(report) == [Moved("isArchived", True, False)]
    assert world.wire.writes == []


@BOTH
def test_a_campaign_that_goes_by_another_name_now_is_left_alone(world: World, desired: Any) -> None:
    """The one that was reviewed had another one."""
    plan = world.plan(desired)
    world.set_campaign(name="Keep me")
    report = world.apply(plan)
    assert _moved(report) == [Moved("name", "CA - Métiers 100", "Keep me")]
    assert (report.only_stale, world.wire.writes) == (True, [])


@BOTH
def test_a_campaign_of_another_account_is_left_alone(world: World, desired: Any) -> None:
    """Before the first write as a whole, and again before each step."""
    plan = world.plan(desired)
    world.set_campaign(createdAt="2020-01-01T00:00:00Z")
    with pytest.raises(SavedPlanRefused, match="another account"):
        world.apply(plan)
    world.set_campaign(createdAt=CREATED)
    world.wire.plant(*GET, after(lambda: world.set_campaign(createdAt="2020-01-01T00:00:00Z")))
    report = world.apply(plan)
    assert _moved(report) == [Moved("createdAt", CREATED, "2020-01-01T00:00:00Z")]
    assert world.wire.writes == []


def test_right_before_it_is_deleted_it_is_held_against_the_plan_once_more(world: World) -> None:
    """By name and creation: nothing after it could be undone."""
    plan = world.plan(DELETED)
    world.wire.plant(*GET, after(lambda: None), times=4)
    world.wire.plant(*GET, after(lambda: world.set_campaign(name="Keep me", createdAt="2020-01-01T00:00:00Z")))
    report = world.apply(plan)
    assert outcomes(report) == [DONE, DONE, STALE]
    assert [each.what for each in _moved(report)] == ["createdAt", "name"]
    assert "DELETE" not in sent(world)
