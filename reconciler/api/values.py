"""Single values held against the fields of a closed table, before any of them is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from reconciler.api.instants import is_instant
from reconciler.kinds.field import Field, Type

_PHONE = re.compile(r"[0-9]{3,15}")


def is_phone(value: object) -> bool:
    """Whether it is a phone number in E.164: digits only, without the plus (notes, trap 16)."""
    return isinstance(value, str) and _PHONE.fullmatch(value) is not None


def misfit(field: Field, value: object) -> str:
    """Why `field` cannot hold `value`, one value that is not null, and never the value itself; empty when it can."""
    if not _IS_OF_TYPE[field.type](value):
        return f"it takes {_WORDS[field.type]}"
    if field.choices and value not in field.choices:
        return f"it is none of {', '.join(map(str, field.choices))}"
    if field.minimum is not None and isinstance(value, int) and value < field.minimum:
        return f"it is less than {field.minimum}"
    return ""


def _is_integer(value: object) -> bool:
    return type(value) is int


def _is_moment(value: object) -> bool:
    return isinstance(value, str) and is_instant(value)


_IS_OF_TYPE: Mapping[Type, Callable[[object], bool]] = {
    Type.BOOLEAN: lambda value: isinstance(value, bool),
    Type.INTEGER: _is_integer,
    Type.REFERENCE: _is_integer,
    Type.STRING: lambda value: isinstance(value, str),
    Type.PHONE: is_phone,
    Type.MOMENT: _is_moment,
    Type.DATETIME: _is_moment,
}
_A_MOMENT = "an ISO 8601 date, time and zone, like 2026-01-31T15:00:00Z"
_WORDS: Mapping[Type, str] = {
    Type.BOOLEAN: "true or false",
    Type.INTEGER: "a whole number",
    Type.REFERENCE: "an id (a whole number)",
    Type.STRING: "a text",
    Type.PHONE: "a phone number in E.164, digits only",
    Type.MOMENT: _A_MOMENT,
    Type.DATETIME: _A_MOMENT,
}
