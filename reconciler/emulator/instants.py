"""Points in time as the API writes them: ISO 8601, in UTC, to the second, with a Z."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment, with its time zone."""
    return datetime.now(UTC)


def to_text(moment: datetime) -> str:
    """`moment` as the API echoes it: ``2026-02-03T09:30:00Z``. Texts in this form sort like the moments."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def normalised(text: str) -> str:
    """Any ISO 8601 date-time as the API echoes it; ValueError when it is none. Without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
        return to_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except OverflowError as error:
        raise ValueError("a date-time beyond the calendar") from error
