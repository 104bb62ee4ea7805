"""The small language of checks: patterns, times and days."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.kinds.check import ATTRIBUTES, FACTS, ROWS, SUMMED, day, like, minutes

#: Few signs, so that they meet often; among them some that mean something to a regular expression.
_SIGNS = st.text(alphabet="ab.\n[é", max_size=12)


@given(st.lists(_SIGNS, min_size=1, max_size=4), _SIGNS)
def test_a_pattern_is_as_a_regular_expression_has_it(parts: list[str], text: str) -> None:
    """* is any text, every other sign is itself, from end to end."""
    expression = ".*".join(map(re.escape, parts))
    assert like("*".join(parts), text) is bool(re.fullmatch(expression, text, re.DOTALL))


@given(st.lists(_SIGNS, min_size=1, max_size=4), _SIGNS)
def test_what_was_put_for_the_stars_is_found(parts: list[str], between: str) -> None:
    """Whatever it is."""
    assert like("*".join(parts), between.join(parts))


def test_a_hostile_pattern_takes_no_time() -> None:
    """A backtracking one would not come back in this life."""
    assert not like("*a" * 500 + "*b", "a" * 20_000)


@pytest.mark.parametrize(("text", "number"), [("00:00", 0), ("12:30", 750), ("24:00", 1440)])
def test_minutes(text: str, number: int) -> None:
    """From midnight."""
    assert minutes(text) == number


def test_days_that_there_are_not() -> None:
    """None of them is one."""
    assert [day(each) for each in ("2026-02-30", "2026-13-01", "0000-01-01", "2027-02-29")] == [None] * 4
    assert str(day("2028-02-29")) == "2028-02-29"


def test_every_fact_is_told_by_some_row() -> None:
    """And no row has a fact that the schema does not know."""
    told = set[str]().union(*ROWS.values())
    assert told | SUMMED == FACTS.keys()


def test_settings_of_an_object_stand_each_for_itself() -> None:
    """As a plan names them."""
    assert {"autoPurge.enabled", "maxTries", "isArchived"} <= ATTRIBUTES.keys()
    assert "autoPurge" not in ATTRIBUTES
