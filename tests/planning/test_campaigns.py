"""One campaign: its changes, what can't be done, and how risky it is."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.manifests.desired import CustomField
from reconciler.planning.campaigns import campaign_changes, campaign_faults, campaign_notes
from reconciler.planning.plan import Action, Attribute, Place, Reason, Risk, Via, ViaKind
from tests.manifests.reading import campaign, documents, read, template
from tests.manifests.test_origins import OVERLAID, given_project
from tests.planning.building import CREATED, SPAN, live, paired, wanted


def _codes(desired: Any, **held: Any) -> list[str]:
    return [each.code for each in campaign_faults(paired(desired, **held))]


def test_an_archived_campaign_is_blocked() -> None:
    """The API can neither update nor un-archive it (notes, trap 10)."""
    assert _codes(wanted({}), isArchived=True) == ["campaign-archived"]
    assert _codes(wanted({}), isArchived=False) == []
    assert _codes(wanted({})) == []


def test_what_is_expected_must_hold() -> None:
    """What PATCH does not take is asserted; numbers are compared as numbers."""
    assert _codes(wanted(expect={"mode": "predictive"}), mode="preview") == ["expectation-failed"]
    assert _codes(wanted(expect={"mode": "predictive"})) == ["expectation-failed"]
    assert (
        _codes(wanted(expect={"mode": "predictive", "wrapupFolderId": 7}), mode="predictive", wrapupFolderId="7") == []
    )
    assert _codes(wanted(expect={"regionalization": False}), regionalization=None) == ["expectation-failed"]


@pytest.mark.parametrize(("is_phone", "codes"), [(None, []), (True, []), (False, ["field-type-fixed"])])
def test_a_fields_type_can_not_change(is_phone: bool | None, codes: list[str]) -> None:
    """A field that exists keeps its type; a manifest that does not say takes either."""
    desired = wanted(fields=(CustomField("Phone", is_phone, SPAN),))
    assert _codes(desired, customFields=["Phone"], phoneFields=["Phone"]) == codes


@pytest.mark.parametrize(
    ("settings", "ignore", "held", "codes"),
    [
        ({"recordingPercentage": 5}, (), {"isRecorded": False}, ["settings-conflict"]),
        ({"recordingPercentage": 5}, (), {"isRecorded": True}, []),
        ({"recordingPercentage": 5, "isRecorded": True}, (), {"isRecorded": False}, []),
        ({"recordingPercentage": 5, "isRecorded": True}, ("isRecorded",), {"isRecorded": False}, ["settings-conflict"]),
        ({"recordingPercentage": 5}, ("recordingPercentage",), {"isRecorded": False}, []),
    ],
)
def test_a_percentage_needs_a_recorded_campaign(
    settings: dict[str, Any], ignore: tuple[str, ...], held: dict[str, Any], codes: list[str]
) -> None:
    """The API takes it only there; what is ignored is not going to be written (notes, trap 11)."""
    assert _codes(wanted(settings, ignore=frozenset(ignore)), **held) == codes


@pytest.mark.parametrize(
    ("purge", "held", "codes"),
    [
        ({"lastAttemptBeforeDays": 9}, None, ["settings-conflict"]),
        ({"lastAttemptBeforeDays": 9}, {"lastAttemptBeforeDays": 8}, []),
        ({"lastAttemptBeforeDays": 9, "enabled": True}, None, []),
        ({"lastAttemptBeforeDays": 9, "enabled": False}, None, []),
        ({"excluded": False}, None, []),
        ({"lastAttemptBeforeDays": 9}, {"enabled": False, "lastAttemptBeforeDays": None}, ["settings-conflict"]),
        ({"lastAttemptBeforeDays": 9}, {"enabled": False, "lastAttemptBeforeDays": 9}, []),
        ({"lastAttemptBeforeDays": 9}, {"enabled": True, "lastAttemptBeforeDays": None}, []),
    ],
)
def test_options_of_a_purge_that_is_off_can_not_be_kept(purge: Any, held: Any, codes: list[str]) -> None:
    """They would be sent and forgotten, and every plan would show them again (notes, trap 12)."""
    assert _codes(wanted({"autoPurge": purge}), autoPurge=held) == codes


def test_a_campaign_as_desired_says_so() -> None:
    """One change that changes nothing, with the ignored differences."""
    (change,) = campaign_changes(paired(wanted({"maxTries": 1}), maxTries=1))
    assert (change.action, change.reason, change.attributes) == (Action.NONE, Reason.AS_DESIRED, ())
    (change,) = campaign_changes(paired(wanted({"maxTries": 2}, ignore=frozenset({"maxTries"})), maxTries=1))
    assert (change.action, [each.name for each in change.attributes]) == (Action.NONE, ["maxTries"])


def test_fields_to_add_are_a_change_of_their_own() -> None:
    """Before it there was nothing; it can never be undone, and says so."""
    desired = wanted({"maxTries": 1}, fields=(CustomField("New", None, SPAN),))
    added = campaign_changes(paired(desired, maxTries=1, customFields=["Old"]))
    assert [(each.action, each.risk, len(each.risks)) for each in added] == [(Action.ADD_FIELD, Risk.MEDIUM, 1)]
    assert added[0].attributes[0].after == {"isPhoneNumber": False}


@pytest.mark.parametrize(
    ("settings", "held", "risk"),
    [
        ({"isPaused": False}, {"isPaused": True}, Risk.HIGH),
        ({"isPaused": False}, {}, Risk.HIGH),
        ({"isPaused": True}, {"isPaused": False}, Risk.MEDIUM),
        ({"userIds": [1]}, {"userIds": [1, 2]}, Risk.MEDIUM),
        ({"userIds": None}, {"userIds": [1, 2]}, Risk.MEDIUM),
        ({"userIds": [1, 2]}, {"userIds": [1]}, Risk.LOW),
        ({"autoPurge": {"enabled": True}}, {"autoPurge": None}, Risk.HIGH),
        ({"autoPurge": {"lastAttemptBeforeDays": 0}}, {"autoPurge": {"lastAttemptBeforeDays": 9}}, Risk.HIGH),
        ({"autoPurge": {"enabled": False}}, {"autoPurge": {"lastAttemptBeforeDays": 9}}, Risk.LOW),
        ({"maxTries": 2}, {"maxTries": 1}, Risk.LOW),
    ],
)
def test_risks(settings: dict[str, Any], held: dict[str, Any], risk: Risk) -> None:
    """Calling and purging are the high ones; 0 days purge everything."""
    assert [each.risk for each in campaign_changes(paired(wanted(settings), **held))] == [risk]


@pytest.mark.parametrize(
    ("after", "before", "left", "risks"),
    [
        ([1, 2], [1], [2], ["adds 2, who left the campaign by themselves"]),
        ([1, 2, 3], [], ["3", 2], ["adds 2, 3, who left the campaign by themselves"]),
        ([1, 2], [1], [3], []),
        ([1, 2], [1, 2], [2], []),
        ([1, 2], [2], [2], []),
        ([1, 2], ["1"], [2], ["adds 2, who left the campaign by themselves"]),
        ([1], [1, 2], [2], ["removes 2 from userIds; contacts assigned to them stay assigned"]),
        ([1], [], None, []),
        (None, [1], [1], ["removes 1 from userIds; contacts assigned to them stay assigned"]),
    ],
)
def test_agents_who_left_by_themselves_are_not_put_back_in_silence(
    after: Any, before: Any, left: Any, risks: Any
) -> None:
    """`unassignedUserIds` ("Agent IDs who unassigned themselves")."""
    pair = paired(wanted({"userIds": after}), userIds=before, unassignedUserIds=left)
    assert [text for each in campaign_changes(pair) for text in each.risks] == risks


def test_groups_have_not_left_by_themselves() -> None:
    """Their numbers are others than those of agents."""
    pair = paired(wanted({"groupIds": [2]}), groupIds=[], unassignedUserIds=[2])
    assert campaign_changes(pair)[0].risks == ()


def _read(*lines: str, **held: Any) -> list[Attribute]:
    texts = {"m.yaml": documents(campaign(*lines, settings=False), template("base", TEMPLATE))}
    over = {"o/a.yaml": campaign("settings: {folder: B}", settings=False)}
    (desired,) = read(texts, over, given_project("share=7", environment=OVERLAID)).campaigns
    return [each for change in campaign_changes(paired(desired, live(**held))) for each in change.attributes]


TEMPLATE = (
    "settings: {maxTries: 8, folder: A, recordingPercentage: '${share}', displayedPhoneNumbers: ['${mainNumber}']}"
)


def test_each_value_says_what_it_came_through() -> None:
    """Template, overlay, variables of the project and from outside, by names and places: never a variable's value."""
    own = "settings: {name: X, autoPurge: {excluded: true}}"
    fields = "customFields: ['${mainNumber}']"
    found = {each.name: each.via for each in _read("extends: [base]", own, fields, autoPurge={}, isRecorded=True)}
    base = Via(ViaKind.TEMPLATE, "base", Place("m.yaml", 11))
    number = Via(ViaKind.VARIABLE, "mainNumber", Place("reconciler.yaml", 10))
    assert found == {
        "customFields.33123456789": (number,),
        "name": (),
        "folder": (Via(ViaKind.OVERLAY, "o/a.yaml", Place("o/a.yaml", 3)),),
        "maxTries": (base,),
        "recordingPercentage": (base, Via(ViaKind.VARIABLE, "share", None, "--var share")),
        "displayedPhoneNumbers": (base, number),
        "autoPurge.excluded": (),
    }


