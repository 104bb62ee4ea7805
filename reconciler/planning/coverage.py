"""Do a plan's steps do what its changes say, and nothing else? What was reviewed is the changes (S5).

A saved plan's steps are never trusted beyond its changes: each is held against them before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from msgspec.structs import replace

from reconciler.errors import SavedPlanRefused
from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.values import comparable
from reconciler.planning.ending import ENDINGS, ending_steps, is_whole
from reconciler.planning.plan import (
    CONTACT_WRITES,
    Action,
    Attribute,
    Change,
    Operation,
    Plan,
    Step,
    Summary,
    is_withheld,
)
from reconciler.planning.steps import MAX_BATCH, shared_values


def refuse_uncovered(plan: Plan, name: str = "the plan") -> None:
    """SavedPlanRefused, naming the first fault, unless every step is covered by the plan's changes, and the reverse.

    Settings and custom fields have the reviewed values, contacts are the reviewed ones with the reviewed values, each
    once; the numbers add up; a campaign is unpaused last and alone; one that is archived or deleted has no other steps.
    """
    parts = (_counts, _numbers, _endings, _steps, _contacts, _settings, _order)
    try:
        fault = next(chain.from_iterable(part(plan) for part in parts), None)
    except (TypeError, ValueError):  # values that no plan holds
        fault = "it holds values of the wrong type"
    if fault is not None:
        raise SavedPlanRefused("saved plan was altered", f"{name}: {fault}", "plan again, and review that plan")


def _counts(plan: Plan) -> Iterator[str]:
    for each in plan.changes:
        if each.changed != sum(len(group.contact_ids) for group in each.contacts):
            yield f"a change of {each.address} does not count its own contacts"
        if any(group.before.keys() != group.after.keys() for group in each.contacts):
            yield f"a change of {each.address} does not say what its contacts held"
        if any(
            is_withheld(value) for group in each.contacts for name, value in group.before.items() if name != "comment"
        ):
            yield f"a change of {each.address} withholds what it has to say"
        if (each.action is Action.ASSIGN) != bool(each.contacts):
            yield f"a change of {each.address} names contacts and is none of a rule, or the reverse"
    if plan.summary != Summary.of(plan.changes, plan.steps):
        yield "its summary is not that of its changes and steps"


def _numbers(plan: Plan) -> Iterator[str]:
    if [each.number for each in plan.steps] != list(range(1, len(plan.steps) + 1)):
        yield "its steps are not numbered in order"


def _endings(plan: Plan) -> Iterator[str]:
    """A campaign is archived or deleted by one change, and by exactly the steps of that change, in their order."""
    for change in plan.changes:
        if change.action in ENDINGS:
            steps = [replace(each, number=0) for each in plan.steps if each.campaign_id == change.campaign_id]
            if not is_whole(change) or steps != list(ending_steps(change)):
                yield f"the steps of {change.address} are not those that {change.action} it"


def _steps(plan: Plan) -> Iterator[str]:
    ended = {each.campaign_id for each in plan.changes if each.action in ENDINGS}  # held to more by _endings
    own: dict[tuple[str, int], list[Change]] = {}
    for change in plan.changes:
        own.setdefault((change.address, change.campaign_id), []).append(change)
    after = {key: _after(changes) for key, changes in own.items()}
    for step in (each for each in plan.steps if each.campaign_id not in ended):
        key = (step.address, step.campaign_id)
        covered = (
            _contacts_covered(step, after.get(key, {}))
            if step.operation in CONTACT_WRITES
            else _campaign_covered(step, [each for each in own.get(key, ()) if each.rule is None])
        )
        if not covered:
            yield f"step {step.number} would write what none of its changes names"


@dataclass(frozen=True, slots=True)
class _Reviewed:
    """The rule of some contacts, the values that it gives them, and those that it sets and they have already."""

    rule: str
    after: Mapping[str, Any]
    shared: Mapping[str, Any]

    def covers(self, data: Mapping[str, Any]) -> bool:
        return data == self.after or data == {**self.shared, **self.after}


_NOTHING = _Reviewed("", {}, {})


def _after(changes: Sequence[Change]) -> dict[int, _Reviewed]:
    """What was reviewed of each contact of a policy's rules."""
    found: dict[int, _Reviewed] = {}
    for change in (each for each in changes if each.rule is not None):
        shared = shared_values(change)
        for group in change.contacts:
            found |= dict.fromkeys(group.contact_ids, _Reviewed(change.rule or "", group.after, shared))
    return found


