"""Campaigns: what they come to, and the faults that only show when their settings are seen together."""

from __future__ import annotations

import pytest

from tests.manifests.reading import campaign, documents, faults, only, pointed, project, read, summary, template

BOUND = '      baseUrl: "emulator:x"\n      campaigns: {bakery: 6046, florist: 6046}\n'


def test_a_campaign_comes_to_what_the_api_takes() -> None:
    """Durations in seconds, names as ids, phones as digits."""
    text = campaign("nextTryDelay: 24h", "userIds: [bruno, 543]", "groupIds: [closers]", "isPaused: false")
    (found,) = read(text + "  expect: {mode: predictive}\n  lifecycle: {ignoreChanges: [userIds]}\n").campaigns
    assert found.settings == {
        "name": "CA - Métiers de Bouche",
        "nextTryDelay": 86400,
        "userIds": [543, 544],
        "groupIds": [12],
        "isPaused": False,
    }
    assert (found.expect, found.ignore, found.binding) == ({"mode": "predictive"}, frozenset({"userIds"}), None)


def test_custom_fields_are_names_or_objects() -> None:
    """What a manifest does not say about the type stays open."""
    text = campaign() + "  customFields: [A, {name: B}, {name: C, isPhoneNumber: true}]\n"
    found = [(each.name, each.is_phone) for each in read(text).campaigns[0].custom_fields]
    assert found == [("A", None), ("B", None), ("C", True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (campaign() + "  customFields: [A, A]\n", ("repeated-value", "A")),
        (campaign("nextTryDelay: 36526d"), ("out-of-range", "36526d")),
        (campaign("isRecorded: false", "recordingPercentage: 50"), ("settings-conflict", "recordingPercentage")),
        (campaign("minCallingDateOffset: 2", "maxCallingDateOffset: 1"), ("settings-conflict", "maxCallingDateOffset")),
        (campaign() + "  customFields: [A, {name: A}]\n", ("repeated-value", "{name: A}")),
        (campaign("settings: {maxTries: 5}", settings=False), ("unbound-campaign", "bakery")),
        (campaign("useAgentDisplayedPhoneNumber: true"), ("announced-field", "useAgentDisplayedPhoneNumber")),
        (campaign("displayedPhoneNumbers: ['+33 1 99']"), ("phone-normalised", "'+33 1 99'")),
        (campaign("displayedPhoneNumbers: ['1 - - -']"), ("wrong-form", "'1 - - -'")),
        (campaign("displayedPhoneNumbers: ['1234567890123456']"), ("wrong-form", "'1234567890123456'")),
        (campaign(f"nextTryDelay: '{'9' * 5000}d'"), ("wrong-moment", f"'{'9' * 5000}d'")),
    ],
)
def test_faults_of_a_campaign(text: str, expected: tuple[str, str]) -> None:
    """Each once, at the value that people would change."""
    assert summary(faults(text)) == [expected]


def test_recording_percentage_goes_with_what_is_recorded_or_not_said() -> None:
    """Only where the manifest itself says false is it a fault; the account may say true."""
    assert faults(campaign("recordingPercentage: 50")) == []
    assert faults(campaign("isRecorded: true", "recordingPercentage: 50")) == []
    assert faults(campaign("isRecorded: false")) == []


def test_a_conflict_is_seen_across_templates() -> None:
    """The campaign says one half, its template the other."""
    texts = {
        "t.yaml": template("base", "settings: {recordingPercentage: 50}"),
        "c.yaml": campaign("extends: [base]", "settings: {name: X, isRecorded: false}", settings=False),
    }
    fault = only(faults(texts))
    assert (fault.code, str(fault.span)) == ("settings-conflict", "t.yaml:5:14")


def test_an_announced_field_is_taken_where_the_project_names_it() -> None:
    """By its name, not all of them."""
    of = project(spec="  announcedFields: [useAgentDisplayedPhoneNumber]\n")
    assert faults(campaign("useAgentDisplayedPhoneNumber: true"), of=of) == []
    fault = only(faults(campaign("deduplicationParams: {excludeSamePhones: true}"), of=of))
    assert fault.code == "announced-field"


def test_a_rewritten_phone_number_is_a_note() -> None:
    """It stops nothing, and says what is sent."""
    found = read(campaign("displayedPhoneNumbers: ['+33 1-23.45 67 89', '33199001001']"))
    assert found.campaigns[0].settings["displayedPhoneNumbers"] == ["33123456789", "33199001001"]
    fault = only(found.diagnostics)
    assert (fault.severity, fault.address) == ("note", "Campaign/bakery")
    assert "33123456789" in fault.detail


def test_two_manifests_for_one_id_are_a_fault_at_both_bindings() -> None:
    """Each would undo what the other does."""
    texts = documents(campaign(), campaign(name="florist"))
    fault = only(faults(texts, of=project(BOUND)))
    assert (fault.code, pointed(fault), str(fault.span)) == ("managed-twice", "florist", "reconciler.yaml:8:33")
    assert [str(each.span) for each in fault.labels] == ["reconciler.yaml:8:19"]


def test_two_manifests_for_one_name_are_a_fault_at_both_names() -> None:
    """Where neither is bound."""
    fault = only(faults(documents(campaign(), campaign(name="florist"))))
    assert (fault.code, pointed(fault), str(fault.span)) == ("managed-twice", "name", "m.yaml:13:5")
    assert [str(each.span) for each in fault.labels] == ["m.yaml:6:5"]


def test_a_bound_campaign_needs_no_name() -> None:
    """And may have the name of another manifest's campaign: it is being renamed."""
    of = project('      baseUrl: "emulator:x"\n      campaigns: {bakery: 6046}\n')
    assert faults(campaign("settings: {maxTries: 5}", settings=False), of=of) == []


def test_a_misspelt_name_does_not_make_a_campaign_unbound_besides() -> None:
    """One fault, not two."""
    text = campaign("settings: {nam: X}", settings=False)
    assert [each.code for each in faults(text)] == ["unknown-field"]


def test_misspelt_and_missing_keys_inside_objects_crash_nothing() -> None:
    """What is faulty is looked at by every stage all the same (S11)."""
    text = campaign("autoPurge: {enable: true}", "userIds: [[]]", "displayedPhoneNumbers: [null, {}]")
    text += "  customFields: [{isPhoneNumber: true}, 5, {name: 5}, {nam: A}]\n  expect: []\n  lifecycle: [x]\n"
    assert len(faults(text)) == 11
