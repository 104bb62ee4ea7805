"""Desired against live, field by field: what differs in meaning. The only import of deepdiff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.diagnostics import Span
from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.field import Field
from reconciler.kinds.values import comparable, settings_object
from reconciler.planning.plan import Attribute, Place


def diff_settings(
    desired: Mapping[str, Any], live: Mapping[str, Any], ignore: frozenset[str], spans: Mapping[str, Span]
) -> tuple[Attribute, ...]:
    """The settings that differ, in the table's order; a field that the desired side does not name is not looked at.

    Values are compared by meaning (sets without order, instants, numbers as numbers); what the account leaves out is
    null. Settings in `ignore` are marked.
    """
    found: list[Attribute] = []
    for name, field in SETTINGS.items():
        if name in desired and not same(field, desired[name], held := live.get(name)):
            place = spans.get(name)
            found += _attributes(field, desired[name], held, spans, place, ignored=name in ignore)
    return tuple(found)


def same(field: Field, desired: Any, live: Any) -> bool:
    """Whether the account already holds what is desired."""
    if desired == live and type(desired) is type(live):  # as most
        return True
    if not field.fields:
        return bool(comparable(field, desired) == comparable(field, field.default if live is None else live))
    wanted, held = dict(desired or {}), settings_object(field.name, live)
    if wanted.get("enabled") is False and held.get("enabled") is False:
        return True  # off is off: the account shows nothing of the rest (notes, trap 12)
    return all(same_inner(field, name, value, held.get(name)) for name, value in wanted.items())


def same_inner(outer: Field, name: str, one: Any, other: Any) -> bool:
    """Whether two values of the entry `name` of the object `outer` mean the same: false, empty and absent do.

    0 does not. An entry that the table does not know (the account may hold such) is compared as it is.
    """
    if _is_blank(one) and _is_blank(other):
        return True
    field = next((each for each in outer.fields if each.name == name), None)
    return bool(one == other if field is None else comparable(field, one) == comparable(field, other))


def _is_blank(value: Any) -> bool:
    return value is None or value is False or value == []


def merged_object(name: str, desired: Mapping[str, Any], live: Any) -> dict[str, Any]:
    """The whole object that PATCH gets: the account's, with what the manifest names put over it (notes, trap 12)."""
    whole = {**settings_object(name, live), **desired}
    known = [each.name for each in SETTINGS[name].fields]
    order = [*known, *sorted(whole.keys() - set(known))]  # never the account's: same plan, same bytes
    return {each: whole[each] for each in order if each in whole}


def shown(field: Field, value: Any) -> Any:
    """A value as a plan holds it: sets as sorted lists, null for a set only where nothing was given."""
    if field.many and value is not None:
        return list(comparable(field, value))
    return value


def _attributes(
    field: Field, desired: Any, live: Any, spans: Mapping[str, Span], place: Span | None, *, ignored: bool
) -> Iterator[Attribute]:
    if not field.fields:
        source = place_of(place) if place else None
        yield Attribute(field.name, shown(field, live), shown(field, desired), source, ignored)
        return
    from deepdiff import DeepDiff  # slow to import, and rarely needed

    held = settings_object(field.name, live)
    # the threshold: or objects that share few entries are said to differ as a whole
    tree = DeepDiff(held, {**held, **desired}, view="tree", threshold_to_diff_deeper=0)
    moved = {str(level.path(output_format="list")[0]) for levels in tree.values() for level in levels}
    for name in sorted(moved):
        if not same_inner(field, name, desired.get(name), held.get(name)):
            span = spans.get(f"{field.name}.{name}") or place
            source = place_of(span) if span else None
            yield Attribute(f"{field.name}.{name}", held.get(name), desired.get(name), source, ignored)


def place_of(span: Span) -> Place:
    """The file and line of a span."""
    return Place(span.source.path, span.line)
