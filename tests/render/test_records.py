"""JSON and CSV for machines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.records import Csv, JsonArray, at, json_text
from reconciler.render.tables import Record

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), TEXTS, st.lists(TEXTS), st.dictionaries(TEXTS, TEXTS))
RECORDS = st.lists(st.fixed_dictionaries({"a": VALUES, "b": VALUES}))


def _printed(kind: JsonArray | Csv, pages: Sequence[Sequence[Record]]) -> str:
    return "".join(each for page in pages for each in kind.rows(page)) + kind.end()


@given(st.lists(RECORDS))
def test_json_is_the_same_data(pages: list[list[dict[str, Any]]]) -> None:
    """However it is cut into pages: a record a line, and nothing in it that steers (S12)."""
    text = _printed(JsonArray(), pages)
    records = [each for page in pages for each in page]
    assert json.loads(text) == records
    assert len(text.splitlines()) == (len(records) + 2 if records else 1)
    assert all(each.isprintable() or each == "\n" for each in text)
    assert not any(line.lstrip().startswith("::") or "##" in line for line in text.splitlines())


def test_a_list_that_broke_off_is_no_json() -> None:
    """Nobody takes a half for the whole."""
    with pytest.raises(json.JSONDecodeError):
        json.loads("".join(JsonArray().rows([{"a": 1}])))


def test_json_keeps_what_people_read() -> None:
    """Accents stay, steering does not."""
    assert json_text({"name": "Métiers"}) == '{"name": "Métiers"}'
    assert json_text("\x7f\x9b\u2028\U000e0001##[error]") == '"\\u007f\\u009b\\u2028\\udb40\\udc01#\\u0023[error]"'


@given(st.lists(RECORDS))
def test_csv_has_a_line_for_each_record(pages: list[list[dict[str, Any]]]) -> None:
    """And a header, however it is cut into pages; no field breaks its line."""
    text = _printed(Csv(["a", "b"]), pages)
    lines = text.split("\r\n")
    assert (lines[0], lines[-1]) == ("a,b", "")
    assert len(lines) == sum(map(len, pages)) + 2
    assert all(len(row) == 2 for row in csv.reader(io.StringIO(text, newline="")))
    assert "\x1b" not in text


def test_csv_fields() -> None:
    """Null is nothing, lists stand between semicolons, objects are JSON, a field of an object has its own column."""
    record = {"a": None, "b": True, "c": [1, "x y"], "d": {"e": None}, "f": 'say "x", y', "g": {"h": "\n"}}
    text = _printed(Csv(["a", "b", "c", "d", "f", "g.h", "g.i", "z"]), [[record]])
    assert text == 'a,b,c,d,f,g.h,g.i,z\r\n,true,1;x y,"{""e"": null}","say ""x"", y",\\n,,\r\n'


def test_at() -> None:
    """A field, one inside another, and what is not there."""
    record = {"a": 1, "b": {"c.d": 2}, "e": None}
    assert [at(record, each) for each in ("a", "b.c.d", "b.x", "e.x", "z", "z.x")] == [1, 2, None, None, None, None]
