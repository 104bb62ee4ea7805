"""What is wrong and where: faults as values, gathered by every stage and printed by cli/ alone."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

import msgspec


class Severity(StrEnum):
    """How bad: an error stops its campaign or the run, a warning and a note stop nothing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Source:
    """A manifest file: its path as people know it (relative to the project) and its text."""

    path: str
    text: str = field(repr=False, compare=False)

    def line(self, number: int) -> str:
        """The text of line `number` (1-based), without its line end; empty when there is no such line."""
        lines = _lines(self.text)
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""


@lru_cache(maxsize=16)
def _lines(text: str) -> list[str]:
    """The text's lines; kept, because thousands of faults may point into one file."""
    return text.split("\n")


class Span(msgspec.Struct, frozen=True, gc=False):
    """A place in a source: line and column are 1-based and count characters; `width` is 1 or more."""

    source: Source
    line: int
    column: int
    width: int = 1

    def __str__(self) -> str:
        return f"{self.source.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that a diagnostic points at, and what is there ("first used here")."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault.

    `code` is stable and names the kind of fault; `summary` is short and holds no user data, so that people
    learn it; `detail` says what and why with the facts of this case; `help` is the one next step.
    `address` is the object it concerns, where there is one: an error with an address blocks only that object.
    """

    code: str
    summary: str
    detail: str = ""
    severity: Severity = Severity.ERROR
    span: Span | None = None
    help: str = ""
    address: str = ""
    labels: tuple[Label, ...] = ()

    @property
    def is_error(self) -> bool:
        """Whether this fault stops its campaign or the run."""
        return self.severity is Severity.ERROR


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them is an error."""
    return any(each.is_error for each in diagnostics)


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Without repetitions, sorted by file, line and column; those without a place come last."""

    def key(each: Diagnostic) -> tuple[object, ...]:
        place = (each.span.source.path, each.span.line, each.span.column) if each.span else ("", 0, 0)
        return (each.span is None, *place, each.address, each.code, each.detail)

    return sorted(dict.fromkeys(diagnostics), key=key)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` was probably meant to be, or None when nothing is close."""
    by_lower = {each.lower(): each for each in known}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def nearest_help(noun: str, name: str, known: Iterable[str]) -> str:
    """A help line for a name that is not known: the nearest one, else the list of what there is."""
    names = sorted(known)
    if close := nearest(name, names):
        return f"the nearest {noun} is `{close}`"
    if not names:
        return f"there is no {noun} to choose from"
    shown = ", ".join(f"`{each}`" for each in names[:12])
    return f"known: {shown}" + (f" and {len(names) - 12} more" if len(names) > 12 else "")
