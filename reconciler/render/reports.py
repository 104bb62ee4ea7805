"""Faults for other programs, as JSON. SARIF, Code Quality, JUnit and GitHub have files of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.diagnostics import Diagnostic, Span
from reconciler.render.records import json_text


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
