"""Tables and details for people."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len

from reconciler.render.tables import Column, Table, cell, details, minute, plain, shortened

COLUMNS = [Column("id", plain("id")), Column("name", plain("name"), least=8), Column("n", plain("n"), right=True)]


def _lines(table: Table, records: list[dict[str, Any]]) -> list[str]:
    return "".join(str(each) for each in table.rows(records)).splitlines()


def test_columns_are_aligned() -> None:
    """In cells of a terminal: accents written as two characters and wide characters count as they are seen."""
    names = ["Métiers", "Me\u0301tiers", "漢字", "x"]
    lines = _lines(Table(COLUMNS), [{"id": 1, "name": name, "n": 7} for name in names])
    assert lines[0] == "id  name     n"
    assert {cell_len(line) for line in lines} == {14}


def test_the_heading_comes_once_and_widths_stay() -> None:
    """A later row that is longer than the first ones moves nothing else."""
    table = Table(COLUMNS)
    assert _lines(table, [{"id": 1, "name": "a", "n": 1}]) == ["id  name  n", "1   a     1"]
    assert _lines(table, [{"id": 12345, "name": "b", "n": 1}]) == ["12345  b     1"]
    assert (_lines(table, []), table.end()) == ([], "")


def test_no_rows_no_heading() -> None:
    """An empty table is nothing."""
    assert _lines(Table(COLUMNS), []) == []


@pytest.mark.parametrize("width", [60, 40, 20, 12, 5])
def test_a_row_fits_the_terminal(width: int) -> None:
    """First what may shrink does, then the last columns are left out, and it is known which."""
    table = Table(COLUMNS, width)
    lines = _lines(table, [{"id": 1, "name": "漢字é" * 12, "n": 1}, {"id": 2, "name": "b", "n": 2}])
    assert all(cell_len(line) <= width for line in lines)
    assert table.hidden == ([] if width >= 20 else ["n"] if width >= 12 else ["name", "n"])
    assert ("…" in lines[1]) is (width >= 12)


def test_a_long_heading_keeps_its_end() -> None:
    """That is what tells one custom field from another."""
    names = ["customFields.Ville", "customFields.Formation"]
    lines = _lines(Table([Column(name, plain(name), least=8) for name in names], 24), [dict.fromkeys(names, "x")])
    assert [each[-5:] for each in lines[0].split()] == ["Ville", "ation"]


def test_without_a_terminal_nothing_is_shortened() -> None:
    """However long it is."""
    assert "x" * 500 in _lines(Table(COLUMNS), [{"id": 1, "name": "x" * 500, "n": 1}])[1]


def test_details() -> None:
    """A field a line."""
    text = details({"id": 1, "name": "é", "n": None}, COLUMNS)
    assert str(text) == "id    1\nname  é\nn     -\n"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "-"),
        ([], "-"),
        ({}, "-"),
        (True, "true"),
        (0, "0"),
        ("", ""),
        (["a", 1], "a, 1"),
        ({"enabled": True, "days": None}, "enabled: true, days: null"),
        ("a\nb\x1b", "a\\nb\\x1b"),
        ({"a\x1b": ["\x1b"]}, "a\\x1b: \\x1b"),
    ],
)
def test_cells(value: Any, shown: str) -> None:
    """Values in words, the account's text safe (S12)."""
    assert cell(value) == shown


def test_nothing_and_none_of_it() -> None:
    """Where null has a word of its own, an empty list is still not null."""
    assert (cell(None, "null"), cell([], "null")) == ("null", "-")


def test_a_hostile_heading() -> None:
    """A custom field's name is the account's text too."""
    assert "\x1b" not in _lines(Table([Column("customFields.\x1b", plain("id"))]), [{"id": 1}])[0]
    assert "\x1b" not in str(details({"id": 1}, [Column("\x1b", plain("id"))]))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-09-01T07:30:59Z", "2026-09-01 07:30Z"),
        ("2026-09-01T09:30:00+02:00", "2026-09-01 07:30Z"),
        (None, "-"),
        ("soon\x1b", "soon\\x1b"),
        (7, "7"),
    ],
)
def test_moments(value: Any, shown: str) -> None:
    """To the minute, in UTC; what is no moment as it is."""
    assert minute(value) == shown


@pytest.mark.parametrize(
    ("text", "shown"), [("abc", "abc"), ("abcd", "ab…"), ("漢字", "漢…"), ("a b c", "a…"), ("a…bc", "a…")]
)
def test_shortened(text: str, shown: str) -> None:
    """To three cells, without a space before the sign."""
    assert shortened(text, 3) == shown
