"""What a plan holds for machines."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from reconciler.diagnostics import Severity
from reconciler.explanations import EXPLANATIONS
from reconciler.planning.checks.results import CheckFailure, CheckResult, Waived
from reconciler.planning.findings import FindingPlace
from reconciler.planning.limits import Use
from reconciler.planning.plan import Action, Attribute, Change, Plan, Risk
from reconciler.render.formats import plan_as
from reconciler.render.github import plan_handover
from reconciler.render.machine import Item, fingerprints
from reconciler.render.plan_items import plan_items
from reconciler.render.rows import plan_rows
from reconciler.render.words import Names
from tests.planning.plans import PLACE, assigning, change, plan_of, updating
from tests.render.sample import TEXTS, sample, sample_rows


def _told(plan: Plan, *uses: Use) -> list[tuple[str, Severity, str]]:
    rows = plan_rows(plan, Names(), uses)
    return [(each.code, each.severity, each.text) for each in plan_items(plan, rows.limits)]


def _items(plan: Plan) -> tuple[Item, ...]:
    return plan_items(plan)


def test_pending_changes() -> None:
    """Each value, each rule that changes contacts, and each campaign that ends; what is ignored is none."""
    ignored = Attribute("folder", "a", "b", PLACE, ignored=True)
    plan = plan_of(
        change(Action.UPDATE, attributes=(Attribute("maxTries", 5, 8, PLACE), ignored)),
        assigning(range(3), matched=7),
        change(Action.ARCHIVE, campaign_id=7),
        change(Action.NONE, campaign_id=8),
    )
    assert _told(plan) == [
        ("pending-change", Severity.NOTE, "maxTries: 5 → 8"),
        ("pending-change", Severity.NOTE, "rule all: 3 of 7 matched contacts of Campaign/bakery change"),
        ("pending-change", Severity.NOTE, "archive the campaign"),
    ]


def test_nothing_to_do() -> None:
    """No items."""
    assert _told(plan_of()) == []


def test_what_is_left_for_the_next_run() -> None:
    """By rule, and of which campaign."""
    plan = plan_of(assigning([], deferred=2, matched=2))
    assert _told(plan) == [("contacts-deferred", Severity.NOTE, "rule all: 2 contacts of Campaign/bakery")]


def test_high_risk_stands_at_the_value_it_is_about() -> None:
    """As a warning; a lower risk is none."""
    place = replace(PLACE, line=9)
    starts = change(
        Action.UPDATE,
        attributes=(Attribute("maxTries", 1, 2, PLACE), Attribute("isPaused", True, False, place)),
        risk=Risk.HIGH,
        risks=("starts calling", "the campaign is running"),
    )
    (risk,) = [each for each in _items(plan_of(starts)) if each.code == "high-risk"]
    assert (risk.severity, risk.text, risk.address) == (
        Severity.WARNING,
        "isPaused: starts calling",
        "Campaign/bakery",
    )
    assert str(risk.span) == "one.yaml:9:1"


def test_limits_stand_where_they_are_set() -> None:
    """That of a rule at the rule, that of the run at the project's file; what is within its limit is not told."""
    plan = replace(plan_of(assigning(range(5))), steps=sample().steps)
    uses = (
        Use("contactsChanged", 5, 4),
        Use("contactsChanged", 5, 3, "AssignmentPolicy/assigning rule all"),
        Use("campaignsChanged", 1, 50),
    )
    rows = plan_rows(plan, Names(), uses)
    over = [each for each in plan_items(plan, rows.limits) if each.code == "limit-exceeded"]
    assert [(each.severity, str(each.span), each.address) for each in over] == [
        (Severity.ERROR, "reconciler.yaml:1:1", ""),
        (Severity.ERROR, "one.yaml:1:1", "AssignmentPolicy/assigning"),
    ]


def test_the_same_risk_of_two_rules() -> None:
    """Each is its own, whichever of them is there, and whoever the agents are."""

    def risky(rule: str, agent: int) -> Change:
        words = f"gives contacts to {agent}, who may be no members: then the API refuses them"
        return assigning(range(3), rule=rule, risk=Risk.HIGH, risks=(words,))

    def prints(*changes: Change) -> list[str]:
        return fingerprints(each for each in _items(plan_of(*changes)) if each.code == "high-risk")

    both = prints(risky("gold", 5), risky("rest", 5))
    assert prints(risky("rest", 6)) == both[1:]


