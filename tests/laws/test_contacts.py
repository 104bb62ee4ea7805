"""After plan and apply every contact has what its first matching rule asks for, and nothing else was touched.

Over random accounts and policies, on an emulator that is as odd as the documentation lets it be, and that fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.applying.results import Outcome
from reconciler.emulator import Fault, fault_from_json, fault_from_text
from tests.laws.accounts import BAKERY, CHLOE, RUNNING, STRANGER, Account, accounts, moment
from tests.laws.oddities import ODDITIES
from tests.laws.oracle import AGENTS, satisfies
from tests.laws.policies import POLICIES
from tests.laws.worlds import DEPTH, Key, Made, Policy, Rows, Stage, expected, listed

#: What contacts are to hold, or are given by somebody else, by contact.
Wanted = Mapping[Key, Mapping[str, Any]]
NOTHING: Wanted = {}

_PATHS = st.sampled_from(
    ("*", "*/contacts/search", "*/contact-batch/update", "*/contact-batch/status/*", "*/contacts/*")
)
_KINDS = st.sampled_from((
    "status,code=429,retryAfter=0", "status,code=503", "status,code=500", "status,code=404", "status,code=409",
    "lost-before", "lost-after", "cut-off", "invalid-json", "html", "html,code=502",
))  # fmt: skip
_WHEN = st.tuples(st.integers(0, 8), st.sampled_from((1, 2, 7, 0))).map(lambda pair: f"after={pair[0]},times={pair[1]}")
_ANYWHERE = st.tuples(_KINDS, _PATHS.map(lambda path: f"path={path}"), _WHEN).map(",".join)
_BATCHES = st.tuples(st.sampled_from(("busy", "batch-fails", "batch-half-fails")), _WHEN).map(",".join)
FAULTS = st.lists((_ANYWHERE | _BATCHES).map(fault_from_text), min_size=1, max_size=4)

#: Values that no rule sets.
OTHERS: Mapping[str, Any] = {
    "priority": 7, "triesNumber": 9, "assignedAgentId": STRANGER, "region": 7, "calendarId": 9, "comment": "vu",
    "retryDate": moment(1.5), "agentId": CHLOE, "wrapupId": 53, "state": RUNNING,
}  # fmt: skip


def edits_against(policy: Policy) -> st.SearchStrategy[list[tuple[int, dict[str, Any], int]]]:
    """What somebody does to contacts in the console: contactId, values, before which request. Most clash."""
    names = {name for rule in policy[1] for name in (*rule.get("set", ()), *(["assignedAgentId"] * ("assign" in rule)))}
    clashing = [
        *({name: OTHERS[name]} for name in sorted(names & OTHERS.keys())),
        {"state": RUNNING},
        {"calendarId": 9},
    ]
    when = st.sampled_from((0, 0, 0, 1, 2, 3, 4, 6, 9, 12))
    edits = st.tuples(st.integers(1, 40), st.sampled_from(clashing), when)
    return st.lists(edits, min_size=1, max_size=12, unique_by=lambda edit: edit[0])


#: What a write leaves behind on a contact or a campaign besides its values.
SIGNED = {"lastUpdatedAt", "lastUpdatedBy"}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """The fields that are not what they were."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def follows(values: Mapping[str, Any]) -> set[str]:
    """The fields that the API may change when it writes these."""
    return SIGNED | ({"excludedDetail"} if "excluded" in values else set())


def assert_nothing_else(made: Made, policy: Policy, edits: Wanted = NOTHING) -> None:
    """Each contact has its old values or those of its rule, and all else of it is as it was."""
    wanted = allowed(made, policy)
    assert made.after.keys() == made.before.keys()
    for key, before in made.before.items():
        after, values, edited = made.after[key], wanted.get(key, {}), edits.get(key, {})
        fields = changed(before, after)
        assert fields <= values.keys() | edited.keys() | (
            follows({**values, **edited}) if values or edited else set()
        ), key
        for name in fields & (values.keys() | edited.keys()):
            assert after[name] in [*values.get(name, ()), *([edited[name]] if name in edited else [])], (key, name)


