"""Plan → apply → plan is empty (S7), and what is sent on the way (S1 to S5)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.api.endpoints.batches import update_contacts
from reconciler.api.endpoints.campaigns import add_fields, delete_campaign, patch_campaign
from reconciler.applying.results import Outcome
from reconciler.errors import WriteRefused
from reconciler.kinds.contact import BATCH_FIELDS
from reconciler.planning.plan import Action, Plan
from reconciler.planning.saved import loads
from reconciler.render.plan_json import plan_json
from tests.applying.world import World, account, campaign, contacts
from tests.planning.building import campaign_document, desired_of, policy_document

GOLD = {"customFieldConditions": [{"customFieldName": "Category", "condition": "eq", "value": "Gold"}]}
RULES = (
    {"name": "skipped", "match": {"contactIds": [3, 6]}, "skip": True},
    {"name": "gold", "match": GOLD | {"excluded": False}, "set": {"assignedAgentId": "chloe", "priority": 1}},
    {"name": "others", "match": "all", "set": {"assignedAgentId": "bruno"}},
)
SETTINGS = {
    "maxTries": 8,
    "userIds": ["bruno", "chloe"],
    "isPaused": False,
    "nextTryDelay": "2h",
    "folder": None,
    "autoPurge": {"enabled": True, "lastAttemptBeforeDays": 90},
}


def _desired() -> Any:
    fields = ["Category", "Note", {"name": "Mobile", "isPhoneNumber": True}]
    return desired_of(campaign_document(settings=SETTINGS, customFields=fields), policy_document(*RULES))


def _world(folder: Path, count: int = 40, **options: Any) -> World:
    people = contacts(count)
    people[7] |= {"state": "processing_in_progress"}
    return World.of(folder, account(campaign(folder="Old"), campaign(101), people=people), **options)


@pytest.mark.parametrize("page_base", ["zero", "one", "mixed"])
def test_plan_apply_plan_is_empty(tmp_path: Path, page_base: str) -> None:
    """Whatever pages are counted from, over more pages than one; what is in a call is deferred (S7)."""
    world = _world(tmp_path, 1203, page_base=page_base)
    plan = world.plan(_desired())
    report = world.apply(plan)
    assert report.complete, report.results
    again = world.plan(_desired())
    assert again.steps == ()
    assert {each.action for each in again.changes} == {Action.NONE}
    assert again.summary.contacts_deferred == plan.summary.contacts_deferred == 1
    assert world.apply(again).results == ()


def test_the_order_of_the_calls(tmp_path: Path) -> None:
    """Fields, settings with the members added, contacts, members removed, unpause alone."""
    world = _world(tmp_path)
    world.set_contact(8, state="processing_not_in_progress")
    assert world.apply(world.plan(_desired())).complete
    shapes = [(each.method, each.path.rsplit("/", 1)[-1], sorted(each.body)) for each in world.wire.writes]
    assert shapes == [
        ("POST", "field", ["newCustomFields"]),
        ("PATCH", "100", ["autoPurge", "folder", "maxTries", "nextTryDelay", "userIds"]),
        ("POST", "update", ["data", "query"]),
        ("POST", "update", ["data", "query"]),
        ("PATCH", "100", ["userIds"]),
        ("PATCH", "100", ["isPaused"]),
    ]


def test_agents_who_stay_are_members_all_the_time(tmp_path: Path) -> None:
    """No PATCH takes away somebody who is in both sides (notes, trap 14)."""
    world = _world(tmp_path)
    world.apply(world.plan(_desired()))
    members = [set(each.body["userIds"]) for each in world.wire.writes if "userIds" in each.body]
    assert members == [{543, 544, 545}, {544, 545}]


def test_batches_hold_planned_contacts_and_named_fields_alone(tmp_path: Path) -> None:
    """Only contactIds, at most 500, only planned ones, each once; only the fields that rules name (S2, S4, S5)."""
    world = _world(tmp_path, 1203)
    plan = world.plan(_desired())
    world.apply(plan)
    batches = [each.body for each in world.wire.writes if each.path.endswith("/contact-batch/update")]
    planned = [number for each in plan.changes for group in each.contacts for number in group.contact_ids]
    written = [number for each in batches for number in each["query"]["contactIds"]]
    assert [sorted(each) for each in batches] == [["data", "query"]] * len(batches)
    assert {tuple(each["query"]) for each in batches} == {("contactIds",)}
    assert all(0 < len(each["query"]["contactIds"]) <= 500 for each in batches)
    assert sorted(written) == sorted(planned)
    assert len(set(written)) == len(written)
    assert {name for each in batches for name in each["data"]} == {"assignedAgentId", "priority"}
    assert not {3, 6, 8} & set(written)


def test_nothing_else_is_written(tmp_path: Path) -> None:
    """Of the contacts and campaigns that no manifest names, not a byte changes (S5)."""
    world = _world(tmp_path)
    untouched = [world.contact(3), world.contact(6), world.contact(8), world.campaign(101)]
    before = world.contact(9)
    world.apply(world.plan(_desired()))
    assert [world.contact(3), world.contact(6), world.contact(8), world.campaign(101)] == untouched
    moved = {name for name, value in world.contact(9).items() if before[name] != value}
    assert moved == {"assignedAgentId", "priority", "lastUpdatedAt", "lastUpdatedBy"}


def test_planning_sends_no_write(tmp_path: Path) -> None:
    """Through the client that planning gets, no write can be reached (S1)."""
    world = _world(tmp_path)
    world.plan(_desired())
    assert world.wire.sent
    assert world.wire.writes == []
    with world.client(writable=False) as client:
        for flow in (patch_campaign(100, {"maxTries": 1}), delete_campaign(100)):
            with pytest.raises(WriteRefused):
                client.run(flow)
        with pytest.raises(WriteRefused):
            client.run(update_contacts(100, [1], {"priority": 1}))
        with pytest.raises(WriteRefused):
            client.run(add_fields(100, {"New": False}))
    assert world.wire.writes == []


def test_a_saved_plan_is_applied_as_it_was_reviewed(tmp_path: Path) -> None:
    """Written, read and applied: the same calls as of the plan itself."""
    worlds = []
    for name in ("fresh", "saved"):
        (tmp_path / name).mkdir()
        world = _world(tmp_path / name)
        plan = world.plan(_desired())
        made: Plan = plan if name == "fresh" else loads(plan_json(plan).encode(), "p.json")
        assert world.apply(made).complete
        worlds.append([(each.method, each.path, each.text) for each in world.wire.writes])
    assert worlds[0] == worlds[1]


def test_every_field_of_a_contact_that_a_rule_may_set_sticks(tmp_path: Path) -> None:
    """Set, read back, and planned again: nothing differs."""
    numbers = ("priority", "triesNumber", "agentId", "wrapupId", "calendarId", "region")
    values: dict[str, Any] = dict.fromkeys(numbers, 7)
    values |= dict.fromkeys(("retryDate", "minCallingDateTime", "maxCallingDateTime"), "2026-12-01T10:00:00+01:00")
    values |= {"excluded": True, "assignedAgentId": "alice", "contactCardDisplayNumber": "+33 199 001 001"}
    assert set(values) == set(BATCH_FIELDS)
    held = campaign(displayedPhoneNumbers=["33199001001"])
    world = World.of(tmp_path, account(held, people=contacts(3)))
    desired = desired_of(campaign_document(), policy_document({"name": "all", "match": "all", "set": values}))
    assert world.apply(world.plan(desired)).complete
    assert world.plan(desired).steps == ()


def test_a_campaign_as_desired_is_left_alone(tmp_path: Path) -> None:
    """No step, no request but the reads, no write."""
    world = _world(tmp_path)
    plan = world.plan(desired_of(campaign_document(settings={"maxTries": 5, "userIds": ["bruno", "alice"]})))
    sent = len(world.wire.sent)
    report = world.apply(plan)
    assert (report.results, report.complete, report.only_stale) == ((), True, False)
    assert len(world.wire.sent) == sent
    assert report.count(Outcome.DONE) == 0