def test_an_ending_says_what_it_came_through() -> None:
    """An overlay may have said it."""
    over = {"o/a.yaml": campaign("lifecycle: {ensure: archived}", settings=False)}
    (desired,) = read(campaign(), over, given_project(environment=OVERLAID)).campaigns
    (change,) = campaign_changes(paired(desired, isPaused=True))
    (attribute,) = change.attributes
    assert attribute.via == (Via(ViaKind.OVERLAY, "o/a.yaml", Place("o/a.yaml", 3)),)
    assert change.source == attribute.source == Place("o/a.yaml", 5)


@pytest.mark.parametrize(
    ("line", "held", "codes"),
    [
        ("customFields: []", ["A", "B"], ["fields-stay"]),
        ("customFields: []", [], []),
        ("customFields: []", None, []),
        ("customFields: [A]", ["A", "B"], []),
        ("expect: {mode: predictive}", ["A"], []),
    ],
)
def test_that_custom_fields_stay_is_said_where_none_are_wanted(line: str, held: Any, codes: list[str]) -> None:
    """Others beside those that a manifest names are nobody's business (notes, trap 9)."""
    (desired,) = read(campaign() + f"  {line}\n").campaigns
    found = campaign_notes(paired(desired, live(customFields=held, mode="predictive")))
    assert [each.code for each in found] == codes
    assert all("`A`, `B`" in each.detail and each.severity == "note" for each in found)


def test_a_change_carries_the_campaigns_identity() -> None:
    """By its createdAt apply knows the account again."""
    (change,) = campaign_changes(paired(wanted({}), live(7, "A")))
    assert (change.campaign_id, change.campaign_name, change.campaign_created_at) == (7, "A", CREATED)
