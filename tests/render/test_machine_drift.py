"""Drift for machines."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from reconciler.diagnostics import Severity
from reconciler.planning.drift import Difference, Drift, DriftSummary, Origin
from reconciler.render.drift import drift_json, drift_markdown, drift_text, totals
from reconciler.render.formats import items_as
from reconciler.render.machine import fingerprints
from reconciler.render.machine_drift import drift_handover, drift_items, drift_junit, drift_title
from reconciler.render.neutral import neutral
from reconciler.render.words import Names
from tests.conftest import NOW
from tests.planning.plans import PLACE
from tests.render.junit_xml import checked
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


#: Nothing differs.
DRIFT = _drift()


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


def test_what_the_console_changed_fails_its_test() -> None:
    """In JUnit, whose readers look at failures alone; what the manifests ask for anew is told, and fails nothing."""
    ours = [_difference(origin=each, address=f"Campaign/{each}") for each in (Origin.MANIFESTS, Origin.UNKNOWN)]
    theirs = [_difference(origin=each, address=f"Campaign/{each}") for each in (Origin.CONSOLE, Origin.BOTH)]
    suite = checked(drift_junit(_drift(*ours, *theirs), "centre"))[0]
    assert suite.attrib["failures"] == "2"
    assert [each.attrib["name"] for each in suite if each.find("failure") is not None] == [
        "Campaign/console",
        "Campaign/both",
    ]
    assert "centre/one.yaml:1" in (suite[1].findtext("system-out") or "")
    assert checked(drift_junit(_drift()))[0].attrib["failures"] == "0"


def test_every_report_says_which_part_it_is_of() -> None:
    """Shards write reports side by side: none may be taken for another one's, or for the whole."""
    whole = _drift(_difference())
    part = replace(whole, targets=("Campaign/bakery",), shard="1/2")
    only = "Campaign/bakery, shard 1/2"
    assert drift_text(part, Names()).plain.startswith(f"Drift of p in e, only {only}\n\n")
    assert f"\nOnly `{only}`.\n" in drift_markdown(part, Names())
    assert json.loads(drift_json(part))["shard"] == "1/2"
    assert (drift_title(part), drift_handover(part, Names()).outputs["part"]) == (f"drift p/e {only}", only)
    assert f'classname="reconciler drift p/e {only}"' in drift_junit(part)
    assert totals(replace(part, differences=())) == "No drift: this part of the account is as the manifests say"
    assert "nly" not in drift_text(whole, Names()).plain + drift_markdown(whole, Names())
    assert (drift_title(whole), drift_handover(whole, Names()).outputs["part"]) == ("drift p/e", "")


def test_what_could_not_be_compared_is_not_taken_for_fine() -> None:
    """The line of words says how far it holds."""
    blocked = replace(_drift(), diagnostics=sample().diagnostics)
    assert totals(blocked) == "No drift in what could be compared; 1 object could not be (errors)"
    blocked = replace(blocked, differences=(_difference(),))
    assert totals(blocked).endswith("; incomplete, 1 object could not be compared (errors)")


@given(TEXTS)
def test_hostile_texts(text: str) -> None:
    """S12, in each format."""
    names = {"address": text, "campaign_name": text, "attribute": text, "live": text, "desired": text}
    items = drift_items(_drift(_difference(**names), _difference(**names, origin=Origin.BOTH)))
    for format_ in ("sarif", "codequality", "junit", "github"):
        lines = items_as(format_, items, "", "drift p/e").splitlines()
        shown = [each.removeprefix("::") for each in lines] if format_ == "github" else lines
        assert [neutral(each) for each in shown] == shown
