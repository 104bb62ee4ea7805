"""`customFieldConditions` evaluated on a contact, under every reading that the API's documentation leaves open."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

Compare = Callable[[str, str], bool]

_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")

_TEXT: Mapping[str, Compare] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": str.__contains__,
}
_NEGATED = {"notEq": "eq", "notStartswith": "startsWith", "notEndswith": "endsWith", "notContains": "contains"}
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {"lt": lt, "lte": le, "gt": gt, "gte": ge}


def holds(condition: str, value: str | None, wanted: str | None) -> bool | None:
    """Whether a custom field with `value` (null: not set) satisfies `condition` against `wanted`.

    None where the documentation is silent and its readings differ: texts that differ only in case, accents or spaces
    at the end; the order of numbers as texts; null where it meets a text; an empty text, which may count as null;
    `like`, always.
    """
    if condition == "like":
        return None
    if condition in _NEGATED:
        found = holds(_NEGATED[condition], value, wanted)
        # A database may or may not return nulls for "is not x".
        return None if found is None or (value is None and wanted is not None) else not found
    if value is None or wanted is None:
        return _with_null(condition, value, wanted)
    if condition == "eq":
        return value == wanted or (None if loose(value) == loose(wanted) else False)
    if "" in (value, wanted):
        return None
    return _agreed(_ordered(condition, value, wanted) if condition in _ORDER else _compared(condition, value, wanted))


def loose(text: str) -> str:
    """`text` as a tolerant collation compares it: without case, accents, and spaces at its end."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in plain if not unicodedata.combining(each)).rstrip()


def _with_null(condition: str, value: str | None, wanted: str | None) -> bool | None:
    if "" in (value, wanted):
        return None
    return condition == "eq" and value is None and wanted is None


def _compared(condition: str, value: str, wanted: str) -> Iterable[bool]:
    compare = _TEXT[condition]
    return [compare(value, wanted), compare(loose(value), loose(wanted))]


def _ordered(condition: str, value: str, wanted: str) -> Iterable[bool | None]:
    order = _ORDER[condition]
    numbers = [bool(_NUMBER.fullmatch(each)) for each in (value, wanted)]
    readings: list[bool | None] = [order(key(value), key(wanted)) for key in (str, loose, _letters)]
    if all(numbers):
        return [*readings, order(Decimal(value), Decimal(wanted))]
    plain = value.isascii() and wanted.isascii() and not any(numbers)
    return readings if plain else [None]


def _letters(text: str) -> str:
    return "".join(each for each in loose(text) if each.isalnum())


def _agreed(readings: Iterable[bool | None]) -> bool | None:
    found = set(readings)
    return found.pop() if len(found) == 1 else None
