"""What a run has left in the account, as far as its plan and what became of its steps tell: what there is to undo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.kinds.campaign import PATCHED
from reconciler.planning.ending import ENDINGS
from reconciler.planning.plan import CONTACT_WRITES, Action, Attribute, Change, Place, Plan, Step


@dataclass(frozen=True, slots=True)
class Deed:
    """What became of one step. `wrote`: whether it wrote its campaign, None where that is not known.

    `contacts`: those that it wrote (contactIds); `in_doubt`: those that it may have written.
    """

    wrote: bool | None = False
    contacts: frozenset[int] = frozenset()
    in_doubt: frozenset[int] = frozenset()


_NOTHING = Deed()


@dataclass(frozen=True, slots=True)
class Trace:
    """A setting that a run has written: what it was `before`, and what the run may have `left` it as.

    Those of an object are whole objects, with the entries that the run did not change. `in_doubt`: whether it was
    written at all is not known.
    """

    name: str
    before: Any
    left: tuple[Any, ...]
    in_doubt: bool
    source: Place


@dataclass(frozen=True)
class PastRun:
    """A run that has ended: its id, the plan that it applied, and what became of each step (by number)."""

    run: str
    plan: Plan
    deeds: Mapping[int, Deed]
    #: campaign id → contactId → whether it is in doubt that the run wrote it.
    _contacts: dict[int, dict[int, bool]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for step in self.plan.steps:
            if step.operation in CONTACT_WRITES:
                deed, own = self.deed(step), set(step.contact_ids)
                written = self._contacts.setdefault(step.campaign_id, {})
                written |= dict.fromkeys(deed.in_doubt & own, True) | dict.fromkeys(deed.contacts & own, False)

    def deed(self, step: Step) -> Deed:
        """What became of a step; one that was not begun wrote nothing."""
        return self.deeds.get(step.number, _NOTHING)

    def changes(self, campaign_id: int) -> list[Change]:
        """What its plan changed of a campaign and of its contacts."""
        return [each for each in self.plan.changes if each.campaign_id == campaign_id]

    def written(self, campaign_id: int) -> Mapping[int, bool]:
        """The contacts of a campaign that it wrote, each with whether that is in doubt."""
        return self._contacts.get(campaign_id, {})

    def traces(self, campaign_id: int) -> list[Trace]:
        """The settings of a campaign that it wrote, in the order in which it first did."""
        attributes = {each.name: (each, change) for change, each in _attributes(self.changes(campaign_id))}
        bodies: dict[str, list[tuple[Any, bool]]] = {}
        for step in (each for each in self.plan.steps if each.campaign_id == campaign_id):
            wrote = self.deed(step).wrote
            for name, value in step.body.items() if wrote is not False else ():
                kept = [] if wrote else bodies.get(name, [])
                bodies[name] = [*kept, (value, wrote is None)]
        return [_trace(name, values, attributes) for name, values in bodies.items()]

    def fields_added(self, campaign_id: int) -> list[str]:
        """The custom fields that it added to a campaign, or may have added."""
        steps = (each for each in self.plan.steps if each.campaign_id == campaign_id and each.fields)
        return [str(each["name"]) for step in steps if self.deed(step).wrote is not False for each in step.fields]


def _attributes(changes: list[Change]) -> Iterator[tuple[Change, Attribute]]:
    for change in changes:
        if change.action is Action.UPDATE or change.action in ENDINGS:
            yield from ((change, each) for each in change.attributes if not each.ignored)


def _trace(name: str, values: list[tuple[Any, bool]], attributes: Mapping[str, tuple[Attribute, Change]]) -> Trace:
    """Of an object the entries that were not changed are those that were sent along: the account held them."""
    left = tuple(value for value, _ in values)
    in_doubt = all(doubt for _, doubt in values)
    if not PATCHED[name].fields:
        attribute, change = attributes[name]
        return Trace(name, attribute.before, left, in_doubt, attribute.source or change.source)
    inside = {each.partition(".")[2]: found for each, found in attributes.items() if each.startswith(f"{name}.")}
    before = {**left[0], **{inner: attribute.before for inner, (attribute, _) in inside.items()}}
    attribute, change = next(iter(inside.values()))
    return Trace(name, before, left, in_doubt, attribute.source or change.source)
