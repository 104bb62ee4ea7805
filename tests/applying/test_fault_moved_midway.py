"""The console edits a campaign in the middle of an apply: what the plan's other steps wrote, or are about to write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.applying.results import Moved
from tests.applying.faults import BATCH, DONE, FIELD, PATCH, PUT, SKIPPED, STALE, outcomes
from tests.applying.wire import after
from tests.applying.world import World, account, campaign, contacts
from tests.planning.building import campaign_document, desired_of, policy_document

PURGE = {"lastAttemptBeforeDays": 90}
SETTINGS = {"maxTries": 8, "isPaused": False, "userIds": ["alice", "chloe"], "autoPurge": {"maxTriesReached": True}}
RULE = {"name": "all", "match": "all", "set": {"assignedAgentId": "alice"}}
#: Steps: field, settings with who comes, contacts, who leaves, unpause.
DESIRED = desired_of(campaign_document(settings=SETTINGS, customFields=["New"]), policy_document(RULE))
#: Steps: pause, field, settings.
PAUSING = desired_of(campaign_document(settings={"maxTries": 8, "isPaused": True}, customFields=["New"]))


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A paused campaign."""
    return World.of(tmp_path, account(campaign(autoPurge=PURGE), people=contacts(4)))


@pytest.mark.parametrize(
    ("edit", "moved"),
    [
        ({"maxTries": 7}, [Moved("maxTries", 8, 7)]),
        ({"userIds": [543, 544]}, [Moved("userIds", [543, 544, 545], [543, 544])]),
        ({"autoPurge": PURGE}, [Moved("autoPurge.maxTriesReached", True, None)]),
        (
            {"maxTries": 7, "autoPurge": None},
            [Moved("maxTries", 8, 7), Moved("autoPurge.maxTriesReached", True, None)],
        ),
    ],
    ids=["plain", "members", "object", "both"],
)
def test_what_an_earlier_step_wrote_is_changed_back(world: World, edit: dict[str, Any], moved: list[Moved]) -> None:
    """The next step of the campaign sees it: nobody starts calling with what was not reviewed."""
    plan = world.plan(DESIRED)
    world.wire.plant(*BATCH, after(lambda: world.set_campaign(**edit)))
    report = world.apply(plan)
    assert outcomes(report) == [DONE, DONE, DONE, STALE, SKIPPED]
    assert list(report.results[3].moved) == moved
    assert (report.only_stale, world.campaign()["isPaused"]) == (True, True)
    assert {name: world.campaign()[name] for name in edit} == edit


@pytest.mark.parametrize(
    ("edit", "moved"),
    [
        ({"maxTries": 7}, Moved("maxTries", 5, 7)),
        ({"userIds": [543]}, Moved("userIds", [543, 544], [543])),
        ({"autoPurge": {"excluded": True}}, Moved("autoPurge.lastAttemptBeforeDays", 90, None)),
    ],
    ids=["plain", "members", "object"],
)
def test_what_a_later_step_writes_is_changed_before_it(world: World, edit: dict[str, Any], moved: Moved) -> None:
    """After the field was added: it stays, and the rest is left alone."""
    plan = world.plan(DESIRED)
    world.wire.plant(*FIELD, after(lambda: world.set_campaign(**edit)))
    report = world.apply(plan)
    assert outcomes(report) == [DONE, STALE, SKIPPED, SKIPPED, SKIPPED]
    assert moved in report.results[1].moved
    assert [each.method for each in world.wire.writes] == ["POST"]


def test_a_field_is_not_added_once_a_setting_of_the_plan_has_moved(tmp_path: Path) -> None:
    """It could never be removed."""
    world = World.of(tmp_path, account(campaign(isPaused=False)))
    plan = world.plan(PAUSING)
    world.wire.plant(*PATCH, after(lambda: world.set_campaign(maxTries=7)))
    report = world.apply(plan)
    assert outcomes(report) == [DONE, STALE, SKIPPED]
    assert report.results[1].moved == (Moved("maxTries", 5, 7),)


def test_a_field_of_another_type_comes_up_meanwhile(tmp_path: Path) -> None:
    """It can never be changed."""
    world = World.of(tmp_path, account(campaign(isPaused=False)))
    plan = world.plan(PAUSING)
    world.wire.plant(*PATCH, after(lambda: world.set_campaign(customFields=["New"], phoneFields=["New"])))
    report = world.apply(plan)
    assert outcomes(report) == [DONE, STALE, SKIPPED]
    assert report.results[1].moved == (Moved("New", None, "phone number"),)


def test_a_campaign_that_was_paused_and_calls_again_meanwhile_gets_nothing_more(tmp_path: Path) -> None:
    """The plan wants it paused before anything else of it changes."""
    world = World.of(tmp_path, account(campaign(isPaused=False)))
    plan = world.plan(PAUSING)
    world.wire.plant(*FIELD, after(lambda: world.set_campaign(isPaused=False)))
    report = world.apply(plan)
    assert outcomes(report) == [DONE, DONE, STALE]
    assert report.results[2].moved == (Moved("isPaused", True, False),)
    assert world.campaign()["maxTries"] == 5


@pytest.mark.parametrize(
    "edit", [{"folder": "Elsewhere"}, {"contactPriority": 3}, {"isPaused": False}, {"maxTries": 8}]
)
@pytest.mark.parametrize("where", [FIELD, BATCH, PATCH], ids=["field", "batch", "patch"])
def test_what_the_plan_does_not_touch_or_wants_so_does_not_matter(
    world: World, where: tuple[str, str], edit: dict[str, Any]
) -> None:
    """An unrelated setting, and one that somebody brings to what the plan wants."""
    plan = world.plan(DESIRED)
    world.wire.plant(*where, after(lambda: world.set_campaign(**edit)))
    assert world.apply(plan).complete
    assert {name: world.campaign()[name] for name in edit} == edit


@pytest.mark.parametrize("is_single", [False, True], ids=["batches", "one by one"])
def test_contacts_of_a_later_step_that_move_meanwhile(tmp_path: Path, *, is_single: bool) -> None:
    """While the first step writes its own: those of the second are left alone, field by field."""
    values = [{"priority": 1}, {"priority": 2}]
    rules = [
        {"name": f"r{n}", "match": {"contactIds": ids}, "set": values[n] | ({"comment": "Call"} if is_single else {})}
        for n, ids in enumerate([[1, 2], [3, 4]])
    ]
    world = World.of(tmp_path, account(campaign(), people=contacts(4, priority=9)))
    desired = desired_of(campaign_document(), policy_document(*rules))
    plan = world.plan(desired)
    world.wire.plant(*(PUT if is_single else BATCH), after(lambda: world.set_contact(4, priority=5)))
    report = world.apply(plan, desired=desired, parallelism=1)
    assert outcomes(report) == [DONE, STALE]
    assert report.results[1].moved == (Moved("contact 4 priority", 9, 5),)
    assert (report.results[1].contacts.done, report.results[1].contacts.moved) == ((3,), (4,))
    assert (report.only_stale, world.contact(4)["priority"]) == (True, 5)
