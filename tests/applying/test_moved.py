"""The account moves between plan and apply: what moved is said, and nothing of it is overwritten."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.applying.results import Contacts, Moved
from tests.applying.faults import (
    BATCH,
    DESIRED,
    DONE,
    FIELD,
    FIRST,
    PATCH,
    RULE,
    SKIPPED,
    STALE,
    outcomes,
    small_world,
)
from tests.applying.wire import Answer, Fault, after
from tests.applying.world import World, account, campaign
from tests.conftest import NOW
from tests.planning.building import campaign_document, desired_of, policy_document


def test_every_write_is_noted_before_and_after(world: World) -> None:
    """The journal has `sending` before each write and `result` after it, in each campaign (design, applying)."""
    report = world.apply(world.plan(DESIRED))
    assert outcomes(report) == [DONE] * 5
    first = [(name, entry["step"]) for name, entry in world.notes.events if entry.get("campaignId") == 100]
    assert first == [
        ("sending", 1), ("result", 1), ("sending", 2), ("result", 2),
        ("sending", 3), ("accepted", 3), ("ended", 3), ("result", 3), ("sending", 4), ("result", 4),
    ]  # fmt: skip
    assert (world.notes.names[0], world.notes.names[-1]) == ("begin", "end")
    assert str(world.notes.events[0][1]["plan"]).startswith("sha256:")


def test_the_note_comes_before_the_write_leaves(world: World) -> None:
    """When a write reaches the API, the journal already says so."""
    seen: list[list[str]] = []
    for where in (PATCH, FIELD, BATCH):
        world.wire.plant(*where, after(lambda: seen.append([*world.notes.names])), times=9)
    world.apply(world.plan(desired_of(FIRST, policy_document(RULE))))
    assert [each[-1] for each in seen] == ["sending"] * 4


def test_a_console_edit_makes_the_campaign_stale_field_by_field(world: World) -> None:
    """What moved is said, nothing is overwritten, and the other campaign goes on."""
    plan = world.plan(DESIRED)
    world.set_campaign(maxTries=7)
    report = world.apply(plan)
    assert outcomes(report) == [STALE, SKIPPED, SKIPPED, SKIPPED, DONE]
    assert report.results[0].moved == (Moved("maxTries", 5, 7),)
    assert (world.campaign()["maxTries"], world.campaign()["isPaused"]) == (7, True)
    assert "New" not in world.campaign()["customFields"]  # what can't be undone is not begun either
    assert (report.only_stale, report.complete) == (True, False)


def test_an_unrelated_edit_does_not_block(world: World) -> None:
    """Only what the plan touches is held against it."""
    plan = world.plan(DESIRED)
    world.set_campaign(folder="Elsewhere", lastUpdatedBy="somebody")
    world.set_contact(1, priority=3)
    assert world.apply(plan).complete
    assert (world.campaign()["folder"], world.contact(1)["priority"]) == ("Elsewhere", 3)


def test_an_edit_that_makes_it_so_is_no_fault(world: World) -> None:
    """What is already as planned is done, without a write."""
    plan = world.plan(DESIRED)
    world.set_campaign(maxTries=8, isPaused=False, customFields=["First_Name", "Category", "Phone", "New"])
    for number in range(1, 7):
        world.set_contact(number, assignedAgentId=543)
    report = world.apply(plan)
    assert report.complete
    assert {each.detail for each in report.results[:4]} == {"already as planned"}
    assert [each.path for each in world.wire.writes] == ["/api/v1/voice/campaigns/101"]
    assert report.results[2].contacts == Contacts(already=(1, 2, 3, 4, 5, 6))


def test_members_that_the_console_already_joined_still_leave(tmp_path: Path) -> None:
    """A first PATCH that has nothing to do is no reason to take the second one for stale."""
    world = small_world(tmp_path)
    desired = desired_of(campaign_document(settings={"userIds": ["alice", "chloe"]}), policy_document(RULE))
    plan = world.plan(desired)
    world.set_campaign(userIds=[543, 544, 545])
    assert world.apply(plan).complete
    assert set(world.campaign()["userIds"]) == {543, 545}


def test_a_member_whom_the_console_adds_is_not_removed(tmp_path: Path) -> None:
    """The plan never saw him: stale, field by field."""
    world = small_world(tmp_path)
    desired = desired_of(campaign_document(settings={"userIds": ["alice", "chloe"]}), policy_document(RULE))
    plan = world.plan(desired)
    world.wire.plant(*BATCH, after(lambda: world.set_campaign(userIds=[543, 544, 545, 599])))
    report = world.apply(plan)
    assert outcomes(report) == [DONE, DONE, STALE]
    assert report.results[2].moved == (Moved("userIds", [543, 544, 545], [543, 544, 545, 599]),)
    assert 599 in world.campaign()["userIds"]


def test_an_object_that_the_console_edits_is_stale(tmp_path: Path) -> None:
    """It is sent whole: an entry that no manifest names would be set back."""
    purge = {"lastAttemptBeforeDays": 90}
    world = World.of(tmp_path, account(campaign(autoPurge=purge)))
    plan = world.plan(desired_of(campaign_document(settings={"autoPurge": {"lastAttemptBeforeDays": 30}})))
    world.set_campaign(autoPurge=purge | {"excluded": True, "invented": 7})
    (result,) = world.apply(plan).results
    assert [(each.what, each.found) for each in result.moved] == [
        ("autoPurge.excluded", True),
        ("autoPurge.invented", 7),
    ]
    assert world.wire.writes == []


def test_an_object_with_an_entry_that_nobody_knows_is_applied(tmp_path: Path) -> None:
    """An option that the vendor adds stays as it is and breaks nothing."""
    world = World.of(tmp_path, account(campaign(autoPurge={"lastAttemptBeforeDays": 90})))
    world.set_campaign(autoPurge={"lastAttemptBeforeDays": 90, "invented": 7})
    plan = world.plan(desired_of(campaign_document(settings={"autoPurge": {"lastAttemptBeforeDays": 30}})))
    assert plan.steps[0].body["autoPurge"] == {"enabled": True, "lastAttemptBeforeDays": 30, "invented": 7}
    world.wire.plant(*PATCH, _accepting(world))
    assert world.apply(plan).complete


def _accepting(world: World) -> Fault:
    """An API that keeps whatever options it gets."""

    async def fault(sent: Any, _: Any) -> Answer:
        purge = {name: value for name, value in sent.body["autoPurge"].items() if name != "enabled"}
        world.set_campaign(autoPurge=purge)
        return Answer(200, b"{}")

    return fault


@pytest.mark.parametrize("step", ["settings", "fields"])
def test_an_archived_campaign_is_stale(world: World, step: str) -> None:
    """It was not when the plan was made, and can't be updated any more."""
    plan = world.plan(DESIRED if step == "fields" else desired_of(campaign_document(settings={"maxTries": 8})))
    world.set_campaign(isArchived=True)
    report = world.apply(plan)
    assert report.results[0].moved == (Moved("isArchived", False, True),)
    assert report.results[0].outcome is STALE


