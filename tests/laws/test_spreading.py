"""Laws of spreading: nobody is forgotten, loads are even, and no other way to get there moves fewer contacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import ceil, floor
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.manifests.desired import Assign
from reconciler.planning.spreading import Spread, spread

STRANGER = 9
QUICK = settings(max_examples=200, deadline=None, derandomize=True, database=None)


@dataclass(frozen=True, slots=True)
class Case:
    """What `spread` is given, and what follows from it."""

    ids: tuple[int, ...]
    owners: tuple[int | None, ...]
    assign: Assign
    held: Mapping[int | None, int]

    def spread(self) -> Spread:
        """The result."""
        return spread(self.ids, self.owners, self.assign, self.held)

    def owners_after(self, found: Spread) -> list[int | None]:
        """Who has the contacts then."""
        return [found.moves.get(each, owner) for each, owner in zip(self.ids, self.owners, strict=True)]

    def loads(self, owners: Sequence[int | None]) -> dict[int, int]:
        """How many contacts each listed agent has where the contacts have these owners."""
        counted = Counter(owners)
        return {each: counted[each] + self.held.get(each, 0) for each in self.assign.agents}

    def most(self, agent: int) -> int:
        """How many an agent may have."""
        total = len(self.ids) + sum(self.held.get(each, 0) for each in self.assign.agents)
        maximum = self.assign.max_per_agent
        return total if maximum is None else max(min(maximum, total), self.held.get(agent, 0))

    @property
    def placeable(self) -> int:
        """How many contacts can be with a listed agent, those that are held included."""
        held = sum(self.held.get(each, 0) for each in self.assign.agents)
        return min(len(self.ids) + held, sum(map(self.most, self.assign.agents)))


@st.composite
def cases(draw: st.DrawFn, contacts: int = 14, agents: int = 4, plain: bool = False) -> Case:
    """Contacts with and without owners; `plain`: no maximum, nothing held."""
    ids = tuple(sorted(draw(st.sets(st.integers(1, 99), max_size=contacts))))
    owners = tuple(draw(st.sampled_from((None, STRANGER, *range(1, agents + 1)))) for _ in ids)
    weights = draw(st.dictionaries(st.integers(1, agents), st.integers(1, 5), min_size=1))
    maximum = None if plain else draw(st.none() | st.integers(0, 6))
    held = {} if plain else draw(st.dictionaries(st.sampled_from((None, STRANGER, 1, 2)), st.integers(0, 8)))
    return Case(ids, owners, Assign(weights, draw(st.booleans()), maximum), held)


@QUICK
@given(cases())
def test_placed(case: Case) -> None:
    """Every contact that is placed ends with a listed agent; moves are real ones, in order."""
    found = case.spread()
    after = dict(zip(case.ids, case.owners_after(found), strict=True))
    assert all(after[each] in case.assign.agents for each in case.ids if each not in found.unplaced)
    assert not found.moves.keys() & set(found.unplaced)
    assert all(
        found.moves[each] != owner for each, owner in zip(case.ids, case.owners, strict=True) if each in found.moves
    )
    assert (list(found.moves), list(found.unplaced)) == (sorted(found.moves), sorted(found.unplaced))


@QUICK
@given(cases())
def test_room(case: Case) -> None:
    """Nobody has more than the maximum, and no room is left while a contact has no place."""
    found = case.spread()
    placed = [o for each, o in zip(case.ids, case.owners_after(found), strict=True) if each not in found.unplaced]
    loads = case.loads(placed)
    assert all(load <= case.most(agent) for agent, load in loads.items())
    assert sum(loads.values()) == case.placeable


@QUICK
@given(cases(plain=True))
def test_without_rebalance(case: Case) -> None:
    """Without rebalance and maximum exactly those move who have no listed agent."""
    case = replace(case, assign=replace(case.assign, rebalance=False))
    found = case.spread()
    free = [each for each, owner in zip(case.ids, case.owners, strict=True) if owner not in case.assign.agents]
    assert list(found.moves) == free


@QUICK
@given(cases())
def test_least_loaded(case: Case) -> None:
    """Without rebalance each goes to the agent who is the least loaded by then."""
    case = replace(case, assign=replace(case.assign, rebalance=False))
    found = case.spread()
    held_back = [o for each, o in zip(case.ids, case.owners, strict=True) if each not in found.moves]
    loads = case.loads(held_back)
    for contact_id, agent in found.moves.items():
        turns = [
            (Fraction(loads[each] + 1, weight), each)
            for each, weight in case.assign.agents.items()
            if loads[each] < case.most(each)
        ]
        assert agent == min(turns)[1], contact_id
        loads[agent] += 1


@QUICK
@given(cases(contacts=40, plain=True))
def test_rebalance(case: Case) -> None:
    """With rebalance every load is within one of its share."""
    case = replace(case, assign=replace(case.assign, rebalance=True))
    loads = case.loads(case.owners_after(case.spread()))
    weights = case.assign.agents
    shares = {each: Fraction(len(case.ids) * weight, sum(weights.values())) for each, weight in weights.items()}
    assert all(abs(loads[each] - shares[each]) < 1 for each in weights)


def shares_of(case: Case) -> dict[int, Fraction]:
    """Each agent's share, found by trying who is at the least, who at the most, and who is in between."""
    agents = case.assign.agents
    for chosen in product(("least", "between", "most"), repeat=len(agents)):
        state = dict(zip(agents, chosen, strict=True))
        fixed = {each: case.held.get(each, 0) if state[each] == "least" else case.most(each) for each in agents}
        rest = case.placeable - sum(fixed[each] for each in agents if state[each] != "between")
        weight = sum(agents[each] for each in agents if state[each] == "between")
        if weight:
            level = Fraction(rest, weight)
            if all(_fits(case, each, state[each], level) for each in agents):
                return {e: level * agents[e] if state[e] == "between" else Fraction(fixed[e]) for e in agents}
        elif rest == 0 and set(chosen) in ({"least"}, {"most"}):
            return {each: Fraction(fixed[each]) for each in agents}
    raise AssertionError("there is always a way to share")


