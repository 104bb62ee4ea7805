"""What a run knows of its writes and notes of them: what was read back, which batch has ended, who is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.applying.results import Contacts
from reconciler.store.traces import open_batches
from tests.applying.endings import ARCHIVED, DELETE, DELETED, gone, running_world
from tests.applying.faults import (
    BATCH,
    DESIRED,
    DONE,
    FAILED,
    GET,
    ONE_BY_ONE,
    PATCH,
    PUT,
    SEARCH,
    SKIPPED,
    UNKNOWN,
    grouped_world,
    outcomes,
)
from tests.applying.wire import Answer, Fault, after, answering, lost_after
from tests.applying.world import Interruption, World

ALL = (1, 2, 3, 4, 5, 6)
NOT_FOUND = answering(404, {"error": "error.not.found"})


def test_all_written_contacts_are_read_back(world: World) -> None:
    """And the report and the journal say how many."""
    report = world.apply(world.plan(DESIRED))
    assert [each.read_back for each in report.results] == [0, 0, 6, 0, 0]
    noted = [entry.get("readBack") for name, entry in world.notes.events if name == "result"]
    assert sorted(noted, key=str) == [6, None, None, None, None]


def test_contacts_that_were_written_one_by_one_are_read_back(tmp_path: Path) -> None:
    """Those that were sent, whatever came of it; the others were not written."""
    world = grouped_world(tmp_path)
    world.set_contact(2, state="processing_in_progress")
    plan = world.plan(ONE_BY_ONE)
    world.set_contact(3, priority=4)
    world.wire.plant(*PUT, answering(400, {}))
    result = world.apply(plan, parallelism=1).results[0]
    assert result.contacts == Contacts(done=(4, 5, 6), failed=(1,), moved=(3,))
    assert result.read_back == 4


def test_where_reading_back_fails_nothing_was_read_back(world: World) -> None:
    """What was written is then unknown, each contact of it."""
    plan = world.plan(DESIRED)
    world.wire.plant(*BATCH, after(lambda: world.wire.plant(*SEARCH, answering(500, {}), times=99)))
    result = world.apply(plan).results[2]
    assert (result.outcome, result.contacts, result.read_back) == (UNKNOWN, Contacts(unknown=ALL), 0)


def test_the_end_of_a_batch_is_noted_before_its_contacts_are_read_back(world: World) -> None:
    """A run that is killed then has left nothing that still runs."""
    plan = world.plan(DESIRED)
    seen: list[list[str]] = []
    world.wire.plant(*SEARCH, after(lambda: None))  # before the batch
    world.wire.plant(*SEARCH, after(lambda: seen.append([*world.notes.names])))
    assert world.apply(plan, parallelism=1).complete
    assert [each[-2:] for each in seen] == [["accepted", "ended"]]
    events = [{"event": name} | entry for name, entry in world.notes.events]
    number = world.notes.names.index("ended")
    assert [len(open_batches(events[:end])) for end in (number, number + 1)] == [1, 0]


def test_a_batch_that_was_not_seen_to_end_may_still_run(world: World) -> None:
    """Nothing is noted of an end that nobody saw."""
    plan = world.plan(DESIRED)
    world.wire.plant("GET", "/contact-batch/status/", answering(200, {"status": "ACCEPTED"}), times=100_000)
    world.apply(plan)
    assert "ended" not in world.notes.names


@pytest.mark.parametrize("times", [1, 9])
def test_a_campaign_that_is_still_listed_is_not_called_gone(tmp_path: Path, times: int) -> None:
    """One answer that denies it is no proof: the list of all campaigns has it."""
    world = running_world(tmp_path)
    world.set_campaign(isPaused=True, isArchived=True)
    plan = world.plan(DELETED)
    world.wire.plant(*GET, NOT_FOUND, times=times)
    report = world.apply(plan)
    assert outcomes(report) == [FAILED]
    assert not gone(world)


def test_a_deletion_that_was_not_carried_out_is_not_called_done(tmp_path: Path) -> None:
    """The API took it, and denies that the campaign is there; the list has it."""
    world = running_world(tmp_path)
    plan = world.plan(DELETED)

    async def denied(_: Any, __: Any) -> Answer:
        world.wire.plant(*GET, NOT_FOUND)
        return Answer(200, b"{}")

    world.wire.plant(*DELETE, denied)
    report = world.apply(plan)
    assert outcomes(report) == [DONE, DONE, UNKNOWN]
    assert not gone(world)


def test_a_campaign_that_is_not_to_be_deleted_and_is_gone_has_failed(tmp_path: Path) -> None:
    """Nobody knows what became of it: only a deletion takes that for done."""
    world = running_world(tmp_path)
    plan = world.plan(ARCHIVED)
    world.wire.plant(*GET, NOT_FOUND, times=9)
    assert outcomes(world.apply(plan)) == [FAILED, SKIPPED]


def test_contacts_of_a_step_that_was_stopped_while_it_waited_are_told(world: World) -> None:
    """They were not tried."""
    plan = world.plan(DESIRED)
    world.wire.plant(*BATCH, answering(409, {}), times=10_000)
    press = Interruption()

    def pause(_: float) -> None:
        press()
        press.settle()

    with press.heard():
        report = world.apply(plan, pause=pause)
    assert report.interrupted
    assert (report.results[2].outcome, report.results[2].contacts) == (SKIPPED, Contacts(untried=ALL))


def test_a_refusal_of_a_repetition_is_no_proof_that_nothing_was_written(world: World) -> None:
    """The first attempt was carried out and its answer lost; the second is refused; and nobody can read any more."""
    plan = world.plan(DESIRED)
    world.wire.plant(*PATCH, lost_after)
    world.wire.plant(*PATCH, _refusing(world, GET))
    report = world.apply(plan)
    assert outcomes(report) == [DONE, UNKNOWN, SKIPPED, SKIPPED, DONE]
    assert world.campaign()["maxTries"] == 8


def test_a_setting_that_is_refused_for_now_is_not_taken_for_written(world: World) -> None:
    """409, and then it is taken: nobody else has moved anything (the fault law found this called stale)."""
    plan = world.plan(DESIRED)
    world.wire.plant(*PATCH, answering(409, {}), times=2)
    assert outcomes(world.apply(plan)) == [DONE] * 5
    assert world.campaign()["maxTries"] == 8


def test_a_refusal_of_a_repeated_contact_is_no_proof_either(tmp_path: Path) -> None:
    """Of those that were refused without a repetition it is sure."""
    world = grouped_world(tmp_path, 1)
    plan = world.plan(ONE_BY_ONE)
    world.wire.plant(*PUT, lost_after)
    world.wire.plant(*PUT, _refusing(world, SEARCH))
    result = world.apply(plan).results[0]
    assert (result.outcome, result.contacts) == (UNKNOWN, Contacts(unknown=(1,)))


def _refusing(world: World, reading: tuple[str, str]) -> Fault:
    """The API refuses, and from then on nothing can be read."""

    async def fault(*given: Any) -> Answer:
        world.wire.plant(*reading, answering(500, {}), times=99)
        answer: Answer = await answering(400, {})(*given)
        return answer

    return fault
