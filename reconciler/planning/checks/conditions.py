"""Does a fact of a row fulfil a condition of a check? A list is as its elements; what can't be compared does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.kinds.check import Comparison, like
from reconciler.kinds.field import Field, Type
from reconciler.kinds.values import written
from reconciler.manifests.checks import Condition

#: What the environment calls ids, by name.
Ids = Mapping[str, int]
Facts = Mapping[str, Any]


def fact_of(facts: Facts, condition: Condition) -> Any:
    """The fact that a condition is about; None where the row has none."""
    found: Any = facts
    for name in condition.path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def holds(condition: Condition, facts: Facts, field: Field | None = None, names: Mapping[str, Ids] = {}) -> bool:
    """Whether the row's fact is as the condition says.

    `field`: what the fact is a value of, so that both are compared in the form that plans have: a phone number by its
    digits, a wait in seconds, an agent or a group by the id that `names` gives it.
    """
    found, wanted = fact_of(facts, condition), condition.wanted
    values = [
        _plain(each, field, {}) for each in (list(found) or [None] if isinstance(found, list | tuple) else [found])
    ]
    match condition.comparison:
        case Comparison.EQUALS:
            return _is_any(values, [_plain(wanted, field, names)])
        case Comparison.NOT_EQUALS:
            return not _is_any(values, [_plain(wanted, field, names)])
        case Comparison.IN:
            return _is_any(values, [_plain(each, field, names) for each in wanted])
        case Comparison.NOT_IN:
            return not _is_any(values, [_plain(each, field, names) for each in wanted])
        case Comparison.AT_MOST:
            return (number := _number(found)) is not None and number <= wanted
        case Comparison.AT_LEAST:
            return (number := _number(found)) is not None and number >= wanted
        case Comparison.MATCHES:
            return any(isinstance(each, str) and like(_pattern(wanted, field), each) for each in values)
        case Comparison.PRESENT:
            return any(each is not None for each in values) is wanted


def wanted_words(condition: Condition) -> str:
    """What a condition asks for, in words: ``must be at most 10``."""
    wanted = condition.wanted
    if condition.comparison is Comparison.PRESENT:
        return f"must have {'a' if wanted else 'no'} value"
    words = ", ".join(map(_shown, wanted)) if isinstance(wanted, list) else _shown(wanted)
    return f"must {_WORDS[condition.comparison]} {words}"


_WORDS = {
    Comparison.EQUALS: "be",
    Comparison.NOT_EQUALS: "not be",
    Comparison.IN: "be one of",
    Comparison.NOT_IN: "be none of",
    Comparison.AT_MOST: "be at most",
    Comparison.AT_LEAST: "be at least",
    Comparison.MATCHES: "be like",
}


def _is_any(values: list[Any], wanted: list[Any]) -> bool:
    """Whether one of the values is one of those wanted; true is not 1."""
    return any(type(value) is type(each) and value == each for value in values for each in wanted)


def _number(found: Any) -> int | None:
    if isinstance(found, list | tuple):
        return len(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _plain(value: Any, field: Field | None, names: Mapping[str, Ids]) -> Any:
    """A value of the field as plans have it; what can be none stays as it is written."""
    if field is None or not isinstance(value, str):
        return value
    if field.type is Type.REFERENCE:
        return names.get(field.reference, {}).get(value, value)
    try:
        return written(replace(field, many=False), value)
    except (ValueError, OverflowError):
        return value


def _pattern(pattern: str, field: Field | None) -> str:
    """A pattern without what numbers are only written with."""
    is_phone = field is not None and field.type is Type.PHONE
    return re.sub(r"[^0-9*]", "", pattern) if is_phone else pattern


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
