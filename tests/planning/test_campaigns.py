"""One campaign: its changes, what can't be done, and how risky it is."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.manifests.desired import CustomField
from reconciler.planning.campaigns import campaign_changes, campaign_faults
from reconciler.planning.plan import Action, Reason, Risk
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


def test_a_change_carries_the_campaigns_identity() -> None:
    """By its createdAt apply knows the account again."""
    (change,) = campaign_changes(paired(wanted({}), live(7, "A")))
    assert (change.campaign_id, change.campaign_name, change.campaign_created_at) == (7, "A", CREATED)
