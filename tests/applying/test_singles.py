"""Contacts that are written one by one: read before, written side by side, read back, each by what happened to it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from reconciler.applying.results import Contacts, Moved
from tests.applying.faults import (
    DEFERRED,
    DONE,
    FAILED,
    NOTE,
    ONE_BY_ONE,
    PUT,
    SEARCH,
    SINGLES,
    SKIPPED,
    STALE,
    UNKNOWN,
    grouped_world,
    outcomes,
)
from tests.applying.wire import Answer, Fault, after, answering, lost_after, lost_before
from tests.applying.world import Interruption, World, account, campaign, contacts
from tests.planning.building import campaign_document, desired_of, policy_document

ALL = (1, 2, 3, 4, 5, 6)
SECOND = (PUT[0], "/100/contacts/2$")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A campaign whose six contacts are to get a comment and a group, and which is then unpaused."""
    return grouped_world(tmp_path)


def test_what_batches_do_not_take_sticks(world: World) -> None:
    """One PUT for each contact with the values of the rule and nothing else; planning again finds nothing to do."""
    plan = world.plan(ONE_BY_ONE)
    world.wire.sent.clear()
    report = world.apply(plan)
    assert outcomes(report) == [DONE, DONE]
    assert report.results[0].contacts == Contacts(done=ALL)
    puts = [each for each in world.wire.writes if each.method == "PUT"]
    assert sorted(each.path.rsplit("/", 1)[-1] for each in puts) == [str(number) for number in ALL]
    assert [each.body for each in puts] == [{"comment": NOTE, "assignedGroupId": 12, "priority": 1}] * 6
    assert [each.method for each in world.wire.writes] == ["PUT"] * 6 + ["PATCH"]
    assert world.notes.written == {1: 6}
    assert world.plan(ONE_BY_ONE).steps == ()


def test_it_is_noted_before_and_after(world: World) -> None:
    """The journal says so before the first one leaves, and names each contact afterwards."""
    seen: list[list[str]] = []
    world.wire.plant(*PUT, after(lambda: seen.append([*world.notes.names])), times=9)
    world.apply(world.plan(ONE_BY_ONE))
    assert {each[-1] for each in seen} == {"sending"}
    entries = [entry for name, entry in world.notes.events if name == "result"]
    assert entries[0]["contacts"] == {"done": [*ALL]}


def test_contacts_that_may_not_be_written_are_left_alone(world: World) -> None:
    """In a call, gone, moved and as planned already: none of them is sent."""
    plan = world.plan(ONE_BY_ONE)
    world.set_contact(1, comment=NOTE, assignedGroupId=12, priority=1)
    world.delete_contact(2)
    world.set_contact(3, state="processing_in_progress")
    world.set_contact(4, assignedGroupId=13)
    world.wire.sent.clear()
    report = world.apply(plan)
    assert outcomes(report) == [STALE, SKIPPED]
    assert report.results[0].contacts == Contacts(done=(5, 6), already=(1,), moved=(2, 4), deferred=(3,))
    assert {each.path.rsplit("/", 1)[-1] for each in world.wire.writes} == {"5", "6"}


def test_all_of_them_in_calls(world: World) -> None:
    """Deferred, with nothing sent."""
    plan = world.plan(ONE_BY_ONE)
    for number in ALL:
        world.set_contact(number, state="processing_in_progress")
    world.wire.sent.clear()
    assert outcomes(world.apply(plan)) == [DEFERRED, SKIPPED]
    assert world.wire.writes == []


@pytest.mark.parametrize("before", [None, "Canary words"])
def test_a_comment_that_somebody_wrote_since_the_plan_stays(world: World, before: str | None) -> None:
    """Whether there was one before or none: it has moved, and no word of it is shown (S10)."""
    for number in ALL:
        world.set_contact(number, comment=before, lastUpdatedAt="2026-11-01T08:00:00Z")
    plan = world.plan(ONE_BY_ONE)
    world.set_contact(2, comment="Canary of a call", lastUpdatedAt="2026-11-30T08:00:00Z")
    report = world.apply(plan)
    result = report.results[0]
    assert (result.outcome, result.contacts) == (STALE, Contacts(done=(1, 3, 4, 5, 6), moved=(2,)))
    planned, found = (None, "a text") if before is None else ("a text", "a text, and an update since the plan")
    assert result.moved == (Moved("contact 2 comment", planned, found),)
    assert "Canary" not in repr(report) + repr(world.notes.events)
    assert world.contact(2)["comment"] == "Canary of a call"


