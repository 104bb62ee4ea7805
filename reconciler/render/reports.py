"""Faults for other programs: JSON, and the workflow commands of GitHub Actions. SARIF has a file of its own."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import Any

from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.render.neutral import neutral
from reconciler.render.records import json_text
from reconciler.render.words import count

#: GitHub shows so many annotations of each level for one step of a job, and drops the others.
PER_STEP = 10
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def diagnostics_json(diagnostics: Iterable[Diagnostic]) -> str:
    """All that is known about each fault; paths are relative to the project."""
    found = [_fault(each) for each in diagnostics]
    return json_text({"formatVersion": 1, "diagnostics": found}, indent=2) + "\n"


def _fault(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "summary": diagnostic.summary,
        "detail": diagnostic.detail,
        "help": diagnostic.help,
        "address": diagnostic.address or None,
        "place": _place(diagnostic.span) if diagnostic.span else None,
        "labels": [{"text": each.text, "place": _place(each.span)} for each in diagnostic.labels],
    }


def _place(span: Span) -> dict[str, Any]:
    """`endColumn` is the column after the last character, as in SARIF."""
    end = span.column + span.width
    return {"file": span.source.path, "line": span.line, "column": span.column, "endColumn": end}


def diagnostics_github(diagnostics: Iterable[Diagnostic], folder: str = "") -> str:
    """Workflow commands that GitHub shows as annotations, the most severe first; nothing without faults.

    `folder` is the project's, relative to the root of the checkout. Where there are more than GitHub would show, the
    last one says how many.
    """
    by_level: dict[Severity, list[Diagnostic]] = {severity: [] for severity in Severity}
    for each in diagnostics:
        by_level[each.severity].append(each)
    total = sum(map(len, by_level.values()))
    too_many = any(len(each) > PER_STEP for each in by_level.values())
    by_level[Severity.NOTE] = by_level[Severity.NOTE][: PER_STEP - too_many]  # the last one is a notice too
    shown = [fault for faults in by_level.values() for fault in faults[:PER_STEP]]
    lines = [_annotation(each, folder) for each in shown]
    if too_many:
        more = f"{count(total - len(shown), 'more fault')} not shown here: `reconciler validate` lists all of them"
        lines.append(f"::notice title=reconciler::{_data(more)}")
    return "".join(f"{each}\n" for each in lines)


def _annotation(diagnostic: Diagnostic, folder: str) -> str:
    properties = {"title": neutral(f"{diagnostic.summary} [{diagnostic.code}]")}
    if span := diagnostic.span:
        file = neutral(posixpath.normpath(posixpath.join(folder, span.source.path)))
        properties = {
            "file": file, "line": str(span.line), "col": str(span.column), "endColumn": str(span.column + span.width),
        } | properties  # fmt: skip
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[diagnostic.severity]} {given}::{_data(_message(diagnostic))}"


def _message(diagnostic: Diagnostic) -> str:
    help_line = f"help: {neutral(diagnostic.help)}" if diagnostic.help else ""
    labels = (f"{neutral(str(each.span))}: {neutral(each.text)}" for each in diagnostic.labels)
    lines = [neutral(diagnostic.detail) or diagnostic.summary, *labels, help_line]
    return "\n".join(each for each in lines if each)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
