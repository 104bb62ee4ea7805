"""Freeze windows: is it frozen now, by the clocks of a named zone?

What a clock on the wall there shows counts. An hour that comes twice when clocks go back is frozen both times, and one
that is left out when they go forward is not there to be frozen.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from reconciler.kinds.check import DAYS
from reconciler.manifests.checks import Freeze, Window


def frozen_by(freeze: Freeze, now: datetime) -> Window | None:
    """The window that the moment is in; None when it is in none."""
    local = now.astimezone(ZoneInfo(freeze.zone))
    minute = local.hour * 60 + local.minute
    return next((each for each in freeze.windows if _covers(each, local.date(), minute)), None)


def window_words(window: Window, zone: str) -> str:
    """``friday from 12:00 to 24:00 (Europe/Paris)``."""
    parts = [", ".join(DAYS[each] for each in sorted(window.days))] if window.days is not None else []
    parts += [f"from {window.first}"] if window.first is not None else []
    parts += [f"to {window.last}"] if window.last is not None else []
    if (window.start, window.end) != (0, 24 * 60):
        parts.append(f"from {_clock(window.start)} to {_clock(window.end)}")
    return f"{' '.join(parts)} ({zone})"


def _covers(window: Window, day: date, minute: int) -> bool:
    goes_on = window.end <= window.start
    if _begins_on(window, day) and window.start <= minute and (goes_on or minute < window.end):
        return True
    return goes_on and minute < window.end and _begins_on(window, day - timedelta(days=1))


def _begins_on(window: Window, day: date) -> bool:
    if window.days is not None and day.weekday() not in window.days:
        return False
    return (window.first is None or window.first <= day) and (window.last is None or day <= window.last)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
