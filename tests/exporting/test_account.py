"""New manifests of an account: they plan to nothing, and are the same every time (S7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given

from reconciler.api.client import Client
from reconciler.api.reading import all_campaigns
from reconciler.api.shapes import Campaign
from reconciler.emulator import Options, open_emulator
from reconciler.errors import ProjectError
from reconciler.exporting.account import Exported, exported
from reconciler.exporting.content import exportable
from reconciler.manifests.desired import Desired
from reconciler.manifests.project import Binding, Environment
from reconciler.manifests.read import read_desired
from reconciler.planning.campaigns import campaign_changes, campaign_faults
from reconciler.planning.live import paired
from reconciler.planning.plan import Action
from reconciler.planning.planner import make_plan
from tests.conftest import NOW
from tests.exporting.accounts import QUICK, accounts, live, project_of

_PROJECT, _ENVIRONMENT = project_of()


def _export(
    account: list[Campaign],
    *wanted: str,
    files: Mapping[str, str] = {},
    environment: Environment = _ENVIRONMENT,
    without: tuple[str, ...] = (),
    whole: bool = False,
    announced: tuple[str, ...] = (),
) -> Exported:
    desired = _desired(files, environment, announced)
    settings = exportable(announced, without)
    return exported(account, desired, wanted, taken=(), settings=settings, whole=whole)


def _desired(
    files: Mapping[str, str], environment: Environment = _ENVIRONMENT, announced: tuple[str, ...] = ()
) -> Desired:
    project = replace(_PROJECT, announced=frozenset(announced))
    return read_desired(project, environment, {name: text.encode() for name, text in files.items()}, {})


def _bound(found: Exported, environment: Environment = _ENVIRONMENT) -> Environment:
    return replace(
        environment,
        campaigns={each.name: Binding(each.campaign.id, None, environment.span) for each in found.manifests},
    )


@pytest.mark.parametrize("whole", [False, True])
@QUICK
@given(account=accounts())
def test_planning_what_was_exported_changes_nothing(whole: bool, account: list[Campaign]) -> None:
    """On any account; nothing is left out but what no manifest may ask for."""
    announced = ("useAgentDisplayedPhoneNumber", "deduplicationParams")
    found = _export(account, whole=whole, announced=announced)
    assert (len(found.manifests), found.faults) == (len(account), ())
    files = {f"{each.name}.yaml": each.text for each in found.manifests}
    desired = _desired(files, _bound(found), announced)
    pairs, faults = paired(account, desired)
    assert (len(pairs), faults) == (len(account), [])
    for pair in pairs.values():
        assert campaign_faults(pair) == []
        assert [(each.action, each.attributes) for each in campaign_changes(pair)] == [(Action.NONE, ())]


@QUICK
@given(account=accounts())
def test_the_same_account_gives_the_same_bytes(account: list[Campaign]) -> None:
    """In whatever order the account tells of its campaigns and of what they hold."""

    def turned(value: Any) -> Any:
        return value[::-1] if isinstance(value, list) else value

    def other(campaign: Campaign) -> Campaign:
        values = {name: turned(each) for name, each in reversed(list(campaign.values.items()))}
        return replace(campaign, values=values | {"customFields": campaign.values.get("customFields")})

    one, two = _export(account), _export([other(each) for each in reversed(account)])
    assert [(each.name, each.text) for each in one.manifests] == [(each.name, each.text) for each in two.manifests]


def test_a_manifest_says_it_in_the_manifests_own_form() -> None:
    """Names for ids, 24h for 86400, a use of a variable as text; no null, nothing that is empty or off."""
    campaign = live(
        6046, "CA - Métiers ${x}", isPaused=False, folder=None, userIds=[7, 2, 1], groupIds=[], nextTryDelay=86400,
        displayedPhoneNumbers=["33123456789"], maxTries=8, isRecorded=False, recordingPercentage=50,
        autoPurge={"lastAttemptBeforeDays": 0, "excluded": False, "maxTriesReached": None},
        customFields=["First name", "Tel"], phoneFields=["Tel"], mode="predictive", regionalization=True,
        personalCallbackPrioritization=False, wrapupFolderId=3, calendarId=7, unassignedUserIds=[9],
    )  # fmt: skip
    (manifest,) = _export([campaign]).manifests
    assert (
        manifest.text
        == """\
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {name: ca-metiers-x}
spec:
  settings:
    name: "CA - Métiers $${x}"
    isPaused: false
    userIds: [alice, "2", 7]
    displayedPhoneNumbers: ["33123456789"]
    maxTries: 8
    nextTryDelay: 24h
    isRecorded: false
    calendarId: 7
    autoPurge: {enabled: true, lastAttemptBeforeDays: 0}
  customFields:
    - First name
    - {name: Tel, isPhoneNumber: true}
  expect: {mode: predictive, regionalization: true}
