"""Does a fact of a row fulfil a condition of a check? A list is as its elements; what can't be compared does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.kinds.check import Comparison, like
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


def holds(condition: Condition, facts: Facts, ids: Ids) -> bool:
    """Whether the row's fact is as the condition says. Names of agents or groups in it are `ids` of the environment."""
    found, wanted = fact_of(facts, condition), _as_ids(condition.wanted, ids)
    values = (list(found) or [None]) if isinstance(found, list | tuple) else [found]
    match condition.comparison:
        case Comparison.EQUALS:
            return _is_any(values, [wanted])
        case Comparison.NOT_EQUALS:
            return not _is_any(values, [wanted])
        case Comparison.IN:
            return _is_any(values, wanted)
        case Comparison.NOT_IN:
            return not _is_any(values, wanted)
        case Comparison.AT_MOST:
            return (number := _number(found)) is not None and number <= wanted
        case Comparison.AT_LEAST:
            return (number := _number(found)) is not None and number >= wanted
        case Comparison.MATCHES:
            return any(isinstance(each, str) and like(wanted, each) for each in values)
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


def _as_ids(wanted: Any, ids: Ids) -> Any:
    if isinstance(wanted, list):
        return [_as_ids(each, ids) for each in wanted]
    return ids.get(wanted, wanted) if isinstance(wanted, str) else wanted


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
