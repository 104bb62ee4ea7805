"""Decoding: the documentation's example, tolerance of what is not known, and no personal data in any message."""

from __future__ import annotations

import json
from collections.abc import MutableMapping

import msgspec
import pytest

from reconciler.api import decode
from reconciler.api.request import Request, Response
from reconciler.api.shapes import Contact, ContactPage
from reconciler.errors import Unreadable

REQUEST = Request("GET", "/api/v2/voice/campaigns/1/contacts/23")

#: "GET Get contact by Id", its example response.
EXAMPLE = {
    "id": 123456,
    "campaignId": 1111,
    "contactId": 23,
    "state": "processing_not_in_progress",
    "comment": None,
    "excluded": False,
    "excludedDetail": None,
    "priority": 10,
    "retryDate": None,
    "triesNumber": 0,
    "wrapupId": None,
    "agentId": None,
    "agentName": None,
    "assignedAgentId": None,
    "assignedGroupId": None,
    "assignedAgentExpirationTime": "2022-11-01T16:52:54Z",
    "assignedGroupExpirationTime": "2022-11-01T16:52:54Z",
    "duplicateContactIds": [],
    "minCallingDateTime": None,
    "maxCallingDateTime": None,
    "lastCallTime": None,
    "lastAttemptTime": None,
    "lastAgentId": 12345,
    "lastCallerType": "agent",
    "createdBy": "admin1",
    "createdAt": "2022-11-01T16:52:54Z",
    "lastUpdatedBy": "admin1",
    "lastUpdatedAt": "2022-11-01T16:52:54Z",
    "contactCardDisplayNumber": None,
    "region": 123,
    "displayedNumberIds": ["33123456789"],
    "currentPhoneName": "Telephone_1",
    "calendarId": 42,
    "customFields": {"First_Name": "Louis", "Last_Name": "Dupont", "Category": "Gold", "Unset": None},
    "phones": {"Telephone_1": "33123456789", "Telephone_2": "33612345678"},
    "purgeDate": "2024-12-01",
}


def contact(value: object) -> Contact:
    """`value` decoded as a contact."""
    return decode.typed(REQUEST, Response(200, {}, json.dumps(value).encode()), Contact)


@pytest.mark.operation("getContact")
def test_the_documented_example_is_read() -> None:
    """Every field of it, and no other; unknown ones are tolerated."""
    found = contact(EXAMPLE | {"future": {"x": 1}})
    assert {name: getattr(found, name) for name in found.__struct_fields__} == EXAMPLE


@pytest.mark.operation("getContact")
@pytest.mark.operation("getContact")
@pytest.mark.parametrize("name", [each for each in Contact.__struct_fields__ if each != "contactId"])
def test_null_and_nothing_are_the_same(name: str) -> None:
    """The documentation does not say which of them comes."""
    assert getattr(contact({"contactId": 1, name: None}), name) is None
    assert getattr(contact({"contactId": 1}), name) is None


def test_a_contact_shows_its_id_alone() -> None:
    """S10: repr, str and containers, so any traceback or log."""
    found = contact(EXAMPLE)
    page = msgspec.json.decode(json.dumps({"content": [EXAMPLE]}), type=ContactPage)
    for text in (repr(found), str(found), f"{[found]}", repr(page), f"{found.__rich_repr__()}"):
        assert "Louis" not in text
        assert "3312" not in text
    assert repr(found) == "Contact(23)"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"contactId": None},
        {"contactId": "secret-23"},
        {"contactId": 23, "priority": "secret"},
        {"contactId": 23, "customFields": {"secret-name": 5}},
        ["secret"],
        "secret",
    ],
)
def test_what_breaks_the_contract_is_named_and_not_quoted(wrong: object) -> None:
    """S10: the request and the place, never the content."""
    with pytest.raises(Unreadable, match="GET /api/v2/voice/campaigns/1/contacts/23: ") as caught:
        contact(wrong)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b" \n", b"\xff", b"{", b'{"contactId": 1', b"<html>secret</html>"])
def test_what_is_no_json_is_unreadable(body: bytes) -> None:
    """Empty, cut off, not UTF-8, or something else."""
    with pytest.raises(Unreadable) as caught:
        decode.typed(REQUEST, Response(200, {}, body), Contact)
    assert "secret" not in str(caught.value)


def test_a_live_campaign_cannot_be_changed() -> None:
    """Its values are what the account holds."""
    assert not isinstance(decode.listed_campaign(REQUEST, {"id": 1, "name": "a"}).values, MutableMapping)
