"""Date-times of filters and contacts as the span of moments that they may stand for (notes, trap 17)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

#: What may be sent: a date, a time and a zone; anything vaguer the API may read otherwise, or drop.
SENDABLE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)", re.ASCII)

#: The API may keep whole seconds.
_PRECISION = timedelta(seconds=1)
#: How far any zone is from UTC.
_ANY_ZONE = timedelta(hours=14)
_DATE_LENGTH = len("2024-12-01")


class Span(NamedTuple):
    """The moment that a text stands for lies between `low` and `high`."""

    low: datetime
    high: datetime


def is_instant(text: str) -> bool:
    """Whether `text` names one moment, whoever reads it: ISO 8601 with date, time and zone."""
    return SENDABLE.fullmatch(text) is not None and span(text) is not None


@lru_cache(maxsize=8192)
def span(text: str) -> Span | None:
    """The moments that an ISO 8601 text may stand for: a second, or a day in any zone; None when it is no date."""
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            moment = found.astimezone(UTC)
            return Span(moment, moment + _PRECISION)
        moment = found.replace(tzinfo=UTC)
        length = timedelta(days=1) if len(text) == _DATE_LENGTH else _PRECISION
        return Span(moment - _ANY_ZONE, moment + length + _ANY_ZONE)
    except (ValueError, OverflowError):
        return None


def start(text: str | None) -> datetime | None:
    """The moment of a text, of a date alone its beginning in UTC; None without one."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def is_before(text: str | None, limit: str) -> bool | None:
    """Whether `text` is earlier than `limit`; False when it is null; None on the boundary or for what is no date."""
    if text is None:
        return False
    found, bound = span(text), span(limit)
    if found is None or bound is None:
        return None
    if found.high < bound.low:
        return True
    return False if found.low > bound.high else None


def is_after(text: str | None, limit: str) -> bool | None:
    """Whether `text` is later than `limit`; as `is_before`."""
    return False if text is None else is_before(limit, text)
