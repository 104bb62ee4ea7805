"""Policies: what rules come to, and the faults that could let them hit other contacts than meant."""

from __future__ import annotations

import pytest

from tests.manifests.reading import RULE, campaign, documents, faults, only, pointed, policy, read, summary

LABELLED = campaign().replace("{name: bakery}", "{name: bakery, labels: {team: admissions, site: lyon}}")


def with_campaign(text: str) -> dict[str, str]:
    """The policy and its campaign."""
    return {"c.yaml": LABELLED, "p.yaml": text}


def test_a_rule_comes_to_what_the_api_takes() -> None:
    """Names as ids; moments and wrap-up names are left to the plan."""
    match = (
        "{excluded: false, lastCallBefore: -72h, agentIds: [bruno, alice], lastWrapups: [RDV], phones: ['+33 199'],"
        " customFieldConditions: [{customFieldName: Category, condition: eq, value: null}]}"
    )
    values = "{assignedAgentId: alice, priority: 1, retryDate: '2026-09-01T09:30:00+02:00'}"
    text = policy(f"{{name: gold, match: {match}, set: {values}, limits: {{contactsChanged: 5}}}}")
    (rule,) = read(with_campaign(text)).policies[0].rules
    assert rule.match == {
        "excluded": False,
        "lastCallBefore": "-72h",
        "agentIds": [543, 544],
        "lastWrapups": ["RDV"],
        "phones": ["33199"],
        "customFieldConditions": [{"customFieldName": "Category", "condition": "eq", "value": None}],
    }
    assert rule.set == {"assignedAgentId": 543, "priority": 1, "retryDate": "2026-09-01T07:30:00Z"}
    assert (rule.name, rule.skip, rule.limit) == ("gold", False, 5)


def test_the_whole_campaign_is_none_and_never_an_empty_match() -> None:
    """`all` is asked for by name."""
    (rule,) = read(with_campaign(policy("{name: rest, match: all, skip: true}"))).policies[0].rules
    assert (rule.match, rule.skip, rule.set) == (None, True, {})


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{name: a, match: all}", ("rule-action", "{name: a, match: all}")),
        ("{name: a, match: all, set: {priority: 1}, skip: true}", ("rule-action", None)),
        ("{name: a, match: {lastAgentIds: [1]}, skip: true}", ("announced-filter", "lastAgentIds")),
        ("{name: a, match: {lastWrapups: [A], lastWrapupIds: null}, skip: true}", ("rule-filters", "lastWrapupIds")),
        ("{name: a, match: {assignedAgentIds: [alcie]}, skip: true}", ("unknown-agent", "alcie")),
        ("{name: a, match: {assignedGroupIds: [closer]}, skip: true}", ("unknown-group", "closer")),
        ("{name: a, match: all, set: {assignedAgentId: alcie}}", ("unknown-agent", "alcie")),
        (
            "{name: a, match: {createdAfter: 2026-02-30T00:00:00Z}, skip: true}",
            ("wrong-moment", "2026-02-30T00:00:00Z"),
        ),
        ("{name: a, match: {createdAfter: -999999d}, skip: true}", ("wrong-moment", "-999999d")),
        ("{name: a, match: {createdAfter: 2026-02-03}, skip: true}", ("wrong-form", "2026-02-03")),
        ("{name: a, match: all, set: {retryDate: 2026-13-01T00:00:00Z}}", ("wrong-moment", "2026-13-01T00:00:00Z")),
        (
            "{name: a, match: {purgeDateBefore: 2026-02-30T00:00:00Z}, skip: true}",
            ("wrong-moment", "2026-02-30T00:00:00Z"),
        ),
        ("{name: a, match: all, set: {assignedGroupId: closer}}", ("unknown-group", "closer")),
        ("{name: a, match: everything, skip: true}", ("wrong-form", "everything")),
        ("{name: A, match: all, skip: true}", ("wrong-form", "A")),
    ],
)
def test_faults_of_a_rule(rule: str, expected: tuple[str, str | None]) -> None:
    """Each once, at the value that people would change."""
    fault = only(faults(with_campaign(policy(rule))))
    assert (fault.code, pointed(fault)) == (expected[0], expected[1] or rule)


