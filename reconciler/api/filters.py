"""The closed filter table: no query leaves without passing it (S2), and it is checked here what a query finds (S3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

from reconciler.api.criteria import CRITERIA, Criterion
from reconciler.api.values import misfit
from reconciler.diagnostics import nearest_help
from reconciler.errors import UnsafeQuery
from reconciler.kinds.contact import BATCH_ONLY_FILTERS, NULL_CONDITIONS, SEARCH_FILTERS
from reconciler.kinds.field import Field, Type

Query = Mapping[str, object]


class Endpoint(Enum):
    """Whose filter table applies."""

    SEARCH = "search"
    BATCH = "batch"


TABLES: Mapping[Endpoint, Mapping[str, Field]] = {
    Endpoint.SEARCH: SEARCH_FILTERS,
    Endpoint.BATCH: {**SEARCH_FILTERS, **BATCH_ONLY_FILTERS},
}


def check_query(query: Query, endpoint: Endpoint) -> None:
    """UnsafeQuery for anything that the API could drop or misread, and for a batch query that finds everything.

    Dropped filters make a query find every contact of the campaign (notes, traps 1 and 2): refused are a name outside
    the table of this endpoint, a value of another type, a null where none is allowed, a list that is too long, a
    date-time without a zone; and for a batch an empty query or list. Sections "POST Search contacts", "Query part".
    """
    table = TABLES[endpoint]
    if endpoint is Endpoint.BATCH and not query:
        raise UnsafeQuery("a batch query without filters hits every contact; nothing was sent")
    for name, value in query.items():
        if name not in table:
            raise UnsafeQuery(
                f"this is no filter of the {endpoint.value} endpoint; nothing was sent",
                f"`{name}`",
                nearest_help("filter", str(name), table),
            )
        _check(table[name], value, name)
        if endpoint is Endpoint.BATCH and value == []:
            raise _unsafe(name, "an empty list may hit every contact")


def columns_of(query: Query) -> frozenset[str]:
    """The attributes of a contact that judging by `query` reads. UnsafeQuery for a name that is no filter."""
    return frozenset(column for name in query for column in criterion_of(name).reads)


def undecidable(query: Query) -> tuple[dict[str, object], ...]:
    """The parts of `query`, each a query of its own, that are never found unsatisfied, whatever the contact.

    Whether the API honours them has to be proved by a probe: a `like` condition, `retryIsNull: false`, an empty list.
    """
    parts: list[dict[str, object]] = []
    for name, wanted in query.items():
        if wanted == [] or (name == "retryIsNull" and wanted is False):
            parts.append({name: wanted})
        if name == "customFieldConditions" and isinstance(wanted, Sequence):
            parts += [{name: [each]} for each in wanted if each["condition"] == "like"]
    return tuple(parts)


def criterion_of(name: str) -> Criterion:
    """What the filter `name` asks of a contact; UnsafeQuery for a name that is no filter."""
    if name not in CRITERIA:
        raise UnsafeQuery("this is no filter", f"`{name}`", nearest_help("filter", str(name), CRITERIA))
    return CRITERIA[name]


def _unsafe(name: str, why: str) -> UnsafeQuery:
    return UnsafeQuery("this filter's value is not as documented; nothing was sent", f"`{name}`: {why}")


def _check(field: Field, value: object, place: str) -> None:
    if not field.many:
        _check_one(field, value, place, nullable=field.nullable)
        return
    if value is None and field.nullable:
        return
    if not isinstance(value, list | tuple):
        raise _unsafe(place, "it takes a list")
    if field.max_items is not None and len(value) > field.max_items:
        raise _unsafe(place, f"it takes at most {field.max_items} values, not {len(value):,}")
    for index, each in enumerate(value):
        _check_one(field, each, f"{place}[{index}]", nullable=field.nullable)


def _check_one(field: Field, value: object, place: str, *, nullable: bool) -> None:
    if value is None:
        if not nullable:
            raise _unsafe(place, "it cannot be null")
        return
    if field.type is Type.OBJECT:
        _check_condition(field, value, place)
    elif fault := misfit(field, value):
        raise _unsafe(place, fault)


def _check_condition(field: Field, value: object, place: str) -> None:
    names = [each.name for each in field.fields]
    if not isinstance(value, Mapping) or sorted(value) != sorted(names):
        raise _unsafe(place, f"it takes exactly {', '.join(names)}")
    for each in field.fields:
        nullable = each.nullable and value["condition"] in NULL_CONDITIONS
        _check_one(each, value[each.name], f"{place}.{each.name}", nullable=nullable)
    if not value["customFieldName"]:
        raise _unsafe(place, "its customFieldName is empty")