def test_a_comment_that_is_gone_has_moved(world: World) -> None:
    """There was one when the plan was made."""
    world.set_contact(2, comment="Canary words", lastUpdatedAt="2026-11-01T08:00:00Z")
    plan = world.plan(ONE_BY_ONE)
    world.set_contact(2, comment=None)
    assert world.apply(plan).results[0].moved == (Moved("contact 2 comment", "a text", None),)


@pytest.mark.parametrize("updated", [None, "2026-11-01T08:00:00Z", "yesterday"])
def test_a_comment_as_old_as_the_plan_is_replaced(world: World, updated: str | None) -> None:
    """Where the account does not tell when it was updated nothing is sure, and it is left alone."""
    world.set_contact(2, comment="Canary words", lastUpdatedAt=updated)
    (result, *_) = world.apply(world.plan(ONE_BY_ONE)).results
    assert (world.contact(2)["comment"] == NOTE) is (updated is not None)
    assert result.outcome is (STALE if updated is None else DONE)


@pytest.mark.parametrize("updated", ["2026-11-01T08:00:01Z", "2025-01-01T00:00:00Z", None])
def test_a_comment_of_another_update_is_kept(world: World, updated: str | None) -> None:
    """Whatever the clocks say: the update is not the one that the plan saw."""
    world.set_contact(2, comment="Canary words", lastUpdatedAt="2026-11-01T08:00:00Z")
    plan = world.plan(ONE_BY_ONE)
    world.set_contact(2, comment="Canary of a call", lastUpdatedAt=updated)
    (result, *_) = world.apply(plan).results
    assert (result.outcome, world.contact(2)["comment"]) == (STALE, "Canary of a call")


@pytest.mark.parametrize("fault", [lost_after, lost_before, answering(429, {}), answering(503, {})])
def test_what_may_be_repeated_is_repeated(world: World, fault: Fault) -> None:
    """A PUT sets the same values however often it arrives."""
    plan = world.plan(ONE_BY_ONE)
    world.wire.plant(*PUT, fault, times=3)
    assert outcomes(world.apply(plan)) == [DONE, DONE]


def test_an_answer_in_doubt_is_settled_by_reading_back(world: World) -> None:
    """The API said 500 and had done it: done. What was not begun after it is not claimed."""

    async def done_and_500(_: Any, passed: Any) -> Answer:
        await passed()
        return Answer(500, b"{}")

    plan = world.plan(ONE_BY_ONE)
    world.wire.plant(PUT[0], "/contacts/6$", done_and_500)
    report = world.apply(plan, parallelism=1)
    assert report.results[0].contacts == Contacts(done=ALL)
    assert "reading back shows that it was done" in report.results[0].detail


@pytest.mark.parametrize("fault", [lost_before, answering(500, {}), answering(200, b"<html>", "text/html")])
def test_what_is_never_answered_is_unknown_and_ends_the_step(world: World, fault: Fault) -> None:
    """Nobody knows about that one; the next ones are not begun, nor is the unpause."""
    plan = world.plan(ONE_BY_ONE)
    world.wire.plant(*SECOND, fault, times=99)
    report = world.apply(plan, parallelism=1)
    assert outcomes(report) == [UNKNOWN, SKIPPED]
    assert report.results[0].contacts == Contacts(done=(1,), unknown=(2,), untried=(3, 4, 5, 6))
    assert "4 contacts (3, 4, 5, 6) not tried" in report.results[0].detail
    assert world.contact(3)["comment"] is None


@pytest.mark.parametrize("status", [400, 404, 409])
def test_a_contact_that_is_refused_does_not_keep_the_others(world: World, status: int) -> None:
    """Its own fault: failed, with the API's code; the others are written, and the campaign stops there."""
    plan = world.plan(ONE_BY_ONE)
    world.wire.plant(*SECOND, answering(status, {"error": "error.bad.format"}), times=99)
    report = world.apply(plan)
    assert outcomes(report) == [FAILED, SKIPPED]
    assert report.results[0].contacts == Contacts(done=(1, 3, 4, 5, 6), failed=(2,))
    assert "error.bad.format" in report.results[0].detail


