"""A run that ends by itself: its deadline is over, or the API is down. What is in flight is ended; nothing is begun."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.api.breaker import FAILURES
from reconciler.api.client import Client
from reconciler.api.deadline import Deadline
from reconciler.api.rate import Rate
from reconciler.api.request import Request
from reconciler.api.traffic import Traffic
from reconciler.applying.apply import apply_plan
from reconciler.applying.clock import STOPPED, Clock
from reconciler.applying.results import Report
from reconciler.errors import ServerFault
from reconciler.planning.plan import Plan
from tests.applying.faults import (
    BATCH,
    DESIRED,
    DONE,
    FAILED,
    GET,
    ONE_BY_ONE,
    PATCH,
    PUT,
    SKIPPED,
    STALE,
    UNKNOWN,
    grouped_world,
    outcomes,
    small_world,
)
from tests.applying.wire import Fault, after, answering
from tests.applying.world import TOKEN, World, account, campaign
from tests.planning.building import campaign_document, desired_of

OVER = "the deadline of 30m was over"
LENGTH = 1800.0
COUNT = 40
MANY = [
    campaign_document(f"c{each:02}", settings={"name": f"CA {each}", "maxTries": 8}) for each in range(1, COUNT + 1)
]
ALL = ("GET", "PATCH", "POST", "PUT", "DELETE")


class Time:
    """Moves on when told to; the deadline is over after half an hour of it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.traffic = Traffic(deadline=Deadline(LENGTH, "30m", self), seconds=self, pause=self.pause)

    def __call__(self) -> float:
        """The time now."""
        return self.now

    def pause(self, seconds: float) -> None:
        """So many seconds pass."""
        self.now += seconds

    def end(self) -> None:
        """The deadline passes."""
        self.now = LENGTH

    def apply(self, world: World, plan: Plan, parallelism: int = 1) -> Report:
        """The plan applied in this time, as the command does."""
        options: dict[str, Any] = {"journal": world.notes, "progress": world.notes, "pause": self.pause}
        client = Client("http://localhost", TOKEN, application=world.wire, writable=True, traffic=self.traffic)
        with client:
            client.guard_writes(lambda: None)
            return apply_plan(client, plan, parallelism=parallelism, ended=self.traffic.ended, **options)


@pytest.fixture
def time() -> Time:
    """A time of its own."""
    return Time()


def many(folder: Path) -> tuple[World, Plan]:
    """Forty campaigns that differ, and a plan for them."""
    world = World.of(folder, account(*(campaign(99 + each, name=f"CA {each}") for each in range(1, COUNT + 1))))
    plan = world.plan(desired_of(*MANY, campaigns={}))
    world.wire.sent.clear()
    return world, plan


def down(time: Time, seconds: float, status: int = 503) -> Fault:
    """The API answers no more, and says so slowly."""

    async def fault(*given: Any) -> Any:
        time.now += seconds
        return await answering(status, b"", "text/html")(*given)

    return fault


def test_after_the_deadline_nothing_is_begun(tmp_path: Path, time: Time) -> None:
    """What is in flight is ended and read back; the rest says that the deadline was over. It is no interruption."""
    world, plan = many(tmp_path)
    world.wire.plant("PATCH", "/102$", after(time.end))
    report = time.apply(world, plan)
    assert outcomes(report) == [DONE] * 3 + [SKIPPED] * (COUNT - 3)
    assert {each.detail for each in report.results[3:]} == {OVER}
    assert not report.interrupted
    assert [each.path[-3:] for each in world.wire.writes] == ["100", "101", "102"]
    assert world.wire.sent[-1].method == "GET"


def test_a_write_does_not_leave_after_the_deadline(world: World, time: Time) -> None:
    """It passes while the campaign is read: nothing was sent, so nothing is in doubt."""
    plan = world.plan(DESIRED)
    world.wire.plant(*GET, after(time.end))
    report = time.apply(world, plan)
    assert outcomes(report) == [SKIPPED] * 5
    assert OVER in report.results[0].detail
    assert world.wire.writes == []


