"""Ctrl-C, a journal that can't be written, a fault of our own: nothing is begun after it, and the report is whole."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.applying.results import Outcome
from reconciler.applying.writes import carry_out
from reconciler.errors import ProjectError, SavedPlanRefused
from tests.applying.faults import BATCH, DESIRED, DONE, FAILED, PATCH, SKIPPED, UNKNOWN, outcomes, small_world
from tests.applying.wire import after, answering, rewriting
from tests.applying.world import Interruption, Notebook, World, account, campaign, contacts
from tests.planning.building import CREATED, campaign_document, desired_of, policy_document
from tests.planning.plans import batch, plan_of, updating

RULE = {"name": "all", "match": "all", "set": {"assignedAgentId": "alice"}}
DESIRED_FIRST = campaign_document(settings={"maxTries": 8, "isPaused": False}, customFields=["New"])
MANY = [campaign_document(f"c{each}", settings={"name": f"CA - Métiers {each}", "maxTries": 8}) for each in range(20)]


def _many(folder: Path) -> World:
    return World.of(folder, account(*(campaign(each or 20, name=f"CA - Métiers {each}") for each in range(20))))


def test_after_an_interruption_nothing_is_begun(tmp_path: Path) -> None:
    """What is in flight is ended and reported; the rest is skipped, step by step."""
    world = _many(tmp_path)
    plan = world.plan(desired_of(*MANY, campaigns={}))
    press, heard = Interruption(), threading.Event()

    def press_and_wait() -> None:
        press()
        heard.wait(0.05)

    world.wire.plant("PATCH", "/campaigns/", after(press_and_wait), times=99)
    with press.heard():
        report = world.apply(plan, parallelism=1)
    assert report.interrupted
    assert len(report.results) == len(plan.steps) == 20
    done = report.count(DONE)
    assert done == len(world.wire.writes) >= 1
    assert report.count(SKIPPED) == 20 - done > 0
    assert world.notes.names[-1] == "end"
    assert world.notes.events[-1][1]["interrupted"] is True


def test_an_interruption_ends_the_wait_for_a_batch(tmp_path: Path) -> None:
    """The batch was accepted and may run on: unknown, and nothing of the campaign after it."""
    world = small_world(tmp_path, batch_seconds=10_000)
    plan = world.plan(desired_of(DESIRED_FIRST, policy_document(RULE)))
    press = Interruption()
    with press.heard():
        report = world.apply(plan, pause=_pressing(press))
    assert report.interrupted
    assert outcomes(report) == [DONE, DONE, UNKNOWN, SKIPPED]
    assert world.campaign()["isPaused"] is True


def test_an_interruption_ends_the_wait_for_a_busy_campaign(tmp_path: Path) -> None:
    """Nothing of it was sent: skipped."""
    world = small_world(tmp_path)
    plan = world.plan(desired_of(DESIRED_FIRST, policy_document(RULE)))
    world.wire.plant(*BATCH, answering(409, {}), times=10_000)
    press = Interruption()
    with press.heard():
        report = world.apply(plan, pause=_pressing(press))
    assert report.interrupted
    assert outcomes(report) == [DONE, DONE, SKIPPED, SKIPPED]


def _pressing(press: Interruption) -> Callable[[float], None]:
    """A pause that presses Ctrl-C and gives the main thread the time to hear it."""
    stop = threading.Event()

    def pause(_: float) -> None:
        press()
        stop.wait(0.05)

    return pause


class _Full(Notebook):
    """A journal whose disk is full from some event on."""

    def __init__(self, event: str) -> None:
        super().__init__()
        self.event = event

    def note(self, event: str, content: Mapping[str, Any]) -> None:
        if event == self.event:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().note(event, content)


def test_what_can_not_be_noted_is_not_sent(world: World) -> None:
    """No write leaves without its entry, and the report says why."""
    report = world.apply(world.plan(DESIRED), journal=_Full("sending"))
    assert outcomes(report) == [FAILED, SKIPPED, SKIPPED, SKIPPED, FAILED]
    assert "No space left" in report.results[0].detail
    assert world.wire.writes == []


def test_a_run_that_can_not_begin_its_journal_sends_nothing(world: World) -> None:
    """A fault with a next step, and not an exception of the system."""
    plan = world.plan(DESIRED)
    with pytest.raises(ProjectError, match="No space left"):
        world.apply(plan, journal=_Full("begin"))
    assert world.wire.writes == []


@pytest.mark.parametrize("event", ["result", "accepted"])
def test_what_was_sent_is_reported_without_its_entry_too(world: World, event: str) -> None:
    """And then nothing more is begun, in no campaign."""
    report = world.apply(world.plan(DESIRED), journal=_Full(event), parallelism=1)
    assert report.results[0].outcome is DONE
    expected = [DONE, FAILED, SKIPPED, SKIPPED, FAILED] if event == "result" else [DONE, DONE, DONE, FAILED, FAILED]
    assert outcomes(report) == expected
    assert ("not in the journal" in report.results[0].detail) is (event == "result")


def test_a_journal_that_fails_at_the_end_does_not_take_the_report_with_it(world: World) -> None:
    """Everything was done by then."""
    assert world.apply(world.plan(DESIRED), journal=_Full("end")).complete


class _Deaf(Notebook):
    """Whoever watches has gone."""

    def waiting(self, *_: Any) -> None:
        raise BrokenPipeError

    def going_on(self, *_: Any) -> None:
        raise BrokenPipeError

    def ended(self, *_: Any) -> None:
        raise BrokenPipeError


def test_nobody_has_to_watch(world: World) -> None:
    """A closed pipe (`| head`) stops no campaign half-way."""
    assert outcomes(world.apply(world.plan(DESIRED), progress=_Deaf())) == [DONE] * 5


@pytest.mark.parametrize(("where", "outcome"), [(PATCH, UNKNOWN), (("GET", "/campaigns/100$"), FAILED)])
def test_a_fault_of_our_own_ends_one_step_and_not_the_report(
    world: World, where: tuple[str, str], outcome: Outcome
) -> None:
    """It says where it was and no value; sent before it is unknown."""

    async def broken(_: Any, __: Any) -> Any:
        raise ZeroDivisionError("Jean Dupont")

    plan = world.plan(DESIRED)
    world.wire.plant(*where, broken)
    report = world.apply(plan)
    place = 1 if where is PATCH else 0
    assert report.results[place].outcome is outcome
    assert report.results[place].detail.startswith("ZeroDivisionError in ")
    assert "Jean" not in repr(report)
    assert report.results[4].outcome is DONE
    assert {each.outcome for each in report.results[place + 1 : 4]} == {SKIPPED}


@pytest.mark.parametrize(("place", "outcome"), [("Expected", SKIPPED), ("_note_result", UNKNOWN)])
def test_no_step_is_left_out_of_the_report(
    world: World, monkeypatch: pytest.MonkeyPatch, place: str, outcome: Outcome
) -> None:
    """Not even when a thread dies of a fault of our own: a report that lacks steps would look complete."""

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    plan = world.plan(DESIRED)
    monkeypatch.setattr(f"reconciler.applying.apply.{place}", broken)
    report = world.apply(plan)
    assert outcomes(report) == [outcome, SKIPPED, SKIPPED, SKIPPED, outcome]
    assert not report.complete


def test_steps_that_the_changes_do_not_cover_are_never_begun(world: World) -> None:
    """Not even of a plan that nobody saved."""
    with pytest.raises(SavedPlanRefused):
        world.apply(plan_of(updating(maxTries=8), steps=[batch([1, 2])]))
    assert world.wire.sent == []
    assert world.notes.events == []


def test_another_account_under_the_same_address_is_refused(tmp_path: Path) -> None:
    """The same ids, contacts and values, and another token: its campaign was created at another moment."""
    people, policy = contacts(3), policy_document(RULE)
    desired = desired_of(campaign_document(), policy)
    (tmp_path / "a").mkdir()
    plan = World.of(tmp_path / "a", account(campaign(), people=people)).plan(desired)
    assert {each.campaign_created_at for each in plan.changes} == {CREATED}
    other = World.of(tmp_path, account(campaign(createdAt="2024-02-02T08:00:00Z"), people=people))
    with pytest.raises(SavedPlanRefused, match="another account"):
        other.apply(plan)
    assert (other.wire.writes, other.notes.events) == ([], [])


def test_a_campaign_that_is_gone_fails_alone(world: World) -> None:
    """The others go on."""
    plan = world.plan(DESIRED)
    world.wire.plant("GET", "/campaigns$", rewriting(lambda each: each | {"campaigns": []}))
    world.wire.plant("GET", "/campaigns/100$", answering(404, {"error": "error.campaign.not.exists"}), times=9)
    report = world.apply(plan)
    assert outcomes(report) == [FAILED, SKIPPED, SKIPPED, SKIPPED, DONE]


def test_campaigns_are_applied_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many at once as asked for, and each by one thread alone."""
    world, barrier, seen = _many(tmp_path), threading.Barrier(4, timeout=20), list[str]()

    def together(step: Any, work: Any) -> Any:
        barrier.wait()
        seen.append(step.address)
        return carry_out(step, work)

    monkeypatch.setattr("reconciler.applying.apply.carry_out", together)
    assert world.apply(world.plan(desired_of(*MANY, campaigns={})), parallelism=4).complete
    assert len(seen) == len(set(seen)) == 20
