"""Does a contact still belong to the rule that the plan gives it to? Its filters are asked again before it is written.

Between plan and apply a contact may have been called, excluded or edited: what the plan says of its other values may
still hold, and the rule would not mean it any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeVar

from reconciler.api.endpoints.wrapups import list_wrapups
from reconciler.api.filters import columns_of
from reconciler.api.judging import Judge
from reconciler.api.request import Flow
from reconciler.api.shapes import Contact
from reconciler.manifests.desired import Desired, DesiredPolicy
from reconciler.planning.plan import Change, Plan
from reconciler.planning.queries import Query, make_queries, needs_wrapups

_T = TypeVar("_T")


class Client(Protocol):
    """What this needs of a client."""

    def run(self, flow: Flow[_T]) -> _T:
        """The result of one flow."""


@dataclass(frozen=True)
class Rules:
    """The queries of one policy, relative moments meant as they were in the plan."""

    queries: tuple[Query, ...]
    statuses: Mapping[int, str]

    @cached_property
    def columns(self) -> frozenset[str]:
        """The attributes of a contact that they read."""
        return frozenset[str]().union(*(columns_of(each.whole) for each in self.queries))

    @cached_property
    def _judges(self) -> dict[str, Judge]:
        return {each.rule.name: Judge(each.whole, self.statuses) for each in self.queries}

    def own(self, rule: str, contact: Contact) -> bool:
        """Whether the contact may be this rule's: it satisfies its filters, and those of none before it for sure."""
        for name, judge in self._judges.items():
            unsure = judge.unsure(contact)
            if name == rule:
                return unsure is not None
            if unsure == ():
                return False
        return False


class Belonging:
    """The rules of all policies whose contacts a plan changes, by address; without any, every contact belongs."""

    def __init__(self, rules: Mapping[str, Rules]) -> None:
        self._rules = rules

    def columns(self, changes: Iterable[Change]) -> frozenset[str]:
        """The attributes of a contact that have to be read for these changes."""
        found = (self._rules.get(each.address) for each in changes if each.contacts)
        return frozenset[str]().union(*(rules.columns for rules in found if rules is not None))

    def owners(self, changes: Iterable[Change]) -> dict[int, tuple[str, str]]:
        """The policy (address) and the rule of each contact of one campaign, by contactId."""
        return {
            contact_id: (change.address, change.rule or "")
            for change in changes
            for group in change.contacts
            for contact_id in group.contact_ids
        }

    def holds(self, owner: tuple[str, str], contact: Contact) -> bool:
        """Whether the contact still belongs to this rule (policy's address, name)."""
        rules = self._rules.get(owner[0])
        return rules is None or rules.own(owner[1], contact)


EVERYBODY = Belonging({})


def belonging(client: Client, plan: Plan, desired: Desired | None) -> Belonging:
    """Who belongs to the rules of a plan; without the manifests that it is made from everybody does.

    Reads the wrap-up codes, if a rule names any. Raises what the client raises.
    """
    concerned = {each.address for each in plan.changes if each.contacts}
    policies = [each for each in (desired.policies if desired else ()) if str(each.address) in concerned]
    if desired is None or not policies:
        return EVERYBODY
    wrapups = client.run(list_wrapups()) if needs_wrapups(desired) else []
    statuses = {each.id: each.status for each in wrapups if each.status}

    def rules(policy: DesiredPolicy) -> Rules:
        return Rules(tuple(make_queries(policy, wrapups, plan.created_at)[0]), statuses)

    return Belonging({str(each.address): rules(each) for each in policies})
