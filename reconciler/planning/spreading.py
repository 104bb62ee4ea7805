"""A rule's contacts spread over its agents: by weight, each with at most its maximum, moving as few as possible.

Pure and exact: nothing is rounded but where contacts can't be cut, and the same contacts always go to the same agents.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heapreplace
from math import lcm

from reconciler.manifests.desired import Assign


@dataclass(frozen=True, slots=True)
class Spread:
    """What spreading changes. `moves`: contactId → agent id, in contactId order, only where the agent is another.

    `unplaced`: the contactIds, ascending, for which no agent had room; they stay as they are.
    """

    moves: Mapping[int, int]
    unplaced: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Agent:
    """A listed agent: `own` are its contacts that may move, ascending, `held` is how many more it has."""

    id: int
    weight: int
    own: Sequence[int]
    held: int

    @property
    def load(self) -> int:
        return self.held + len(self.own)

    def most(self, maximum: int) -> int:
        """What it may have at most; what it holds can't be taken from it."""
        return max(maximum, self.held)


def spread(
    contact_ids: Sequence[int],
    owners: Sequence[int | None],
    assign: Assign,
    held: Mapping[int | None, int] = {},
) -> Spread:
    """Spreads contacts over the agents of `assign`.

    In: `contact_ids`, ascending, may move, and `owners`, parallel to them, have them now; `held` is how many more of
    the rule's contacts an agent has, which count as load and stay.

    Contacts of a listed agent stay unless the agent has too many, over its maximum or, with `rebalance`, over its
    share: then its highest contactIds go. They and the contacts of nobody and of other agents go, in contactId order,
    to the agent who then has the least load by weight, (load + 1) / weight, else the lowest id. Where there is room for
    some only, contacts that no listed agent has come first, by contactId, then the highest of the others.
    """
    agents, newcomers = _sorted_out(contact_ids, owners, assign, held)
    limits = _limits(agents, len(newcomers), assign)
    leaving = sorted(each for agent in agents for each in agent.own[limits[agent.id] - agent.held :])
    room = sum(max(limits[agent.id] - agent.load, 0) for agent in agents)
    entering = min(len(newcomers), room)
    staying = max(len(leaving) - (room - entering), 0)
    moving = sorted([*newcomers[:entering], *leaving[staying:]])
    return Spread(_placed(moving, agents, limits), tuple(sorted([*newcomers[entering:], *leaving[:staying]])))


def _sorted_out(
    contact_ids: Sequence[int], owners: Sequence[int | None], assign: Assign, held: Mapping[int | None, int]
) -> tuple[list[_Agent], list[int]]:
    """The agents, each with its contacts, and the contacts that none of them has."""
    own: dict[int | None, list[int]] = {each: [] for each in assign.agents}
    newcomers: list[int] = []
    for contact_id, owner in zip(contact_ids, owners, strict=True):
        own.get(owner, newcomers).append(contact_id)
    agents = [_Agent(each, weight, own[each], held.get(each, 0)) for each, weight in assign.agents.items()]
    return agents, newcomers


def _limits(agents: Sequence[_Agent], newcomers: int, assign: Assign) -> dict[int, int]:
    """The load that each agent is filled up to, and gives contacts away from."""
    total = newcomers + sum(each.load for each in agents)
    maximum = total if assign.max_per_agent is None else assign.max_per_agent
    if assign.rebalance:
        return _even_loads(agents, total, maximum)
    return {each.id: each.most(maximum) for each in agents}


def _even_loads(agents: Sequence[_Agent], total: int, maximum: int) -> dict[int, int]:
    """Each agent's share of `total` contacts, or of as many as the agents may have, in whole contacts.

    Rounding up goes first to agents who have that many, for then nobody moves; then by the larger fraction.
    """
    total = min(total, sum(each.most(maximum) for each in agents))
    level = _level(agents, total, maximum)
    shares = {each.id: _share(each, level, maximum) for each in agents}
    loads = {agent_id: int(share) for agent_id, share in shares.items()}
    cut = [each for each in agents if shares[each.id] > loads[each.id]]
    cut.sort(key=lambda each: (each.load <= loads[each.id], loads[each.id] - shares[each.id], each.id))
    for each in cut[: total - sum(loads.values())]:
        loads[each.id] += 1
    return loads


def _share(agent: _Agent, level: Fraction, maximum: int) -> Fraction:
    """What an agent is to have where `level` contacts go to each unit of weight."""
    return min(max(level * agent.weight, Fraction(agent.held)), Fraction(agent.most(maximum)))


def _level(agents: Sequence[_Agent], total: int, maximum: int) -> Fraction:
    """The level at which the agents' shares come to `total`.

    The sum of the shares grows with the level, in straight lines between the levels at which an agent gets more than
    it holds or reaches its most.
    """

    def shared(level: Fraction) -> Fraction:
        return sum((_share(each, level, maximum) for each in agents), Fraction(0))

    ends = {Fraction(end, each.weight) for each in agents for end in (each.held, each.most(maximum))}
    levels = sorted({Fraction(0), *ends})
    index = bisect_left(levels, Fraction(total), key=shared)
    if index == 0:
        return levels[0]
    low, high = levels[index - 1], levels[index]
    return low + (high - low) * (total - shared(low)) / (shared(high) - shared(low))


def _placed(moving: Iterable[int], agents: Sequence[_Agent], limits: Mapping[int, int]) -> dict[int, int]:
    """Each contact with the agent it goes to. The agents with room must have room for all."""
    scale = lcm(*(each.weight for each in agents))
    # An agent's turn is (load + 1) / weight, as a whole number: Fractions would take most of the time.
    queue = [
        ((each.load + 1) * (scale // each.weight), each.id, scale // each.weight, limits[each.id] - each.load)
        for each in agents
        if each.load < limits[each.id]
    ]
    heapify(queue)
    moves: dict[int, int] = {}
    for contact_id in moving:
        turn, agent_id, step, room = queue[0]
        moves[contact_id] = agent_id
        if room > 1:
            heapreplace(queue, (turn + step, agent_id, step, room - 1))
        else:
            heappop(queue)
    return moves
