"""What a run wrote, setting by setting and contact by contact: what goes back, and what is said of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from reconciler.errors import ProjectError
from reconciler.planning.plan import Action, Plan, Risk
from reconciler.planning.undoing.run import Deed, PastRun
from tests.applying.remembered import Remembered
from tests.applying.test_apply import GOLD as GOLDEN
from tests.applying.wire import Wire
from tests.applying.world import World, account, campaign, contacts
from tests.laws.oddities import Odd
from tests.planning.building import campaign_document, desired_of, policy_document

OFF = {"lastAttemptBeforeDays": None, "maxTriesReached": False, "excluded": False, "notToCall": False}


def _story(folder: Path, settings: Mapping[str, Any], live: Mapping[str, Any] = {}, **more: Any) -> Remembered:
    """A campaign of these settings, with live values, of which a manifest asks for `settings`."""
    desired = desired_of(campaign_document(settings=settings, **more.pop("spec", {})), *more.pop("policies", ()))
    people = more.pop("people", None)
    return Remembered.of(folder, World.of(folder, account(campaign(**live), people=people), **more), desired)


def _undone(story: Remembered) -> Plan:
    """The run is carried out, undone, and that is carried out."""
    undo = story.undoing(story.applied())
    story.carry_out(undo)
    assert story.report.complete
    return undo


def _said(plan: Plan, code: str) -> list[str]:
    return [each.detail for each in plan.diagnostics if each.code == code]


@pytest.mark.parametrize(
    ("wanted", "live"),
    [
        ({"maxTries": 9}, {}),
        ({"globalPriority": 3}, {"globalPriority": None}),
        ({"folder": None}, {"folder": "é"}),
        ({"groupIds": []}, {"groupIds": [12]}),
        ({"isPaused": False}, {"isPaused": True}),
        ({"autoPurge": {"enabled": True, "lastAttemptBeforeDays": 90}}, {"autoPurge": None}),
        ({"autoPurge": {"enabled": False}}, {"autoPurge": OFF | {"lastAttemptBeforeDays": 30, "excluded": True}}),
        ({"autoPurge": {"enabled": True, "excluded": True}}, {"autoPurge": OFF | {"lastAttemptBeforeDays": 30}}),
        ({"recordingPercentage": 40}, {"isRecorded": True, "recordingPercentage": 70}),
        ({"userIds": ["alice"]}, {}),
        ({"name": "Other"}, {}),
    ],
    ids=str,
)
@pytest.mark.parametrize("auto_purge", ["replaced", "merged"])
def test_settings_go_back(tmp_path: Path, wanted: Mapping[str, Any], live: Mapping[str, Any], auto_purge: str) -> None:
    """Whatever the field is like, and whichever way the account reads a PATCH of autoPurge; and forth again."""
    story = _story(tmp_path, wanted, live, auto_purge=auto_purge)
    before = _settings(story)
    past = story.applied()
    between = _settings(story)
    assert before != between
    undo = story.undoing(past)
    assert not any("had no value" in each for each in _said(undo, "undo-impossible"))
    again = story.carry_out(undo)
    assert (story.report.complete, _settings(story)) == (True, before)
    twice = story.undoing(past)
    assert (twice.steps, _said(twice, "undo-changed-since")) == ((), [])
    redo = story.undoing(again)
    story.carry_out(redo)
    assert _settings(story) == between, "an undo is undone like any run"


def _settings(story: Remembered) -> dict[str, Any]:
    return {name: each for name, each in story.world.campaign().items() if "Updated" not in name}


def test_what_had_no_value(tmp_path: Path) -> None:
    """The API takes null only for some: it is said, and the rest goes back."""
    settings = {"autoPurge": {"lastAttemptBeforeDays": 90, "notToCall": True}}
    story = _story(tmp_path, settings, {"autoPurge": OFF | {"excluded": True}})
    undo = _undone(story)
    assert "`autoPurge.lastAttemptBeforeDays` had no value" in _said(undo, "undo-impossible")[0]
    assert story.world.campaign()["autoPurge"] == OFF | {"excluded": True, "lastAttemptBeforeDays": 90}


def test_the_percentage_of_recordings_that_the_account_forgot(tmp_path: Path) -> None:
    """It is gone once calls are not recorded; of what a run has set itself no trace is left to take away."""
    story = _story(tmp_path / "on", {"isRecorded": True, "recordingPercentage": 40}, {"isRecorded": False})
    before = _settings(story)
    assert (_said(_undone(story), "undo-impossible"), _settings(story)) == ([], before)
    undo = _undone(_story(tmp_path, {"isRecorded": False}, {"isRecorded": True, "recordingPercentage": 70}))
    assert "`recordingPercentage`, if the account forgot it" in _said(undo, "undo-impossible")[0]


def test_a_setting_that_was_changed_since(tmp_path: Path) -> None:
    """It is told with both values; of an object, its entries; the others go back."""
    settings = {"maxTries": 9, "contactPriority": 3, "autoPurge": {"enabled": True, "notToCall": True}}
    story = _story(tmp_path, settings)
    past = story.applied()
    story.world.set_campaign(maxTries=7, autoPurge=OFF | {"excluded": True, "notToCall": True})
    undo = story.undoing(past)
    assert _said(undo, "undo-changed-since") == [
        "Campaign/bakery: `maxTries` was left at `9` and is `7`",
        "Campaign/bakery: `autoPurge.excluded` was left at null and is true",
    ]
    assert [each.name for change in undo.changes for each in change.attributes] == ["contactPriority"]


GOLD = {"name": "gold", "match": "all", "set": {"assignedAgentId": "alice", "priority": 1}}


def test_members_come_before_their_contacts_and_leave_after_them(tmp_path: Path) -> None:
    """Design, 5: an agent who gets contacts back has to be a member by then; unpausing is last and alone."""
    people = contacts(4, assignedAgentId=544)
    settings = {"userIds": ["alice", "chloe"], "isPaused": True}
    story = _story(tmp_path, settings, {"isPaused": False}, people=people, policies=[policy_document(GOLD)])
    past = story.applied()
    undo = story.undoing(past)
    assert [each.body or each.data for each in undo.steps] == [
        {"userIds": [543, 544, 545]},
        {"assignedAgentId": 544, "priority": 10},
        {"userIds": [543, 544]},
        {"isPaused": False},
    ]
    story.carry_out(undo)
    assert story.report.complete
    assert [story.world.contact(each)["assignedAgentId"] for each in range(1, 5)] == [544] * 4


def test_who_keeps_contacts_stays_a_member(tmp_path: Path) -> None:
    """One was changed since, and one is in a call: nobody leaves who has them, nobody starts calling."""
    rule = {"name": "gold", "match": "all", "set": {"assignedAgentId": "chloe", "priority": 1}}
    settings = {"userIds": ["alice", "bruno", "chloe"], "isPaused": True}
    story = _story(tmp_path, settings, {"isPaused": False}, people=contacts(4), policies=[policy_document(rule)])
    past = story.applied()
    story.world.set_contact(1, priority=77)
    undo = story.undoing(past)
    assert [each.body or each.data for each in undo.steps] == [
        {"assignedAgentId": None, "priority": 10},
        {"isPaused": False},
    ]
    assert "545 can't leave userIds yet" in _said(undo, "waits-for-contacts")[0]
    story.world.set_contact(2, state="processing_in_progress")
    undo = story.undoing(past)
    assert [each.body or each.data for each in undo.steps] == [{"assignedAgentId": None, "priority": 10}]
    assert (undo.summary.contacts_deferred, len(_said(undo, "undo-deferred"))) == (1, 1)


@pytest.mark.parametrize("groups", [[], [12]])
def test_an_agent_who_is_no_member_any_more(tmp_path: Path, groups: list[int]) -> None:
    """Without groups the API would refuse it for sure: left alone, and said. With some it is a risk, tried last."""
    people = [*contacts(1, assignedAgentId=999), *contacts(1, first=2)]
    story = _story(tmp_path, {}, {"groupIds": groups}, people=people, policies=[policy_document(GOLD)])
    undo = story.undoing(story.applied())
    given = [(each.contact_ids, each.data["assignedAgentId"]) for each in undo.steps]
    assert given == ([((2,), None), ((1,), 999)] if groups else [((2,), None)])
    assert bool(_said(undo, "undo-impossible")) is not bool(groups)
    assert (undo.changes[0].risk is Risk.HIGH) is bool(groups)


def test_comments(tmp_path: Path) -> None:
    """What one said before is in no plan: it stays, the other values go back. Where there was none it goes."""
    rule = {"name": "gold", "match": "all", "set": {"comment": "noon", "priority": 1}}
    people = [*contacts(1, comment="2 enfants"), *contacts(1, first=2)]
    story = _story(tmp_path, {}, people=people, policies=[policy_document(rule)])
    undo = _undone(story)
    assert _said(undo, "undo-impossible") == [
        "Campaign/bakery: rule `gold`: `comment` of 1 contact: the plan does not hold what it said"
    ]
    assert [(each["comment"], each["priority"]) for each in map(story.world.contact, (1, 2))] == [
        ("noon", 10),
        (None, 10),
    ]


def test_only_what_the_run_wrote(tmp_path: Path) -> None:
    """A contact that held it before apply came, and one that was in a call then, are none of its."""
    story = _story(tmp_path, {}, people=contacts(3), policies=[policy_document(GOLD)])
    plan = story.world.plan(story.desired)
    story.world.set_contact(1, assignedAgentId=543, priority=1)
    story.world.set_contact(2, state="processing_in_progress")
    past = story.carry_out(plan)
    story.world.set_contact(2, state="processing_not_in_progress", assignedAgentId=543, priority=1)
    undo = story.undoing(past)
    assert [group.contact_ids for change in undo.changes for group in change.contacts] == [(3,)]
    assert undo.summary.contacts_changed == 1


def test_a_step_that_found_it_already_so(tmp_path: Path) -> None:
    """Whoever set it by hand before apply came keeps it; the other steps are undone."""
    story = _story(tmp_path, {"maxTries": 9, "isPaused": False})
    plan = story.world.plan(story.desired)
    story.world.set_campaign(maxTries=9)
    undo = story.undoing(story.carry_out(plan))
    assert [each.body for each in undo.steps] == [{"isPaused": True}]


def test_a_campaign_that_the_run_ended(tmp_path: Path) -> None:
    """Archived: not undone, and said; restored in the console, what the run had paused is unpaused. Deleted: gone."""
    story = _story(tmp_path, {}, {"isPaused": False}, spec={"lifecycle": {"ensure": "archived"}})
    past = story.applied()
    undo = story.undoing(past)
    assert (undo.steps, "was archived by this run" in _said(undo, "undo-impossible")[0]) == ((), True)
    story.world.set_campaign(isArchived=False)
    assert [each.body for each in story.undoing(past).steps] == [{"isPaused": False}]
    gone = _story(tmp_path / "gone", {}, spec={"lifecycle": {"ensure": "deleted"}})
    undo = gone.undoing(gone.applied())
    assert (undo.steps, "was deleted by this run" in _said(undo, "undo-impossible")[0]) == ((), True)


def test_a_run_that_failed_halfway(tmp_path: Path) -> None:
    """A PATCH whose answer was lost is in doubt: what the account holds decides, and that is said."""
    story = _story(tmp_path, {"maxTries": 9, "isPaused": False})
    plan = story.world.plan(story.desired)
    past = story.carry_out(plan)
    doubt = {number: Deed(wrote=None) for number in past.deeds}
    undo = story.undoing(PastRun(past.run, past.plan, doubt))
    assert _said(undo, "undo-in-doubt")[0].startswith("Campaign/bakery: `maxTries`, `isPaused`: whether the run wrote")
    story.world.set_campaign(maxTries=5)
    undo = story.undoing(PastRun(past.run, past.plan, doubt))
    assert [each.name for change in undo.changes for each in change.attributes] == ["isPaused"]
    untried = story.undoing(PastRun(past.run, past.plan, {}))
    assert (untried.steps, untried.changes) == ((), ())


def test_another_campaign(tmp_path: Path) -> None:
    """Another moment of creation is another account; where none is told, another name blocks that campaign."""
    story = _story(tmp_path, {"maxTries": 9})
    past = story.applied()
    story.world.set_campaign(createdAt="2020-01-01T00:00:00Z")
    with pytest.raises(ProjectError, match="another account"):
        story.undoing(past)
    untold = structs.replace(
        past.plan, changes=tuple(structs.replace(each, campaign_created_at=None) for each in past.plan.changes)
    )
    past = PastRun(past.run, untold, past.deeds)
    assert story.undoing(past).summary.steps == 1
    story.world.set_campaign(name="Another")
    undo = story.undoing(past)
    assert (undo.steps, undo.has_errors) == ((), True)
    assert "nothing else tells whether it is the same" in _said(undo, "undo-blocked")[0]


def test_the_digest_is_that_of_the_plan_that_is_undone(tmp_path: Path) -> None:
    """In the place of the manifests' own."""
    story = _story(tmp_path, {"maxTries": 9})
    past = story.applied()
    undo = story.undoing(past)
    assert (undo.undoes, undo.manifests_digest) == (past.run, past.plan.digest)
    assert {each.action for each in undo.changes} == {Action.UPDATE}


def test_an_ignored_filter_leaves_the_campaign_alone(tmp_path: Path) -> None:
    """S3: contacts that were not asked for show that the ids were not honoured; nothing of that campaign is undone."""
    story = _story(tmp_path, {"maxTries": 9}, people=contacts(6), policies=[policy_document(GOLD | {"match": GOLDEN})])
    past = story.applied()
    story.world.wire = Wire(Odd(story.world.wire.application, ignored=frozenset({"contactIds"})))
    undo = story.undoing(past)
    assert (undo.steps, undo.has_errors) == ((), True)
    assert "the API ignored the filter" in _said(undo, "undo-blocked")[0]


def test_pages_that_are_shorter_than_asked_for(tmp_path: Path) -> None:
    """Every contact is found; one that is left out would be taken for gone."""
    story = _story(tmp_path, {}, people=contacts(10), policies=[policy_document(GOLD)])
    past = story.applied()
    story.world.wire = Wire(Odd(story.world.wire.application, page_size=3))
    assert story.undoing(past).summary.contacts_changed == 10