def allowed(made: Made, policy: Policy) -> Mapping[Key, Mapping[str, Sequence[Any]]]:
    """The values that each contact may get.

    Where contacts may have been missed, for pages overlapped, its agent is one of those who share, whoever it is.
    """
    rules = policy[1]
    found = {
        key: {name: [each] for name, each in values.items()} for key, values in expected(rules, made.before).items()
    }
    if "pages-overlap" in made.codes:
        for key, agents in listed(rules, made.before).items():
            found.setdefault(key, {})["assignedAgentId"] = [*agents]
    return found


def assert_honest(made: Made) -> None:
    """Of every contact of every step the report says what is so."""
    for result in made.report.results if made.report else ():
        step, kinds = result.step, result.contacts
        told = [*kinds.done, *kinds.already, *kinds.failed, *chain(*kinds.excluded.values())]
        told += [*kinds.deferred, *kinds.moved, *kinds.unknown, *kinds.untried]
        assert sorted(told) == sorted(step.contact_ids) or (not told and result.outcome is not Outcome.DONE)
        for contact_id in (*kinds.done, *kinds.already):
            after = made.after[step.campaign_id, contact_id]
            assert all(after[name] == value for name, value in step.data.items())
        for contact_id in (*kinds.untried, *kinds.deferred):
            key = (step.campaign_id, contact_id)
            assert not changed(made.before[key], made.after[key]) & step.data.keys()


def assert_campaigns(stage: Stage, before: Sequence[Any], members: Sequence[str] | None, *, done: bool) -> None:
    """Nothing of a campaign changes but its members, where the manifest names them."""
    asked = before[0]["userIds"] if members is None else [AGENTS[each] for each in members]
    for old, new in zip(before, stage.campaigns(), strict=True):
        assert changed(old, new) <= ({"userIds"} | SIGNED if members else set())
        assert {*asked} & {*old["userIds"]} <= {*new["userIds"]} <= {*asked} | {*old["userIds"]}
        assert not done or {*new["userIds"]} == {*asked}


def finds_others(policy: Policy, rows: Rows, ignored: set[str]) -> bool:
    """Whether a search finds a contact that its filters exclude, when the API ignores these."""
    sent = [
        {name: value for name, value in rule["match"].items() if not name.startswith("purgeDate")}
        for rule in policy[1]
        if rule["match"] != "all"
    ]
    honoured = [({k: v for k, v in match.items() if k not in ignored}, match) for match in sent]
    return any(satisfies(part, row) and not satisfies(match, row) for part, match in honoured for row in rows.values())


def lacking(after: Rows, wanted: Wanted) -> set[Key]:
    """The contacts that have not what their rules ask for."""
    return {key for key, values in wanted.items() if any(after[key][name] != value for name, value in values.items())}


@DEPTH
@given(accounts(), POLICIES, ODDITIES)
def test_every_contact_has_what_its_rule_asks_for(
    folders: Iterator[Path], account: Account, policy: Policy, odd: dict[str, Any]
) -> None:
    """Without faults: all of it, at once, and planning again finds nothing to do."""
    stage = Stage.of(next(folders), account, policy, odd)
    campaigns, made = stage.campaigns(), stage.run()
    wanted = expected(policy[1], made.before)
    assert made.plan is not None
    assert not made.stopped, made.diagnostics
    assert made.plan.summary.contacts_changed == len(wanted)
    assert made.report is not None
    assert_nothing_else(made, policy)
    assert_honest(made)
    assert_campaigns(stage, campaigns, policy[0], done=made.report.complete and "waits-for-contacts" not in made.codes)
    # Only a contact without a phone that is to be called again is refused.
    assert made.report.complete or all(wanted[key].get("excluded") is False for key in lacking(made.after, wanted))
    assert not made.report.complete or not lacking(made.after, wanted)
    if made.report.complete and "rules-do-not-settle" not in made.codes:
        assert stage.world.plan(stage.desired).steps == ()


