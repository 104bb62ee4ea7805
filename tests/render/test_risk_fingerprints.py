"""Which changes of high risk are told apart by their fingerprints: by campaign and rule, not by who gets contacts."""

from __future__ import annotations

from reconciler.planning.plan import Change, Plan, Risk
from reconciler.render.machine import fingerprints
from reconciler.render.plan_items import plan_items
from tests.planning.plans import assigning, plan_of


def _risky(campaign: str, rule: str = "all", agents: str = "5") -> Change:
    words = f"gives contacts to {agents}, who may be no members: then the API refuses them"
    return assigning([1], campaign=campaign, rule=rule, risk=Risk.HIGH, risks=(words,))


def _prints(*changes: Change) -> list[str]:
    plan: Plan = plan_of(*changes)
    return fingerprints(each for each in plan_items(plan) if each.code == "high-risk")


def test_names_that_differ_by_a_number_are_others() -> None:
    """Of a campaign as of a rule: when the first one is mended, the others keep their own."""
    changes = [_risky("Campaign/bac-1"), _risky("Campaign/bac-2"), _risky("Campaign/bac-2", "wave-2")]
    apart = [_prints(each)[0] for each in changes]
    assert _prints(*changes) == apart
    assert len(set(apart)) == 3
    assert _prints(*changes[1:]) == apart[1:]


def test_who_gets_contacts_makes_no_other_one() -> None:
    """They change from plan to plan."""
    (one,) = _prints(_risky("Campaign/bac-1", agents="543"))
    assert [one] == _prints(_risky("Campaign/bac-1", agents="7")) == _prints(_risky("Campaign/bac-1", agents="7, 8"))