def test_the_deadline_ends_the_wait_for_a_batch(tmp_path: Path, time: Time) -> None:
    """It was accepted and may run on: unknown, as with an interruption."""
    world = small_world(tmp_path, batch_seconds=10_000)
    report = time.apply(world, world.plan(DESIRED))
    assert outcomes(report) == [DONE, DONE, UNKNOWN, SKIPPED, SKIPPED]
    assert "had not ended when this run stopped waiting" in report.results[2].detail
    assert report.results[2].contacts.unknown == (1, 2, 3, 4, 5, 6)
    assert (report.results[3].detail, report.results[4].detail) == (OVER, OVER)
    assert LENGTH <= time.now < LENGTH + 60


def test_the_deadline_ends_the_wait_for_a_busy_campaign(world: World, time: Time) -> None:
    """Nothing of it was sent."""
    time.now = LENGTH - 100
    plan = world.plan(DESIRED)
    world.wire.plant(*BATCH, answering(409, {}), times=10_000)
    report = time.apply(world, plan)
    assert outcomes(report) == [DONE, DONE, SKIPPED, SKIPPED, SKIPPED]
    assert report.results[2].detail == f"{OVER} while another batch kept it waiting"


def test_no_contact_is_begun_after_the_deadline(tmp_path: Path, time: Time) -> None:
    """Those that were sent are read back, the others were not tried."""
    world = grouped_world(tmp_path)
    plan = world.plan(ONE_BY_ONE)
    world.wire.plant(*PUT, after(time.end))
    report = time.apply(world, plan)
    step = report.results[0]
    assert step.outcome is SKIPPED
    assert step.detail.startswith(OVER)
    assert len(world.wire.writes) == len(step.contacts.done) == 1
    assert len(step.contacts.untried) == 5


def test_an_api_that_is_down_ends_the_run(tmp_path: Path, time: Time) -> None:
    """After the first requests nothing is sent any more, and each step says why."""
    world, plan = many(tmp_path)
    for method in ALL:
        world.wire.plant(method, "/10[2-9]$|/1[1-9].$", down(time, 2.0), times=10_000)
    report = time.apply(world, plan)
    failed = report.count(FAILED)
    assert (report.count(DONE), failed) == (2, FAILURES)
    assert report.count(SKIPPED) == COUNT - 2 - FAILURES
    for each in report.results[2 + FAILURES :]:
        assert each.detail.startswith(
            "the API is down: 5 requests in a row failed in 60 s, and none succeeded; the last"
        )
    assert [each.outcome for each in report.results[2 : 2 + FAILURES]] == [FAILED] * FAILURES
    assert len(world.wire.sent) < 6 * (FAILURES + 3)
    assert not report.interrupted


def test_what_was_sent_before_it_went_down_is_unknown(tmp_path: Path, time: Time) -> None:
    """Neither done nor failed: it could not be read back."""
    world, plan = many(tmp_path)

    def break_down() -> None:
        for method in ALL:
            world.wire.plant(method, "/", down(time, 3.0), times=10_000)

    world.wire.plant("PATCH", "/100$", after(break_down))
    report = time.apply(world, plan)
    assert outcomes(report)[0] is UNKNOWN
    assert "reading it back failed" in report.results[0].detail
    assert report.count(UNKNOWN) == 1
    assert report.count(FAILED) == FAILURES - 1
    assert report.count(SKIPPED) == COUNT - FAILURES
    assert world.campaign(100)["maxTries"] == 8


def test_one_broken_campaign_ends_nothing(tmp_path: Path, time: Time) -> None:
    """The others go on, however long it takes."""
    world, plan = many(tmp_path)
    world.wire.plant("GET", "/105$", down(time, 20.0, 500), times=10_000)
    report = time.apply(world, plan, parallelism=4)
    assert (report.count(DONE), report.count(FAILED)) == (COUNT - 1, 1)


