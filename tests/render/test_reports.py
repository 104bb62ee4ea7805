"""Faults for other programs: JSON."""

from __future__ import annotations

import json

from reconciler.diagnostics import Diagnostic, Label, Severity, Source, Span
from reconciler.render.reports import diagnostics_json

SOURCE = Source("manifests/a,b:c.yaml", "a: 1\nb: 2\n")
FAULT = Diagnostic(
    "unknown-field",
    "unknown setting",
    "`spec.settings` takes no setting `maxTry`",
    span=Span(SOURCE, 2, 5, 6),
    help="the nearest setting is `maxTries`",
    address="Campaign/bakery",
    labels=(Label(Span(SOURCE, 1, 1), "first written here"),),
)


def test_json_holds_all_that_is_known() -> None:
    """Every part under its name; nothing is null but an address or a place that there is not."""
    assert json.loads(diagnostics_json([FAULT, Diagnostic("x", "s", severity=Severity.NOTE)])) == {
        "formatVersion": 1,
        "diagnostics": [
            {
                "code": "unknown-field",
                "severity": "error",
                "summary": "unknown setting",
                "detail": "`spec.settings` takes no setting `maxTry`",
                "help": "the nearest setting is `maxTries`",
                "address": "Campaign/bakery",
                "place": {"file": "manifests/a,b:c.yaml", "line": 2, "column": 5, "endColumn": 11},
                "labels": [
                    {
                        "text": "first written here",
                        "place": {"file": "manifests/a,b:c.yaml", "line": 1, "column": 1, "endColumn": 2},
                    }
                ],
            },
            {
                "code": "x", "severity": "note", "summary": "s", "detail": "", "help": "", "address": None,
                "place": None, "labels": [],
            },
        ],
    }  # fmt: skip


def test_json_without_faults() -> None:
    """An empty list, not nothing."""
    assert json.loads(diagnostics_json([])) == {"formatVersion": 1, "diagnostics": []}
