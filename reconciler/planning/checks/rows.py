"""The rows of a plan that checks look at: one table of them for each thing that a check can be `of`.

What a row tells is under the names of `kinds.check.FACTS`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.kinds.check import ATTRIBUTES, Of
from reconciler.manifests.desired import Desired
from reconciler.planning.plan import Action, Attribute, Change, Plan, Risk


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `address`, `campaign_id`: of the object, `subject`: which part of it; `also`: its other addresses.

    `reference`: whose names its values may be called by, ``agents`` or ``groups``.
    """

    address: str
    campaign_id: int | None
    subject: str
    facts: Mapping[str, Any]
    also: tuple[str, ...] = ()
    reference: str = ""


@dataclass(slots=True)
class _Agent:
    """What changes of an agent: the contacts before, and how many more afterwards."""

    before: int = 0
    gains: int = 0


def rows_of(of: Of, plan: Plan, desired: Desired, changes: Iterable[Change] | None = None) -> list[Row]:
    """The rows of a plan; of agents those that come of these `changes` alone."""
    made = _Rows(plan, desired)
    some = [each for each in (plan.changes if changes is None else changes) if each.action is not Action.NONE]
    match of:
        case Of.SETTING:
            return [row for each in some for row in made.settings(each)]
        case Of.FIELD:
            return [row for each in some for row in made.fields(each)]
        case Of.CONTACTS:
            return [made.contacts(each) for each in some if each.action is Action.ASSIGN]
        case Of.AGENT:
            return list(made.agents(each for each in some if each.action is Action.ASSIGN))
        case Of.CAMPAIGN:
            return list(made.campaigns(some))


class _Rows:
    """Makes rows of a plan's changes."""

    def __init__(self, plan: Plan, desired: Desired) -> None:
        self._environment = plan.environment
        self._labels = {str(each.address): each.labels for each in desired.campaigns}
        self._names = {id_: name for name, id_ in desired.environment.agents.items()}

    def settings(self, change: Change) -> Iterator[Row]:
        """A row for each setting that is written."""
        if change.rule is not None or change.action is Action.ADD_FIELD:
            return
        for each in (each for each in change.attributes if not each.ignored):
            known = ATTRIBUTES.get(each.name)
            before, after = (_value(each, value) for value in (each.before, each.after))
            facts = {"attribute": each.name, "before": before, "after": after}
            reference = known.reference if known else ""
            yield self._row(change, each.name, facts, reference)

    def fields(self, change: Change) -> Iterator[Row]:
        """A row for each custom field that is added."""
        if change.action is Action.ADD_FIELD:
            for each in change.attributes:
                is_phone = each.after.get("isPhoneNumber") if isinstance(each.after, Mapping) else None
                facts = {"attribute": each.name.removeprefix("customFields."), "isPhoneNumber": is_phone}
                yield self._row(change, each.name, facts)

    def contacts(self, change: Change) -> Row:
        """The row of the contacts that a rule changes in a campaign."""
        counts = {"matched": change.matched, "changed": change.changed, "deferred": change.deferred}
        return self._row(change, f"rule {change.rule}", self.summed(change) | counts)

    def summed(self, change: Change) -> dict[str, Any]:
        """The facts of a rule's change by which it is selected."""
        return {**self._facts(change), "policy": _name(change.address), "rule": change.rule}

    def agents(self, changes: Iterable[Change]) -> Iterator[Row]:
        """A row for each agent who gets or loses contacts by these changes of rules.

        How many an agent gets is counted from the contacts themselves, so that it is what will be written.
        """
        found: dict[int, _Agent] = {}
        for change in changes:
            for load in change.loads:
                if load.agent_id is not None:
                    found.setdefault(load.agent_id, _Agent()).before += load.before
            for id_, gains in _gains(change).items():
                found.setdefault(id_, _Agent()).gains += gains
        for id_, each in sorted(found.items()):
            if each.gains:
                counts = {"before": each.before, "after": each.before + each.gains, "gains": each.gains}
                address = f"Agent/{self._names.get(id_, id_)}"
                facts = {"environment": self._environment, "agent": id_, **counts}
                yield Row(address, None, "contacts", facts, (f"Agent/{id_}",), "agents")

    def campaigns(self, changes: Iterable[Change]) -> Iterator[Row]:
        """A row for each campaign of which anything changes."""
        campaigns: dict[int, list[Change]] = {}
        for each in changes:
            campaigns.setdefault(each.campaign_id, []).append(each)
        for own in campaigns.values():
            actions = list(dict.fromkeys(str(each.action) for each in own))
            risk = max((each.risk for each in own), key=list(Risk).index)
            facts = {"action": actions, "risk": str(risk), "changed": sum(each.changed for each in own)}
            yield self._row(own[0], "", facts)

    def _row(self, change: Change, subject: str, facts: Mapping[str, Any], reference: str = "") -> Row:
        address = change.campaign or change.address
        also = (change.address,) if change.address != address else ()
        return Row(address, change.campaign_id, subject, {**self._facts(change), **facts}, also, reference)

    def _facts(self, change: Change) -> dict[str, Any]:
        address = change.campaign or change.address
        return {
            "environment": self._environment,
            "campaign": _name(address),
            "labels": self._labels.get(address, {}),
            "action": str(change.action),
            "risk": str(change.risk),
        }


def summed_facts(plan: Plan, desired: Desired, change: Change) -> Mapping[str, Any]:
    """The facts of a rule's change by which checks of agents select what they add up."""
    return _Rows(plan, desired).summed(change)


def _gains(change: Change) -> Counter[int]:
    """How many contacts each agent gets by a change of a rule; below 0 where it loses some."""
    found = Counter[int]()
    for group in change.contacts:
        if "assignedAgentId" in group.after:
            for side, sign in ((group.before, -1), (group.after, 1)):
                agent = side.get("assignedAgentId")
                if isinstance(agent, int):
                    found[agent] += sign * len(group.contact_ids)
    return found


def _value(attribute: Attribute, value: Any) -> Any:
    """A value; of a set that is null the empty one."""
    field_ = ATTRIBUTES.get(attribute.name)
    return [] if value is None and field_ is not None and field_.many else value


def _name(address: str) -> str:
    return address.partition("/")[2]
