"""Conditions on custom fields: decided where every reading of the documentation agrees, and only there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.conditions import holds, loose
from reconciler.kinds.contact import CONDITIONS

VALUES = st.none() | st.text(max_size=6) | st.sampled_from(["Gold", "gold", "10", "9", "9.0", "é", "e", "a b", "ab"])


@pytest.mark.parametrize(
    ("condition", "value", "wanted", "verdict"),
    [
        ("eq", "Gold", "Gold", True),
        ("eq", "gold", "Gold", None),
        ("eq", "métiers", "metiers", None),
        ("eq", "Gold ", "Gold", None),
        ("eq", "Silver", "Gold", False),
        ("eq", None, "Gold", False),
        ("eq", None, None, True),
        ("eq", "Gold", None, False),
        ("eq", "", None, None),
        ("eq", "", "", True),
        ("eq", None, "", None),
        ("notEq", "Silver", "Gold", True),
        ("notEq", "Gold", "Gold", False),
        ("notEq", "gold", "Gold", None),
        ("notEq", None, "Gold", None),
        ("notEq", None, None, False),
        ("notEq", "Gold", None, True),
        ("startsWith", "Gold", "Go", True),
        ("startsWith", "Gold", "go", None),
        ("startsWith", "Gold", "old", False),
        ("startsWith", None, "Go", False),
        ("startsWith", "Gold", "", None),
        ("endsWith", "Gold", "ld", True),
        ("endsWith", "Gold", "Go", False),
        ("contains", "Gold", "ol", True),
        ("contains", "Gold", "OL", None),
        ("contains", "Gold", "x", False),
        ("contains", None, "x", False),
        ("notStartswith", "Gold", "x", True),
        ("notStartswith", "Gold", "Go", False),
        ("notStartswith", None, "Go", None),
        ("notEndswith", "Gold", "x", True),
        ("notContains", "Gold", "OL", None),
        ("notContains", "Gold", "ol", False),
        ("like", "Gold", "Gold", None),
        ("like", None, "x", None),
        ("lt", "2", "3", True),
        ("lt", "10", "9", None),
        ("gt", "10", "9", None),
        ("gte", "3", "3", True),
        ("gt", "3", "3", False),
        ("lte", "3.0", "3", None),
        ("lt", "2026-01-01", "2026-02-01", True),
        ("gt", "2026-01-01", "2026-02-01", False),
        ("lt", "apple", "pear", True),
        ("lt", "Pear", "apple", None),
        ("lt", "apple", "12", None),
        ("lt", "école", "fin", None),
        ("lt", None, "3", False),
        ("gte", "", "3", None),
    ],
)
def test_the_verdict(condition: str, value: str | None, wanted: str | None, verdict: bool | None) -> None:
    """True, False, or None where a database could say either."""
    assert holds(condition, value, wanted) is verdict


@given(value=VALUES, wanted=VALUES)
def test_an_operator_and_its_opposite_never_agree(value: str | None, wanted: str | None) -> None:
    """What one finds, the other does not."""
    pairs = [
        ("eq", "notEq"),
        ("startsWith", "notStartswith"),
        ("endsWith", "notEndswith"),
        ("contains", "notContains"),
        ("lt", "gte"),
        ("gt", "lte"),
    ]
    for one, other in pairs:
        verdicts = holds(one, value, wanted), holds(other, value, wanted)
        assert verdicts != (True, True)
        if None not in (value, wanted):
            assert verdicts != (False, False)


@given(value=VALUES, wanted=VALUES)
def test_case_never_decides(value: str | None, wanted: str | None) -> None:
    """Whether text operators mind case is not documented: no verdict turns into its opposite by case alone."""
    if value is None or wanted is None:
        return
    for condition in CONDITIONS:
        verdicts = {holds(condition, value, wanted), holds(condition, loose(value), loose(wanted))}
        assert verdicts != {True, False}