def test_a_refused_token_ends_the_step(world: World) -> None:
    """It is refused for all of them: one is enough."""
    plan = world.plan(ONE_BY_ONE)
    world.wire.plant(*PUT, answering(401, {}), times=99)
    report = world.apply(plan, parallelism=1)
    assert report.results[0].contacts == Contacts(failed=(1,), untried=(2, 3, 4, 5, 6))
    assert "token" in report.results[0].help


def test_contacts_that_change_on_the_way(world: World) -> None:
    """Deleted after they were read: gone. Refused while an agent is with them: deferred."""
    plan = world.plan(ONE_BY_ONE)
    world.wire.plant(*SECOND, after(lambda: world.delete_contact(2)))

    async def called(_: Any, __: Any) -> Answer:
        world.set_contact(4, state="processing_in_progress")
        return Answer(409, b"{}")

    world.wire.plant(PUT[0], "/contacts/4$", called)
    report = world.apply(plan)
    assert outcomes(report) == [STALE, SKIPPED]
    assert report.results[0].contacts == Contacts(done=(1, 3, 5, 6), moved=(2,), deferred=(4,))


def test_a_value_that_does_not_stick_has_failed(world: World) -> None:
    """The API took it, and the contact holds another."""
    plan = world.plan(ONE_BY_ONE)
    world.wire.plant(*SECOND, answering(200, {}))
    result = world.apply(plan).results[0]
    assert (result.outcome, result.contacts.failed) == (FAILED, (2,))


def test_when_reading_back_fails_what_was_sent_is_unknown(world: World) -> None:
    """Save for what the API refused."""
    plan = world.plan(ONE_BY_ONE)
    world.wire.plant(*SECOND, answering(400, {}))
    world.wire.plant(PUT[0], "/contacts/6$", after(lambda: world.wire.plant(*SEARCH, answering(500, {}), times=99)))
    report = world.apply(plan)
    assert outcomes(report) == [UNKNOWN, SKIPPED]
    assert report.results[0].contacts == Contacts(unknown=(1, 3, 4, 5, 6), failed=(2,))


def test_an_interruption_ends_what_is_at_hand_and_begins_nothing(tmp_path: Path) -> None:
    """What was written is told, what was not is too; the next run does the rest (S8)."""
    world = grouped_world(tmp_path, 60)
    plan = world.plan(ONE_BY_ONE)
    world.wire.sent.clear()
    press = Interruption()

    def press_and_wait() -> None:
        press()
        press.settle()

    world.wire.plant(PUT[0], "/contacts/20$", after(press_and_wait))
    with press.heard():
        report = world.apply(plan, parallelism=4)
    found = report.results[0].contacts
    assert (report.interrupted, outcomes(report)) == (True, [SKIPPED, SKIPPED])
    assert len(found.done) == len(world.wire.writes) < 40
    assert sorted([*found.done, *found.untried]) == [*range(1, 61)]
    assert "the run was stopped" in report.results[0].detail
    assert world.apply(world.plan(ONE_BY_ONE)).complete
    assert world.plan(ONE_BY_ONE).steps == ()


def test_no_more_go_side_by_side_than_allowed(tmp_path: Path) -> None:
    """As many as campaigns may be worked on at once, in the whole run and not in each of them."""
    people = [*contacts(20), *contacts(20, 101)]
    world = World.of(tmp_path, account(campaign(groupIds=[12]), campaign(101, groupIds=[12]), people=people))
    documents = [campaign_document(), campaign_document("second", settings={"name": "CA - Métiers 101"})]
    both = policy_document(SINGLES, campaigns=("bakery", "second"))
    plan = world.plan(desired_of(*documents, both, groups={"closers": 12}))
    under_way, most = [0], [0]

    async def counted(_: Any, passed: Any) -> Any:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        await asyncio.sleep(0.002)
        answer = await passed()
        under_way[0] -= 1
        return answer

    world.wire.plant("PUT", "/contacts/", counted, times=99)
    assert world.apply(plan, parallelism=2).complete
    assert most == [2]