def test_a_limit_of_the_api_is_no_fault_of_it(tmp_path: Path, time: Time) -> None:
    """429 for ever: each step fails by itself."""
    world, plan = many(tmp_path)
    world.wire.plant("GET", "/campaigns/[0-9]+$", down(time, 2.0, 429), times=10_000)
    report = time.apply(world, plan)
    assert report.count(FAILED) == COUNT
    assert all("status 429" in each.detail for each in report.results)


def test_a_batch_of_a_dead_api_is_unknown(tmp_path: Path, time: Time) -> None:
    """It was accepted."""
    world = small_world(tmp_path, batch_seconds=100)
    plan = world.plan(DESIRED)

    def break_down() -> None:
        for method in ALL:
            world.wire.plant(method, "/", down(time, 3.0), times=10_000)

    world.wire.plant("GET", "/contact-batch/status/", after(break_down))
    report = time.apply(world, plan)
    assert outcomes(report)[:4] == [DONE, DONE, UNKNOWN, SKIPPED]


@pytest.mark.parametrize("pause", [None, lambda _: None], ids=["real", "told"])
def test_a_clock_says_why_it_ends(pause: Callable[[float], Any] | None) -> None:
    """A wait ends at once when the run is over, by itself or by somebody."""
    reasons = [""]
    clock = Clock(pause, lambda: reasons[-1])
    assert (clock.stopping, clock.reason, clock.wait(0.001)) == (False, "", False)
    reasons.append(OVER)
    assert (clock.stopping, clock.reason, clock.wait(600)) == (True, OVER, True)
    clock.stop()
    assert (clock.reason, clock.wait(600)) == (STOPPED, True)


def test_a_patch_that_was_lost_is_not_sent_again_after_the_deadline(world: World, time: Time) -> None:
    """It is read back: nobody else knows."""

    async def lost(_: Any, passed: Callable[[], Any]) -> Any:
        await passed()
        time.end()
        raise ConnectionResetError

    plan = world.plan(DESIRED)
    world.wire.plant(*PATCH, lost)
    report = time.apply(world, plan)
    assert outcomes(report) == [DONE, DONE, SKIPPED, SKIPPED, SKIPPED]
    assert len(world.wire.writes) == 2


def test_a_contact_whose_turn_comes_too_late_was_not_tried(tmp_path: Path, time: Time) -> None:
    """With a limit, the deadline passes before it may leave: nothing was sent, and nothing of it failed."""
    world = grouped_world(tmp_path)
    plan = world.plan(ONE_BY_ONE)
    time.traffic.rate = Rate(1 / 500)
    report = time.apply(world, plan)
    step = report.results[0]
    assert (step.outcome, step.contacts.failed) == (SKIPPED, ())
    assert OVER in step.detail
    assert len(world.wire.writes) == len(step.contacts.done) < 4
    assert len(step.contacts.untried) == 6 - len(step.contacts.done)


def test_a_write_that_was_held_back_is_not_in_doubt(world: World, time: Time) -> None:
    """The API is found to be down by others after the campaign was read: nothing was sent."""
    plan = world.plan(DESIRED)

    def open_breaker() -> None:
        time.now += 60.0
        for number in range(FAILURES):
            other = Request("GET", f"/api/v1/voice/campaigns/{number}")
            time.traffic.gave_up(other, ServerFault(other.label, "status 503"), 0.0)

    world.wire.plant(*GET, after(open_breaker))
    report = time.apply(world, plan)
    assert outcomes(report) == [SKIPPED] * 5
    assert world.wire.writes == []


def test_a_deadline_is_no_stale_plan(tmp_path: Path, time: Time) -> None:
    """One campaign has moved, and the deadline kept others from being tried: applied in part."""
    world, plan = many(tmp_path)
    world.set_campaign(100, maxTries=99)
    world.wire.plant("PATCH", "/101$", after(time.end))
    report = time.apply(world, plan)
    assert outcomes(report)[:3] == [STALE, DONE, SKIPPED]
    assert not report.only_stale
