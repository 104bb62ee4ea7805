"""Records for machines, while they come: a JSON array and CSV, both safe to print (S12)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.render.neutral import neutral
from reconciler.render.tables import Record

#: What is looked at more closely: all but the printable characters of ASCII and the ends of lines.
_UNUSUAL = re.compile(r"[^ -~\n]")


class JsonArray:
    """A JSON array with a record on each line; `end` closes it, so that a list that broke off is no JSON."""

    def __init__(self) -> None:
        self._begun = False

    def rows(self, records: Sequence[Record]) -> Iterator[str]:
        """The next elements."""
        if records:
            lines = ",\n".join(f"  {json_text(each)}" for each in records)
            yield (",\n" if self._begun else "[\n") + lines
            self._begun = True

    def end(self) -> str:
        """What closes the array."""
        return "\n]\n" if self._begun else "[]\n"


class Csv:
    """CSV (RFC 4180) under a header. `names`: the fields, ``customFields.Category`` for one inside another.

    Null is empty, elements of a list stand between semicolons, objects are JSON. A record is one line: control
    characters come as escapes.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._values = [_value_of(name) for name in names]
        self._begun = False

    def rows(self, records: Sequence[Record]) -> Iterator[str]:
        """The next lines, after the header where they are the first ones."""
        lines = [[_field(value(record)) for value in self._values] for record in records]
        if lines:
            yield self._text(lines)

    def end(self) -> str:
        """The header where no record came."""
        return "" if self._begun else self._text([])

    def _text(self, lines: list[list[str]]) -> str:
        text = io.StringIO()
        header = [] if self._begun else [[neutral(name) for name in self._names]]
        csv.writer(text).writerows(header + lines)
        self._begun = True
        return text.getvalue()


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON on one line, or indented; the same data, with what a terminal or a CI log could obey as ``\\uXXXX``."""
    text = json.dumps(value, ensure_ascii=False, indent=indent).replace("##", "#\\u0023")
    if text.isprintable():
        return text
    return _UNUSUAL.sub(lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]


def at(record: Record, name: str) -> Any:
    """The value of a field, or of one inside another (``customFields.Category``); None where it is not there."""
    outer, dot, inner = name.partition(".")
    value = record.get(outer)
    return (value or {}).get(inner) if dot else value


def _value_of(name: str) -> Callable[[Record], Any]:
    """As `at`, for many records."""
    return (lambda record: at(record, name)) if "." in name else (lambda record: record.get(name))


def _field(value: Any) -> str:
    if value is None:
        return ""
    if type(value) is str:  # most are
        return neutral(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ";".join(_field(each) for each in value)
    if isinstance(value, Mapping):
        return json_text(dict(value))
    return neutral(str(value))