def _fits(case: Case, agent: int, state: str, level: Fraction) -> bool:
    share, least, most = level * case.assign.agents[agent], case.held.get(agent, 0), case.most(agent)
    return {"least": share <= least, "between": least <= share <= most, "most": share >= most}[state]


def balanced(case: Case) -> Iterator[dict[int, int]]:
    """All loads in whole contacts that are the shares, rounded down or up."""
    shares = shares_of(case)
    for loads in product(*({floor(each), ceil(each)} for each in shares.values())):
        if sum(loads) == case.placeable:
            yield dict(zip(shares, loads, strict=True))


@QUICK
@given(cases(agents=3))
def test_fewest_of_all_balances(case: Case) -> None:
    """Of all loads that are balanced, none is reached with fewer moves."""
    case = replace(case, assign=replace(case.assign, rebalance=True))
    found, before = case.spread(), case.loads(case.owners)
    if not found.unplaced:
        free = sum(each not in case.assign.agents for each in case.owners)
        wanted = list(balanced(case))
        assert case.loads(case.owners_after(found)) in wanted
        needed = [free + sum(max(before[each] - loads[each], 0) for each in loads) for loads in wanted]
        assert len(found.moves) == min(needed)


@settings(QUICK, max_examples=60)
@given(cases(contacts=6, agents=3))
def test_fewest_of_all_ways(case: Case) -> None:
    """Of all ways to give the contacts to agents, none balances with fewer moves."""
    case = replace(case, assign=replace(case.assign, rebalance=True))
    found = case.spread()
    if not found.unplaced:
        wanted = list(balanced(case))
        ways = [each for each in product(case.assign.agents, repeat=len(case.ids)) if case.loads(each) in wanted]
        fewest = min(sum(a != b for a, b in zip(way, case.owners, strict=True)) for way in ways)
        assert len(found.moves) == fewest


@QUICK
@given(cases())
def test_who_leaves(case: Case) -> None:
    """Who leaves an agent has a higher contactId than who stays, with room or not."""
    found = case.spread()
    for agent in case.assign.agents:
        own = [each for each, owner in zip(case.ids, case.owners, strict=True) if owner == agent]
        stay = [each for each in own if each not in found.moves and each not in found.unplaced]
        assert max(stay, default=0) < min((each for each in own if each in found.moves), default=100)


@QUICK
@given(cases())
def test_again(case: Case) -> None:
    """Spreading the result again moves nothing (S7)."""
    found = case.spread()
    again = spread(case.ids, case.owners_after(found), case.assign, case.held)
    assert again == Spread({}, found.unplaced)


@QUICK
@given(cases(), st.randoms(use_true_random=False), st.integers(2, 7))
def test_same_meaning(case: Case, shuffled: Random, factor: int) -> None:
    """Neither the order of the agents nor a common factor of their weights matters."""
    agents = list(case.assign.agents.items())
    shuffled.shuffle(agents)
    scaled = {each: weight * factor for each, weight in agents}
    assert spread(case.ids, case.owners, replace(case.assign, agents=scaled), case.held) == case.spread()
