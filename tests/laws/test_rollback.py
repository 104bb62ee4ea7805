"""Apply, then undo: everything that the undo calls undoable is as it was, and nothing else was touched.

Over random accounts and policies, with edits in the console in between, and with an API that fails meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.applying.results import Outcome, Report
from reconciler.emulator import Fault
from reconciler.errors import ReconcilerError
from reconciler.planning.plan import Plan
from reconciler.planning.undoing.run import PastRun
from tests.applying.remembered import Remembered
from tests.laws.accounts import Account, accounts
from tests.laws.policies import POLICIES
from tests.laws.test_contacts import FAULTS, SIGNED, changed, edits_against
from tests.laws.worlds import DEPTH, Key, Policy, Rows, Stage

#: What follows from `excluded`, and is the API's own.
FOLLOWS = SIGNED | {"excludedDetail"}


@dataclass(slots=True)
class Story:
    """A stage whose runs are remembered."""

    stage: Stage
    remembered: Remembered

    @classmethod
    def of(cls, folder: Path, account: Account, policy: Policy) -> Story:
        """An account and a policy for it."""
        stage = Stage.of(folder, account, policy, {})
        return cls(stage, Remembered.of(folder, stage.world, stage.desired))

    def carry_out(self, plan: Plan, faults: Iterable[Fault] = ()) -> tuple[PastRun, Report]:
        """Applies a plan, and waits for what it leaves under way."""
        with self.stage._failing(faults):
            past = self.remembered.carry_out(plan)
        self.stage.settled()
        return past, self.remembered.report

    def undoing(self, past: PastRun) -> Plan:
        """The plan that undoes a run."""
        return self.remembered.undoing(past)


def back(plan: Plan) -> Mapping[Key, Mapping[str, Any]]:
    """What the plan gives back to each contact."""
    return {
        (change.campaign_id, number): group.after
        for change in plan.changes
        for group in change.contacts
        for number in group.contact_ids
    }


def written(report: Report) -> set[Key]:
    """The contacts that a run has written for sure."""
    return {(each.step.campaign_id, number) for each in report.results for number in each.contacts.done}


def assert_settings(before: list[Any], after: list[Any], plan: Plan) -> None:
    """Every setting that the plan names is as it says; of all others nothing has changed."""
    named = {
        (change.campaign_id, each.name): each.after
        for change in plan.changes
        if not change.contacts
        for each in change.attributes
    }
    for one, other in zip(before, after, strict=True):
        for name in changed(one, other) - SIGNED:
            assert sorted(other[name]) == sorted(named[one["id"], name]), name


@DEPTH
@given(accounts(), POLICIES)
def test_what_a_run_wrote_goes_back(folders: Iterator[Path], account: Account, policy: Policy) -> None:
    """Nobody edits, nothing fails. What the undo does not give back, it names; undone, it is as the run left it."""
    story = Story.of(next(folders), account, policy)
    before, campaigns = story.stage.rows(), story.stage.campaigns()
    with suppress(ReconcilerError):
        plan, _ = story.stage.world.planned(story.stage.desired)
        past, report = story.carry_out(plan)
        between, settings = story.stage.rows(), story.stage.campaigns()
        undo = story.undoing(past)
        gives = back(undo)
        undone, done = story.carry_out(undo)
        after = story.stage.rows()
        assert_settings(settings, story.stage.campaigns(), undo)
        for key in before:
            assert gives.keys() <= written(report)
            if key in written(done):
                lost = changed(before[key], between[key]) - gives[key].keys() - FOLLOWS
                assert lost <= {"comment"}, "only words that the plan withholds stay"
                assert changed(before[key], after[key]) <= lost | FOLLOWS, key
            else:
                assert after[key] == between[key], key
        stays = {key for key in written(report) - gives.keys() if changed(before[key], between[key]) - FOLLOWS}
        assert all(_may_stay(before[key], between[key], campaigns) for key in stays), stays
        assert done.complete or all(_is_stranger(before[key], campaigns) for key in gives.keys() - written(done))
        redo = story.undoing(undone)
        _, redone = story.carry_out(redo)
        for key in written(redone):
            assert changed(between[key], story.stage.rows()[key]) <= FOLLOWS, key
        assert written(redone) == written(done) or not redone.complete


def _may_stay(before: Mapping[str, Any], between: Mapping[str, Any], campaigns: list[Any]) -> bool:
    """Whether nothing of a contact could go back: only its comment was written, or its owner is no member."""
    return changed(before, between) - FOLLOWS == {"comment"} or _is_stranger(before, campaigns)


def _is_stranger(before: Mapping[str, Any], campaigns: list[Any]) -> bool:
    campaign = next(each for each in campaigns if each["id"] == before["campaignId"])
    agent, group = before["assignedAgentId"], before["assignedGroupId"]
    return agent not in (None, *campaign["userIds"]) or group not in (None, *campaign["groupIds"])


@DEPTH
@given(accounts(), POLICIES, FAULTS | st.just([]), FAULTS | st.just([]), st.data())
def test_nothing_but_what_the_run_wrote_is_touched(
    folders: Iterator[Path],
    account: Account,
    policy: Policy,
    applying: list[Fault],
    undoing: list[Fault],
    data: st.DataObject,
) -> None:
    """Whatever fails in the run and in its undo, and whatever somebody edits in between."""
    edits = data.draw(edits_against(policy) | st.just([]))
    story = Story.of(next(folders), account, policy)
    before = story.stage.rows()
    with suppress(ReconcilerError):
        plan, _ = story.stage.world.planned(story.stage.desired)
        past, report = story.carry_out(plan, applying)
        left = story.stage.rows()
        for number, values, _ in edits:
            for campaign in {key[0] for key in left if key[1] == number}:
                story.stage.world.set_contact(number, campaign, **values)
        between, settings = story.stage.rows(), story.stage.campaigns()
        undo = story.undoing(past)
        gives = back(undo)
        assert gives.keys() <= {key for key in before if left[key] != before[key]} | _doubtful(report)
        story.carry_out(undo, undoing)
        after = story.stage.rows()
        assert_only_back(before, between, after, gives)
        assert_nothing_of_an_edit(left, between, gives)
        if not undoing:
            assert_settings(settings, story.stage.campaigns(), undo)


def _doubtful(report: Report) -> set[Key]:
    return {
        (each.step.campaign_id, number)
        for each in report.results
        if each.outcome is Outcome.UNKNOWN
        for number in each.step.contact_ids
    }


def assert_only_back(before: Rows, between: Rows, after: Rows, gives: Mapping[Key, Mapping[str, Any]]) -> None:
    """A contact has what it had before the undo, or before the run; and only in what the plan gives back."""
    for key, now in after.items():
        fields = changed(between[key], now) - FOLLOWS
        assert fields <= gives.get(key, {}).keys(), key
        assert all(now[name] == before[key][name] for name in fields), key


def assert_nothing_of_an_edit(left: Rows, between: Rows, gives: Mapping[Key, Mapping[str, Any]]) -> None:
    """What somebody has changed since is not given back."""
    for key, values in gives.items():
        assert not values.keys() & changed(left[key], between[key]), key
