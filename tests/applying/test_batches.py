"""Batches that fail, wait, never end, or do something else than they were told to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.applying import batches, writes
from reconciler.applying.results import Contacts, Moved
from tests.applying.faults import (
    BATCH,
    DEFERRED,
    DESIRED,
    DONE,
    FAILED,
    FIRST,
    RULE,
    SEARCH,
    SKIPPED,
    STALE,
    STATUS,
    UNKNOWN,
    outcomes,
    planted,
    small_world,
)
from tests.applying.wire import Answer, Fault, after, answering, rewriting
from tests.applying.world import World
from tests.planning.building import campaign_document, desired_of, policy_document


def test_a_batch_that_failed(world: World) -> None:
    """FAILED is FAILED: none of its contacts is called written."""

    async def failing(_: Any, passed: Callable[[], Any]) -> Answer:
        return Answer(200, b'{"status":"FAILED","modifiedElementsCount":0,"failed":[1,2,3,4,5,6],"excluded":{}}')

    world.wire.plant(*STATUS, failing)
    _, report = planted(world, BATCH, answering(200, {"token": "t"}))
    assert outcomes(report) == [DONE, DONE, FAILED, SKIPPED, DONE]
    result = report.results[2]
    assert result.contacts == Contacts(failed=(1, 2, 3, 4, 5, 6))
    assert "FAILED" in result.detail


def test_a_batch_that_says_failed_and_wrote_has_failed_all_the_same(world: World) -> None:
    """A batch is done when the API says COMPLETED (notes, trap 4)."""

    def failed(answer: Any) -> Any:
        return answer | ({"status": "FAILED"} if answer["status"] == "COMPLETED" else {})

    _, report = planted(world, STATUS, rewriting(failed), times=99)
    assert report.results[2].outcome is FAILED
    assert report.results[2].contacts == Contacts(done=(1, 2, 3, 4, 5, 6))


def test_half_of_the_contacts_fail(world: World) -> None:
    """Each is counted and named; the unpause is not tried."""

    def console() -> None:
        for number in (2, 4, 6):
            world.set_contact(number, assignedAgentId=544)

    plan = world.plan(DESIRED)
    world.wire.plant(*STATUS, _then(console, {"failed": [2, 4, 6]}), times=99)
    report = world.apply(plan)
    result = report.results[2]
    assert (result.outcome, result.contacts) == (FAILED, Contacts(done=(1, 3, 5), failed=(2, 4, 6)))
    assert "2, 4, 6" in result.detail
    assert outcomes(report)[3] is SKIPPED
    (entry,) = [entry for name, entry in world.notes.events if name == "result" and entry["step"] == 3]
    assert entry["contacts"] == {"done": [1, 3, 5], "failed": [2, 4, 6]}


def _then(do: Callable[[], None], more: dict[str, Any]) -> Fault:
    def change(answer: Any) -> Any:
        if answer["status"] != "COMPLETED":
            return answer
        do()
        return answer | more | {"modifiedElementsCount": 3}

    return rewriting(change)


def test_excluded_contacts_are_their_own_kind(world: World) -> None:
    """They are named with the API's reason; of reasons that are not documented no word is repeated (S10)."""

    def change(answer: Any) -> Any:
        for number in (2, 5):
            world.set_contact(number, assignedAgentId=None)
        excluded = {"noValidPhone": [5], "Jean Dupont": [2], "bloctel": [1]}
        return answer | {"excluded": excluded} if answer["status"] == "COMPLETED" else answer

    _, report = planted(world, STATUS, rewriting(change), times=99)
    result = report.results[2]
    excluded = {"another reason": (2,), "noValidPhone": (5,)}
    assert (result.outcome, result.contacts) == (FAILED, Contacts(done=(1, 3, 4, 6), excluded=excluded))
    assert "noValidPhone 1 (5)" in result.detail
    assert "Jean" not in repr(report)
    (entry,) = [entry for name, entry in world.notes.events if name == "result" and entry["step"] == 3]
    assert entry["contacts"]["excluded"] == {"another reason": [2], "noValidPhone": [5]}
    assert report.contacts == {"done": 4, "excluded": 2}


