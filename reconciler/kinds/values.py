"""What values mean: how a manifest may write them, and when two of them are the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.field import Field, Type

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
#: In seconds. Nothing that is planned takes longer.
HUNDRED_YEARS = 36_525 * 86_400
_RELATIVE = re.compile(r"([+-])([0-9]+)([smhd])")


def seconds(text: str) -> int:
    """A duration in seconds: ``90s``, ``15m``, ``24h``, ``2d``, or a plain number; ValueError for anything else."""
    number, unit = (text[:-1], text[-1]) if text[-1:].isalpha() else (text, "")
    if unit not in _UNITS or not (number.isascii() and number.isdecimal()):
        raise ValueError(f"`{text}` is not a duration")
    return int(number) * _UNITS[unit]


def duration(length: int) -> str:
    """Seconds in the largest unit that fits: ``24h``, ``90s``; ``2d`` from two days on. What `seconds` reads."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if length >= size and length % size == 0 and not (unit == "d" and length == 86400):
            return f"{length // size}{unit}"
    return f"{length}s"


def instant(text: str) -> datetime:
    """The instant of an ISO 8601 date-time; without a zone it is UTC. ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def moment(text: str, now: datetime) -> datetime:
    """The instant of a date-time, or of one relative to `now` such as ``-72h``; whole seconds, UTC.

    ValueError for anything else, and for more than a hundred years from `now`.
    """
    if (relative := _RELATIVE.fullmatch(text)) is None:
        return instant(text)
    distance = timedelta(seconds=min(seconds(relative[2] + relative[3]), 10 * HUNDRED_YEARS))
    if distance.total_seconds() > HUNDRED_YEARS:
        raise ValueError(f"`{text}` is more than a hundred years away")
    start = now.astimezone(UTC).replace(microsecond=0)
    return start + distance if relative[1] == "+" else start - distance


def iso(instant_: datetime) -> str:
    """An instant as the API writes it: ``2026-09-01T07:30:00Z``."""
    return instant_.astimezone(UTC).isoformat().replace("+00:00", "Z")


def phone(text: str) -> str:
    """A phone number in E.164 without plus, spaces, dots and dashes."""
    return re.sub(r"[^0-9]", "", text)


def written(field: Field, value: Any) -> Any:
    """A manifest's value (references already ids) as the API takes it; ValueError or OverflowError for no moment."""
    if value is None:
        return None
    if field.many:
        return [_one(field, each) for each in value]
    return _one(field, value)


def _one(field: Field, value: Any) -> Any:
    if field.fields:
        inner = {each.name: each for each in field.fields}
        return {name: written(inner[name], each) for name, each in value.items() if name in inner}
    if field.type is Type.DURATION and isinstance(value, str):
        return seconds(value)
    if field.type is Type.PHONE:
        return phone(value)
    if field.type is Type.DATETIME:
        return iso(instant(value))
    return value


def comparable(field: Field, value: Any) -> Any:
    """A value in the form in which equal meaning is equal: sets sorted, numbers as numbers, instants in UTC.

    A set that is null is an empty one (notes, traps 12, 13, 16, 17).
    """
    if field.many:
        elements = value if isinstance(value, (list, tuple, set, frozenset)) else () if value is None else (value,)
        return tuple(sorted({_hashable(_comparable_one(field, each)) for each in elements}, key=_sortable))
    return None if value is None else _comparable_one(field, value)


def _sortable(value: Any) -> tuple[str, Any]:
    """So that what an account should not hold (null among ids) can be put in order too."""
    return (type(value).__name__, value if value is not None else 0)


def _hashable(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool, type(None))) else repr(value)


def _comparable_one(field: Field, value: Any) -> Any:
    if field.type in (Type.INTEGER, Type.DURATION, Type.REFERENCE) and isinstance(value, str) and value.isdecimal():
        return int(value)
    if field.type is Type.PHONE:
        return phone(str(value))
    if field.type is Type.DATETIME:
        try:
            return iso(instant(str(value)))
        except (ValueError, OverflowError):
            return value
    return value


def auto_purge(live: Mapping[str, Any] | None) -> dict[str, Any]:
    """A live `autoPurge` with the `enabled` that GET leaves out: null is off, an object is on (notes, trap 12)."""
    if live is None:
        return {"enabled": False}
    return {"enabled": True, **{name: value for name, value in live.items() if value is not None}}


def settings_object(name: str, live: Any) -> dict[str, Any]:
    """A live object-valued setting, with what GET leaves out."""
    assert SETTINGS[name].fields
    if name == "autoPurge":
        return auto_purge(live)
    return dict(live or {})
