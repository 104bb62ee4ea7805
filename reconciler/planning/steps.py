"""Changes → steps: what is sent, in the only safe order inside each campaign (design, the plan).

pause → custom fields → settings with new members added to the old → contacts → settings that remove members →
unpause last, alone. One PATCH where nothing forces two. A campaign that is archived or deleted has no other steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.values import comparable
from reconciler.planning.diff import merged_object, shown
from reconciler.planning.ending import ENDINGS, ending_steps
from reconciler.planning.live import Pair
from reconciler.planning.plan import Action, Change, Operation, Step

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
    batches = list(_batches(changes))
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


def _batches(changes: Iterable[Change]) -> Iterator[Step]:
    """The fewest batches of at most 500 named contacts: one run of them for each set of values (S4)."""
    for change in changes:
        for data, contact_ids in _by_data(change):
            for start in range(0, len(contact_ids), MAX_BATCH):
                yield Step(
                    number=0,
                    address=change.address,
                    campaign_id=change.campaign_id,
                    operation=Operation.UPDATE_CONTACTS,
                    rule=change.rule,
                    contact_ids=tuple(contact_ids[start : start + MAX_BATCH]),
                    data=data,
                )


def _by_data(change: Change) -> list[tuple[dict[str, Any], list[int]]]:
    grouped: list[tuple[dict[str, Any], list[int]]] = []
    for group in change.contacts:
        known = next((ids for data, ids in grouped if data == group.after), None)
        if known is None:
            grouped.append((group.after, list(group.contact_ids)))
        else:
            known += group.contact_ids
    return [(data, sorted(ids)) for data, ids in grouped]
