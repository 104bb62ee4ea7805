"""All that happens to one campaign: its own values, and the rules that change its contacts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.planning.plan import Action, Change, Resolved, Risk
from reconciler.render.lines import Line, Sign, lines_of
from reconciler.render.neutral import neutral
from reconciler.render.risks import RiskRow, risks_of, worst_risk
from reconciler.render.rules import Agent, Policy, agents_of, policies_of
from reconciler.render.steps import StepRow
from reconciler.render.words import ACTIONS, REASONS, Names


@dataclass(frozen=True, slots=True)
class Block:
    """A campaign: what happens to it, why, and how risky that is.

    `agents`: over all of its rules that change some; `steps`: what is sent for it, in order.
    """

    address: str
    id: int
    name: str
    actions: tuple[str, ...]
    why: tuple[str, ...]
    risk: Risk
    risks: tuple[RiskRow, ...]
    lines: tuple[Line, ...]
    policies: tuple[Policy, ...]
    agents: tuple[Agent, ...]
    steps: tuple[StepRow, ...]

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


def block_of(
    changes: Sequence[Change], names: Names, steps: Iterable[StepRow] = (), moments: Iterable[Resolved] = ()
) -> Block:
    """The block of a campaign, from all changes that are shown of it, and its steps; `moments` as `policies_of`."""
    first = next((each for each in changes if each.rule is None), changes[0])
    active = [each for each in changes if each.action is not Action.NONE]
    return Block(
        address=neutral(first.campaign or first.address),
        id=first.campaign_id,
        name=neutral(first.campaign_name),
        actions=tuple(dict.fromkeys(ACTIONS[each.action] for each in active)),
        why=tuple(dict.fromkeys(REASONS[each.reason] for each in active)) or ("only ignored settings differ",),
        risk=worst_risk(each.risk for each in changes),
        risks=risks_of(changes, names),
        lines=tuple(line for each in changes if each.rule is None for line in lines_of(each, names)),
        policies=policies_of(changes, names, moments),
        agents=agents_of((load for each in changes for load in each.loads), names),
        steps=tuple(steps),
    )


def riskiest_first(blocks: Iterable[Block]) -> list[Block]:
    """The blocks of high risk, then those of medium and so on, each in their order: what needs a look comes first."""
    return sorted(blocks, key=lambda each: list(Risk).index(each.risk), reverse=True)
