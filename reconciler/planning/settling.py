"""Do a policy's rules settle? What one writes may hand its contacts to another, which changes them again (S7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import structs

from reconciler.api.filters import columns_of
from reconciler.api.judging import Judge
from reconciler.api.shapes import Contact
from reconciler.kinds.contact import SET_FIELDS
from reconciler.kinds.values import comparable
from reconciler.manifests.desired import DesiredPolicy, Rule
from reconciler.planning.queries import Query

#: What else changes on a contact when a field of it is written; its update changes with each.
_FOLLOWS: Mapping[str, frozenset[str]] = {"excluded": frozenset({"excludedDetail"})}
_UPDATE = frozenset({"lastUpdatedAt", "lastUpdatedBy"})


class Settling:
    """Finds the rules that would change again what the rule at `index` has written: `found`, their numbers.

    Asked only where a rule reads what this one writes.
    """

    def __init__(self, queries: Sequence[Query], index: int, statuses: Mapping[int, str]) -> None:
        self.found: set[int] = set()
        self._rule = queries[index].rule
        self._rules = [each.rule for each in queries]
        self._judges = [Judge(each.whole, statuses) for each in queries]
        read = frozenset[str]().union(*(columns_of(each.whole) for each in queries))
        self._asks = bool(read & changed_by(self._rule))
        self._agents = tuple(_representatives(queries, self._rule))
        self._update = {"lastUpdatedAt": queries[index].at} if "lastUpdatedAt" in read and queries[index].at else {}

    def ask(self, contact: Contact, held: tuple[Any, ...]) -> None:
        """Looks at a contact that the rule may write."""
        if self._asks and (self._rule.assign or differs(self._rule, held)):
            for agent in self._agents:
                self._look(contact, agent)

    def _look(self, contact: Contact, agent: Mapping[str, int]) -> None:
        after = structs.replace(contact, **self._rule.set, **agent, **self._update)
        owner = next((number for number, each in enumerate(self._judges) if each.unsure(after) == ()), None)
        if owner is not None and self._rules[owner] is not self._rule and _would_change(self._rules[owner], after):
            self.found.add(owner)


def changed_by(rule: Rule) -> frozenset[str]:
    """The attributes of a contact that change, or may change, when the rule writes it."""
    if rule.skip:
        return frozenset()
    written = {*rule.set, *(["assignedAgentId"] if rule.assign else [])}
    return frozenset(written).union(_UPDATE, *(_FOLLOWS.get(name, frozenset()) for name in written))


def may_not_settle(policy: DesiredPolicy) -> bool:
    """Whether a rule of the policy writes what one of them matches by: only planning again shows where it leads."""
    read = frozenset[str]().union(*(columns_of(_known(each)) for each in policy.rules))
    return any(read & changed_by(rule) for rule in policy.rules)


def _known(rule: Rule) -> Mapping[str, object]:
    """What a rule matches by, under names that the API knows."""
    return {"lastWrapupIds" if name == "lastWrapups" else name: each for name, each in (rule.match or {}).items()}


def differs(rule: Rule, held: Sequence[Any]) -> bool:
    """Whether a contact that holds these values (as `written_by` orders them) has another than the rule sets."""
    return any(differing(name, value, now) for (name, value), now in zip(rule.set.items(), held, strict=False))


def differing(name: str, wanted: object, held: object) -> bool:
    """Whether a contact's field does not mean what is wanted; of a comment that comes with its time, the text."""
    held = held[0] if isinstance(held, tuple) else held
    return held != wanted and comparable(SET_FIELDS[name], held) != comparable(SET_FIELDS[name], wanted)


def _would_change(rule: Rule, contact: Contact) -> bool:
    if rule.skip:
        return False
    if rule.assign and contact.assignedAgentId not in rule.assign.agents:
        return True
    return any(differing(name, value, getattr(contact, name)) for name, value in rule.set.items())


def _representatives(queries: Sequence[Query], rule: Rule) -> Iterator[Mapping[str, int]]:
    """Of the agents whom the rule may give a contact one for each answer that the filters and lists make of them."""
    if rule.assign is None:
        yield {}
        return
    lists = [each.filters.get("assignedAgentIds") or () for each in queries]
    lists += [each.rule.assign.agents for each in queries if each.rule.assign]
    answers: dict[tuple[bool, ...], int] = {}
    for agent in sorted(rule.assign.agents):
        answers.setdefault(tuple(agent in each for each in lists), agent)
    yield from ({"assignedAgentId": agent} for agent in answers.values())
