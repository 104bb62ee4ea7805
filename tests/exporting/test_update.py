"""Drift back into files: only what differs is changed, where it stands, and planning is empty then."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.shapes import Campaign
from reconciler.errors import ManifestsInvalid, ProjectError
from reconciler.exporting.account import exported
from reconciler.exporting.content import exportable
from reconciler.exporting.drift import differences
from reconciler.exporting.update import Update, update
from reconciler.manifests.project import Binding, Environment, Project
from reconciler.manifests.read import Inputs, read_desired
from reconciler.planning.campaigns import campaign_changes, campaign_faults
from reconciler.planning.live import paired
from reconciler.planning.plan import Action
from tests.exporting.accounts import QUICK, campaigns, live, project_of

_FILE = b"""\
apiVersion: diabolocom.reconciler/v1
kind: Project
metadata: {name: tested}
spec:
  environments:
    test:
      baseUrl: "emulator:account.db"
      variables: {mainNumber: "33123456789", team: [1, 2], note: here}
      overlays: [overlays]
      campaigns: {bakery: 100}
      agents: {alice: 1, bruno: 2, chloe: 3}
"""
PROJECT, ENVIRONMENT = project_of(_FILE)
NAME = "CA - Bakery"
TEMPLATE = """\
apiVersion: diabolocom.reconciler/v1
kind: CampaignTemplate
metadata: {name: shared}
spec: {settings: {maxTries: 5, isRecorded: true, recordingPercentage: 20, displayedPhoneNumbers: ["${mainNumber}"]}}
"""
HEAD = """\
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {name: bakery}
"""
MANIFEST = (
    HEAD
    + """\
spec:
  extends: [shared]
  settings:
    name: CA - Bakery   # as in the console
    # who calls
    userIds:
      - alice  # the first
      - bruno
    displayedPhoneNumbers: ["${mainNumber}", '33199999999']
    nextTryDelay: 24h
    folder: 'A folder'
    globalPriority: 10
    autoPurge: {enabled: true, lastAttemptBeforeDays: 90}
  expect: {mode: predictive}
"""
)
ANCHORED = MANIFEST.replace("'A folder'", "*here").replace("CA - Bakery ", "&here CA - Bakery ")
OVERLAY = (
    HEAD
    + """\
spec:
  settings:
    contactPriority: 7 # here only
"""
)
LIVE: Mapping[str, Any] = {
    "isRecorded": True, "recordingPercentage": 20, "maxTries": 5, "userIds": [1, 2], "nextTryDelay": 86400,
    "displayedPhoneNumbers": ["33123456789", "33199999999"], "folder": "A folder", "globalPriority": 10,
    "autoPurge": {"lastAttemptBeforeDays": 90}, "mode": "predictive", "contactPriority": 7,
}  # fmt: skip


def _inputs(manifest: str = MANIFEST, overlay: str = OVERLAY) -> Inputs:
    manifests = {"a.yaml": manifest.encode(), "templates.yaml": TEMPLATE.encode()}
    return Inputs(PROJECT, ENVIRONMENT, manifests, {"overlays/o.yaml": overlay.encode()} if overlay else {})


def _drifted(inputs: Inputs | None = None, name: str = NAME, **moved: Any) -> Update:
    values = {**LIVE, **moved}
    return update(inputs or _inputs(), [live(100, name, **values)])


@pytest.mark.parametrize(
    ("moved", "before", "after"),
    [
        ({"name": "CA - Bakery 2"}, "name: CA - Bakery   # as", "name: CA - Bakery 2   # as"),
        ({"name": "No ${x}"}, "name: CA - Bakery   # as", "name: No $${x}   # as"),
        ({"nextTryDelay": 5400}, "nextTryDelay: 24h", "nextTryDelay: 90m"),
        ({"folder": "Other's"}, "folder: 'A folder'", "folder: 'Other''s'"),
        ({"folder": None}, "folder: 'A folder'", "folder: null"),
        ({"globalPriority": None}, "globalPriority: 10", "globalPriority: null"),
        ({"mode": "preview"}, "{mode: predictive}", "{mode: preview}"),
        ({"userIds": [1, 3]}, "      - bruno\n", "      - chloe\n"),
        ({"userIds": [2, 9]}, "      - alice  # the first\n      - bruno\n", "      - bruno\n      - 9\n"),
        (
            {"displayedPhoneNumbers": ["33123456789", "33188888888"]},
            "[\"${mainNumber}\", '33199999999']",
            '["${mainNumber}", "33188888888"]',
        ),
        ({"autoPurge": None}, "{enabled: true, last", "{enabled: false, last"),
        ({"autoPurge": {"lastAttemptBeforeDays": 30}}, "lastAttemptBeforeDays: 90}", "lastAttemptBeforeDays: 30}"),
        ({"maxTries": 8}, "    autoPurge: {enabled: true, lastAttemptBeforeDays: 90}\n",
         "    autoPurge: {enabled: true, lastAttemptBeforeDays: 90}\n    maxTries: 8\n"),
    ],
)  # fmt: skip
def test_a_value_is_changed_where_it_stands(moved: dict[str, Any], before: str, after: str) -> None:
    """And nothing else of the file; what a template says is overridden in the campaign's own manifest."""
    changes = {} if "maxTries" not in moved else {"overlay": ""}
    found = _drifted(_inputs(**changes), **moved)
    assert MANIFEST.count(before) == 1
    assert {path: text.decode() for path, text in found.files.items()} == {"a.yaml": MANIFEST.replace(before, after)}
    assert (found.kept, found.faults) == ((), ())
    assert len(found.adopted) == 1


