"""Checks, held against plans: what breaks them, who is waived, and what is said about the waivers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.manifests.desired import Desired
from reconciler.planning.checks.evaluation import Checked, held
from reconciler.planning.checks.results import CheckFailure, CheckResult
from reconciler.planning.plan import Action, Attribute, Change, Load, Plan, Risk
from tests.planning.building import PROJECT, campaign_document, desired_of, policy_document
from tests.planning.plans import assigning, change, plan_of, updating

THURSDAY = datetime(2026, 10, 1, 14, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 10, 2, 14, 0, tzinfo=UTC)


def asked(check: dict[str, Any], labels: dict[str, str] | None = None) -> Desired:
    """What a project with this check asks, and a campaign with these labels."""
    project = json.loads(json.dumps(PROJECT))
    project["spec"]["checks"] = [{"name": "one", "message": "not so"} | check]
    project["spec"]["environments"]["test"]["groups"] = {"closers": 12}
    bakery = campaign_document()
    bakery["metadata"]["labels"] = labels or {}
    policy = policy_document({"name": "all", "match": "all", "set": {"priority": 1}})
    return desired_of(bakery, policy, project=project)


def checked(
    check: dict[str, Any], *changes: Change, labels: dict[str, str] | None = None, now: datetime = THURSDAY
) -> Checked:
    """What the check says of a plan of these changes."""
    return held(plan_of(*changes), asked(check, labels), now)


def result(check: dict[str, Any], *changes: Change, **more: Any) -> CheckResult:
    """Its only result."""
    (found,) = checked(check, *changes, **more).results
    return found


def only(failures: tuple[CheckFailure, ...]) -> CheckFailure:
    """The one failure."""
    (found,) = failures
    return found


TRIES = {"of": "setting", "where": {"attribute": "maxTries"}, "require": {"after": {"atMost": 10}}}
FREEZE = {
    "of": "setting",
    "where": {"attribute": "isPaused", "after": False},
    "freeze": {"timeZone": "Europe/Paris", "windows": [{"days": ["friday"]}]},
}
AGENTS = {"of": "agent", "where": {"gains": {"atLeast": 1}}, "require": {"after": {"atMost": 400}}}
GOLD = {"of": "campaign", "where": {"labels": {"tier": "gold"}}, "require": {"labels": {"approved": "true"}}}


@pytest.mark.parametrize(("tries", "breaks"), [(10, False), (11, True), (None, True)])
def test_max_tries_at_most_ten(tries: int | None, breaks: bool) -> None:
    """What can't be compared is not at most ten either."""
    found = result(TRIES, updating(maxTries=tries, contactPriority=99))
    assert (found.rows, found.stops) == (1, breaks)
    if breaks:
        failure = only(found.failures)
        assert (failure.address, failure.campaign_id, failure.subject) == ("Campaign/bakery", 100, "maxTries")
        assert (failure.fact, failure.found, failure.wanted) == ("after", tries, "must be at most 10")


def test_never_unpause_on_a_friday() -> None:
    """On the other days nothing is said; a pause is always let through."""
    assert result(FREEZE, updating(isPaused=False)).failures == ()
    failure = only(result(FREEZE, updating(isPaused=False), now=FRIDAY).failures)
    assert (failure.fact, failure.wanted) == ("", "must not change: frozen friday (Europe/Paris)")
    assert result(FREEZE, updating(isPaused=True), now=FRIDAY).rows == 0


@pytest.mark.parametrize(("before", "breaks"), [(395, False), (396, True)])
def test_no_agent_above_400_contacts(before: int, breaks: bool) -> None:
    """Over all rules and campaigns of the plan; counted from the contacts that will be written."""
    gives = assigning(range(3), agent=543, loads=(Load(543, before - 5, 0), Load(None, 3, 0)))
    more = assigning(range(3, 5), agent=543, loads=(Load(543, 5, 7),), campaign="Campaign/other", campaign_id=101)
    found = result(AGENTS, gives, more)
    assert (found.rows, found.stops) == (1, breaks)
    if breaks:
        failure = only(found.failures)
        assert (failure.address, failure.campaign_id, failure.found) == ("Agent/alice", None, 401)


