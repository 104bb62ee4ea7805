"""Items as GitLab's Code Quality report: the part of Code Climate's format that GitLab reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.diagnostics import Severity
from reconciler.kinds.project import FILE_NAME
from reconciler.render.machine import Item, fingerprints, repository_path, shortened
from reconciler.render.neutral import neutral
from reconciler.render.records import json_text

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}
#: The longest description, in characters.
_MOST = 1000


def items_codequality(items: Sequence[Item], folder: str = "") -> str:
    """Each item with its file and line from the root of the repository; one without stands at the project's file."""
    found = [_issue(item, print_, folder) for item, print_ in zip(items, fingerprints(items, folder), strict=True)]
    return json_text(found, indent=2) + "\n"


def _issue(item: Item, fingerprint: str, folder: str) -> dict[str, Any]:
    path, line = (item.span.source.path, item.span.line) if item.span else (FILE_NAME, 1)
    advice = f" ({neutral(item.help)})" if item.help else ""
    return {
        "check_name": f"reconciler/{neutral(item.code)}",
        "description": shortened(f"{item.message}{advice}", _MOST) or "-",
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[item.severity],
        "location": {"path": neutral(repository_path(folder, path)), "lines": {"begin": line}},
    }
