"""Drift for machines."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from reconciler.diagnostics import Severity
from reconciler.planning.drift import Difference, Drift, DriftSummary, Origin
from reconciler.render.formats import items_as
from reconciler.render.machine import fingerprints
from reconciler.render.machine_drift import drift_items
from reconciler.render.neutral import neutral
from tests.conftest import NOW
from tests.planning.plans import PLACE
from tests.render.sample import TEXTS, sample


def _difference(**more: Any) -> Difference:
    first: dict[str, Any] = {"address": "Campaign/bakery", "campaign_id": 7, "campaign_name": "A", "rule": None}
    first |= {"attribute": "maxTries", "live": 9, "desired": 8, "applied": 8, "contacts": 0, "source": PLACE}
    return Difference(**{**first, "origin": Origin.CONSOLE, **more})


def _drift(*differences: Difference) -> Drift:
    return Drift(
        project="p", environment="e", base_url="", tool_version="0", commit=None, created_at=NOW, targets=(),
        fingerprint="", summary=DriftSummary(0, 0, 0, 0, 0), differences=differences, diagnostics=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("origin", "severity"),
    [
        (Origin.CONSOLE, Severity.WARNING),
        (Origin.BOTH, Severity.WARNING),
        (Origin.MANIFESTS, Severity.NOTE),
        (Origin.UNKNOWN, Severity.NOTE),
    ],
)
def test_whose_change_it_is(origin: Origin, severity: Severity) -> None:
    """What somebody else has changed is a warning; the next apply brings the rest."""
    (item,) = drift_items(_drift(_difference(origin=origin)))
    assert (item.code, item.severity, item.address, str(item.span)) == (
        "drift",
        severity,
        "Campaign/bakery",
        "one.yaml:1:1",
    )


def test_a_schedule_alerts_once() -> None:
    """The same difference has the same fingerprint tomorrow, on another line and of more contacts."""
    rule = {"attribute": None, "rule": "gold", "address": "AssignmentPolicy/a"}
    today = drift_items(_drift(_difference(), _difference(**rule, contacts=3)))
    place = replace(PLACE, line=70)
    tomorrow = drift_items(_drift(_difference(source=place), _difference(**rule, contacts=9)))
    assert fingerprints(today) == fingerprints(tomorrow)
    others = drift_items(_drift(_difference(attribute="userIds"), _difference(origin=Origin.BOTH)))
    assert not {*fingerprints(today)} & {*fingerprints(others)}


def test_faults_come_first() -> None:
    """What could not be compared is no drift, and is told."""
    items = drift_items(replace(_drift(_difference()), diagnostics=sample().diagnostics))
    assert [each.severity for each in items] == [Severity.ERROR, Severity.WARNING, Severity.WARNING]


@given(TEXTS)
def test_hostile_texts(text: str) -> None:
    """S12, in each format."""
    names = {"address": text, "campaign_name": text, "attribute": text, "live": text, "desired": text}
    items = drift_items(_drift(_difference(**names), _difference(**names, origin=Origin.BOTH)))
    for format_ in ("sarif", "codequality", "junit", "github"):
        lines = items_as(format_, items, "", "drift p/e").splitlines()
        shown = [each.removeprefix("::") for each in lines] if format_ == "github" else lines
        assert [neutral(each) for each in shown] == shown