def test_who_loses_contacts_gains_none() -> None:
    """The plan that brings an agent down is not the one that is stopped; who has no name goes by the number."""
    takes = assigning(range(3), agent=7, contacts=(_moving(543, 7, 3),), loads=(Load(543, 450, 447), Load(7, 398, 401)))
    assert [each.address for each in result(AGENTS, takes).failures] == ["Agent/7"]


def _moving(source: int | None, target: int, contacts: int) -> Any:
    group = assigning(range(contacts), agent=target).contacts[0]
    return type(group)({"assignedAgentId": source}, group.after, group.contact_ids)


def test_an_agent_whose_number_stays_has_no_row() -> None:
    """However many there are: this plan does not change it."""
    takes = assigning(range(3), agent=7, loads=(Load(543, 450, 450), Load(7, 0, 3)))
    assert [each.address for each in result({"of": "agent", "where": {"environment": "test"}}, takes).failures] == [
        "Agent/7"
    ]


def test_agents_of_a_part_of_the_campaigns() -> None:
    """What selects campaigns selects what is added up."""
    check = AGENTS | {"where": {"labels": {"tier": "gold"}}, "require": {"after": {"atMost": 3}}}
    gold = assigning(range(3), agent=543)
    other = assigning(range(3, 9), agent=543, campaign="Campaign/other", campaign_id=101)
    assert not result(check, gold, other, labels={"tier": "gold"}).failures
    assert result(check, gold, other, labels={"tier": "silver"}).rows == 0


@pytest.mark.parametrize(
    ("labels", "breaks"),
    [
        ({"tier": "gold"}, True),
        ({"tier": "gold", "approved": "true"}, False),
        ({"tier": "gold", "approved": "false"}, True),
        ({"tier": "silver"}, False),
        ({}, False),
    ],
)
def test_gold_needs_approval(labels: dict[str, str], breaks: bool) -> None:
    """Whatever of the campaign changes, its contacts too; a plan that leaves it alone is let through."""
    for each in (updating(maxTries=1), assigning([1]), change(Action.DELETE)):
        assert result(GOLD, each, labels=labels).stops is breaks
    assert not result(GOLD, change(Action.NONE), labels=labels).rows


@pytest.mark.parametrize(
    ("condition", "holds_for", "breaks_for"),
    [
        (7, [7], [8, "7", None, True]),
        ({"equals": True}, [True], [1, False, "true", None]),
        ({"equals": None}, [None, []], [0, False, ""]),
        ({"notEquals": "a"}, ["b", None, ["b"], []], ["a", ["a", "b"]]),
        (["a", "b"], ["a", "b", ["z", "b"]], ["c", None, ["c"], []]),
        ({"in": [1, None]}, [1, None, []], [2, True]),
        ({"notIn": [1, 2]}, [3, None, [3], []], [1, [3, 2]]),
        ({"atMost": 2}, [2, -1, ["a", "b"], []], [3, None, "1", True, [1, 2, 3]]),
        ({"atLeast": 2}, [2, 9, ["a", "b"]], [1, None, "3", True, ["a"]]),
        ({"atLeast": 1, "atMost": 2}, [1, 2], [0, 3]),
        ({"atLeast": "2h"}, [7200], [7199]),
        ({"matches": "CA - *"}, ["CA - ", "CA - x\ny", ["z", "CA - "]], ["ca - x", "xCA - ", None, 5, []]),
        ({"matches": "a.c"}, ["a.c"], ["abc"]),
        ({"present": True}, [0, False, "", ["a"]], [None, []]),
        ({"present": False}, [None, []], [0, False, ""]),
    ],
)
def test_every_comparison(condition: Any, holds_for: list[Any], breaks_for: list[Any]) -> None:
    """In `require` what holds is let through, in `where` it is what is selected."""
    for value in [*holds_for, *breaks_for]:
        changed = change(Action.UPDATE, attributes=(Attribute("folder", "old", value),))
        broken = result({"of": "setting", "require": {"after": condition}}, changed).failures
        assert bool(broken) is (value in breaks_for and not _is_in(value, holds_for)), value
        selected = result({"of": "setting", "where": {"after": condition}}, changed)
        assert bool(selected.failures) is not bool(broken), value


