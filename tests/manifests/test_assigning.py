"""`assign`: which agents share a rule's contacts, and by what weights."""

from __future__ import annotations

import pytest

from reconciler.manifests.desired import Assign, Rule
from tests.manifests.reading import API, ENVIRONMENT, campaign, faults, only, pointed, policy, project, read, summary

ALICE, BRUNO = 543, 544


def with_rule(*parts: str) -> dict[str, str]:
    """A campaign, and a policy with one rule for all of its contacts that does this."""
    return {"c.yaml": campaign(), "p.yaml": policy(f"{{name: share, match: all, {', '.join(parts)}}}")}


def rule(*parts: str, overlays: dict[str, str] | None = None) -> Rule:
    """What the rule comes to."""
    of = project(f"{ENVIRONMENT}      overlays: [o]\n") if overlays else None
    return read(with_rule(*parts), overlays, of=of).policies[0].rules[0]


def assign(text: str) -> Assign:
    """What this `assign` comes to."""
    found = rule(f"assign: {text}").assign
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("agents", "weights"),
    [
        ("{alice: 2, bruno: 1}", {ALICE: 2, BRUNO: 1}),
        ("{bruno: 1, alice: 1000}", {ALICE: 1000, BRUNO: 1}),
        ("[alice, bruno]", {ALICE: 1, BRUNO: 1}),
        ("[bruno, 7]", {BRUNO: 1, 7: 1}),
        ("{7: 3, alice: 2}", {7: 3, ALICE: 2}),
        ("{\"7\": 3, '543': 2}", {7: 3, ALICE: 2}),
        ('{alice: "${share}", bruno: 1}', {ALICE: 50, BRUNO: 1}),
        ('"${list}"', {ALICE: 1}),
        ('["${who}", bruno]', {ALICE: 1, BRUNO: 1}),
    ],
)
def test_agents_by_name_or_id(agents: str, weights: dict[int, int]) -> None:
    """A list shares alike; a key of digits is an id, with quotes and without; variables stand in values."""
    of = project(ENVIRONMENT.replace("variables: {", "variables: {who: alice, "))
    (found,) = read(with_rule(f"assign: {{agents: {agents}}}"), of=of).policies[0].rules
    assert found.assign is not None
    assert found.assign.agents == weights
    assert found.assign.spans.keys() == weights.keys()


def test_what_may_be_left_out() -> None:
    """Nobody moves and nothing is limited, unless it is said."""
    found = assign("{agents: [alice]}")
    assert (found.rebalance, found.max_per_agent) == (False, None)
    found = assign("{agents: [alice], rebalance: true, maxPerAgent: 300}")
    assert (found.rebalance, found.max_per_agent) == (True, 300)
    assert assign("{agents: [alice], rebalance: false}").rebalance is False


def test_places() -> None:
    """Of each agent, of `assign`, and of what is set; for what a plan has to say about them."""
    found = rule("set: {priority: 1}", "assign: {agents: {alice: 2, 7: 1}}")
    line = with_rule("set: {priority: 1}", "assign: {agents: {alice: 2, 7: 1}}")["p.yaml"].splitlines()[6]
    assert found.assign is not None
    places = {**found.spans, **{str(id_): each for id_, each in found.assign.spans.items()}}
    at = {name: line[each.column - 1 :].partition(":")[0] for name, each in places.items()}
    assert at == {"assign": "assign", "set.priority": "priority", "543": "alice", "7": "7"}
    assert {each.line for each in places.values()} == {7}


def test_a_rule_may_set_and_assign() -> None:
    """A contact has one rule only, so this is how shared contacts get a priority; without it there is no Assign."""
    found = rule("set: {priority: 1, assignedGroupId: closers, comment: back}", "assign: {agents: [alice]}")
    assert found.set == {"priority": 1, "assignedGroupId": 12, "comment": "back"}
    assert found.assign is not None
    assert rule("set: {priority: 1}").assign is None


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["set: {assignedAgentId: alice}", "assign: {agents: [alice]}"], [("rule-action", "assignedAgentId")]),
        (["set: {assignedAgentId: null}", "assign: {agents: [alice]}"], [("rule-action", "assignedAgentId")]),
        (["assign: {agents: {alice: 1, 543: 1}}"], [("repeated-value", "543")]),
        (["assign: {agents: [543, alice]}"], [("repeated-value", "alice")]),
        (["assign: {agents: {alcie: 1}}"], [("unknown-agent", "alcie")]),
        (["assign: {agents: {0: 1, 0543: 1}}"], [("unknown-agent", "0"), ("unknown-agent", "0543")]),
        (["assign: {agents: {9007199254740993: 1}}"], [("unknown-agent", "9007199254740993")]),
        (["assign: {agents: {'${share}': 1}}"], [("unknown-agent", "'${share}'")]),
        (["assign: {agents: {alice: 1, bruno: x}}"], [("wrong-type", "x")]),
        (["assign: {agents: {alice: x, 543: 1}}"], [("wrong-type", "x"), ("repeated-value", "543")]),
    ],
)
def test_faults(parts: list[str], expected: list[tuple[str, str]]) -> None:
    """Each at its place."""
    assert summary(faults(with_rule(*parts))) == expected


