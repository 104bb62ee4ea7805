"""What stops a policy in a campaign: agents and groups that are no members, and conditions on unknown fields."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.manifests.desired import Assign
from reconciler.planning.plan import Risk
from reconciler.planning.policy_faults import membership_faults
from tests.applying.world import World, account, campaign
from tests.planning.building import (
    campaign_document,
    desired_of,
    live,
    paired,
    policy,
    policy_document,
    rule,
    wanted,
)


@pytest.mark.parametrize(
    ("settings", "held", "severities"),
    [
        ({}, {"userIds": [5]}, []),
        ({}, {"userIds": ["5"]}, []),
        ({}, {"userIds": [6]}, ["error"]),
        ({}, {}, ["error"]),
        ({}, {"userIds": [6], "groupIds": [1]}, ["warning"]),
        ({"userIds": [5]}, {"userIds": [6]}, []),
        ({"userIds": [6]}, {"userIds": [5]}, ["error"]),
        ({"userIds": None}, {"userIds": [5]}, ["error"]),
    ],
)
def test_an_agent_who_gets_contacts_is_a_member(
    settings: dict[str, Any], held: dict[str, Any], severities: list[str]
) -> None:
    """By the time the contacts are assigned; with groups he may be one through them (notes, trap 14)."""
    faults = membership_faults(policy(rule("one", assignedAgentId=5)), paired(wanted(settings), live(**held)))
    assert [str(each.severity) for each in faults] == severities


def test_membership_that_is_ignored_is_the_accounts() -> None:
    """What will not be written does not count."""
    pair = paired(wanted({"userIds": [5]}, ignore=frozenset({"userIds"})), live(userIds=[6]))
    assert [each.code for each in membership_faults(policy(rule("one", assignedAgentId=5)), pair)] == [
        "agent-not-in-campaign"
    ]
    assert list(membership_faults(policy(rule("one", assignedAgentId=None), rule("s", skip=True)), pair)) == []


def test_every_agent_of_an_assignment_is_a_member() -> None:
    """Each who is not is named."""
    one = rule("one", assign=Assign({5: 1, 6: 1, 7: 1}))
    faults = list(membership_faults(policy(one), paired(wanted({"userIds": [6]}), live(userIds=[5, 6]))))
    assert [each.detail.partition("agent ")[2][:1] for each in faults] == ["5", "7"]


@pytest.mark.parametrize(("groups", "codes"), [([7], []), ([8], ["group-not-in-campaign"])])
def test_a_group_that_gets_contacts_is_in_the_campaign(groups: list[int], codes: list[str]) -> None:
    """As an agent is (notes, trap 14)."""
    faults = membership_faults(policy(rule("one", assignedGroupId=7)), paired(wanted({}), live(groupIds=groups)))
    assert [each.code for each in faults] == codes


def test_who_is_no_member_is_named_and_a_high_risk(tmp_path: Path) -> None:
    """Where the campaign has groups, one of which may bring the agent in."""
    people = [{"id": 1, "contactId": 1, "campaignId": 100}]
    world = World.of(tmp_path, account(campaign(userIds=[543], groupIds=[12]), people=people))
    rule = {"name": "all", "match": "all", "set": {"assignedAgentId": "chloe"}}
    plan = world.plan(desired_of(campaign_document(), policy_document(rule)))
    (fault,) = plan.diagnostics
    assert (fault.code, "to agent chloe (545), who" in fault.detail) == ("agent-not-in-campaign", True)
    assert fault.source is not None
    text = json.dumps(policy_document(rule))
    assert text[fault.source.column - 1 :].startswith('"assignedAgentId": "chloe"')
    (change,) = [each for each in plan.changes if each.rule]
    assert (change.risk, change.risks[0][:27]) == (Risk.HIGH, "gives contacts to 545, who ")
