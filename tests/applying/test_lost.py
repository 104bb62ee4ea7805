"""Answers that are lost, wrong or refused: each outcome says what happened, and no write is repeated blindly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.applying.faults import (
    BATCH,
    DESIRED,
    DONE,
    FAILED,
    FIELD,
    GET,
    PATCH,
    SEARCH,
    SKIPPED,
    UNKNOWN,
    outcomes,
    planted,
    small_world,
)
from tests.applying.wire import Answer, Fault, after, answering, lost_after, lost_before
from tests.applying.world import World
from tests.planning.building import campaign_document, desired_of


@pytest.mark.parametrize("where", [PATCH, FIELD, BATCH])
def test_a_lost_answer_is_looked_up(world: World, where: tuple[str, str]) -> None:
    """What reading back finds as written is done: a write that is not repeatable is never sent twice."""
    _, report = planted(world, where, lost_after)
    assert report.complete, report.results
    sent = [each.path for each in world.wire.writes if each.path.endswith(("/field", "/update"))]
    assert len(sent) == len(set(sent)) == 2
    assert where is PATCH or any("reading back shows that it was done" in each.detail for each in report.results)


def test_a_batch_whose_answer_was_lost_is_unknown_and_not_repeated(tmp_path: Path) -> None:
    """It may still run: the campaign stops there, and the next run waits for it and finds what is left (S8)."""
    world = small_world(tmp_path, batch_seconds=30)
    _, report = planted(world, BATCH, lost_after)
    assert outcomes(report) == [DONE, DONE, UNKNOWN, SKIPPED, DONE]
    assert len([each for each in world.wire.writes if each.path.endswith("/update")]) == 1
    assert world.campaign()["isPaused"] is True
    assert world.apply(world.plan(DESIRED)).complete
    assert "busy" in world.notes.waits
    assert world.plan(DESIRED).steps == ()


@pytest.mark.parametrize("where", [FIELD, BATCH])
def test_a_connection_lost_before_the_commit_is_unknown(world: World, where: tuple[str, str]) -> None:
    """The client can't tell it from one that was carried out: it is sent once, and said to be unknown."""
    _, report = planted(world, where, lost_before)
    step = 0 if where is FIELD else 2
    assert report.results[step].outcome is UNKNOWN
    assert {each.outcome for each in report.results[step + 1 : 4]} == {SKIPPED}
    assert report.results[4].outcome is DONE
    assert not report.only_stale


def test_a_patch_is_repeated_after_a_lost_connection(world: World) -> None:
    """Repeating it is harmless."""
    _, report = planted(world, PATCH, lost_before, times=2)
    assert report.complete


def test_a_patch_that_never_arrives_is_unknown(world: World) -> None:
    """Every attempt was lost, and reading back does not show it."""
    _, report = planted(world, PATCH, lost_before, times=99)
    assert outcomes(report) == [DONE, UNKNOWN, SKIPPED, SKIPPED, DONE]
    assert "maxTries" in report.results[1].detail


def test_a_patch_whose_first_attempt_was_carried_out_is_not_called_failed(world: World) -> None:
    """Lost after the commit, then refused: what counts is what the account holds."""
    plan = world.plan(DESIRED)
    world.wire.plant(*PATCH, lost_after)
    world.wire.plant(*PATCH, answering(400, {"error": "error.bad.format"}))
    report = world.apply(plan)
    assert report.complete
    assert "reading back" in report.results[1].detail


@pytest.mark.parametrize("where", [PATCH, FIELD, BATCH])
@pytest.mark.parametrize(
    "fault", [answering(500, {"error": "error.internal"}), answering(502, b"<html>", "text/html")], ids=["500", "502"]
)
def test_a_server_fault_on_a_write_is_unknown(world: World, where: tuple[str, str], fault: Fault) -> None:
    """It is not repeated; nothing later of the campaign is begun."""
    _, report = planted(world, where, fault, times=99)
    step = {FIELD: 0, PATCH: 1, BATCH: 2}[where]
    assert outcomes(report) == [DONE] * step + [UNKNOWN] + [SKIPPED] * (3 - step) + [DONE]