def test_an_overlay_is_changed_where_it_says_the_value() -> None:
    """And takes what a template says otherwise: that is for this environment alone."""
    found = _drifted(contactPriority=9, maxTries=8)
    expected = OVERLAY.replace("contactPriority: 7 # here only\n", "contactPriority: 9 # here only\n    maxTries: 8\n")
    assert {path: text.decode() for path, text in found.files.items()} == {"overlays/o.yaml": expected}
    assert [(each.file, each.line) for each in found.adopted] == [("overlays/o.yaml", 7), ("overlays/o.yaml", 6)]


def test_no_drift_is_no_change() -> None:
    """Not a byte."""
    found = _drifted()
    assert (found.files, found.adopted, found.kept, found.faults) == ({}, (), (), ())


@pytest.mark.parametrize(
    ("manifest", "moved", "why"),
    [
        (MANIFEST.replace("'A folder'", '"in ${note}"'), {}, "its value comes from a variable"),
        (MANIFEST.replace("\n      - alice  # the first\n      - bruno", ' "${team}"'), {"userIds": [3]}, "a variable"),
        (MANIFEST, {"displayedPhoneNumbers": ["33199999999"]}, "comes from a variable"),
        (
            MANIFEST.replace("    displayedPhoneNumbers: [\"${mainNumber}\", '33199999999']\n", ""),
            {"displayedPhoneNumbers": ["33199999999"]},
            "comes from a variable",
        ),
        (MANIFEST, {"contactPriority": None}, "shows no value"),
        (MANIFEST, {"contactPriority": -3}, "no manifest may ask for"),
        (ANCHORED, {"folder": NAME}, "&here"),
        (MANIFEST, {"isRecorded": False, "recordingPercentage": None}, "a template asks for it"),
    ],
)
def test_what_would_reach_further_stays(manifest: str, moved: dict[str, Any], why: str) -> None:
    """It is told where it comes from, and the rest is brought back."""
    name = "Another" if "*here" in manifest else NAME
    found = _drifted(_inputs(manifest), name=name, **{"nextTryDelay": 60, **moved})
    assert why in found.kept[0].why
    assert all(each.diagnostic().span is not None for each in found.kept)
    assert b"nextTryDelay: 60s" in found.files["a.yaml"] or b"nextTryDelay: 1m" in found.files["a.yaml"]


def test_a_new_name_stays_where_another_environment_goes_by_the_old_one() -> None:
    """There the campaign would not be found any more; one that is bound there by its id may be renamed."""
    text = _FILE.decode() + '    other:\n      baseUrl: "emulator:b.db"\n'
    for bound, names in (("", ["name"]), ("      campaigns: {bakery: 7}\n", [])):
        project, environment = project_of((text + bound).encode())
        found = _drifted(_inputs()._replace(project=project, environment=environment), name="New")
        assert [each.path[-1] for each in found.kept] == names
        assert (b"name: New" in found.files.get("a.yaml", b"")) is (names == [])


def test_an_overlay_can_not_hold_null() -> None:
    """It would take the line away."""
    overlay = OVERLAY.replace("contactPriority: 7", "globalPriority: 7")
    found = _drifted(_inputs(overlay=overlay), globalPriority=None, contactPriority=None)
    assert ["a null in an overlay" in each.why for each in found.kept] == [True]
    assert found.files == {}


