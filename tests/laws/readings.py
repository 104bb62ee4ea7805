"""Filters under every reading that the documentation leaves open: may a contact be said to satisfy them?

What no reading lets in must never be written, whatever the API returns.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.laws import oracle
from tests.laws.oracle import Row


def may_satisfy(match: Mapping[str, Any], row: Row) -> bool:
    """Whether some reading of each filter lets this contact in."""
    return all(_READ.get(name, oracle.FILTERS[name])(row, wanted) for name, wanted in match.items())


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in letters if not unicodedata.combining(each)).strip()


def _pattern(text: str) -> str:
    return "".join({"%": ".*", "_": ".", "*": ".*", "?": "."}.get(each, re.escape(each)) for each in text)


#: Of a value that is there, plain, and what is wanted, plain.
_POSITIVE: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda held, wanted: held == wanted,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": str.__contains__,
    "like": lambda held, wanted: wanted in held or re.fullmatch(_pattern(wanted), held) is not None,
}
_NEGATIVE = {"notEq": "eq", "notStartswith": "startsWith", "notEndswith": "endsWith", "notContains": "contains"}
OPERATORS = (*_POSITIVE, *_NEGATIVE, "lt", "lte", "gt", "gte")


def _conditions(row: Row, wanted: Sequence[Mapping[str, Any]]) -> bool:
    return all(_condition(row["customFields"].get(each["customFieldName"]), **each) for each in wanted)


def _condition(held: str | None, customFieldName: str, condition: str, value: str | None) -> bool:  # noqa: N803
    if condition in _NEGATIVE:
        # Texts that differ in case alone are the same in one reading, and not in the other.
        certain = held == value and condition == "notEq"
        return not certain and not (held and value and _POSITIVE[_NEGATIVE[condition]](held, value))
    if held is None or value is None or "" in (held, value):
        return (held or None) == (value or None) or (condition != "eq" and value == "")
    if condition in ("lt", "lte"):
        return _plain(held) <= _plain(value) or held <= value or _number(held) <= _number(value)
    if condition in ("gt", "gte"):
        return _plain(held) >= _plain(value) or held >= value or _number(held) >= _number(value)
    return _POSITIVE[condition](_plain(held), _plain(value))


def _number(text: str) -> float:
    return float(text) if text.isdecimal() else float("nan")


def _status(row: Row, wanted: Any) -> bool:
    return oracle.FILTERS["wrapupStatuses"](row, wanted) or bool(
        wanted and "new_contact" in wanted and row["wrapupId"] is None
    )


def _phones(row: Row, wanted: Sequence[str]) -> bool:
    return any(re.sub(r"\D", "", each) in row["phones"].values() for each in wanted)


_READ: Mapping[str, Callable[[Row, Any], bool]] = {
    "customFieldConditions": _conditions,
    "wrapupStatuses": _status,
    "phones": _phones,
}
