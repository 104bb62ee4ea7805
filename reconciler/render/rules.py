"""What the rules of a policy do to the contacts of a campaign: how many, from what to what, and who has them then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.planning.plan import Change, Load, Reason, Resolved
from reconciler.render.lines import Sign, place_words
from reconciler.render.neutral import neutral
from reconciler.render.words import NOBODY, Names, count, value

#: A value that moves in more ways than these is told together; so many moves of a rule are told at once.
_MOST_MOVES, FIRST_MOVES = 8, 12


@dataclass(frozen=True, slots=True)
class Agent:
    """How many contacts an agent has, before and after."""

    name: str
    before: int
    after: int

    @property
    def is_nobody(self) -> bool:
        """Whether these are the contacts that no agent has."""
        return self.name == NOBODY


@dataclass(frozen=True, slots=True)
class Shift:
    """So many contacts, of which one value changes alike; `before` or `after` may be words for several values."""

    name: str
    before: str
    after: str
    contacts: int


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What a rule does to the contacts of a campaign.

    `words`: how many of how many; `others`: contacts that it leaves to earlier rules or to the next run; `moments`:
    its relative filters as they were resolved, by name; `shifts`: from what to what, and `moves` the same with many
    alike told together; `agents`: who has the rule's contacts.
    """

    sign: Sign
    name: str
    words: str
    changed: int
    others: str = ""
    moments: tuple[tuple[str, str], ...] = ()
    shifts: tuple[Shift, ...] = ()
    moves: tuple[Shift, ...] = ()
    agents: tuple[Agent, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one policy, in their order."""

    address: str
    rules: tuple[RuleRow, ...]


def policies_of(changes: Iterable[Change], names: Names, moments: Iterable[Resolved] = ()) -> tuple[Policy, ...]:
    """The policies of a campaign, from all of its changes; `moments`: what relative filters meant."""
    meant = list(moments)
    policies: dict[str, list[Change]] = {}
    for each in changes:
        if each.rule is not None:
            policies.setdefault(each.address, []).append(each)
    return tuple(
        Policy(neutral(address), tuple(_rule(each, names, meant) for each in rules))
        for address, rules in policies.items()
    )


def agents_of(loads: Iterable[Load], names: Names) -> tuple[Agent, ...]:
    """The contacts of each agent, added up; by the agents' ids, nobody last."""
    before: Counter[int | None] = Counter()
    after: Counter[int | None] = Counter()
    for each in loads:
        before[each.agent_id] += each.before
        after[each.agent_id] += each.after
    ids = sorted(before.keys() | after.keys(), key=lambda id_: (id_ is None, id_ or 0))
    return tuple(Agent(names.shown("agents", id_), before[id_], after[id_]) for id_ in ids)


def moves_left(rule: RuleRow) -> str:
    """What is not among the first moves of a rule, in words; nothing where it has no more."""
    rest = rule.moves[FIRST_MOVES:]
    return f"and {count(len(rest), 'more kind')} of change" if rest else ""


def _rule(change: Change, names: Names, moments: Iterable[Resolved]) -> RuleRow:
    moves = _moves(change, names)
    own = [each for each in moments if (each.address, each.rule) == (change.address, change.rule)]
    return RuleRow(
        sign=Sign.CHANGES if change.changed else Sign.LEAVES,
        name=neutral(change.rule or ""),
        words=_outcome(change),
        changed=change.changed,
        others="; ".join(_others(change)),
        moments=tuple((neutral(each.filter), neutral(each.moment)) for each in own),
        shifts=tuple(_shifts(moves)),
        moves=tuple(_shifts({name: _together(name, counted) for name, counted in moves.items()})),
        agents=agents_of(change.loads, names),
        place=place_words(change.source),
    )


def _outcome(change: Change) -> str:
    """``26 of ≈1,240 contacts match, 20 change``."""
    if change.matched == 0:
        return "no contact is left for it" if change.claimed else "no contact matches"
    of = f"{change.matched:,} of ≈{count(change.total, 'contact')}" if change.total is not None else ""
    matched = f"{of or count(change.matched, 'contact')} {_verb('match', change.matched, 'es')}"
    if change.reason is Reason.RULE_SKIPS:
        return f"{matched}, left as {'it is' if change.matched == 1 else 'they are'}"
    if change.changed == change.matched > 1:
        return f"{matched}, all change"
    if change.changed:
        return f"{matched}, {change.changed:,} {_verb('change', change.changed)}"
    return f"{matched}, none changes now" if change.deferred else f"{matched}, as desired"


def _others(change: Change) -> Iterator[str]:
    """``7 more belong to earlier rules``, ``2 in a call now, deferred to the next run``."""
    if change.claimed:
        yield f"{change.claimed:,} more {_verb('belong', change.claimed)} to earlier rules"
    if change.in_call:
        yield f"{change.in_call:,} in a call now, deferred to the next run"
    if others := change.deferred - change.in_call:
        yield f"{others:,} left for the next run: they moved while they were read, or nothing shows that they match"


def _verb(verb: str, number: int, ending: str = "s") -> str:
    return verb + ending if number == 1 else verb


#: From what to what, for how many contacts.
_Moves = Counter[tuple[str, str]]


def _moves(change: Change, names: Names) -> dict[str, _Moves]:
    """How many contacts move from what to what, by the name of the value."""
    moves: dict[str, _Moves] = {}
    for group in change.contacts:
        for name, after in group.after.items():
            move = (value(name, group.before.get(name), names), value(name, after, names))
            moves.setdefault(name, Counter())[move] += len(group.contact_ids)
    return moves


def _shifts(moves: Mapping[str, _Moves]) -> Iterator[Shift]:
    """Each value's moves, those of most contacts first."""
    for name, counted in moves.items():
        yield from (Shift(neutral(name), *move, contacts) for move, contacts in counted.most_common())


def _together(name: str, moves: _Moves) -> _Moves:
    """The moves; of many, all from one value or all to one as one move: ``nobody → 12 agents``."""
    if len(moves) <= _MOST_MOVES:
        return moves
    side = 0 if len({before for before, _ in moves}) <= len({after for _, after in moves}) else 1
    sizes = Counter(move[side] for move in moves)
    told: _Moves = Counter()
    for move, contacts in moves.items():
        words = f"{sizes[move[side]]:,} {'agents' if name == 'assignedAgentId' else 'different values'}"
        other = move[1 - side] if sizes[move[side]] == 1 else words
        told[(move[0], other) if side == 0 else (other, move[1])] += contacts
    return told
