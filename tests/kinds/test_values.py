"""Values: how a manifest may write them, and when two of them are the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.contact import BATCH_FIELDS, MATCH_FILTERS
from reconciler.kinds.field import Field, Type
from reconciler.kinds.values import (
    auto_purge,
    comparable,
    instant,
    iso,
    moment,
    phone,
    seconds,
    settings_object,
    written,
)

NOW = datetime(2026, 11, 23, 9, 0, 30, 999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"), [("0", 0), ("90", 90), ("90s", 90), ("15m", 900), ("24h", 86400), ("2d", 172800)]
)
def test_a_duration_is_seconds(text: str, expected: int) -> None:
    """With the four units, and without one."""
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "s", "1w", "1.5h", "-1h", "1 h", "h1", "1hh", "²", "٣", "1H", "1_0"])
def test_anything_else_is_no_duration(text: str) -> None:
    """Not even digits of other scripts."""
    with pytest.raises(ValueError, match="is not a duration"):
        seconds(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-09-01T07:30:00Z", "2026-09-01T07:30:00Z"),
        ("2026-09-01T09:30:00+02:00", "2026-09-01T07:30:00Z"),
        ("2026-09-01T07:30:00", "2026-09-01T07:30:00Z"),
        ("-72h", "2026-11-20T09:00:30Z"),
        ("+15m", "2026-11-23T09:15:30Z"),
        ("-0s", "2026-11-23T09:00:30Z"),
    ],
)
def test_a_moment_is_absolute_or_relative_to_now(text: str, expected: str) -> None:
    """In UTC; relative ones in whole seconds."""
    assert iso(moment(text, NOW)) == expected


@pytest.mark.parametrize(
    "text", ["-36526d", f"+{'9' * 400}s", f"-{'9' * 5000}d", "72h", "2026-02-30T00:00:00Z", "", "now"]
)
def test_anything_else_is_no_moment(text: str) -> None:
    """ValueError, never an overflow of the calendar."""
    with pytest.raises(ValueError, match=r".+"):
        moment(text, NOW)


def test_a_hundred_years_are_the_most() -> None:
    """Either way."""
    assert moment("-36525d", NOW) < moment("+36525d", NOW)


def test_a_phone_number_is_its_digits() -> None:
    """Without plus, spaces, dots and dashes; leading zeros stay."""
    assert phone("+33 1.99-00 10 01") == "33199001001"
    assert phone("0123") == "0123"


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (SETTINGS["nextTryDelay"], "24h", 86400),
        (SETTINGS["nextTryDelay"], 90, 90),
        (SETTINGS["displayedPhoneNumbers"], ["+33 199"], ["33199"]),
        (SETTINGS["folder"], None, None),
        (SETTINGS["userIds"], None, None),
        (SETTINGS["userIds"], [], []),
        (
            SETTINGS["autoPurge"],
            {"enabled": True, "lastAttemptBeforeDays": 3},
            {"enabled": True, "lastAttemptBeforeDays": 3},
        ),
        (BATCH_FIELDS["retryDate"], "2026-09-01T09:30:00+02:00", "2026-09-01T07:30:00Z"),
        (BATCH_FIELDS["contactCardDisplayNumber"], "+33199", "33199"),
        (MATCH_FILTERS["lastCallBefore"], "-72h", "-72h"),
    ],
)
def test_a_manifest_s_value_is_written_as_the_api_takes_it(field: Field, value: Any, expected: Any) -> None:
    """Relative moments alone are left to the plan."""
    assert written(field, value) == expected


@pytest.mark.parametrize("value", ["2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_date_that_does_not_exist_is_not_written(value: str) -> None:
    """Nor one that UTC does not have."""
    with pytest.raises((ValueError, OverflowError)):
        written(BATCH_FIELDS["retryDate"], value)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("userIds", [543, 12], [12, 543, 12]),
        ("userIds", None, []),
        ("displayedPhoneNumbers", ["+33 199", "33200"], ["33200", "33199"]),
        ("nextTryDelay", 90, "90"),
        ("folder", None, None),
    ],
)
def test_equal_meaning_is_equal(name: str, one: Any, other: Any) -> None:
    """Sets have no order, numbers are numbers, a set that is null is an empty one."""
    assert comparable(SETTINGS[name], one) == comparable(SETTINGS[name], other)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [("userIds", [1], [1, 2]), ("folder", None, ""), ("name", "A", "a"), ("isPaused", False, None)],
)
def test_different_meaning_is_different(name: str, one: Any, other: Any) -> None:
    """Nothing is guessed."""
    assert comparable(SETTINGS[name], one) != comparable(SETTINGS[name], other)


def test_instants_are_compared_and_not_their_texts() -> None:
    """And a text that is none is compared as it is."""
    field = BATCH_FIELDS["retryDate"]
    assert comparable(field, "2026-09-01T09:30:00+02:00") == comparable(field, "2026-09-01T07:30:00Z")
    assert comparable(field, "0001-01-01T00:00:00+14:00") == "0001-01-01T00:00:00+14:00"
    assert comparable(field, "soon") == "soon"


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), st.integers(-14, 14))
def test_an_instant_survives_being_written(at: datetime, zone: int) -> None:
    """Whatever zone it comes from."""
    written_in_utc = iso(at.replace(tzinfo=UTC))
    elsewhere = f"{(at + timedelta(hours=zone)).isoformat()}{zone:+03d}:00"
    assert instant(written_in_utc) == instant(elsewhere) == at.replace(tzinfo=UTC)


def test_auto_purge_that_get_shows_is_on() -> None:
    """GET leaves `enabled` out: null is off, an object is on, unless it says otherwise."""
    assert auto_purge(None) == {"enabled": False}
    assert auto_purge({"excluded": True, "notToCall": None}) == {"enabled": True, "excluded": True}
    assert auto_purge({"enabled": False}) == {"enabled": False}
    assert settings_object("autoPurge", None) == {"enabled": False}
    assert settings_object("deduplicationParams", None) == {}


def test_every_type_has_values() -> None:
    """The tables use no type that nothing is known about."""
    used = {each.type for table in (SETTINGS, MATCH_FILTERS, BATCH_FIELDS) for each in table.values()}
    assert used == set(Type)
