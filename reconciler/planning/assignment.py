"""What a rule changes on the contacts that it has claimed: their values, and whose they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.manifests.desired import DesiredPolicy, Rule
from reconciler.planning.claims import Claimed, Portion
from reconciler.planning.holding import OWNERS, Left
from reconciler.planning.live import Pair, created_at
from reconciler.planning.plan import Action, Change, ContactGroup, Load, Place, Reason, Risk, withheld
from reconciler.planning.settling import differing
from reconciler.planning.sifting import Held, Words, written_by
from reconciler.planning.spreading import Spread, spread

AGENT = "assignedAgentId"


@dataclass(frozen=True, slots=True)
class Assigned:
    """What becomes of a rule's contacts: the change, and those for which no agent had room (contactIds).

    `left`: what should change and is left alone for now.
    """

    change: Change
    unplaced: tuple[int, ...] = ()
    left: Left = field(default_factory=Left)


def assigned(policy: DesiredPolicy, pair: Pair, claimed: Claimed, total: int | None = None) -> Assigned:
    """The change that a rule makes, its contacts grouped by what changes; one that changes nothing says why.

    `total`: about how many contacts the campaign has.
    """
    rule = claimed.query.rule
    spread_out = _spread(claimed)
    groups = () if rule.skip else tuple(_groups(rule, claimed.free, spread_out.moves))
    changed = sum(len(each.contact_ids) for each in groups)
    reason = Reason.RULE_SKIPS if rule.skip else Reason.RULE_MATCHES if changed else Reason.AS_DESIRED
    running = pair.live.values.get("isPaused") is False
    change = Change(
        address=str(policy.address),
        campaign_id=pair.live.id,
        campaign_name=pair.live.name,
        campaign_created_at=created_at(pair.live),
        action=Action.ASSIGN if changed else Action.NONE,
        reason=reason,
        risk=(Risk.MEDIUM if running else Risk.LOW) if changed else Risk.NONE,
        source=Place(rule.span.source.path, rule.span.line),
        risks=("the campaign is running",) if changed and running else (),
        rule=rule.name,
        campaign=str(pair.desired.address),
        matched=len(claimed.free) + len(claimed.deferred),
        changed=changed,
        deferred=_changing(rule, claimed.deferred),
        in_call=_changing(rule, claimed.in_call),
        claimed=claimed.claimed,
        total=total,
        sets=dict(rule.set),
        contacts=groups,
        loads=tuple(_loads(claimed, spread_out.moves)) if changed else (),
    )
    return Assigned(change, spread_out.unplaced, _left(claimed, spread_out.unplaced))


def _left(claimed: Claimed, unplaced: Collection[int]) -> Left:
    """The contacts that the rule would change and that are left alone, with their owners where it changes these."""
    rule, missed = claimed.query.rule, {*unplaced}
    names = written_by(rule)
    places = {setting: names.index(name) for setting, name in OWNERS.items() if name in names}
    left = Left()
    if rule.skip:
        return left
    stuck = [held for held in claimed.deferred.held if _would_change(rule, held)]
    stuck += [held for each, held in zip(claimed.free.ids, claimed.free.held, strict=True) if each in missed]
    left.contacts = len(stuck)
    for setting, place in places.items():
        left.owners[setting] = {held[place] for held in stuck}
    return left


def _would_change(rule: Rule, held: Held) -> bool:
    """Whether a contact that holds these values is not as the rule wants it."""
    if rule.assign is not None and held[-1] not in rule.assign.agents:
        return True
    return any(differing(name, value, now) for (name, value), now in zip(rule.set.items(), held, strict=False))


def _spread(claimed: Claimed) -> Spread:
    """Who of the free contacts goes to which agent, where the rule spreads them."""
    assign = claimed.query.rule.assign
    if assign is None:
        return Spread({}, ())
    kept = Counter(each[-1] for each in claimed.deferred.held)
    return spread(claimed.free.ids, [each[-1] for each in claimed.free.held], assign, kept)


@dataclass(slots=True)
class _Wording:
    """What of the values that contacts hold a plan says, worked out once for each combination."""

    rule: Rule
    known: dict[Held, tuple[tuple[str, Any], ...]] = field(default_factory=dict)

    def differing(self, held: Held) -> tuple[tuple[str, Any], ...]:
        """The values that `set` would change, by name."""
        if held not in self.known:
            wanted = self.rule.set.items()
            self.known[held] = tuple(
                (name, now._replace(text="") if isinstance(now, Words) else now)
                for (name, value), now in zip(wanted, held, strict=False)
                if differing(name, value, now)
            )
        return self.known[held]


def _shown(value: Any) -> Any:
    """A value that a contact holds, as a plan may show it: of a comment only that there is one (S10)."""
    return withheld(value.updated) if isinstance(value, Words) else value


def _groups(rule: Rule, free: Portion, moves: Mapping[int, int]) -> Iterator[ContactGroup]:
    """Contacts grouped by before → after, only with the values that differ, in the order of their first contact."""
    wording = _Wording(rule)
    grouped: dict[tuple[tuple[tuple[str, Any], ...], int | None], list[int]] = {}
    for contact_id, held in zip(free.ids, free.held, strict=True):
        before, agent = wording.differing(held), moves.get(contact_id)
        if agent is not None:
            before = (*before, (AGENT, held[-1]))
        if before:
            grouped.setdefault((before, agent), []).append(contact_id)
    for (before, agent), contact_ids in grouped.items():
        after = {name: agent if name == AGENT and agent is not None else rule.set[name] for name, _ in before}
        yield ContactGroup({name: _shown(value) for name, value in before}, after, tuple(contact_ids))


def _changing(rule: Rule, deferred: Portion) -> int:
    """How many of the contacts that are left alone the rule would change."""
    return 0 if rule.skip else sum(_would_change(rule, held) for held in deferred.held)


def _loads(claimed: Claimed, moves: Mapping[int, int]) -> Iterator[Load]:
    """How many of the rule's contacts each agent has, before and after; nobody comes last."""
    rule = claimed.query.rule
    names = written_by(rule)
    if AGENT not in names:
        return
    place = names.index(AGENT)
    before: Counter[int | None] = Counter(held[place] for held in (*claimed.free.held, *claimed.deferred.held))
    after: Counter[int | None] = Counter(held[place] for held in claimed.deferred.held)
    after.update(_owners_after(rule, claimed.free, moves, place))
    listed = rule.assign.agents.keys() if rule.assign else ()
    for each in sorted({*before, *after, *listed}, key=lambda one: (one is None, one or 0)):
        yield Load(each, before[each], after[each])


def _owners_after(rule: Rule, free: Portion, moves: Mapping[int, int], place: int) -> Iterable[int | None]:
    if rule.assign is None:
        return [rule.set[AGENT]] * len(free)
    return (moves.get(each, held[place]) for each, held in zip(free.ids, free.held, strict=True))


def agents_of(rule: Rule) -> Sequence[int]:
    """The agents whom a rule gives contacts."""
    if rule.assign:
        return sorted(rule.assign.agents)
    agent = rule.set.get(AGENT)
    return [] if agent is None else [agent]