def test_a_percentage_goes_where_nothing_is_recorded_any_more() -> None:
    """The account can't have the one without the other."""
    manifest = MANIFEST.replace("  extends: [shared]\n", "").replace(
        "    nextTryDelay: 24h\n", "    isRecorded: true\n    recordingPercentage: 20\n"
    )
    found = _drifted(_inputs(manifest), isRecorded=False)
    expected = manifest.replace("isRecorded: true\n    recordingPercentage: 20\n", "isRecorded: false\n")
    assert found.files["a.yaml"].decode() == expected
    assert found.kept == ()


def test_what_is_ignored_stays() -> None:
    """Others look after it."""
    manifest = MANIFEST + "  lifecycle: {ignoreChanges: [userIds]}\n"
    assert _drifted(_inputs(manifest), userIds=[3]).files == {}


@pytest.mark.parametrize(("ensure", "archived"), [("archived", False), ("archived", True), ("present", True)])
def test_a_campaign_that_is_over_stays(ensure: str, archived: bool) -> None:
    """Nobody wants what an archived campaign has, or one that is to be archived."""
    manifest = MANIFEST + f"  lifecycle: {{ensure: {ensure}}}\n"
    found = _drifted(_inputs(manifest), nextTryDelay=60, isArchived=archived)
    assert (found.files, found.kept) == ({}, ())


def test_some_campaigns() -> None:
    """Others are left alone."""
    inputs = _inputs()
    drifted = [live(100, "CA - Bakery", **{**LIVE, "nextTryDelay": 60})]
    assert update(inputs, drifted, set()).files == {}
    assert set(update(inputs, drifted, {"bakery"}).files) == {"a.yaml"}


def test_a_campaign_that_is_gone_is_told() -> None:
    """It is no drift."""
    found = update(_inputs(), [])
    assert ([each.code for each in found.faults], found.files) == (["campaign-not-found"], {})


def test_manifests_with_errors() -> None:
    """Nothing can be compared; and nothing is written that would have errors."""
    with pytest.raises(ManifestsInvalid):
        _drifted(_inputs(MANIFEST.replace("24h", "soon")))
    manifest = MANIFEST.replace("    nextTryDelay: 24h\n", "    minCallingDateOffset: 1\n    maxCallingDateOffset: 5\n")
    with pytest.raises(ProjectError, match="from day 1 to day 0") as refused:
        _drifted(_inputs(manifest), minCallingDateOffset=1, maxCallingDateOffset=0)
    assert refused.value.code == "drift-not-adopted"


@QUICK
@given(before=campaigns(), after=campaigns(), announced=st.booleans())
def test_any_drift_comes_back(before: Campaign, after: Campaign, announced: bool) -> None:
    """From any account to any other: what is not told to stay is as the account has it, and a plan agrees."""
    names = ("useAgentDisplayedPhoneNumber", "deduplicationParams") if announced else ()
    project, environment = project_of()
    project = replace(project, announced=frozenset(names))
    manifest, bound = _exported(before, project, environment, names)
    inputs = Inputs(project, bound, {"a.yaml": manifest.encode()}, {})
    with suppress(ProjectError):  # the account holds what the manifests may not ask for: see the test above
        found = update(inputs, [after])
        (name,) = bound.campaigns
        pairs, faults = paired([after], read_desired(*inputs.changed(found.files)))
        assert (list(pairs), faults) == ([name], [])
        assert {each.path for each in differences(pairs[name])} <= {each.path for each in found.kept}
        if not (found.kept or campaign_faults(pairs[name])):
            actions = {each.action for each in campaign_changes(pairs[name])}
            assert actions <= {Action.NONE, Action.ADD_FIELD}


def _exported(
    campaign: Campaign, project: Project, environment: Environment, announced: tuple[str, ...]
) -> tuple[str, Environment]:
    desired = read_desired(project, environment, {}, {})
    settings = exportable(announced, ())
    (manifest,) = exported([campaign], desired, (), taken=(), settings=settings, whole=True).manifests
    binding = Binding(campaign.id, None, environment.span)
    return manifest.text, replace(environment, campaigns={manifest.name: binding})


def test_what_an_overlay_says_of_a_template_stays() -> None:
    """It is for this environment: in the campaign's manifest it would be for all of them."""
    overlay = TEMPLATE.split("spec:")[0] + "spec: {settings: {maxTries: 7}}\n"
    found = _drifted(_inputs(overlay=overlay), maxTries=9)
    assert ["overlay of its template" in each.why for each in found.kept] == [True]
    assert found.files == {}