@pytest.mark.parametrize("where", [PATCH, FIELD, BATCH])
def test_html_in_place_of_an_answer_is_not_taken_for_success(world: World, where: tuple[str, str]) -> None:
    """A proxy's page with status 200 has written nothing."""
    _, report = planted(world, where, answering(200, b"<html>log in</html>", "text/html"), times=99)
    step = {FIELD: 0, PATCH: 1, BATCH: 2}[where]
    assert report.results[step].outcome is UNKNOWN
    assert "log in" not in report.results[step].detail


@pytest.mark.parametrize("where", [PATCH, FIELD, BATCH])
@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_refused_write_has_failed(world: World, where: tuple[str, str], status: int) -> None:
    """The API's code is in the detail; the other campaign goes on."""
    _, report = planted(world, where, answering(status, {"error": "error.bad.format"}), times=99)
    step = {FIELD: 0, PATCH: 1, BATCH: 2}[where]
    assert outcomes(report) == [DONE] * step + [FAILED] + [SKIPPED] * (3 - step) + [DONE]
    assert "error.bad.format" in report.results[step].detail
    assert (report.complete, report.only_stale) == (False, False)


@pytest.mark.parametrize("where", [GET, SEARCH])
@pytest.mark.parametrize("fault", [lost_before, answering(500, {}), answering(200, b"<html>", "text/html")])
def test_when_reading_before_the_write_fails_nothing_is_sent(
    world: World, where: tuple[str, str], fault: Fault
) -> None:
    """That is a failure and not unknown: surely nothing was written."""
    _, report = planted(world, where, fault, times=99)
    step = 0 if where[0] == "GET" else 2
    assert report.results[step].outcome is FAILED
    assert all(each.outcome is SKIPPED for each in report.results[step + 1 : 4])
    assert len([each for each in world.wire.writes if "/100" in each.path]) == step


@pytest.mark.parametrize(("where", "read"), [(PATCH, GET), (BATCH, SEARCH)])
def test_when_reading_back_fails_the_step_is_unknown(
    world: World, where: tuple[str, str], read: tuple[str, str]
) -> None:
    """It was sent; nobody has seen whether it stuck."""
    plan = world.plan(DESIRED)
    world.wire.plant(*where, after(lambda: world.wire.plant(*read, answering(500, {}), times=99)))
    report = world.apply(plan)
    assert report.results[1 if where is PATCH else 2].outcome is UNKNOWN


def test_a_value_that_does_not_stick_has_failed(world: World) -> None:
    """The API took it, and holds another: that is no success (notes, trap 14: agents that do not exist)."""
    _, report = planted(world, PATCH, after(lambda: None))
    assert report.complete
    plan = world.plan(desired_of(campaign_document(settings={"maxTries": 3})))
    world.wire.plant(*PATCH, answering(200, {}))
    (result,) = world.apply(plan).results
    assert (result.outcome, result.detail) == (
        FAILED,
        "the API took it, but the account still holds other values of maxTries",
    )


def test_a_field_that_does_not_show_has_failed(world: World) -> None:
    """The answer is the campaign without it."""
    _, report = planted(world, FIELD, answering(200, {"id": 100, "name": "A", "customFields": []}))
    assert outcomes(report) == [FAILED, SKIPPED, SKIPPED, SKIPPED, DONE]


def test_a_refused_write_has_failed_also_when_nothing_can_be_read_any_more(world: World) -> None:
    """The token was revoked in between: the API said no, and that is known."""
    plan = world.plan(DESIRED)
    world.wire.plant(*PATCH, _revoked(world))
    assert outcomes(world.apply(plan))[:3] == [DONE, FAILED, SKIPPED]


def _revoked(world: World) -> Fault:
    async def fault(_: Any, __: Any) -> Answer:
        world.wire.plant(*GET, answering(401, {}), times=99)
        return Answer(401, b"{}")

    return fault
