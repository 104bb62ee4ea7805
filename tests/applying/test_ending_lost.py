"""Archiving and deleting when answers are lost, wrong or refused: nothing is sent blindly a second time."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.applying.results import Outcome
from tests.applying.endings import ARCHIVED, DELETE, DELETED, gone, running_world, sent
from tests.applying.faults import DONE, FAILED, GET, PATCH, SKIPPED, UNKNOWN, outcomes
from tests.applying.wire import Fault, after, answering, lost_after, lost_before
from tests.applying.world import Notebook, World
from tests.planning.building import campaign_document, desired_of


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A running campaign with contacts, and another one."""
    return running_world(tmp_path)


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_lost_answer_is_looked_up(world: World, lost: int) -> None:
    """Carried out all the same: done, and the deletion is sent once."""
    plan = world.plan(DELETED)
    if lost == 2:
        world.wire.plant(*PATCH, after(lambda: None))
    world.wire.plant(*(DELETE if lost == 3 else PATCH), lost_after)
    report = world.apply(plan)
    assert report.complete, report.results
    assert sent(world).count("DELETE") == 1
    assert gone(world)


def test_a_deletion_that_may_not_have_arrived_is_unknown_and_sent_once(world: World) -> None:
    """The campaign is still there: that run does not try again; the next one looks, and does what is left (S8)."""
    plan = world.plan(DELETED)
    world.wire.plant(*DELETE, lost_before)
    report = world.apply(plan)
    assert outcomes(report) == [DONE, DONE, UNKNOWN]
    assert "the campaign is still there" in report.results[2].detail
    assert sent(world).count("DELETE") == 1
    again = world.plan(DELETED)
    assert len(again.steps) == 1
    assert world.apply(again).complete


@pytest.mark.parametrize("fault", [answering(500, {}), answering(502, b"<html>", "text/html")], ids=["500", "502"])
def test_a_deletion_that_the_server_fails_at_is_unknown(world: World, fault: Fault) -> None:
    """It is not repeated."""
    plan = world.plan(DELETED)
    world.wire.plant(*DELETE, fault, times=9)
    assert outcomes(world.apply(plan)) == [DONE, DONE, UNKNOWN]
    assert sent(world).count("DELETE") == 1


def test_a_deletion_that_the_api_refuses_has_failed(world: World) -> None:
    """With the API's code."""
    plan = world.plan(DELETED)
    world.wire.plant(*DELETE, answering(400, {"error": "error.campaign.not.archived"}))
    report = world.apply(plan)
    assert outcomes(report) == [DONE, DONE, FAILED]
    assert "error.campaign.not.archived" in report.results[2].detail


def test_a_deletion_that_is_only_said_to_be_done_has_failed(world: World) -> None:
    """The API took it, and the campaign is still there."""
    plan = world.plan(DELETED)
    world.wire.plant(*DELETE, answering(200, {}))
    report = world.apply(plan)
    assert outcomes(report) == [DONE, DONE, FAILED]
    assert report.results[2].detail == "the API took it, but the campaign is still there"


def test_an_archiving_that_is_only_said_to_be_done_has_failed(world: World) -> None:
    """And nothing is deleted after it."""
    plan = world.plan(DELETED)
    world.wire.plant(*PATCH, after(lambda: None))
    world.wire.plant(*PATCH, answering(200, {}))
    report = world.apply(plan)
    assert outcomes(report) == [DONE, FAILED, SKIPPED]
    assert "isArchived" in report.results[1].detail


@pytest.mark.parametrize("media", ["application/json", "text/html"])
def test_that_it_is_gone_is_known_from_the_api_alone(world: World, media: str) -> None:
    """A proxy's 404 proves nothing."""
    plan = world.plan(DELETED)
    not_found = answering(404, b"" if media == "application/json" else b"<html>", media)
    world.wire.plant(*DELETE, after(lambda: world.wire.plant(*GET, not_found, times=9)))
    report = world.apply(plan)
    assert report.results[2].outcome is (DONE if media == "application/json" else UNKNOWN)


def test_a_busy_campaign_is_waited_for(world: World) -> None:
    """Somebody's batch runs in it; then it is read again (notes, trap 3)."""
    plan = world.plan(DELETED)
    world.wire.plant(*DELETE, answering(409, {}), times=3)
    assert world.apply(plan).complete
    assert world.notes.waits.count("busy") == 3


class _Full(Notebook):
    """A journal whose disk is full once so many steps have ended: nothing is sent after that."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps

    def note(self, event: str, content: Mapping[str, Any]) -> None:
        super().note(event, content)
        if self.names.count("result") >= self.steps:
            raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(("desired", "ended"), [(ARCHIVED, 1), (ARCHIVED, 2), (DELETED, 1), (DELETED, 2), (DELETED, 3)])
def test_stopped_between_the_steps_the_next_run_ends_it(world: World, desired: Any, ended: int) -> None:
    """Wherever the first one stopped, nothing is sent twice, nothing is lost (S8)."""
    plan = world.plan(desired)
    report = world.apply(plan, journal=_Full(ended))
    assert outcomes(report)[:ended] == [DONE] * ended
    assert len(sent(world)) == ended
    assert world.apply(world.plan(desired)).complete
    assert len(sent(world)) == len(plan.steps)
    assert gone(world) is (desired is DELETED)
    assert world.plan(desired).steps == ()


@pytest.mark.parametrize("read", [1, 3, 5])
def test_when_reading_before_a_step_fails_nothing_more_issent(world: World, read: int) -> None:
    """Surely nothing was written then: failed, and not unknown."""
    plan = world.plan(DELETED)
    world.wire.plant(*GET, after(lambda: None), times=read - 1)
    world.wire.plant(*GET, answering(500, {}), times=99)
    report = world.apply(plan)
    done = (read - 1) // 2
    assert outcomes(report) == [DONE] * done + [FAILED] + [SKIPPED] * (2 - done)
    assert len(sent(world)) == done


def test_an_ending_does_not_hold_up_the_other_campaigns(world: World) -> None:
    """A failed deletion is its own campaign's alone."""
    second = campaign_document("second", settings={"name": "CA - Métiers 101", "maxTries": 9})
    ended = campaign_document(lifecycle={"ensure": "deleted"})
    plan = world.plan(desired_of(ended, second))
    world.wire.plant(*DELETE, answering(400, {}))
    report = world.apply(plan)
    assert [each.outcome for each in report.results] == [DONE, DONE, FAILED, Outcome.DONE]
    assert world.campaign(101)["maxTries"] == 9