def _is_in(value: Any, values: list[Any]) -> bool:
    return any(type(each) is type(value) and each == value for each in values)


def test_agents_and_groups_by_name() -> None:
    """Of sets, too: who must not be in is not, by whatever name."""
    members = change(Action.UPDATE, attributes=(Attribute("userIds", [544], [543, 544]),))
    for wanted in ("alice", 543):
        check = {"of": "setting", "where": {"attribute": "userIds"}, "require": {"after": {"notEquals": wanted}}}
        assert result(check, members).failures
    groups = {"of": "setting", "where": {"attribute": "groupIds", "after": "closers"}}
    assert result(groups, updating(groupIds=[12])).rows == 1
    assert result({"of": "agent", "where": {"agent": "alice"}}, assigning([1], agent=543)).rows == 1
    assert result({"of": "agent", "where": {"agent": "bruno"}}, assigning([1], agent=543)).rows == 0


def test_a_set_that_is_null_is_empty() -> None:
    """As everywhere else."""
    check = {"of": "setting", "where": {"attribute": "userIds"}, "require": {"after": {"atMost": 0}}}
    assert not result(check, updating(userIds=None)).failures


def test_fields_and_contacts() -> None:
    """What else a plan holds."""
    fields = change(
        Action.ADD_FIELD, attributes=(Attribute("customFields.Telephone_2", None, {"isPhoneNumber": True}),)
    )
    check = {"of": "field", "where": {"attribute": {"matches": "Telephone_*"}}, "require": {"isPhoneNumber": True}}
    assert (result(check, fields).rows, result(check, fields).failures) == (1, ())
    assert result(check | {"require": {"isPhoneNumber": False}}, fields).stops
    contacts = {
        "of": "contacts",
        "where": {"rule": "all", "policy": "assigning"},
        "require": {"changed": {"atMost": 2}},
    }
    failure = only(result(contacts, assigning(range(3))).failures)
    assert (failure.address, failure.subject, failure.found) == ("Campaign/bakery", "rule all", 3)
    assert result(contacts, assigning(range(2))).rows == 1


def test_deleting_may_be_forbidden() -> None:
    """Without `require` there must be no such row; of all that happens to a campaign one thing is enough."""
    check = {"of": "campaign", "where": {"action": ["archive", "delete"]}}
    assert result(check, change(Action.DELETE)).stops
    assert result(check, updating(maxTries=1), assigning([1])).rows == 0
    both = result({"of": "campaign", "where": {"action": "assign", "risk": "high"}},
                  updating(maxTries=1), assigning([1], risk=Risk.HIGH))  # fmt: skip
    assert both.rows == 1


def test_settings_that_are_ignored_are_not_looked_at() -> None:
    """They are never written."""
    ignored = change(Action.UPDATE, attributes=(Attribute("maxTries", 5, 99, ignored=True),))
    assert result(TRIES, ignored).rows == 0


def test_where_of_another_environment() -> None:
    """There the check finds nothing."""
    project = asked({**TRIES, "where": {"attribute": "maxTries", "environment": "test"}})
    assert held(plan_of(updating(maxTries=99)), project, THURSDAY).results[0].stops
    elsewhere: Plan = plan_of(updating(maxTries=99))
    assert (
        held(type(elsewhere)(**{**_fields(elsewhere), "environment": "other"}), project, THURSDAY).results[0].rows == 0
    )


def _fields(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in plan.__struct_fields__}


