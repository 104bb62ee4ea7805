"""Seeds: what is left out has a default, and what is wrong is named with its place."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.emulator import SeedError, load_account

from .accounts import account, campaign, contact

FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"campaign": []}, "campaign: is not a part"),
    ({"campaigns": {}}, "campaigns: must be a list"),
    ({"campaigns": ["x"]}, "campaigns: must be an object"),
    ({"users": {"alice": "543"}}, "users: must be a whole number"),
    ({"validatedNumbers": ["+33199001001"]}, "validatedNumbers: must be a phone number"),
    ({"campaigns": [{"name": "x"}]}, r"campaigns\[0\]\.id: is required"),
    ({"campaigns": [campaign(), campaign(2, maxTry=5)]}, r"campaigns\[1\]\.maxTry: is not a field"),
    ({"campaigns": [campaign(mode="loud")]}, r"campaigns\[0\]\.mode: must be one of automatic"),
    ({"campaigns": [campaign(phoneFields=["Fax"])]}, r"campaigns\[0\]\.phoneFields: Fax"),
    ({"campaigns": [campaign(autoPurge={"enabled": True})]}, r"campaigns\[0\]\.autoPurge\.enabled: is not shown"),
    ({"campaigns": [campaign(), campaign()]}, r"campaigns\[1\]: repeats the id"),
    (account(contact(1), contact(1)), r"contacts\[1\]: repeats the id"),
    (account(contact(1, id=5), contact(2, id=5)), r"contacts\[1\]: repeats the id"),
    (account(contact(1, campaignId=9)), r"contacts\[0\]\.campaignId: no such campaign"),
    (account(contact(1, retryDate="soon")), r"contacts\[0\]\.retryDate: must be an ISO 8601"),
    (account(contact(1, customFields={"Category": 5})), r"contacts\[0\]\.customFields: must be a string"),
    (account(contact(1, triesNumber=True)), r"contacts\[0\]\.triesNumber: must be a whole number"),
]


@pytest.mark.parametrize(("data", "message"), FAULTS)
def test_faults_are_named_with_their_place(data: dict[str, Any], message: str) -> None:
    """A seed that describes no account says where."""
    with pytest.raises(SeedError, match=message):
        load_account(data)


def test_an_account_may_be_empty() -> None:
    """Nothing is required."""
    assert load_account({}).campaigns == ()


def test_a_contact_is_completed() -> None:
    """What a seed leaves out of a contact follows from its campaign, or has its plain default."""
    data = account(contact(1), contact(2, excluded=True), campaigns=[campaign(contactPriority=7)])
    first, second = load_account(data).contacts
    assert first["priority"] == 7
    assert first["phones"] == {"Telephone_1": "33199000001"}
    assert first["currentPhoneName"] == "Telephone_1"
    assert first["id"] != second["id"] != second["contactId"]
    assert second["excludedDetail"] == "manual"


def test_date_times_are_kept_in_utc() -> None:
    """A date-time with another zone is the same moment in UTC."""
    (made,) = load_account(account(contact(1, lastCallTime="2026-02-03T10:00:00+02:00"))).contacts
    assert made["lastCallTime"] == "2026-02-03T08:00:00Z"