def test_a_field_that_came_up_with_another_type_is_stale(world: World) -> None:
    """It can never be changed (notes, trap 9)."""
    plan = world.plan(DESIRED)
    world.set_campaign(customFields=["New"], phoneFields=["New"])
    report = world.apply(plan)
    assert outcomes(report) == [STALE, SKIPPED, SKIPPED, SKIPPED, DONE]
    assert report.results[0].moved == (Moved("New", None, "phone number"),)


def test_a_value_that_is_sent_though_the_contact_had_it_is_held_against_the_plan_too(tmp_path: Path) -> None:
    """It shares its batch with others who get it; by now it has another, and is left alone."""
    people = [{"id": 1, "contactId": 1, "campaignId": 100, "priority": 5, "triesNumber": 3},
              {"id": 2, "contactId": 2, "campaignId": 100, "priority": 9, "triesNumber": 0}]  # fmt: skip
    world = World.of(tmp_path, account(campaign(), people=people))
    rule = {"name": "all", "match": "all", "set": {"priority": 9, "triesNumber": 3}}
    plan = world.plan(desired_of(campaign_document(), policy_document(rule)))
    assert [(each.contact_ids, each.data) for each in plan.steps] == [((1, 2), {"priority": 9, "triesNumber": 3})]
    world.set_contact(1, triesNumber=7)
    (result,) = world.apply(plan).results
    assert (result.contacts.moved, result.contacts.done) == ((1,), (2,))
    assert result.moved == (Moved("contact 1 triesNumber", 3, 7),)
    assert (world.contact(1)["priority"], world.contact(1)["triesNumber"]) == (5, 7)


TRIED = {"name": "tried", "match": {"minTries": 3}, "set": {"priority": 9}}
EARLIER = {"name": "earlier", "match": {"excluded": True}, "skip": True}


@pytest.mark.parametrize("edit", [{"triesNumber": 0}, {"excluded": True}])
def test_a_contact_that_is_no_more_its_rules_is_left_alone(tmp_path: Path, edit: dict[str, Any]) -> None:
    """What is set on it is as it was; but its rule does not match it any more, or an earlier one does."""
    people = [{"id": each, "contactId": each, "campaignId": 100, "triesNumber": 5} for each in (1, 2)]
    world = World.of(tmp_path, account(campaign(), people=people))
    desired = desired_of(campaign_document(), policy_document(EARLIER, TRIED))
    plan = world.plan(desired)
    before = world.contact(1)["priority"]
    world.set_contact(1, **edit)
    (result,) = world.apply(plan, desired=desired).results
    assert (result.contacts.moved, result.contacts.done) == ((1,), (2,))
    assert result.moved == (Moved("contact 1", "its rule's", "matched by it no more"),)
    assert (world.contact(1)["priority"], world.contact(2)["priority"]) == (before, 9)


def test_relative_moments_mean_what_they_meant_in_the_plan(tmp_path: Path) -> None:
    """Whatever the time is when it is applied: half an hour before the plan is less than an hour."""
    called = (NOW - timedelta(minutes=30)).isoformat()
    people = [{"id": each, "contactId": each, "campaignId": 100, "lastCallTime": called} for each in (1, 2)]
    world = World.of(tmp_path, account(campaign(), people=people))
    rule = {"name": "old", "match": {"lastCallAfter": "-1h"}, "set": {"priority": 9}}
    desired = desired_of(campaign_document(), policy_document(rule))
    plan = world.plan(desired)
    world.set_contact(1, lastCallTime="2026-01-01T00:00:00Z")
    (result,) = world.apply(plan, desired=desired).results
    assert (result.contacts.moved, result.contacts.done) == ((1,), (2,))
