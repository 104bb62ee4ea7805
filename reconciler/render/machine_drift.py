"""Drift for machines: a warning for what somebody else has changed, a note for what the manifests have."""

from __future__ import annotations

from dataclasses import replace

from reconciler.diagnostics import Severity
from reconciler.planning.drift import Difference, Drift, Origin
from reconciler.render.drift import DriftRow, drift_markdown, drift_rows, part_of, totals
from reconciler.render.formats import items_as
from reconciler.render.github import Handover, annotation_commands
from reconciler.render.machine import Item, item_of, span_of
from reconciler.render.neutral import neutral
from reconciler.render.words import Names

_CODE = "drift"
_SEVERITIES = {
    Origin.MANIFESTS: Severity.NOTE,
    Origin.CONSOLE: Severity.WARNING,
    Origin.BOTH: Severity.WARNING,
    Origin.UNKNOWN: Severity.NOTE,
}


def drift_items(drift: Drift) -> tuple[Item, ...]:
    """What could not be compared, then each difference at its line of the manifests; agents go by their ids."""
    scope = f"{drift.project}/{drift.environment}"
    faults = (item_of(each.diagnostic(), scope) for each in drift.diagnostics)
    pairs = zip(drift.differences, drift_rows(drift, Names()), strict=True)
    return (*faults, *(_item(each, row, scope) for each, row in pairs))


def drift_title(drift: Drift) -> str:
    """What reports are told apart by: the part of the environment that was looked at has its own."""
    return f"drift {drift.project}/{drift.environment} {part_of(drift)}".rstrip()


def drift_junit(drift: Drift, folder: str = "") -> str:
    """The same as JUnit's XML, in which nothing lies between failed and fine: a warning of drift fails its case."""
    items = (
        replace(each, severity=Severity.ERROR) if each.code == _CODE and each.severity is Severity.WARNING else each
        for each in drift_items(drift)
    )
    return items_as("junit", tuple(items), folder, drift_title(drift))


def drift_handover(drift: Drift, names: Names, folder: str = "") -> Handover:
    """What a step that has looked for drift hands over; `folder`: the project's in the repository."""
    summary = drift.summary
    outputs = {
        "exitcode": "1" if drift.has_errors else "2" if drift.differences else "0",
        "has-drift": "true" if drift.differences else "false",
        "differences": str(len(drift.differences)),
        "console": str(summary.console),
        "manifests": str(summary.manifests),
        "both": str(summary.both),
        "unknown": str(summary.unknown),
        "contacts": str(summary.contacts),
        "project": neutral(drift.project),
        "environment": neutral(drift.environment),
        "part": part_of(drift),
        "fingerprint": drift.fingerprint,
        "summary": totals(drift),
    }
    annotations = annotation_commands(drift_items(drift), folder)
    return Handover(lambda most: drift_markdown(drift, names, most), outputs, annotations)


def _item(difference: Difference, row: DriftRow, scope: str) -> Item:
    return Item(
        _CODE,
        _SEVERITIES[difference.origin],
        "the account differs from the manifests",
        f"{row.name}: {row.text}, {row.origin}",
        address=difference.address,
        name=f"{row.name} of {difference.campaign_id} {difference.origin}",
        scope=scope,
        span=span_of(difference.source),
    )
