"""Batches of one campaign, one after another: read right before they are sent, and waited for no longer than needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.applying.results import Contacts
from tests.applying.faults import BATCH, DONE, FAILED, SEARCH, STALE, STATUS, outcomes, small_world
from tests.applying.wire import Answer, after, answering
from tests.applying.world import World
from tests.planning.building import campaign_document, desired_of, policy_document

RULES = [
    {"name": f"to-{agent}", "match": {"contactIds": ids}, "set": {"assignedAgentId": agent}}
    for agent, ids in (("alice", [1, 2]), ("bruno", [3, 4]))
]
DESIRED = desired_of(campaign_document(), policy_document(*RULES))


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Four contacts, of which two go to one agent and two to another: two batches."""
    return small_world(tmp_path, 4)


def _calls(world: World) -> list[str]:
    """The searches, with their contacts, and the batches, in the order in which they were sent."""
    calls = []
    for each in world.wire.sent:
        if each.path.endswith("/contacts/search"):
            calls.append(str(each.body["query"].get("contactIds")))
        elif each.path.endswith("/contact-batch/update"):
            calls.append("batch")
    return calls


def test_one_batch_is_read_back_beside_the_next_ones_contacts(world: World) -> None:
    """Each is read right before its batch and right after it, and no more: nothing waits for a read of its own."""
    plan = world.plan(DESIRED)
    world.wire.sent.clear()
    assert world.apply(plan).complete
    first, batch, *middle, second, last = _calls(world)
    assert (first, batch, second, last) == ("[1, 2]", "batch", "batch", "[3, 4]")
    assert sorted(middle) == ["[1, 2]", "[3, 4]"]


def test_the_next_ones_are_not_read_before_the_batch_has_ended(world: World) -> None:
    """What moves while a batch runs is seen by the next one."""
    plan = world.plan(DESIRED)
    world.wire.plant(*STATUS, after(lambda: world.set_contact(4, assignedAgentId=543)))
    report = world.apply(plan)
    assert outcomes(report) == [DONE, STALE]
    assert report.results[1].contacts == Contacts(done=(3,), moved=(4,))
    assert world.contact(4)["assignedAgentId"] == 543


def test_a_batch_that_has_to_wait_reads_again(world: World) -> None:
    """What was read beside the former one's is old by then."""

    async def busy(_: Any, __: Any) -> Answer:
        world.set_contact(4, assignedAgentId=543)
        return Answer(409, b"{}")

    plan = world.plan(DESIRED)
    world.wire.plant(*BATCH, after(lambda: world.wire.plant(*BATCH, busy)))
    report = world.apply(plan)
    assert "busy" in world.notes.waits
    assert (outcomes(report), report.results[1].contacts) == ([DONE, STALE], Contacts(done=(3,), moved=(4,)))


def test_what_could_not_be_read_beside_is_read_by_the_step_itself(world: World) -> None:
    """A fault of the next one's read is no fault of the batch that has ended, and may have passed."""
    plan = world.plan(DESIRED)
    refused = _only([3, 4], answering(400, {}))
    world.wire.plant(*STATUS, after(lambda: world.wire.plant(*SEARCH, refused, times=2)))
    assert outcomes(world.apply(plan)) == [DONE, DONE]


def _only(contact_ids: list[int], fault: Any) -> Any:
    """The fault for searches of these contacts; others pass."""

    async def chosen(sent: Any, passed: Callable[[], Any]) -> Any:
        return await (fault(sent, passed) if sent.body["query"]["contactIds"] == contact_ids else passed())

    return chosen


def test_a_batch_is_not_asked_about_before_it_can_have_ended(tmp_path: Path) -> None:
    """What the former batch of its campaign took tells when."""
    world, waits = small_world(tmp_path, 4, batch_seconds=20), dict[int, list[float]]()

    def pause(seconds: float) -> None:
        waits.setdefault(world.notes.waits.count("accepted"), []).append(seconds)

    assert world.apply(world.plan(DESIRED), pause=pause).complete
    assert waits[2][0] >= 0.9 * sum(waits[1]) > waits[1][0]


def test_a_batch_that_ended_badly_keeps_the_next_one(world: World) -> None:
    """Although its contacts were read: it is not sent."""
    plan = world.plan(DESIRED)
    world.wire.plant(*BATCH, answering(200, {"token": "t"}))
    world.wire.plant(*STATUS, answering(200, {"status": "FAILED"}))
    report = world.apply(plan)
    assert outcomes(report)[0] is FAILED
    assert _calls(world).count("batch") == 1