def _failure(address: str, subject: str, **more: Any) -> CheckFailure:
    return CheckFailure(address, 100, subject, "after", 12, "must be at most 10", more.get("waived"))


def test_checks_that_fail() -> None:
    """At the value that breaks them, with the check beside; what is waived is a note, and tells nobody's name."""
    place = FindingPlace("reconciler.yaml", 9, 3)
    waived = Waived("marie", "agreed", "2026-12-31")
    failures = (
        _failure("Campaign/bakery", "maxTries"),
        _failure("Campaign/bakery", "maxTries2", waived=waived),
        _failure("Agent/7", ""),
    )
    check = CheckResult("tries", Severity.ERROR, "people are annoyed", place, 3, failures)
    attribute = Attribute("maxTries", 5, 12, replace(PLACE, line=4))
    plan = replace(plan_of(change(Action.UPDATE, attributes=(attribute,))), checks=(check,))
    found = [each for each in _items(plan) if each.code.startswith("check")]
    assert [(each.code, each.severity, str(each.span), each.address) for each in found] == [
        ("check-failed", Severity.ERROR, "one.yaml:4:1", "Campaign/bakery"),
        ("check-waived", Severity.NOTE, "one.yaml:1:1", "Campaign/bakery"),
        ("check-failed", Severity.ERROR, "reconciler.yaml:9:3", "Agent/7"),
    ]
    assert found[0].text == "tries: maxTries would be 12, must be at most 10: people are annoyed"
    assert found[1].text == "tries: maxTries2 would be 12, must be at most 10 (until 2026-12-31): people are annoyed"
    assert [str(each.span) for each in found[0].labels] == ["reconciler.yaml:9:3"]
    assert len(set(fingerprints(found))) == 3
    assert plan_handover(plan, sample_rows()).outputs["failed-checks"] == "1"


def test_faults_come_first() -> None:
    """With their own codes, as the plan holds them."""
    items = _items(sample())
    assert [each.severity for each in items[:2]] == [Severity.ERROR, Severity.WARNING]
    assert {each.code for each in items[2:]} <= EXPLANATIONS.keys()


def test_counts_do_not_make_another_item() -> None:
    """The same pending changes tomorrow, of more contacts and on other lines."""
    today = plan_of(updating(maxTries=3), assigning(range(3), matched=3))
    tomorrow = plan_of(updating(maxTries=4), assigning(range(9), matched=20, source=replace(PLACE, line=70)))
    assert fingerprints(_items(today)) == fingerprints(_items(tomorrow))
    assert len(set(fingerprints(_items(today)))) == 2


@given(TEXTS)
def test_every_plan_makes_items(text: str) -> None:
    """Also one that a file holds which is not ours."""
    items = plan_items(sample(text), sample_rows(text).limits)
    assert len(items) > 5
    assert len(set(fingerprints(items, text))) == len(items)


#: What the reports must not tell: of people.
SECRETS = ("Jeanne", "+33611223344", "alice", "withheld", "a comment", "9990001", "9990002")


@pytest.mark.parametrize("format_", ["gitlab", "codequality", "sarif", "junit"])
def test_nobody_is_named(format_: str) -> None:
    """Guests read these reports: no contact's values nor ids, and agents only by their ids."""
    group: dict[str, Any] = {"name": "Jeanne", "phone1": "+33611223344", "comment": {"withheld": True, "updated": None}}
    rule = assigning((9990001, 9990002))
    rule = replace(rule, contacts=(replace(rule.contacts[0], before=group),), deferred=3, loads=())
    users = change(Action.UPDATE, attributes=(Attribute("userIds", [1], [1, 543], PLACE),))
    plan = plan_of(users, rule)
    said = plan_as(format_, plan, plan_rows(plan, Names.of({"alice": 543}, {})), "")
    assert not [each for each in SECRETS if each in said]
    assert format_ == "gitlab" or "userIds: + 543" in said
