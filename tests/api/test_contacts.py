"""One contact: read, created, changed and deleted; what is not as documented is never sent."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.api.endpoints import contacts
from reconciler.api.request import Response
from reconciler.errors import Unreadable, WriteRefused

from .feeding import answer, drive, feed


@pytest.mark.operation("getContact")
def test_a_contact_is_read() -> None:
    """By its contactId, not its system-wide id."""
    found, requests = feed(contacts.get_contact(6, 23), [{"id": 123456, "contactId": 23, "priority": None}])
    assert (found.contactId, found.priority, found.triesNumber) == (23, None, None)
    assert [each.label for each in requests] == ["GET /api/v2/voice/campaigns/6/contacts/23"]


@pytest.mark.operation("getContact")
@pytest.mark.parametrize("other", [{"contactId": 24}, {"contactId": 23, "campaignId": 7}])
def test_another_contact_is_not_taken_for_it(other: dict[str, int]) -> None:
    """The same number means another contact in another campaign (S3)."""
    with pytest.raises(Unreadable, match="came"):
        feed(contacts.get_contact(6, 23), [other])


@pytest.mark.operation("createContact")
def test_a_contact_is_created() -> None:
    """Once: sending it again could create it twice (notes, trap 18)."""
    creation = contacts.create_contact(6, {"Name": "Louis", "Phone": "0123"}, {"priority": 13, "retryDate": None})
    found, requests = drive(creation, lambda _: answer({"contactId": 9, "campaignId": 6}, 201))
    assert found is not None
    assert found.contactId == 9
    assert [(each.label, each.params, each.json, each.repeatable) for each in requests] == [
        (
            "POST /api/v2/voice/campaigns/6/contacts",
            {"priorityMode": "false"},
            {"priority": 13, "retryDate": None, "customFields": {"Name": "Louis", "Phone": "0123"}},
            False,
        )
    ]


@pytest.mark.operation("createContact")
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"id": 5}', b'"ok"', b'{"contactId": "9"}'])
def test_what_creating_answers_is_not_documented(body: bytes) -> None:
    """Where it holds no contact there is none to return, and no error: the contact was created."""
    creation = contacts.create_contact(6, {"Name": "Louis"}, priority_mode=True)
    found, requests = drive(creation, lambda _: Response(201, {}, body))
    assert (found, requests[0].params) == (None, {"priorityMode": "true"})


@pytest.mark.operation("createContact")
def test_a_contact_created_elsewhere_is_an_error() -> None:
    """And the help does not say to send it again."""
    with pytest.raises(Unreadable, match="another campaign") as caught:
        feed(contacts.create_contact(6, {"Name": "Louis"}), [{"contactId": 9, "campaignId": 7}])
    assert "look at the account" in caught.value.help


@pytest.mark.operation("createContact")
@pytest.mark.parametrize(
    "custom_fields", [{}, {"Name": None}, {"Name": 5}, {"": "a"}, {5: "a"}, None, [("a", "b")], "a"]
)
def test_a_new_contact_has_custom_fields(custom_fields: Any) -> None:
    """They are mandatory, and texts: `0123` stays `0123` (notes, trap 16)."""
    with pytest.raises(WriteRefused):
        feed(contacts.create_contact(6, custom_fields), [])


@pytest.mark.operation("createContact")
@pytest.mark.parametrize("data", [{"customFields": {"a": "b"}}, {"regionalizationCode": 5}, {"Priority": 1}])
def test_a_new_contact_holds_documented_fields_only(data: dict[str, object]) -> None:
    """Its custom fields have a place of their own."""
    with pytest.raises(WriteRefused, match="is no field of it"):
        feed(contacts.create_contact(6, {"Name": "a"}, data), [])


@pytest.mark.operation("updateContact")
def test_a_contact_is_changed() -> None:
    """Custom fields that are left out keep their values; sending it twice does no harm."""
    data = {"assignedGroupId": 7, "comment": None, "customFields": {"Category": "Gold"}}
    done, requests = drive(contacts.update_contact(6, 23, data), lambda _: Response(200))
    assert done is None
    assert [(each.label, each.json, each.repeatable) for each in requests] == [
        ("PUT /api/v2/voice/campaigns/6/contacts/23", data, True)
    ]


@pytest.mark.operation("updateContact")
@pytest.mark.parametrize("data", [{}, {"customFields": {}}, {"customFields": {"a": None}}, {"id": 5}, {"phones": {}}])
def test_a_change_is_documented(data: dict[str, object]) -> None:
    """Nothing to change, custom fields that are not texts, read-only fields: nothing is sent."""
    with pytest.raises(WriteRefused):
        feed(contacts.update_contact(6, 23, data), [])


@pytest.mark.operation("updateContact", "createContact")
@pytest.mark.parametrize("name", ["assignedAgentExpirationTime", "assignedGroupExpirationTime"])
def test_announced_fields_are_asked_for_by_name(name: str) -> None:
    """Notes, trap 15: what the vendor only announces is refused unless the caller names it."""
    data = {name: "2026-01-31T15:00:00Z"}
    with pytest.raises(WriteRefused, match="only announced"):
        feed(contacts.update_contact(6, 23, data), [])
    with pytest.raises(WriteRefused, match="only announced"):
        feed(contacts.create_contact(6, {"Name": "a"}, data), [])
    feed(contacts.update_contact(6, 23, data, announced=frozenset({name})), [{}])
    feed(contacts.create_contact(6, {"Name": "a"}, data, announced=frozenset({name})), [{}])


@pytest.mark.operation("deleteContact")
def test_a_contact_is_deleted() -> None:
    """And not twice."""
    done, requests = drive(contacts.delete_contact(6, 23), lambda _: Response(204))
    assert done is None
    assert [(each.label, each.repeatable) for each in requests] == [
        ("DELETE /api/v2/voice/campaigns/6/contacts/23", False)
    ]