"""
    )
    assert manifest.binding == 6046
    assert manifest.left_out == ()


def test_everything_on_request() -> None:
    """What is null or empty too, each of which a manifest may ask for."""
    campaign = live(1, "A", folder=None, userIds=None, groupIds=[], autoPurge=None, globalPriority=None, maxTries=0)
    (manifest,) = _export([campaign], whole=True).manifests
    lines = manifest.text.partition("settings:\n")[2].split("\n")
    assert lines == [
        "    name: A", "    folder: null", "    userIds: []", "    groupIds: []", "    maxTries: 0",
        "    globalPriority: null", "    autoPurge: {enabled: false}", "",
    ]  # fmt: skip


def test_what_no_manifest_may_ask_for_is_left_out() -> None:
    """And told, but never the value."""
    campaign = live(1, "A", contactPriority=-5, customFields=["a", " "], displayedPhoneNumbers=["x"], maxTries=3)
    (manifest,) = _export([campaign]).manifests
    assert sorted(manifest.left_out) == [
        "customFields[1]",
        "settings.contactPriority",
        "settings.displayedPhoneNumbers",
    ]
    assert "maxTries: 3" in manifest.text


def test_a_setting_can_be_left_out() -> None:
    """Such as whether it is paused, which people change by the hour."""
    (manifest,) = _export([live(1, "A", isPaused=True, maxTries=3)], without=("isPaused",)).manifests
    assert "isPaused" not in manifest.text
    assert "maxTries" in manifest.text


def test_the_binding_tells_the_account() -> None:
    """By when the campaign was created; a moment that is none proves nothing."""
    created = {"id": 1, "createdAt": "2023-09-01T07:30:00Z"}
    bindings = [live(1, "A", createdAt="2023-09-01T07:30:00Z"), live(2, "B", createdAt="soon"), live(3, "C")]
    assert [each.binding for each in _export(bindings).manifests] == [created, 2, 3]


_MANIFEST = """\
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {name: %s}
spec: {settings: {name: %s}}
"""


def test_only_what_nobody_manages() -> None:
    """By binding or by name; of two with the managed name neither is taken."""
    account = [live(1, "A"), live(2, "B"), live(3, "B"), live(4, "C"), live(5, "D")]
    environment = replace(_ENVIRONMENT, campaigns={"bound": Binding(1, None, _ENVIRONMENT.span)})
    files = {
        "a.yaml": _MANIFEST % ("bound", "Other"),
        "b.yaml": _MANIFEST % ("b", "B"),
        "c.yaml": _MANIFEST % ("c", "C"),
    }
    found = _export(account, files=files, environment=environment)
    assert [each.campaign.id for each in found.manifests] == [5]
    assert found.managed == 4


def test_names_that_are_there_already() -> None:
    """A manifest's name is not taken twice, and neither is one that any environment binds; its own binding's is."""
    span = _ENVIRONMENT.span
    environment = replace(_ENVIRONMENT, campaigns={"mine": Binding(2, None, span)})
    found = _export([live(1, "A"), live(2, "B")], files={"a.yaml": _MANIFEST % ("a", "Z")}, environment=environment)
    assert [(each.campaign.id, each.name) for each in found.manifests] == [(1, "a-1"), (2, "mine")]


def test_archived_and_strange_ones() -> None:
    """An archived campaign is counted; one that is not as documented is a fault of its own."""
    strange = replace(live(3, "C"), fault="Expected `int`, got `str` - at `$.maxTries`")
    found = _export([live(1, "A", isArchived=True), live(2, "B"), strange])
    assert [each.name for each in found.manifests] == ["b"]
    assert [each.id for each in found.archived] == [1]
    assert [(each.code, each.address) for each in found.faults] == [("not-exported", "Campaign/c")]


def test_a_campaign_that_can_not_be_read_back() -> None:
    """A manifest that would ask for something else is never handed out."""
    found = _export([live(1, "A", userIds="none")])
    assert [each.code for each in found.faults] == ["not-exported"]
    assert found.manifests == ()


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (["2"], [2]),
        (["CA - One"], [1]),
        (["CA - *"], [1, 3]),
        (["2", "CA - T*"], [2, 3]),
        (["[x]"], [4]),
        ([], [1, 2, 3, 4]),
    ],
)
def test_some_of_them(wanted: list[str], ids: list[int]) -> None:
    """By id, exact name or pattern."""
    account = [live(1, "CA - One"), live(2, "Two"), live(3, "CA - Three"), live(4, "[x]")]
    assert sorted(each.campaign.id for each in _export(account, *wanted).manifests) == ids


def test_none_of_them() -> None:
    """What names nothing is told, with the nearest; so is what has a manifest."""
    account = [live(1, "Bakery"), live(2, "B")]
    with pytest.raises(ProjectError) as unknown:
        _export(account, "Bakerie")
    assert (unknown.value.code, unknown.value.help) == ("campaign-not-found", "the nearest campaign is `Bakery`")
    with pytest.raises(ProjectError) as managed:
        _export(account, "B", files={"b.yaml": _MANIFEST % ("b", "B")})
    assert managed.value.code == "already-managed"


def test_another_account() -> None:
    """A binding that was made elsewhere stops everything."""
    span = _ENVIRONMENT.span
    environment = replace(_ENVIRONMENT, campaigns={"b": Binding(1, "2020-01-01T00:00:00Z", span)})
    with pytest.raises(ProjectError, match="another account"):
        _export(
            [live(1, "B", createdAt="2023-09-01T07:30:00Z")],
            files={"b.yaml": _MANIFEST % ("b", "B")},
            environment=environment,
        )


@pytest.mark.parametrize("purge_enabled", ["hidden", "shown"])
@pytest.mark.parametrize("soon_fields", [False, True])
def test_on_the_emulators_own_account(
    tmp_path: Path, purge_enabled: Literal["hidden", "shown"], soon_fields: bool
) -> None:
    """In every way in which it shows campaigns: a plan over its API is empty."""
    options = Options(purge_enabled=purge_enabled, soon_fields=soon_fields)
    application = open_emulator(tmp_path / "account.db", options=options, clock=lambda: NOW)
    with Client("http://localhost", "emulator", writable=False, application=application) as client:
        found = _export(all_campaigns(client))
        files = {f"{each.name}.yaml": each.text for each in found.manifests}
        plan, diagnostics = make_plan(client, _desired(files, _bound(found)), now=NOW, commit=None)
    assert (len(found.manifests), len(found.archived), found.faults) == (7, 1, ())
    assert (plan.steps, diagnostics, plan.summary.campaigns_changed) == ((), [], 0)
