"""Does a saved plan undo what a run did, and nothing else? Its digest alone does not prove it.

Such a plan can't agree with the manifests. It is held against what the store remembers of that run: each value must be
one that the run left, and go back to the one that it was before; each contact must be one that the run wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.errors import SavedPlanRefused
from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.values import comparable, settings_object
from reconciler.planning.diff import same, same_inner
from reconciler.planning.holding import OWNERS
from reconciler.planning.live import same_creation
from reconciler.planning.plan import Action, Attribute, Change, ContactGroup, Plan, Reason
from reconciler.planning.undoing.contacts import restorable
from reconciler.planning.undoing.run import PastRun, Trace
from reconciler.planning.undoing.undo import undone_digest


def refuse_other_undo(plan: Plan, past: PastRun) -> None:
    """SavedPlanRefused, naming the first fault, when a plan is not what undoing this run comes to."""
    if plan.manifests_digest != undone_digest(past):
        _refuse(f"it was made to undo another plan than that of run {past.run}")
    for change in plan.changes:
        if fault := next(_faults(change, past), None):
            _refuse(f"its change of {change.address} {fault}")


def _refuse(detail: str) -> None:
    advice = "undo the run again with `reconciler rollback`, and review that plan"
    raise SavedPlanRefused("saved plan was altered", detail, advice)


def _faults(change: Change, past: PastRun) -> Iterator[str]:
    done = [each for each in past.changes(change.campaign_id) if _is_of(each, change)]
    if not done:
        yield f"is of what run {past.run} did not change"
    elif not all(_is_same_campaign(change, each) for each in done):
        yield f"is of campaign {change.campaign_id} as it was created at another moment"
    elif change.reason is not Reason.RUN_UNDONE:
        yield "does not say that it undoes anything"
    elif change.rule is not None:
        yield from _rule_faults(change, done[0], past)
    elif change.action is not Action.UPDATE or change.contacts:
        yield f"would {change.action} it, and undoing a run does not"
    else:
        traces = {each.name: each for each in past.traces(change.campaign_id)}
        yield from (
            f"sets `{each.name}` otherwise than it was before run {past.run}"
            for each in change.attributes
            if each.ignored or not _is_undone(each, traces)
        )


def _is_of(done: Change, change: Change) -> bool:
    """Whether a change of the run is of the object that this one is of."""
    if change.rule is None:
        return change.address == (done.campaign or done.address)
    return (done.address, done.rule, done.campaign) == (change.address, change.rule, change.campaign)


def _is_same_campaign(change: Change, done: Change) -> bool:
    known = done.campaign_created_at
    return known is None or same_creation(change.campaign_created_at, known)


def _is_undone(attribute: Attribute, traces: dict[str, Trace]) -> bool:
    """Whether a setting is one that the run wrote, held as it left it, and goes back to what it was."""
    name, _, inner = attribute.name.partition(".")
    trace = traces.get(name)
    if trace is None or name not in SETTINGS or bool(inner) != bool(SETTINGS[name].fields):
        return False
    if inner:
        return _is_entry_undone(attribute, inner, trace)
    setting = SETTINGS[name]
    held = any(same(setting, each, attribute.before) for each in trace.left)
    return held and (_goes_back(name, trace.before, attribute.after) or _stay(attribute, trace))


def _goes_back(name: str, before: Any, after: Any) -> bool:
    setting = SETTINGS[name]
    return same(setting, setting.default if before is None else before, after)


def _is_entry_undone(attribute: Attribute, inner: str, trace: Trace) -> bool:
    """The same of an entry of an object; of one that is off the account shows nothing (notes, trap 12)."""
    setting = SETTINGS[trace.name]
    shown = [{"enabled": False} if each.get("enabled") is False else each for each in trace.left]
    held = any(
        same_inner(setting, inner, settings_object(trace.name, each).get(inner), attribute.before) for each in shown
    )
    return held and same_inner(setting, inner, trace.before.get(inner), attribute.after)


def _stay(attribute: Attribute, trace: Trace) -> bool:
    """Whether it is a membership in which some stay who have contacts that stay as they are."""
    if attribute.name not in OWNERS:
        return False
    before, asked, after = (
        {*comparable(SETTINGS[attribute.name], each)} for each in (attribute.before, trace.before, attribute.after)
    )
    return asked <= after <= asked | before


def _rule_faults(change: Change, done: Change, past: PastRun) -> Iterator[str]:
    written = past.written(change.campaign_id)
    of_contact = {each: group for group in done.contacts for each in group.contact_ids if each in written}
    if change.action not in (Action.ASSIGN, Action.NONE) or change.attributes or change.sets:
        yield "does something else than to give contacts back what they held"
    for group in change.contacts:
        for contact_id in group.contact_ids:
            if contact_id not in of_contact:
                yield f"is of contact {contact_id}, which run {past.run} did not write"
            elif not _is_given_back(group, of_contact[contact_id]):
                yield f"gives contact {contact_id} what it did not hold before run {past.run}"


def _is_given_back(group: ContactGroup, done: ContactGroup) -> bool:
    """Whether each value was written by the run, and goes back to the one before it."""
    return all(
        name in done.before
        and restorable(name, done.before[name])
        and _is(group.before.get(name), done.after[name])
        and _is(after, done.before[name])
        for name, after in group.after.items()
    )


def _is(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)
