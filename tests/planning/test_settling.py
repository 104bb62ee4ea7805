"""Rules whose values hand their contacts to another rule are found, and no others (S7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.manifests.desired import Assign, Rule
from reconciler.planning.queries import Query
from reconciler.planning.settling import may_not_settle
from reconciler.planning.sifting import Sieve
from tests.planning.building import contact, policy, rule, sieved

FREE: dict[str, Any] = {"assignedAgentIds": None}


def _unsettled(*rules: tuple[Rule, dict[str, Any]], **values: Any) -> list[set[int]]:
    held = contact(1, **{"priority": 1, "triesNumber": 0, "excluded": False, **values})
    return [each.unsettled for each in sieved(*((each, match, [held]) for each, match in rules))]


def test_what_a_rule_sets_makes_another_change_it_again() -> None:
    """The first gives the contact away, the second then matches it."""
    first, second = rule("first", priority=9), rule("second", priority=5)
    assert _unsettled((first, {"maxPriority": 1}), (second, {"minPriority": 2}))[0] == {1}


def test_one_that_leaves_it_as_it_is_does_not_matter() -> None:
    """Nothing would be changed again: by a rule that skips, or that sets what the contact has by then."""
    first = rule("first", priority=9)
    assert _unsettled((first, {"maxPriority": 1}), (rule("second", skip=True), {}))[0] == set()
    assert _unsettled((first, {"maxPriority": 1}), (rule("second", priority=9), {}))[0] == set()


def test_what_is_written_is_updated_by_then() -> None:
    """So a rule that looks at the update takes it."""
    recent, rest = rule("recent", priority=2), rule("rest", priority=9)
    queries = [Query(recent, {"updateAfter": "2026-01-01T00:00:00Z"}), Query(rest, {}, at="2026-02-01T00:00:00Z")]
    sieve = Sieve(queries, 1, {})
    sieve.take([contact(1, priority=1, lastUpdatedAt="2025-01-01T00:00:00Z")])
    assert sieve.unsettled == {0}


def test_a_contact_that_is_not_written_is_not_asked_about() -> None:
    """It has the values, or is in progress."""
    rules = ((rule("first", priority=9), {"maxTries": 1}), (rule("second", priority=5), {"minPriority": 2}))
    assert _unsettled(*rules, priority=9)[0] == set()
    assert _unsettled(*rules, state="processing_in_progress")[0] == set()


def test_spread_contacts_that_another_rule_takes() -> None:
    """Whoever of the agents gets it: one of them is enough."""
    first = rule("first", assign=Assign({5: 1, 6: 1}))
    second = rule("second", assignedAgentId=7)
    assert _unsettled((first, FREE), (second, {"assignedAgentIds": [6]}))[0] == {1}
    assert _unsettled((first, FREE), (second, {"assignedAgentIds": [7]}))[0] == set()


def test_a_rule_that_spreads_takes_from_agents_it_does_not_list() -> None:
    """And leaves those of its own where they are."""
    first = rule("first", assignedAgentId=5)
    assert _unsettled((first, FREE), (rule("second", assign=Assign({6: 1})), {}))[0] == {1}
    assert _unsettled((first, FREE), (rule("second", assign=Assign({5: 1, 6: 1})), {}))[0] == set()


@pytest.mark.parametrize(
    ("one", "match", "may"),
    [
        (rule("a", priority=1), {"maxPriority": 1}, True),
        (rule("a", priority=1), {"maxTries": 1}, False),
        (rule("a", priority=1), {"updateBefore": "2026-01-01T00:00:00Z"}, True),
        (rule("a", excluded=True), {"excludedCause": "manual"}, True),
        (rule("a", assign=Assign({1: 1})), FREE, True),
        (rule("a", skip=True), FREE, False),
        (rule("a", wrapupId=7), {"lastWrapups": ["RDV"]}, True),
    ],
)
def test_only_planning_again_shows_where_some_rules_lead(one: Rule, match: dict[str, Any], may: bool) -> None:
    """Those that write what one of them reads; every write is an update."""
    assert may_not_settle(policy(replace(one, match=match))) is may