def test_a_warning_stops_nothing() -> None:
    """It is told."""
    found = result(TRIES | {"severity": "warning"}, updating(maxTries=99))
    assert (found.stops, len(found.failures)) == (False, 1)


@pytest.mark.parametrize("lets", [True, False])
def test_a_rollback_may_be_let_through(lets: bool) -> None:
    """Only by a check that says so."""
    plan = plan_of(updating(isPaused=False))
    undoing = type(plan)(**{**_fields(plan), "undoes": "20261001-1"})
    found = held(undoing, asked(FREEZE | {"exceptUndo": lets}), FRIDAY).results[0]
    assert found.stops is not lets
    assert held(plan, asked(FREEZE | {"exceptUndo": lets}), FRIDAY).results[0].stops


def waived(expires: str, address: str = "Campaign/bakery") -> dict[str, Any]:
    """The check of tries with a waiver."""
    return TRIES | {"waivers": [{"address": address, "owner": "alice", "reason": "agreed", "expires": expires}]}


@pytest.mark.parametrize(("expires", "stops"), [("2026-10-01", False), ("2026-09-30", True), ("2030-01-01", False)])
def test_a_waiver_counts_through_its_last_day(expires: str, stops: bool) -> None:
    """And who is waived is shown; one that has expired is told."""
    found = checked(waived(expires), updating(maxTries=99))
    failure = only(found.results[0].failures)
    assert found.results[0].stops is stops
    assert [each.code for each in found.notes] == (["waiver-expired"] if stops else [])
    if not stops:
        assert failure.waived is not None
        assert (failure.waived.owner, failure.waived.reason, failure.waived.expires) == ("alice", "agreed", expires)


def test_a_waiver_counts_by_the_days_of_utc() -> None:
    """Wherever the machine is."""
    last = datetime.fromisoformat("2026-10-01T23:59:59-05:00")  # the second of October in UTC
    assert held(plan_of(updating(maxTries=99)), asked(waived("2026-10-01")), last).results[0].stops


def test_a_waiver_is_for_one_object() -> None:
    """The others stay stopped."""
    other = change(Action.UPDATE, address="Campaign/other", campaign_id=7, attributes=(Attribute("maxTries", 1, 99),))
    found = result(waived("2030-01-01"), updating(maxTries=99), other)
    assert [each.address for each in found.broken] == ["Campaign/other"]
    assert found.stops


@pytest.mark.parametrize("address", ["Agent/alice", "Agent/543"])
def test_an_agent_is_waived_by_name_or_id(address: str) -> None:
    """Either is the same."""
    waiver = {"address": address, "owner": "bruno", "reason": "asked for it", "expires": "2030-01-01"}
    found = checked(AGENTS | {"waivers": [waiver]}, assigning(range(3), agent=543, loads=(Load(543, 400, 403),)))
    assert (found.results[0].stops, found.notes) == (False, [])


def test_contacts_are_waived_by_their_policy() -> None:
    """Or by their campaign."""
    for address in ("AssignmentPolicy/assigning", "Campaign/bakery"):
        waiver = {"address": address, "owner": "bruno", "reason": "once", "expires": "2030-01-01"}
        check = {"of": "contacts", "require": {"changed": 1}, "waivers": [waiver]}
        assert not result(check, assigning(range(3))).stops


def test_waivers_that_are_of_no_use() -> None:
    """Of nothing, or of what keeps to the check; not of what the plan leaves alone, or what is not frozen now."""
    assert [each.code for each in checked(waived("2030-01-01", "Campaign/bakry")).notes] == ["waiver-unused"]
    kept = checked(waived("2030-01-01"), updating(maxTries=9)).notes
    assert [(each.code, str(each.severity)) for each in kept] == [("waiver-unused", "warning")]
    assert kept[0].span is not None
    assert checked(waived("2030-01-01")).notes == []
    frozen = FREEZE | {"waivers": waived("2030-01-01")["waivers"]}
    assert checked(frozen, updating(isPaused=False)).notes == []
