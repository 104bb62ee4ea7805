"""A bar of characters for an agent's contacts: what stays, what comes, what goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.render.rules import Agent

STAYS, COMES, GOES = "█", "▓", "░"


@dataclass(frozen=True, slots=True)
class Bar:
    """The three parts, in their order; what comes or goes is never both."""

    stays: str
    comes: str
    goes: str

    def __str__(self) -> str:
        return self.stays + self.comes + self.goes


def bar_of(agent: Agent, most: int, room: int) -> Bar:
    """Out of `room` characters for `most` contacts, one at least for any; none where it would be longer."""
    if most < max(agent.before, agent.after):
        return Bar("", "", "")
    before, after = (max(round(number * room / most), 1) if number else 0 for number in (agent.before, agent.after))
    return Bar(STAYS * min(before, after), COMES * (after - before), GOES * (before - after))


def largest(agents: Sequence[Agent]) -> int:
    """What the longest bar stands for: the most contacts of an agent, before or after.

    What nobody has would make all other bars short: it counts only where it is alone.
    """
    counted = [each for each in agents if not each.is_nobody] or agents
    return max((max(each.before, each.after) for each in counted), default=0)
