"""Desired against live: what counts as different, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.diagnostics import Source, Span
from reconciler.kinds.campaign import SETTINGS
from reconciler.planning.diff import diff_settings, merged_object, same
from reconciler.planning.plan import Attribute, Place

PURGE = {"lastAttemptBeforeDays": 90, "maxTriesReached": False, "excluded": False, "notToCall": False}


def _diff(desired: dict[str, Any], live: dict[str, Any], *ignored: str) -> list[tuple[str, Any, Any]]:
    found = diff_settings(desired, live, frozenset(ignored), {})
    return [(each.name, each.before, each.after) for each in found]


@pytest.mark.parametrize(
    ("desired", "live", "found"),
    [
        ({}, {"folder": "A"}, []),
        ({"folder": "B"}, {"folder": "A"}, [("folder", "A", "B")]),
        ({"folder": None}, {"folder": "A"}, [("folder", "A", None)]),
        ({"folder": None}, {"folder": None}, []),
        ({"folder": None}, {}, []),
        ({"folder": "B"}, {}, [("folder", None, "B")]),
    ],
)
def test_a_field_has_three_states(desired: dict[str, Any], live: dict[str, Any], found: list[Any]) -> None:
    """Not mentioned is not looked at, null clears, a value is set; what the account leaves out is null."""
    assert _diff(desired, live) == found


@pytest.mark.parametrize("name", ["userIds", "groupIds"])
def test_sets_have_no_order(name: str) -> None:
    """Members are compared as sets and shown sorted; null is the empty set."""
    assert _diff({name: [1, 2]}, {name: [2, 1, 2]}) == []
    assert _diff({name: None}, {name: []}) == []
    assert _diff({name: []}, {}) == []
    assert _diff({name: [3, 1]}, {name: [2, 1]}) == [(name, [1, 2], [1, 3])]
    assert _diff({name: None}, {name: [2, 1]}) == [(name, [1, 2], None)]


def test_phone_numbers_are_strings_and_compared_by_their_digits() -> None:
    """A leading plus is no difference, a leading zero is one."""
    assert _diff({"displayedPhoneNumbers": ["33123456789"]}, {"displayedPhoneNumbers": ["+33 123456789"]}) == []
    assert _diff({"displayedPhoneNumbers": ["0123"]}, {"displayedPhoneNumbers": ["123"]}) != []


def test_numbers_as_strings_are_numbers() -> None:
    """An account that writes "8" holds 8."""
    assert _diff({"maxTries": 8, "userIds": [5]}, {"maxTries": "8", "userIds": ["5"]}) == []
    assert _diff({"maxTries": 8}, {"maxTries": "9"}) == [("maxTries", "9", 8)]


def test_zero_and_false_are_values() -> None:
    """0 is not null, and false is not null, outside of objects."""
    assert _diff({"maxTries": 0}, {"maxTries": None}) == [("maxTries", None, 0)]
    assert _diff({"isPaused": False}, {"isPaused": None}) == [("isPaused", None, False)]


def test_a_documented_default_is_what_is_not_shown() -> None:
    """ "Default: false": an account that leaves it out is not asked for false again and again."""
    assert _diff({"useAgentDisplayedPhoneNumber": False}, {}) == []
    assert _diff({"useAgentDisplayedPhoneNumber": True}, {}) == [("useAgentDisplayedPhoneNumber", None, True)]
    assert _diff({"useAgentDisplayedPhoneNumber": False}, {"useAgentDisplayedPhoneNumber": True}) != []


def test_auto_purge_that_is_null_is_off() -> None:
    """null ⇔ enabled: false, whatever else is wanted while it is off (notes, trap 12)."""
    assert _diff({"autoPurge": {"enabled": False}}, {"autoPurge": None}) == []
    assert _diff({"autoPurge": {"enabled": False, "lastAttemptBeforeDays": 30}}, {"autoPurge": None}) == []
    assert _diff({"autoPurge": {"enabled": False}}, {"autoPurge": PURGE}) == [("autoPurge.enabled", True, False)]
    assert _diff({"autoPurge": {"enabled": True}}, {"autoPurge": None}) == [("autoPurge.enabled", False, True)]
    assert _diff({"autoPurge": {"enabled": True}}, {"autoPurge": PURGE}) == []


def test_inside_an_object_false_is_absent_and_zero_is_not() -> None:
    """The account may leave out what is off; a 0 that it does not have is a difference."""
    assert _diff({"autoPurge": {"excluded": False}}, {"autoPurge": {"lastAttemptBeforeDays": 3}}) == []
    assert _diff({"autoPurge": {"excluded": True}}, {"autoPurge": PURGE}) == [("autoPurge.excluded", False, True)]
    days = {"autoPurge": {"enabled": True, "lastAttemptBeforeDays": 0}}
    assert _diff(days, {"autoPurge": {"excluded": True}}) == [("autoPurge.lastAttemptBeforeDays", None, 0)]


def test_only_the_entries_that_the_manifest_names_are_compared() -> None:
    """What it does not name stays as it is, also what the table does not know."""
    live = {"autoPurge": PURGE | {"invented": True}}
    assert _diff({"autoPurge": {"lastAttemptBeforeDays": 90}}, live) == []
    found = _diff({"autoPurge": {"lastAttemptBeforeDays": 30, "notToCall": True}}, live)
    assert found == [("autoPurge.lastAttemptBeforeDays", 90, 30), ("autoPurge.notToCall", False, True)]


def test_the_merged_object_is_the_accounts_with_the_manifests_over_it() -> None:
    """PATCH gets the whole object, `enabled` included."""
    merged = merged_object("autoPurge", {"excluded": True}, PURGE | {"invented": 1})
    assert merged == PURGE | {"enabled": True, "excluded": True, "invented": 1}
    assert same(SETTINGS["autoPurge"], merged, PURGE | {"excluded": True, "invented": 1})
    assert not same(SETTINGS["autoPurge"], merged, PURGE | {"excluded": True, "invented": 2})


def test_ignored_settings_are_marked() -> None:
    """They are shown and never written."""
    found = diff_settings({"userIds": [1], "maxTries": 2}, {}, frozenset({"userIds"}), {})
    assert [(each.name, each.ignored) for each in found] == [("userIds", True), ("maxTries", False)]


def test_a_difference_names_its_line() -> None:
    """The place is the setting's own, for an object its entry's."""
    source = Source("a.yaml", "\n" * 9)
    spans = {"maxTries": Span(source, 4, 3), "autoPurge": Span(source, 6, 3), "autoPurge.excluded": Span(source, 7, 5)}
    found = diff_settings({"maxTries": 1, "autoPurge": {"excluded": True}}, {"autoPurge": PURGE}, frozenset(), spans)
    assert found == (
        Attribute("maxTries", None, 1, Place("a.yaml", 4)),
        Attribute("autoPurge.excluded", False, True, Place("a.yaml", 7)),
    )


@pytest.mark.parametrize(
    ("name", "held", "desired"),
    [
        ("autoPurge", None, {"enabled": True, "lastAttemptBeforeDays": 9, "excluded": True, "notToCall": True}),
        ("deduplicationParams", None, {"excludeDomain": "all"}),
        ("deduplicationParams", {"excludeDomain": "file"}, {"excludeSamePhones": True, "excludeSameValues": ["A"]}),
    ],
)
def test_objects_that_share_few_entries_differ_entry_by_entry(name: str, held: Any, desired: Any) -> None:
    """Also one that the account does not have at all."""
    assert {each for each, _, _ in _diff({name: desired}, {name: held})} == {f"{name}.{each}" for each in desired}
