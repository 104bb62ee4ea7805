"""How much one apply may change (S6)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.manifests.desired import Desired
from reconciler.planning.limits import Use, limit_uses
from reconciler.planning.plan import Change, Plan
from tests.planning.building import campaign_document, desired_of, policy_document
from tests.planning.plans import assigning, plan_of


def _desired(**limits: int) -> Desired:
    rules: list[dict[str, Any]] = [
        {"name": "free", "match": "all", "set": {"priority": 1}},
        {"name": "own", "match": "all", "set": {"priority": 2}, "limits": {"contactsChanged": 5}},
    ]
    project: dict[str, Any] = {
        "apiVersion": "diabolocom.reconciler/v1", "kind": "Project", "metadata": {"name": "tested"},
        "spec": {"limits": limits, "environments": {"test": {"baseUrl": "emulator:a.db"}}},
    }  # fmt: skip
    names = [{"settings": {"name": "A"}}, {"settings": {"name": "B"}}]
    documents = [campaign_document(name, **spec) for name, spec in zip(("bakery", "second"), names, strict=True)]
    return desired_of(*documents, policy_document(*rules, campaigns=("bakery", "second")), project=project)


def _rule(name: str, count: int, campaign_id: int = 100) -> Change:
    return replace(assigning(range(1, count + 1), campaign_id=campaign_id), rule=name)


def _uses(plan: Plan, desired: Desired, **allowed: int) -> dict[str, Use]:
    return {f"{each.name} {each.owner}".strip(): each for each in limit_uses(plan, desired, allowed)}


def test_limits_are_on_by_default() -> None:
    """1000 contacts and 50 campaigns; exactly so many are still allowed."""
    uses = _uses(plan_of(_rule("free", 1000)), _desired())
    assert (uses["contactsChanged"].used, uses["contactsChanged"].limit, uses["contactsChanged"].exceeded) == (
        1000,
        1000,
        False,
    )
    assert (uses["campaignsChanged"].used, uses["campaignsChanged"].limit) == (1, 50)
    assert _uses(plan_of(_rule("free", 1001)), _desired())["contactsChanged"].exceeded


def test_the_contacts_of_all_rules_and_campaigns_add_up() -> None:
    """The limit is the run's."""
    plan = plan_of(_rule("free", 600), _rule("free", 500, 101))
    uses = _uses(plan, _desired())
    assert (uses["contactsChanged"].used, uses["campaignsChanged"].used) == (1100, 2)


def test_a_rule_with_its_own_limit_is_held_to_that_one() -> None:
    """And not counted in the run's; over all of its campaigns."""
    plan = plan_of(_rule("own", 4), _rule("own", 2, 101))
    uses = _uses(plan, _desired(contactsChanged=0))
    assert (uses["contactsChanged"].used, uses["contactsChanged"].exceeded) == (0, False)
    own = uses["contactsChanged AssignmentPolicy/assigning rule own"]
    assert (own.used, own.limit, own.exceeded) == (6, 5, True)


@pytest.mark.parametrize(
    ("limits", "allowed", "limit"),
    [({}, {}, 1000), ({"contactsChanged": 3}, {}, 3), ({"contactsChanged": 3}, {"contactsChanged": 9}, 9)],
)
def test_the_project_and_the_command_line_replace_limits_by_name(limits: Any, allowed: Any, limit: int) -> None:
    """The command line wins; the other limit stays."""
    uses = _uses(plan_of(_rule("free", 1)), _desired(**limits), **allowed)
    assert (uses["contactsChanged"].limit, uses["campaignsChanged"].limit) == (limit, 50)


def test_allowing_more_does_not_raise_a_rules_own_limit() -> None:
    """It is the run's that --allow names."""
    uses = _uses(plan_of(_rule("own", 6)), _desired(), contactsChanged=100)
    assert uses["contactsChanged AssignmentPolicy/assigning rule own"].exceeded


def test_a_limit_is_nearly_reached_from_four_fifths_on() -> None:
    """Up to all of it; over it, it is exceeded."""
    used = [(79, 100), (80, 100), (100, 100), (101, 100), (0, 0)]
    near = [each for each in used if Use("contactsChanged", *each).nearly]
    assert near == [(80, 100), (100, 100)]
