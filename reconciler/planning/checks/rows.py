"""The rows of a plan that checks look at: one table of them for each thing that a check can be `of`.

What a row tells is under the names of `kinds.check.FACTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.kinds.check import ATTRIBUTES, FACTS, Of
from reconciler.kinds.field import Field
from reconciler.manifests.desired import Desired
from reconciler.planning.checks.numbers import moved
from reconciler.planning.checks.risk import certain_risk, highest
from reconciler.planning.plan import Action, Attribute, Change, Plan


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `address`, `campaign_id`: of the object, `subject`: which part of it; `also`: its other addresses.

    `fields`: what its facts are values of, by the fact's name, where that says how they may be written.
    """

    address: str
    campaign_id: int | None
    subject: str
    facts: Mapping[str, Any]
    also: tuple[str, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)


@dataclass(slots=True)
class _Agent:
    """What changes of an agent: the contacts before, and how many more afterwards."""

    before: int = 0
    gains: int = 0


class Rows:
    """Makes the rows of a plan. One is enough for all checks of a project."""

    def __init__(self, plan: Plan, desired: Desired) -> None:
        self._environment = plan.environment
        self._changes = [each for each in plan.changes if each.action is not Action.NONE]
        self._labels = {str(each.address): each.labels for each in desired.campaigns}
        self._names = {id_: name for name, id_ in desired.environment.agents.items()}

    def of(self, of: Of, summed: Callable[[Mapping[str, Any]], bool] = lambda facts: True) -> list[Row]:
        """The rows; of agents those that come of the changes whose facts `summed` takes."""
        assigned = [each for each in self._changes if each.action is Action.ASSIGN]
        match of:
            case Of.SETTING:
                return [row for each in self._changes for row in self._settings(each)]
            case Of.FIELD:
                return [row for each in self._changes for row in self._fields(each)]
            case Of.CONTACTS:
                return [self._contacts(each) for each in assigned]
            case Of.AGENT:
                return list(self._agents(each for each in assigned if summed(self._summed(each))))
            case Of.CAMPAIGN:
                return list(self._campaigns())

    def _settings(self, change: Change) -> Iterator[Row]:
        """A row for each setting that is written."""
        if change.rule is not None or change.action is Action.ADD_FIELD:
            return
        for each in (each for each in change.attributes if not each.ignored):
            known = ATTRIBUTES.get(each.name)
            before, after = (_value(each, value) for value in (each.before, each.after))
            facts = {"attribute": each.name, "before": before, "after": after}
            yield self._row(change, each.name, facts, {"before": known, "after": known} if known else {})

    def _fields(self, change: Change) -> Iterator[Row]:
        """A row for each custom field that is added."""
        if change.action is Action.ADD_FIELD:
            for each in change.attributes:
                is_phone = each.after.get("isPhoneNumber") if isinstance(each.after, Mapping) else None
                facts = {"attribute": each.name.removeprefix("customFields."), "isPhoneNumber": is_phone}
                yield self._row(change, each.name, facts)

    def _contacts(self, change: Change) -> Row:
        """The row of the contacts that a rule changes in a campaign."""
        counts = {"matched": change.matched, "changed": change.changed, "deferred": change.deferred}
        return self._row(change, f"rule {change.rule}", self._summed(change) | counts)

    def _summed(self, change: Change) -> dict[str, Any]:
        """The facts of a rule's change by which it is selected."""
        return {**self._facts(change), "policy": _name(change.address), "rule": change.rule}

    def _agents(self, changes: Iterable[Change]) -> Iterator[Row]:
        """A row for each agent who gets or loses contacts by these changes of rules.

        How many an agent gets is counted from the contacts themselves, so that it is what will be written.
        """
        found: dict[int, _Agent] = {}
        for change in changes:
            for load in change.loads:
                if load.agent_id is not None:
                    found.setdefault(load.agent_id, _Agent()).before += load.before
            got, lost = moved(change)
            for id_ in got.keys() | lost.keys():
                if isinstance(id_, int):
                    found.setdefault(id_, _Agent()).gains += got[id_] - lost[id_]
        for id_, each in sorted(found.items()):
            if each.gains:
                counts = {"before": each.before, "after": each.before + each.gains, "gains": each.gains}
                address = f"Agent/{self._names.get(id_, id_)}"
                facts = {"environment": self._environment, "agent": id_, **counts}
                yield Row(address, None, "contacts", facts, (f"Agent/{id_}",), {"agent": FACTS["agent"]})

    def _campaigns(self) -> Iterator[Row]:
        """A row for each campaign of which anything changes."""
        campaigns: dict[int, list[Change]] = {}
        for each in self._changes:
            campaigns.setdefault(each.campaign_id, []).append(each)
        for own in campaigns.values():
            actions = list(dict.fromkeys(str(each.action) for each in own))
            risk = highest(*map(certain_risk, own))
            facts = {"action": actions, "risk": str(risk), "changed": sum(each.changed for each in own)}
            yield self._row(own[0], "", facts)

    def _row(self, change: Change, subject: str, facts: Mapping[str, Any], fields: Mapping[str, Field] = {}) -> Row:
        address = _campaign(change)
        also = (change.address,) if change.address != address else ()
        return Row(address, change.campaign_id, subject, {**self._facts(change), **facts}, also, fields)

    def _facts(self, change: Change) -> dict[str, Any]:
        address = _campaign(change)
        return {
            "environment": self._environment,
            "campaign": _name(address),
            "labels": self._labels.get(address, {}),
            "action": str(change.action),
            "risk": str(certain_risk(change)),
        }


def _campaign(change: Change) -> str:
    """The address of the campaign that a change is of; what is no rule's change is of its own object."""
    return change.campaign if change.rule is not None and change.campaign else change.address


def _value(attribute: Attribute, value: Any) -> Any:
    """A value; of a set that is null the empty one."""
    known = ATTRIBUTES.get(attribute.name)
    return [] if value is None and known is not None and known.many else value


def _name(address: str) -> str:
    return address.partition("/")[2]