@pytest.mark.parametrize("condition", ["lt", "like", "contains"])
def test_null_goes_with_two_conditions_only(condition: str) -> None:
    """As documented: eq and notEq."""
    rule = "{name: a, match: {customFieldConditions: [{customFieldName: C, condition: X, value: null}]}, skip: true}"
    assert faults(with_campaign(policy(rule.replace("X", "notEq")))) == []
    assert summary(faults(with_campaign(policy(rule.replace("X", condition))))) == [("null-not-allowed", "value")]


def test_a_condition_needs_all_its_parts() -> None:
    """The API could drop half of one."""
    rule = "{name: a, match: {customFieldConditions: [{customFieldName: C}]}, skip: true}"
    found = [each.detail.rpartition(" needs ")[2] for each in faults(with_campaign(policy(rule)))]
    assert found == ["`condition`", "`value`"]


def test_two_rules_of_one_name_are_a_fault() -> None:
    """With both places."""
    first = "{name: all, match: {excluded: true}, skip: true}"
    fault = only(faults(with_campaign(policy(first, "{name: all, match: all, skip: true}"))))
    assert (fault.code, str(fault.span)) == ("duplicate", "p.yaml:8:8")
    assert [str(each.span) for each in fault.labels] == ["p.yaml:7:8"]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("campaigns: [bakry]", ("unknown-campaign", "bakry")),
        ("campaigns: []", ("policy-scope", "campaigns")),
        ("selector: {team: sales}", ("empty-selector", "selector")),
        ("selector: {}", ("empty-selector", "selector")),
        ("selector: {team: admissions, site: paris}", ("empty-selector", "selector")),
        ("{campaigns: [bakery], selector: {team: admissions}, rules: []}", ("policy-scope", "spec")),
    ],
)
def test_faults_of_a_policy_s_scope(scope: str, expected: tuple[str, str]) -> None:
    """A policy is for campaigns that exist, and for one at least."""
    text = policy(RULE, scope=scope)
    if scope.startswith("{"):
        text = policy(RULE, scope="campaigns: [bakery]\n  selector: {team: admissions}")
    assert summary(faults(with_campaign(text))) == [expected]


def test_a_policy_without_a_scope_is_a_fault() -> None:
    """A misspelt one is that alone."""
    assert only(faults(with_campaign(policy(RULE, scope="# none")))).code == "policy-scope"
    assert only(faults(with_campaign(policy(RULE, scope="campaign: [bakery]")))).code == "unknown-field"


def test_a_selector_takes_the_campaigns_that_carry_all_labels() -> None:
    """And a policy's campaigns are sorted, whatever is written."""
    other = LABELLED.replace("name: bakery", "name: aaa").replace("Bouche", "X").replace("lyon", "paris")
    for scope, expected in (
        ("selector: {team: admissions}", ("aaa", "bakery")),
        ("selector: {site: lyon, team: admissions}", ("bakery",)),
        ("campaigns: [bakery, aaa]", ("aaa", "bakery")),
    ):
        found = read(documents(LABELLED, other, policy(RULE, scope=scope)))
        assert found.policies[0].campaigns == expected


def test_two_policies_for_one_campaign_are_a_fault() -> None:
    """Every contact has one owner, also where a label brings them together."""
    texts = documents(LABELLED, policy(RULE, name="a", scope="selector: {team: admissions}"), policy(RULE, name="b"))
    fault = only(faults(texts))
    assert (fault.code, pointed(fault)) == ("two-policies", "b")
    assert [each.span.line for each in fault.labels] == [10]


def test_faulty_rules_crash_nothing() -> None:
    """What is faulty is looked at by every stage all the same (S11)."""
    rules = ("5", "{}", "{match: 5, set: 5, name: 5}", "{name: x, match: {agentIds: [{}], phones: [5]}, skip: 5}", "[]")
    assert len(faults(with_campaign(policy(*rules)))) > 5
    assert faults(with_campaign(policy(RULE, scope="campaigns: {a: 1}")))
    assert faults(with_campaign(policy(RULE, scope="selector: [a]")))
    assert faults({"c.yaml": LABELLED.replace("{team: admissions, site: lyon}", "5")})