def test_excluded_contacts_do_not_keep_the_next_batch(tmp_path: Path) -> None:
    """They are the API's own business, and would keep it for ever; the unpause waits for them all the same."""
    rules = [RULE | {"name": str(number), "match": {"contactIds": [number]}} for number in (1, 2)]
    rules[1] |= {"set": {"priority": 7}}
    world = small_world(tmp_path, 2)

    def change(answer: Any) -> Any:
        world.set_contact(1, assignedAgentId=None)
        return answer | {"excluded": {"noValidPhone": [1]}} if answer["status"] == "COMPLETED" else answer

    plan = world.plan(desired_of(campaign_document(settings={"isPaused": False}), policy_document(*rules)))
    world.wire.plant(*STATUS, rewriting(change))
    report = world.apply(plan)
    assert outcomes(report) == [FAILED, DONE, SKIPPED]
    assert "1 contacts of this campaign were left as they are" in report.results[2].detail


def test_a_busy_campaign_is_waited_for(world: World) -> None:
    """409 twice, then it is free; each attempt is in the journal."""
    _, report = planted(world, BATCH, answering(409, {"error": "error.batch.already.running"}), times=2)
    assert report.complete
    assert world.notes.waits.count("busy") == 2
    assert [name for name, entry in world.notes.events if entry.get("step") == 3] == [
        "sending", "busy", "sending", "busy", "sending", "accepted", "ended", "result",
    ]  # fmt: skip
    assert world.pauses[:2] == [1.0, 1.5]


def test_after_waiting_for_a_busy_campaign_its_contacts_are_read_again(world: World) -> None:
    """The batch that kept it busy was somebody else's, and changed some of them."""

    async def busy(_: Any, __: Any) -> Answer:
        world.set_contact(2, assignedAgentId=544)
        world.set_contact(3, assignedAgentId=543)
        return Answer(409, b"{}")

    _, report = planted(world, BATCH, busy)
    result = report.results[2]
    assert (result.outcome, result.contacts) == (STALE, Contacts(done=(1, 4, 5, 6), already=(3,), moved=(2,)))
    assert result.moved == (Moved("contact 2 assignedAgentId", None, 544),)
    assert world.contact(2)["assignedAgentId"] == 544
    queries = [each.body["query"] for each in world.wire.writes if each.path.endswith("/update")]
    assert queries == [{"contactIds": [1, 2, 3, 4, 5, 6]}, {"contactIds": [1, 4, 5, 6]}]


def test_a_campaign_that_is_busy_for_ever_has_failed(world: World) -> None:
    """The waiting ends; nothing of the batch was written."""
    _, report = planted(world, BATCH, answering(409, {}), times=10_000)
    assert outcomes(report) == [DONE, DONE, FAILED, SKIPPED, DONE]
    assert writes.BUSY_PATIENCE <= sum(world.pauses) < writes.BUSY_PATIENCE + 20
    assert world.contact(1)["assignedAgentId"] is None


def test_a_batch_that_never_ends_is_unknown(world: World) -> None:
    """It was accepted, and the waiting ends: what the contacts hold decides."""
    _, report = planted(world, STATUS, rewriting(lambda each: each | {"status": "IN_PROGRESS"}), times=100_000)
    assert report.results[2].outcome is DONE  # the API says that it runs on, and every contact holds what it writes
    assert sum(world.pauses) >= batches.BATCH_PATIENCE
    assert report.results[2].detail.startswith("accepted, but it had not ended")


def test_a_batch_that_never_begins_is_unknown(world: World) -> None:
    """It was accepted, and no contact holds what it writes: it is not called done, and not sent again."""
    world.wire.plant(*STATUS, answering(200, {"status": "ACCEPTED"}), times=100_000)
    _, report = planted(world, BATCH, answering(200, {"token": "t"}))
    assert outcomes(report) == [DONE, DONE, UNKNOWN, SKIPPED, DONE]
    assert len([each for each in world.wire.writes if each.path.endswith("/update")]) == 1


def test_a_batch_whose_end_can_not_be_read(world: World) -> None:
    """How long a result can be asked for is not documented: the contacts themselves are looked at."""
    _, report = planted(world, STATUS, answering(404, {"error": "error.batch.not.exists"}), times=99)
    assert report.results[2].outcome is DONE
    assert "could not be read" in report.results[2].detail


def test_a_contact_that_was_deleted_or_is_in_a_call_is_left_alone(world: World) -> None:
    """Gone is stale, in a call is deferred; the others are written, and the unpause waits for those left behind."""
    plan = world.plan(DESIRED)
    world.delete_contact(2)
    world.set_contact(4, state="processing_in_progress")
    world.set_contact(5, assignedAgentId=544)
    report = world.apply(plan)
    result = report.results[2]
    assert (result.outcome, result.contacts) == (STALE, Contacts(done=(1, 3, 6), moved=(2, 5), deferred=(4,)))
    assert result.moved == (Moved("contact 2", "there", "gone"), Moved("contact 5 assignedAgentId", None, 544))
    assert (report.results[3].outcome, report.only_stale) == (SKIPPED, True)
    assert world.contact(4)["assignedAgentId"] is None
    assert [each.body["query"] for each in world.wire.writes if "query" in each.body] == [{"contactIds": [1, 3, 6]}]