@pytest.mark.parametrize("acts", [["set: {priority: 1}"], ["assign: {agents: [alice]}"], []])
def test_skip_stands_alone(acts: list[str]) -> None:
    """Whoever leaves contacts as they are does nothing to them."""
    found = faults(with_rule(*acts, "skip: true"))
    assert [each.code for each in found] == ["rule-action"] * bool(acts)


def test_a_misspelt_key_hides_no_contradiction() -> None:
    """It may be what a rule without an action does, and never makes `skip` and `set` agree."""
    assert summary(faults(with_rule("asign: {agents: [alice]}"))) == [("unknown-field", "asign")]
    found = faults(with_rule("set: {priority: 1}", "skip: true", "limit: 5"))
    assert [each.code for each in found] == ["rule-action", "unknown-field"]


def test_a_rule_with_a_broken_action_has_one() -> None:
    """What it is to do was said, if badly."""
    assert summary(faults(with_rule("assign: alice"))) == [("wrong-type", "alice")]


def test_a_name_of_digits_is_not_guessed() -> None:
    """In a list quotes tell it from an id, a key has none that count."""
    of = project(ENVIRONMENT.replace("{alice: 543,", '{"7": 9, "8": 8, alice: 543,'))
    fault = only(faults(with_rule("assign: {agents: {7: 1, 8: 1}}"), of=of))
    assert (fault.code, pointed(fault)) == ("wrong-form", "7")
    found = read(with_rule('assign: {agents: [7, "7"]}'), of=of).policies[0].rules[0].assign
    assert found is not None
    assert found.agents == {7: 1, 9: 1}


def rules_overlay(rules: str) -> dict[str, str]:
    """An overlay that gives the policy these rules."""
    return {"o/p.yaml": f"{API}kind: AssignmentPolicy\nmetadata: {{name: shares}}\nspec:\n  rules: {rules}\n"}


def test_an_overlay_takes_an_agent_out_by_rules_of_its_own() -> None:
    """Rules are a list, and a merge patch replaces lists: nothing of the base's rule is left."""
    over = rules_overlay("[{name: share, match: all, assign: {agents: {alice: 2}}}]")
    found = rule("assign: {agents: {alice: 2, bruno: 1}, maxPerAgent: 5}", overlays=over)
    assert found.assign is not None
    assert (found.assign.agents, found.assign.max_per_agent) == ({ALICE: 2}, None)


def test_a_null_inside_the_rules_of_an_overlay_takes_nothing_out() -> None:
    """It is no part of a merge, so it would be a weight; that is told at its place."""
    over = rules_overlay("[{name: share, match: all, assign: {agents: {alice: 2, bruno: null}}}]")
    of = project(f"{ENVIRONMENT}      overlays: [o]\n")
    fault = only(faults(with_rule("assign: {agents: {alice: 2, bruno: 1}}"), over, of))
    assert (fault.code, pointed(fault)) == ("null-not-allowed", "bruno")
    assert fault.span is not None
    assert fault.span.source.path == "o/p.yaml"


def test_a_variable_changes_the_agents_of_an_environment() -> None:
    """A whole list goes into the rule, so environments can differ without an overlay."""
    for listed, expected in (("[alice]", {ALICE: 1}), ("[alice, bruno]", {ALICE: 1, BRUNO: 1})):
        of = project(ENVIRONMENT.replace("list: [alice]", f"list: {listed}"))
        found = read(with_rule('assign: {agents: "${list}"}'), of=of).policies[0].rules[0].assign
        assert found is not None
        assert found.agents == expected


@pytest.mark.parametrize(
    "other",
    [
        "{agents: {alice: 2, bruno: 2}}",
        "{agents: {alice: 2}}",
        "{agents: {alice: 2, bruno: 1}, rebalance: true}",
        "{agents: {alice: 2, bruno: 1}, maxPerAgent: 5}",
    ],
)
def test_another_share_is_another_digest(other: str) -> None:
    """A saved plan of the one is not applied for the other; the way of writing does not count."""
    base = read(with_rule("assign: {agents: {alice: 2, bruno: 1}}")).digest()
    assert read(with_rule("assign: {agents: {544: 1, alice: 2}, rebalance: false}")).digest() == base
    assert read(with_rule(f"assign: {other}")).digest() != base