def _campaign_covered(step: Step, own: Sequence[Change]) -> bool:
    if step.operation is Operation.DELETE_CAMPAIGN:
        return False  # whatever it holds: what deletes a campaign is held against its change by _endings
    if step.contact_ids or step.data or step.rule is not None or bool(step.body) == bool(step.fields):
        return False
    if step.operation is Operation.ADD_FIELDS:
        return bool(step.fields) and _fields_covered(step, own)
    attributes = {each.name: each for each in _attributes(own, Action.UPDATE)}
    return bool(step.body) and all(_is_setting(*each, attributes) for each in step.body.items())


def _is_setting(name: str, value: Any, attributes: Mapping[str, Attribute]) -> bool:
    field = SETTINGS.get(name)
    if field is None:
        return False
    if field.fields:  # sent whole: what it holds besides is held against the account right before it is written
        inside = {each: attributes.get(f"{name}.{each}") for each in (value if isinstance(value, dict) else ())}
        found = {each: attribute for each, attribute in inside.items() if attribute is not None}
        return bool(found) and all(value[each] == attribute.after for each, attribute in found.items())
    attribute = attributes.get(name)
    return attribute is not None and (value == attribute.after or value == _joined(attribute))


def _joined(attribute: Attribute) -> Any:
    """The members of before and after together: what a campaign holds while its contacts move."""
    if attribute.name not in ("userIds", "groupIds"):
        return attribute.after
    field = SETTINGS[attribute.name]
    return sorted({*comparable(field, attribute.before), *comparable(field, attribute.after)})


def _fields_covered(step: Step, own: Sequence[Change]) -> bool:
    added = {each.name.removeprefix("customFields."): each.after for each in _attributes(own, Action.ADD_FIELD)}
    wanted = [(each.get("name"), {key: value for key, value in each.items() if key != "name"}) for each in step.fields]
    return wanted == list(added.items())


def _contacts_covered(step: Step, after: Mapping[int, _Reviewed]) -> bool:
    """A step that writes contacts of several rules names none of them."""
    is_plain = not (step.body or step.fields) and bool(step.data) and 0 < len(step.contact_ids) <= MAX_BATCH
    own = [after.get(each, _NOTHING) for each in step.contact_ids]
    rules = {each.rule for each in own}
    named = {step.rule} == (rules if len(rules) == 1 else {None})
    return is_plain and named and all(each.covers(step.data) for each in own)


def _contacts(plan: Plan) -> Iterator[str]:
    """Every contact of a campaign that a change names is written by exactly one step, and named once."""
    named = [
        (change.campaign_id, contact_id)
        for change in plan.changes
        for group in change.contacts
        for contact_id in group.contact_ids
    ]
    written = [(step.campaign_id, contact_id) for step in plan.steps for contact_id in step.contact_ids]
    if len(set(named)) != len(named) or sorted(named) != sorted(written):
        yield "its steps do not write each contact of its changes exactly once"


def _settings(plan: Plan) -> Iterator[str]:
    """Every reviewed value is the last one that a step writes, so that a change is not done in part."""
    own: dict[tuple[str, int], list[Step]] = {}
    for step in plan.steps:
        own.setdefault((step.address, step.campaign_id), []).append(step)
    for change in plan.changes:
        steps = own.get((change.address, change.campaign_id), [])
        sent = {name: value for step in steps for name, value in step.body.items()}
        for each in _attributes([change], Action.UPDATE):
            name, _, inner = each.name.partition(".")
            if name not in sent or (sent[name].get(inner) if inner else sent[name]) != each.after:
                yield f"no step brings `{each.name}` of {change.address} to its value"
        if change.action is Action.ADD_FIELD and not any(step.fields for step in steps):
            yield f"no step adds the custom fields of {change.address}"


def _order(plan: Plan) -> Iterator[str]:
    last: dict[int, Step] = {each.campaign_id: each for each in plan.steps}
    for step in plan.steps:
        if step.body.get("isPaused") is False and (len(step.body) > 1 or last[step.campaign_id] is not step):
            yield f"step {step.number} lets a campaign call before its changes are done"


def _attributes(changes: Sequence[Change], action: Action) -> Iterator[Attribute]:
    return (each for change in changes if change.action is action for each in change.attributes if not each.ignored)
