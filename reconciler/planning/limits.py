"""Limits: how much one apply may change (S6). A plan over one is still shown; apply stops before the first write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.manifests.desired import Desired
from reconciler.planning.plan import Action, Plan

#: Per run, unless the project says otherwise.
DEFAULTS: Mapping[str, int] = {"contactsChanged": 1000, "campaignsChanged": 50}


@dataclass(frozen=True, slots=True)
class Use:
    """One limit, and how much of it a plan uses.

    `owner` is empty for the run's, else the rule that set it; `under_own` is what rules with limits of their own add.
    `raised`: it is higher than the project's, for this run.
    """

    name: str
    used: int
    limit: int
    owner: str = ""
    under_own: int = 0
    raised: bool = False

    @property
    def exceeded(self) -> bool:
        """Whether the plan changes more than the limit allows."""
        return self.used > self.limit

    @property
    def nearly(self) -> bool:
        """Whether four fifths of the limit are used, and not more than all of it."""
        return self.used <= self.limit and self.used * 5 >= self.limit * 4 > 0


def limit_uses(plan: Plan, desired: Desired, allowed: Mapping[str, int]) -> list[Use]:
    """Each limit with what the plan uses of it.

    A rule with its own limit is held to that one and not counted in the run's. `allowed` raises the run's limits by
    name (`--allow contactsChanged=5000`).
    """
    own = {
        (str(policy.address), rule.name): rule.limit
        for policy in desired.policies
        for rule in policy.rules
        if rule.limit is not None
    }
    limits = {**DEFAULTS, **desired.project.limits}
    raised = {name: number for name, number in allowed.items() if number > limits[name]}
    limits |= raised
    counted = _contacts(plan, own)
    return [
        Use(
            "campaignsChanged",
            plan.summary.campaigns_changed,
            limits["campaignsChanged"],
            raised="campaignsChanged" in raised,
        ),
        Use(
            "contactsChanged",
            counted,
            limits["contactsChanged"],
            under_own=plan.summary.contacts_changed - counted,
            raised="contactsChanged" in raised,
        ),
        *_rule_uses(plan, own),
    ]


def _contacts(plan: Plan, own: Mapping[tuple[str, str], int]) -> int:
    return sum(each.changed for each in plan.changes if (each.address, each.rule or "") not in own)


def _rule_uses(plan: Plan, own: Mapping[tuple[str, str], int]) -> Iterator[Use]:
    for (address, rule), limit in own.items():
        used = sum(
            e.changed for e in plan.changes if e.action is Action.ASSIGN and (e.address, e.rule) == (address, rule)
        )
        yield Use("contactsChanged", used, limit, f"{address} rule {rule}")
