"""All that happens to one campaign: its own values, and the rules that change its contacts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reconciler.planning.plan import Action, Change, Load, Reason, Risk
from reconciler.render.lines import Line, Sign, lines_of, place_words
from reconciler.render.neutral import neutral
from reconciler.render.words import ACTIONS, REASONS, Names, count, value

#: How a risk begins that names members of a campaign.
_MEMBERS = re.compile(r"(removes|adds) ([0-9]+(?:, [0-9]+)*)(?= from (userIds|groupIds)|, who)")


@dataclass(frozen=True, slots=True)
class Agent:
    """How many contacts an agent has, before and after."""

    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Shift:
    """So many contacts, of which one value changes alike."""

    name: str
    before: str
    after: str
    contacts: int


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What a rule does to the contacts of a campaign: `changed` of `matched`; `deferred`: in a call, left for later."""

    sign: Sign
    name: str
    words: str
    matched: int
    changed: int
    deferred: int
    sets: tuple[tuple[str, str], ...] = ()
    shifts: tuple[Shift, ...] = ()
    agents: tuple[Agent, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one policy, in their order."""

    address: str
    rules: tuple[RuleRow, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A campaign: what happens to it, why, and how risky that is; `agents`: over all of its rules that change some."""

    address: str
    id: int
    name: str
    actions: tuple[str, ...]
    why: tuple[str, ...]
    risk: Risk
    risks: tuple[str, ...]
    lines: tuple[Line, ...]
    policies: tuple[Policy, ...]
    agents: tuple[Agent, ...]

    @property
    def verb(self) -> str:
        """What happens, in one word where it is one."""
        endings = [each for each in self.actions if each in (ACTIONS[Action.ARCHIVE], ACTIONS[Action.DELETE])]
        return (endings or ["update"])[0] if self.actions else "left as it is"

    @property
    def values_changed(self) -> int:
        """How many of its own values change."""
        return sum(each.sign is not Sign.LEAVES for each in self.lines)

    @property
    def contacts_changed(self) -> int:
        """How many of its contacts change."""
        return sum(rule.changed for policy in self.policies for rule in policy.rules)


def block_of(changes: Sequence[Change], names: Names) -> Block:
    """The block of a campaign, from all changes that are shown of it."""
    first = next((each for each in changes if each.rule is None), changes[0])
    active = [each for each in changes if each.action is not Action.NONE]
    policies: dict[str, list[Change]] = {}
    for each in changes:
        if each.rule is not None:
            policies.setdefault(each.address, []).append(each)
    return Block(
        address=neutral(first.campaign or first.address),
        id=first.campaign_id,
        name=neutral(first.campaign_name),
        actions=tuple(dict.fromkeys(ACTIONS[each.action] for each in active)),
        why=tuple(dict.fromkeys(REASONS[each.reason] for each in active)) or ("only ignored settings differ",),
        risk=worst_risk(each.risk for each in changes),
        risks=tuple(dict.fromkeys(_risk_words(text, names) for each in changes for text in each.risks)),
        lines=tuple(line for each in changes if each.rule is None for line in lines_of(each, names)),
        policies=tuple(
            Policy(neutral(address), tuple(_rule(each, names) for each in rules)) for address, rules in policies.items()
        ),
        agents=agents_of((load for each in changes for load in each.loads), names),
    )


def worst_risk(risks: Iterable[Risk]) -> Risk:
    """The highest of these risks."""
    return max(risks, key=list(Risk).index, default=Risk.NONE)


def riskiest_first(blocks: Iterable[Block]) -> list[Block]:
    """The blocks of high risk, then those of medium and so on, each in their order: what needs a look comes first."""
    return sorted(blocks, key=lambda each: list(Risk).index(each.risk), reverse=True)


def agents_of(loads: Iterable[Load], names: Names) -> tuple[Agent, ...]:
    """The contacts of each agent, added up; by the agents' ids, nobody last."""
    before: Counter[int | None] = Counter()
    after: Counter[int | None] = Counter()
    for each in loads:
        before[each.agent_id] += each.before
        after[each.agent_id] += each.after
    ids = sorted(before.keys() | after.keys(), key=lambda id_: (id_ is None, id_ or 0))
    return tuple(Agent(names.shown("agents", id_), before[id_], after[id_]) for id_ in ids)


def _risk_words(text: str, names: Names) -> str:
    """A risk with names beside the ids of its members."""
    found = _MEMBERS.match(text)
    if found is None:
        return neutral(text)
    kind = "groups" if found[3] == "groupIds" else "agents"
    shown = ", ".join(names.shown(kind, int(id_)) for id_ in found[2].split(", "))
    return f"{found[1]} {shown}{neutral(text[found.end() :])}"


def _rule(change: Change, names: Names) -> RuleRow:
    changes = bool(change.changed)
    return RuleRow(
        sign=Sign.CHANGES if changes else Sign.LEAVES,
        name=neutral(change.rule or ""),
        words=_rule_words(change),
        matched=change.matched,
        changed=change.changed,
        deferred=change.deferred,
        sets=tuple(_sets(change, names)) if changes else (),
        shifts=tuple(_shifts(change, names)),
        agents=agents_of(change.loads, names),
        place=place_words(change.source),
    )


def _rule_words(change: Change) -> str:
    deferred = f"; {change.deferred:,} in a call now: deferred" if change.deferred else ""
    matched = count(change.matched, "contact")
    if change.reason is Reason.RULE_SKIPS:
        return f"{matched} claimed, left as they are"
    if change.matched == 0:
        return "no contact is left for it"
    if change.changed == 0:
        return f"{matched} matched, all as desired{deferred}"
    return f"{change.changed:,} of {matched} change{deferred}"


def _sets(change: Change, names: Names) -> Iterator[tuple[str, str]]:
    """What the contacts get; a value that differs from contact to contact is spread over several."""
    found: dict[str, dict[str, None]] = {}
    for group in change.contacts:
        for name, after in group.after.items():
            found.setdefault(name, {})[value(name, after, names)] = None
    yield from ((neutral(name), " / ".join(values)) for name, values in found.items())


def _shifts(change: Change, names: Names) -> Iterator[Shift]:
    """Each value's moves, those of most contacts first."""
    moves: dict[str, Counter[tuple[str, str]]] = {}
    for group in change.contacts:
        for name, after in group.after.items():
            move = (value(name, group.before.get(name), names), value(name, after, names))
            moves.setdefault(name, Counter())[move] += len(group.contact_ids)
    for name, counted in moves.items():
        yield from (Shift(neutral(name), *move, contacts) for move, contacts in counted.most_common())
