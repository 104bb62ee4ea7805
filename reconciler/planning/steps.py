"""Changes → steps: what is sent, in the only safe order inside each campaign (design, the plan).

pause → custom fields → settings with new members added to the old → contacts → settings that remove members →
unpause last, alone. One PATCH where nothing forces two. A campaign that is archived or deleted has no other steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.contact import BATCH_FIELDS
from reconciler.kinds.values import comparable
from reconciler.planning.diff import merged_object, shown
from reconciler.planning.ending import ENDINGS, ending_steps
from reconciler.planning.live import Pair
from reconciler.planning.plan import Action, Change, ContactGroup, Operation, Step

MAX_BATCH = 500
_MEMBERS = ("userIds", "groupIds")


def make_steps(pairs: Iterable[Pair], changes: Sequence[Change]) -> tuple[Step, ...]:
    """The steps of all campaigns, numbered from 1, campaign by campaign."""
    by_campaign: dict[int, list[Change]] = {}
    for change in changes:
        by_campaign.setdefault(change.campaign_id, []).append(change)
    steps = [step for pair in pairs for step in _campaign_steps(pair, by_campaign.get(pair.live.id, ()))]
    return tuple(replace(step, number=number) for number, step in enumerate(steps, start=1))


def _campaign_steps(pair: Pair, changes: Sequence[Change]) -> Iterator[Step]:
    body = patch_body(pair, changes)
    fields = tuple(_new_fields(changes))
    batches = list(_contact_steps(changes))
    first, middle, last, unpause = split_body(body, pair.live.values, fields=bool(fields), contacts=bool(batches))
    if first:
        yield _patch(pair, first)
    if fields:
        yield Step(0, str(pair.desired.address), pair.live.id, Operation.ADD_FIELDS, fields=fields)
    if middle:
        yield _patch(pair, middle)
    yield from batches
    if last:
        yield _patch(pair, last)
    if unpause:
        yield _patch(pair, unpause)
    for change in changes:
        if change.action in ENDINGS:
            yield from ending_steps(change)


def patch_body(pair: Pair, changes: Iterable[Change]) -> dict[str, Any]:
    """The settings to send: changed ones only; an object-valued one whole, as the API wants it."""
    body: dict[str, Any] = {}
    for change in changes:
        if change.action is not Action.UPDATE:
            continue
        for name in (each.name.partition(".")[0] for each in change.attributes if not each.ignored):
            desired = pair.desired.settings[name]
            field = SETTINGS[name]
            body[name] = (
                merged_object(name, desired, pair.live.values.get(name)) if field.fields else shown(field, desired)
            )
    return body


def split_body(
    body: Mapping[str, Any], live: Mapping[str, Any], *, fields: bool, contacts: bool
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The PATCHes that `body` becomes: before the custom fields, before the contacts, after them, and the unpause.

    Each may be empty. A member who leaves does so only after the contacts have moved; a pause comes before
    everything; an unpause comes last and alone.
    """
    first: dict[str, Any] = {}
    middle, last, unpause = dict(body), {}, {}
    if middle.get("isPaused") is False:
        unpause["isPaused"] = middle.pop("isPaused")
    if fields and "isPaused" in middle:
        first["isPaused"] = middle.pop("isPaused")
    for name in _MEMBERS if contacts else ():
        before, after = (set(comparable(SETTINGS[name], each.get(name))) for each in (live, middle))
        if name in middle and before - after:
            last[name] = middle.pop(name)
            if after - before:
                middle[name] = sorted(before | after)
    return first, middle, last, unpause


def _patch(pair: Pair, body: dict[str, Any]) -> Step:
    return Step(0, str(pair.desired.address), pair.live.id, Operation.UPDATE_CAMPAIGN, body=body)


def _new_fields(changes: Iterable[Change]) -> Iterator[dict[str, Any]]:
    for change in changes:
        if change.action is Action.ADD_FIELD:
            for each in change.attributes:
                yield {"name": each.name.removeprefix("customFields."), **each.after}


@dataclass(slots=True)
class _Together:
    """Contacts of one campaign that get the same values, whichever rules of its policy say so: contactId → rule."""

    change: Change
    data: dict[str, Any]
    rules: dict[int, str | None] = field(default_factory=dict)


def _contact_steps(changes: Iterable[Change]) -> Iterator[Step]:
    """The fewest steps of at most 500 named contacts: one run of them for each set of values (S4).

    A batch, where it takes all of the values; else one write for each contact (notes, trap 5).
    """
    for each in _by_data(changes):
        operation = Operation.UPDATE_CONTACTS if each.data.keys() <= BATCH_FIELDS.keys() else Operation.UPDATE_EACH
        contact_ids = sorted(each.rules)
        for start in range(0, len(contact_ids), MAX_BATCH):
            some = contact_ids[start : start + MAX_BATCH]
            rules = {each.rules[contact_id] for contact_id in some}
            yield Step(
                number=0,
                address=each.change.address,
                campaign_id=each.change.campaign_id,
                operation=operation,
                rule=rules.pop() if len(rules) == 1 else None,
                contact_ids=tuple(some),
                data=each.data,
            )


def _by_data(changes: Iterable[Change]) -> Iterable[_Together]:
    grouped: dict[tuple[str, str], _Together] = {}
    for change, group, data in _sent(changes):
        together = grouped.setdefault((change.address, _key(data)), _Together(change, data))
        together.rules.update(dict.fromkeys(group.contact_ids, change.rule))
    return grouped.values()


def _sent(changes: Iterable[Change]) -> Iterator[tuple[Change, ContactGroup, dict[str, Any]]]:
    """Each group of contacts with the values that it is sent.

    They are those that differ; or all that its rule sets, where that makes fewer batches: of contacts that have some of
    the values already, together with those that have none.
    """
    for change in changes:
        whole = shared_values(change)
        alike: dict[str, list[tuple[ContactGroup, dict[str, Any]]]] = {}
        for group in change.contacts:
            data = {**whole, **group.after} if group.after.keys() <= BATCH_FIELDS.keys() else group.after
            alike.setdefault(_key(data), []).append((group, data))
        for groups in alike.values():
            own = Counter[str]()
            for group, _ in groups:
                own[_key(group.after)] += len(group.contact_ids)
            saves = _batches(own.total()) < sum(map(_batches, own.values()))
            yield from ((change, group, data if saves else group.after) for group, data in groups)


def _batches(contacts: int) -> int:
    return -(-contacts // MAX_BATCH)


def _key(data: Mapping[str, Any]) -> str:
    return repr(sorted(data.items()))


def shared_values(change: Change) -> dict[str, Any]:
    """What batches take of the values that a rule sets on all of its contacts: who is not given one has it already.

    Without those that all have.
    """
    given = {name for group in change.contacts for name in group.after}
    return {name: value for name, value in change.sets.items() if name in BATCH_FIELDS and name in given}