@DEPTH
@given(accounts(), POLICIES, ODDITIES, st.booleans(), st.just([]) | FAULTS, FAULTS)
def test_faults_leave_each_contact_as_it_was_or_as_it_is_asked_for(
    folders: Iterator[Path],
    account: Account,
    policy: Policy,
    odd: dict[str, Any],
    unstable: bool,
    planning: list[Fault],
    applying: list[Fault],
) -> None:
    """Whatever fails; a report that says that all is done is right; and a run without faults does the rest."""
    stage = Stage.of(next(folders), account, policy, odd | {"unstable_order": unstable})
    campaigns, made = stage.campaigns(), stage.run(planning, applying)
    wanted = expected(policy[1], made.before)
    complete = made.report is not None and made.report.complete and not made.stopped
    assert_nothing_else(made, policy)
    assert_honest(made)
    assert_campaigns(stage, campaigns, policy[0], done=complete and "waits-for-contacts" not in made.codes)
    assert not (complete and lacking(made.after, wanted)) or "pages-overlap" in made.codes
    again = stage.run()
    wanted = expected(policy[1], again.before)
    assert_nothing_else(again, policy)
    assert again.report is not None
    assert not again.report.complete or not lacking(again.after, wanted) or "pages-overlap" in again.codes


@DEPTH
@given(accounts(), POLICIES.flatmap(lambda each: st.tuples(st.just(each), edits_against(each))), ODDITIES)
def test_what_somebody_does_meanwhile_is_not_undone(
    folders: Iterator[Path],
    account: Account,
    asked: tuple[Policy, list[tuple[int, dict[str, Any], int]]],
    odd: dict[str, Any],
) -> None:
    """A contact that is edited while the plan is applied has the edit, or the rule's value where that came after."""
    policy, edits = asked[0], [each for each in asked[1] if each[0] <= account.bakery]
    faults = [
        fault_from_json({"kind": "edit", "campaign": BAKERY, "contact": number, "set": values, "after": after})
        for number, values, after in edits
    ]
    # What happens before the first request is certain to be seen.
    early = {(BAKERY, number): values for number, values, after in edits if after == 0}
    stage = Stage.of(next(folders), account, policy, odd)
    made = stage.run(between=early, applying=[each for each in faults if each.after])
    wanted = expected(policy[1], made.before)
    assert_nothing_else(made, policy, {(BAKERY, number): values for number, values, _ in edits})
    assert made.report is not None
    assert not made.report.complete or lacking(made.after, wanted) <= {(BAKERY, number) for number, _, _ in edits}
    put_off = {(each.step.campaign_id, one) for each in made.report.results for one in each.contacts.deferred}
    for key, values in early.items():
        before = made.before[key]
        clash = {name for name in wanted.get(key, {}).keys() & values.keys() if before[name] != wanted[key][name]}
        if "state" in values or any(before[name] != values[name] for name in clash):
            assert changed(before, made.after[key]) <= values.keys() | SIGNED, key
            assert all(made.after[key][name] == value for name, value in values.items()), key
        if "state" in values and key in wanted and made.report.complete:
            assert key in put_off


@DEPTH
@given(accounts(), POLICIES, ODDITIES, st.data())
def test_a_filter_that_the_api_ignores_changes_nothing_that_no_rule_asks_for(
    folders: Iterator[Path], account: Account, policy: Policy, odd: dict[str, Any], data: st.DataObject
) -> None:
    """Either it makes no difference, or its campaign is left alone (S3)."""
    used = sorted({name for rule in policy[1] if rule["match"] != "all" for name in rule["match"]} | {"contactIds"})
    ignored = data.draw(st.lists(st.sampled_from(used), min_size=1, max_size=2))
    ignored += ["lastWrapupIds"] if "lastWrapups" in ignored else []
    stage = Stage.of(next(folders), account, policy, odd | {"ignored": ignored})
    made = stage.run()
    wanted = expected(policy[1], made.before)
    assert_nothing_else(made, policy)
    complete = made.report is not None and made.report.complete and not made.stopped
    assert not complete or not lacking(made.after, wanted)
    assert not finds_others(policy, made.before, {*ignored}) or "filter-ignored" in made.codes
