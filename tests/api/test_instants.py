"""Instants: what may be sent, and which of two is earlier when one of them is vague."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.instants import is_after, is_before, is_instant

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("text", "sendable"),
    [
        ("2026-01-31T15:00:00Z", True),
        ("2026-01-31T15:00:00.123+02:00", True),
        ("2026-01-31T15:00-0500", True),
        ("2026-02-31T15:00:00Z", False),
        ("2026-01-31T15:00:00", False),
        ("2026-01-31", False),
        ("-72h", False),
        ("20260131T150000Z", False),
        ("2026-01-31T15:00:00Z\n", False),
        ("", False),
    ],
)
def test_what_may_be_sent(text: str, sendable: bool) -> None:
    """A date, a time and a zone: nothing that the API might not read."""
    assert is_instant(text) is sendable


@given(moment=MOMENTS, seconds=st.integers(2, 10**8), hours=st.integers(-12, 12))
def test_instants_are_compared_and_not_texts(moment: datetime, seconds: int, hours: int) -> None:
    """In whatever zone they are written."""
    later = moment + timedelta(seconds=seconds)
    elsewhere = (later + timedelta(hours=hours)).replace(tzinfo=None).isoformat(timespec="seconds")
    text = f"{elsewhere}{hours:+03d}:00"
    assert is_before(moment.isoformat(), text) is True
    assert is_after(moment.isoformat(), text) is False
    assert is_after(text, moment.isoformat()) is True


@given(moment=MOMENTS, milliseconds=st.integers(-999, 999))
def test_the_boundary_is_not_decided(moment: datetime, milliseconds: int) -> None:
    """Whether it counts is not documented, nor whether the API keeps parts of a second."""
    near = (moment + timedelta(milliseconds=milliseconds)).isoformat()
    assert is_before(moment.isoformat(), near) is None
    assert is_after(moment.isoformat(), near) is None


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("2024-11-28", True),
        ("2024-12-01", None),
        ("2024-12-04", False),
        ("2024-12-01T02:00:00", None),
        ("2024-11-29T02:00:00", True),
        (None, False),
        ("soon", None),
    ],
)
def test_vague_values_decide_only_when_they_are_far(text: str | None, verdict: bool | None) -> None:
    """A date is a day in any zone; null is never before."""
    assert is_before(text, "2024-12-01T12:00:00Z") is verdict


def test_null_is_never_after() -> None:
    """Nor before."""
    assert is_after(None, "2024-12-01T12:00:00Z") is False
