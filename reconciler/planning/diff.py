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
        if name in desired and not same(field, desired[name], live.get(name)):
            place = spans.get(name)
            found += _attributes(field, desired[name], live.get(name), spans, place, ignored=name in ignore)
    return tuple(found)


def same(field: Field, desired: Any, live: Any) -> bool:
    """Whether the account already holds what is desired."""
    if not field.fields:
        return bool(comparable(field, desired) == comparable(field, live))
    wanted, held = dict(desired or {}), settings_object(field.name, live)
    if wanted.get("enabled") is False and held.get("enabled") is False:
        return True  # off is off: the account shows nothing of the rest (notes, trap 12)
    inner = {each.name: each for each in field.fields}
    return all(_same_inner(inner[name], value, held.get(name)) for name, value in wanted.items())


def _same_inner(field: Field, desired: Any, live: Any) -> bool:
    """Inside an object, false and absent are the same."""
    return bool(comparable(field, desired) == comparable(field, live)) or (not desired and not live)


def merged_object(name: str, desired: Mapping[str, Any], live: Any) -> dict[str, Any]:
    """The whole object that PATCH gets: the account's, with what the manifest names put over it (notes, trap 12)."""
    return {**settings_object(name, live), **desired}


def shown(field: Field, value: Any) -> Any:
    """A value as a plan holds it: sets as sorted lists, null for a set only where nothing was given."""
    if field.many and value is not None:
        return list(comparable(field, value))
    return value


def _attributes(
    field: Field, desired: Any, live: Any, spans: Mapping[str, Span], place: Span | None, *, ignored: bool
) -> Iterator[Attribute]:
    if not field.fields:
        yield Attribute(field.name, shown(field, live), shown(field, desired), place_of(place), ignored)
        return
    from deepdiff import DeepDiff  # slow to import, and rarely needed

    held = settings_object(field.name, live)
    tree = DeepDiff(held, {**held, **desired}, view="tree")
    moved = {str(level.path(output_format="list")[0]) for levels in tree.values() for level in levels}
    inner = {each.name: each for each in field.fields}
    for name in sorted(moved):
        if not _same_inner(inner[name], desired.get(name), held.get(name)):
            source = place_of(spans.get(f"{field.name}.{name}") or place)
            yield Attribute(f"{field.name}.{name}", held.get(name), desired.get(name), source, ignored)


def place_of(span: Span | None) -> Place | None:
    """The file and line of a span."""
    return Place(span.source.path, span.line) if span is not None else None
