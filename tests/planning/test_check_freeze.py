"""Freeze windows, held against the C library's idea of zones and a list of all minutes that are frozen."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.manifests.checks import Freeze, Window
from reconciler.planning.checks.freeze import frozen_by, window_words

#: With summer time on either half of the globe, at half an hour, without it, and where a day was left out (Apia, 2011).
ZONES = (
    "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia",
    "America/Santiago", "UTC",
)  # fmt: skip
MIDNIGHT = 24 * 60


@contextmanager
def clocks_of(zone: str) -> Iterator[None]:
    """The C library's local time is that of the zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def minutes_frozen(window: Window, around: date) -> set[datetime]:
    """Every minute that clocks show while the window lasts, of windows that begin on this day or the two before."""
    shown = set[datetime]()
    for distance in range(-2, 1):
        day = around + timedelta(days=distance)
        begins = window.days is None or day.strftime("%A").lower() in {DAYS_BY_NUMBER[each] for each in window.days}
        begins = begins and (window.first is None or day.isoformat() >= window.first.isoformat())
        if begins and (window.last is None or day.isoformat() <= window.last.isoformat()):
            length = (window.end - window.start) % MIDNIGHT or MIDNIGHT
            start = datetime(day.year, day.month, day.day) + timedelta(minutes=window.start)
            shown |= {start + timedelta(minutes=each) for each in range(length)}
    return shown


DAYS_BY_NUMBER = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
moments = st.datetimes(datetime(2011, 12, 1), datetime(2037, 1, 1), timezones=st.just(UTC))


@st.composite
def windows(draw: st.DrawFn, near: date) -> Window:
    """A window, often one whose first or last day is near."""
    close = st.integers(-2, 2).map(lambda distance: near + timedelta(days=distance))
    first, last = draw(st.none() | close), draw(st.none() | close)
    if first and last and last < first:
        first, last = last, first
    start, end = draw(st.integers(0, MIDNIGHT - 1)), draw(st.integers(1, MIDNIGHT))
    named = draw(st.none() | st.frozensets(st.integers(0, 6), min_size=1))
    return Window(named, first, last, start, end if end != start else MIDNIGHT)


@settings(deadline=None)
@given(st.data(), moments, st.sampled_from(ZONES))
def test_frozen_is_what_a_clock_on_the_wall_shows(data: st.DataObject, now: datetime, zone: str) -> None:
    """At any moment, in any zone, for any window."""
    with clocks_of(zone):
        local = time.localtime(int(now.timestamp()))
    around = date(local.tm_year, local.tm_mon, local.tm_mday)
    window = data.draw(windows(around))
    expected = datetime(*local[:5]) in minutes_frozen(window, around)
    assert (frozen_by(Freeze(zone, (window,)), now) is window) == expected


@settings(deadline=None)
@given(st.integers(-180, 180), st.sampled_from(ZONES), st.integers(0, 300), st.integers(1, 300))
def test_around_the_hours_that_come_twice_or_never(minutes: int, zone: str, start: int, end: int) -> None:
    """Where most moments of a year are not."""
    window = Window(None, None, None, start, end if end != start else MIDNIGHT)
    for change in ("2026-03-29T01:00", "2026-10-25T01:00", "2026-11-01T06:00", "2026-03-08T07:00", "2026-04-04T15:00"):
        now = datetime.fromisoformat(f"{change}+00:00") + timedelta(minutes=minutes)
        with clocks_of(zone):
            local = time.localtime(int(now.timestamp()))
        around = date(local.tm_year, local.tm_mon, local.tm_mday)
        expected = datetime(*local[:5]) in minutes_frozen(window, around)
        assert (frozen_by(Freeze(zone, (window,)), now) is window) == expected


@pytest.mark.parametrize(
    ("moment", "frozen"),
    [
        ("2026-10-25T00:29", False), ("2026-10-25T00:30", True), ("2026-10-25T00:59", True),  # 02:30 in summer time
        ("2026-10-25T01:29", False), ("2026-10-25T01:30", True), ("2026-10-25T02:00", False),  # and once more
        ("2026-03-29T00:59", False), ("2026-03-29T01:00", False), ("2026-03-29T01:30", False),  # never on that day
    ],
)  # fmt: skip
def test_the_hour_that_comes_twice_and_the_one_that_never_comes(moment: str, frozen: bool) -> None:
    """In Paris from 02:30 to 03:00."""
    freeze = Freeze("Europe/Paris", (Window(None, None, None, 150, 180),))
    assert bool(frozen_by(freeze, datetime.fromisoformat(f"{moment}+00:00"))) is frozen


@pytest.mark.parametrize(
    ("moment", "frozen"),
    [
        ("2026-12-31T20:59", False), ("2026-12-31T21:00", True), ("2027-01-01T04:59", True),
        ("2027-01-01T05:00", False), ("2027-01-01T21:00", False), ("2026-12-30T23:00", False),
    ],
)  # fmt: skip
def test_over_midnight_the_day_is_the_one_that_it_begins_on(moment: str, frozen: bool) -> None:
    """New Year's Eve in Paris, from 22:00 to 06:00."""
    eve = date(2026, 12, 31)
    freeze = Freeze("Europe/Paris", (Window(None, eve, eve, 22 * 60, 6 * 60),))
    assert bool(frozen_by(freeze, datetime.fromisoformat(f"{moment}+00:00"))) is frozen


def test_windows_in_words() -> None:
    """As whoever is stopped reads them."""
    assert window_words(Window(frozenset({4}), None, None, 720, MIDNIGHT), "UTC") == "friday from 12:00 to 24:00 (UTC)"
    holidays = Window(None, date(2026, 12, 24), date(2027, 1, 2), 0, MIDNIGHT)
    assert window_words(holidays, "Europe/Paris") == "from 2026-12-24 to 2027-01-02 (Europe/Paris)"