def test_when_all_contacts_are_in_calls_the_step_is_deferred(world: World) -> None:
    """That is no failure: the API's own rules keep them. What is to come after them waits too (notes, trap 14)."""
    plan = world.plan(DESIRED)
    for number in range(1, 7):
        world.set_contact(number, state="processing_in_progress")
    report = world.apply(plan)
    assert outcomes(report) == [DONE, DONE, DEFERRED, SKIPPED, DONE]
    assert not report.complete


def test_contacts_that_are_called_or_deleted_while_the_batch_waits(world: World) -> None:
    """The batch fails them; they are deferred and gone, and not failures of the campaign."""

    def console() -> None:
        world.set_contact(1, state="processing_in_progress")
        world.delete_contact(2)

    _, report = planted(world, BATCH, after(console))
    result = report.results[2]
    assert (result.outcome, result.contacts) == (STALE, Contacts(done=(3, 4, 5, 6), deferred=(1,), moved=(2,)))


def test_an_agent_who_was_removed_gets_no_contacts(world: World) -> None:
    """The API fails each of them, and so does the step (notes, trap 14)."""
    plan = world.plan(DESIRED)
    world.set_campaign(userIds=[544])
    report = world.apply(plan)
    assert (report.results[2].outcome, report.results[2].contacts) == (FAILED, Contacts(failed=(1, 2, 3, 4, 5, 6)))
    assert report.results[3].outcome is SKIPPED


def test_search_that_ignores_the_ids_writes_nothing(world: World) -> None:
    """A contact that was not asked for is proof of an ignored filter (S3)."""
    plan = world.plan(desired_of(campaign_document(), policy_document({**RULE, "match": {"contactIds": [1, 2]}})))
    everything = [world.contact(number) for number in range(1, 7)]
    world.wire.plant(*SEARCH, answering(200, {"content": everything, "number": 0, "last": True}), times=9)
    (result,) = world.apply(plan).results
    assert result.outcome is FAILED
    assert world.wire.writes == []


@pytest.mark.parametrize("more", [{"modifiedElementsCount": 7}, {"failed": [77]}, {"excluded": {"noValidPhone": [77]}}])
def test_a_batch_that_touched_others_stops_the_whole_run(world: World, more: dict[str, Any]) -> None:
    """The API ignored the names (notes, trap 1): nothing more may be begun, in no campaign."""

    def change(answer: Any) -> Any:
        return answer | (more if answer["status"] == "COMPLETED" else {})

    plan = world.plan(DESIRED)
    world.wire.plant(*STATUS, rewriting(change), times=99)
    report = world.apply(plan, parallelism=1)
    assert outcomes(report) == [DONE, DONE, FAILED, SKIPPED, SKIPPED]
    assert "not only these" in report.results[2].detail
    assert report.results[2].contacts == Contacts(done=(1, 2, 3, 4, 5, 6))


def test_a_step_of_which_one_is_in_a_call_is_not_as_planned_already(world: World) -> None:
    """The others had the values; the one that was left is told."""
    plan = world.plan(DESIRED)
    for number in (1, 2, 3, 5, 6):
        world.set_contact(number, assignedAgentId=543)
    world.set_contact(4, state="processing_in_progress")
    result = world.apply(plan).results[2]
    assert (result.already, result.contacts.deferred, len(result.contacts.already)) == (False, (4,), 5)
    assert "1 contact (4) in a call: deferred" in result.detail


def test_contacts_of_a_step_that_was_refused_are_told(world: World) -> None:
    """The API took no batch: none of its contacts is left out of the report, nor those of the steps after it."""
    plan = world.plan(desired_of(FIRST, policy_document(RULE)))
    world.wire.plant(*BATCH, answering(400, {"error": "error.bad"}), times=9)
    report = world.apply(plan)
    assert [each.outcome for each in report.results] == [DONE, DONE, FAILED, SKIPPED]
    assert report.contacts == {"untried": 6}


def test_contacts_of_steps_after_one_that_went_wrong_are_told(world: World) -> None:
    """As not tried: the campaign had moved."""
    plan = world.plan(DESIRED)
    world.set_campaign(maxTries=7)
    (skipped,) = [each for each in world.apply(plan).results if each.step.contact_ids]
    assert (skipped.outcome, skipped.contacts) == (SKIPPED, Contacts(untried=tuple(range(1, 7))))
