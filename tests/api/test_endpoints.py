"""Each endpoint: the requests that it makes, what it returns, and what it refuses to send."""

from __future__ import annotations

import pytest

from reconciler.api.endpoints import batches, campaigns, contacts, wrapups
from reconciler.api.request import Response
from reconciler.errors import Unreadable, UnsafeQuery, WriteRefused
from reconciler.kinds.contact import BATCH_FIELDS
from reconciler.model import UNSET

from .feeding import drive, feed

ONE = {"id": 6046, "name": "CA - Métiers de Bouche", "maxTries": 8, "future": {"x": 1}}


def test_campaigns_are_listed_page_by_page() -> None:
    """The first page is asked for without a number; `next` is followed; a campaign met twice counts once."""
    next_url = "https://api.example/api/v1/voice/campaigns?page=2"
    found, requests = feed(
        campaigns.list_campaigns(name="CA", is_archived=False),
        [{"campaigns": [ONE], "next": next_url}, {"campaigns": [ONE, {"id": 7, "name": "b"}], "next": None}],
    )
    assert [(each.id, each.name) for each in found] == [(6046, ONE["name"]), (7, "b")]
    assert found[0].values["future"] == {"x": 1}
    assert requests[0].params == {"name": "CA", "isArchived": "false", "pageSize": 200}
    assert [each.next_url for each in requests] == ["", next_url]


def test_a_campaign_is_read() -> None:
    """By its id, every field kept under its API name."""
    found, requests = feed(campaigns.get_campaign(6046), [ONE])
    assert (found.id, found.values["maxTries"]) == (6046, 8)
    assert [each.label for each in requests] == ["GET /api/v1/voice/campaigns/6046"]


@pytest.mark.parametrize("wrong", [{}, {"id": True, "name": "a"}, {"id": 0, "name": "a"}, {"id": "6", "name": "a"}])
def test_a_campaign_without_an_id_is_unreadable(wrong: object) -> None:
    """The message names the request and the field."""
    with pytest.raises(Unreadable, match=r"GET /api/v1/voice/campaigns/6: .* `id`"):
        feed(campaigns.get_campaign(6), [wrong])


@pytest.mark.parametrize("name", [None, "", 5])
def test_a_campaign_without_a_name_is_unreadable(name: object) -> None:
    """The message names the request and the field."""
    with pytest.raises(Unreadable, match="campaign 6 came without a usable `name`"):
        feed(campaigns.get_campaign(6), [{"id": 6, "name": name}])


def test_a_patch_sends_what_it_was_given() -> None:
    """As it is, and may be repeated: it sets absolute values. Its answer's body does not matter."""
    done, requests = drive(campaigns.patch_campaign(6, {"maxTries": 3, "folder": None}), lambda _: Response(200))
    assert done is None
    assert [(each.label, each.json, each.repeatable) for each in requests] == [
        ("PATCH /api/v1/voice/campaigns/6", {"maxTries": 3, "folder": None}, True)
    ]


@pytest.mark.parametrize("body", [{}, {"mode": "preview"}, {"maxTries": 1, "maxTry": 1}, {"maxTries": UNSET}])
def test_a_patch_takes_documented_fields_only(body: dict[str, object]) -> None:
    """Nothing is sent for an empty body, a field that PATCH does not take, or a value that was never set."""
    with pytest.raises(WriteRefused):
        feed(campaigns.patch_campaign(6, body), [])


def test_fields_are_added_in_one_call() -> None:
    """Not repeatable: a field that exists already is rejected."""
    found, requests = feed(campaigns.add_fields(6, {"a": False, "phone": True}), [{"id": 6, "name": "n"}])
    assert found.id == 6
    assert [(each.label, each.json, each.repeatable) for each in requests] == [
        (
            "POST /api/v1/voice/campaigns/6/field",
            {"newCustomFields": [{"name": "a", "isPhoneNumber": False}, {"name": "phone", "isPhoneNumber": True}]},
            False,
        )
    ]


@pytest.mark.parametrize("fields", [{}, {"": False}])
def test_fields_need_names(fields: dict[str, bool]) -> None:
    """Nothing is sent without."""
    with pytest.raises(WriteRefused):
        feed(campaigns.add_fields(6, fields), [])


def test_a_campaign_is_deleted() -> None:
    """And not twice."""
    _, requests = drive(campaigns.delete_campaign(6), lambda _: Response(200))
    assert [(each.label, each.repeatable) for each in requests] == [("DELETE /api/v1/voice/campaigns/6", False)]


def test_a_batch_names_its_contacts() -> None:
    """S4: the query holds contactIds and nothing else."""
    token, requests = feed(batches.update_contacts(6, [3, 4], {"priority": 1}), [{"token": "88-a"}])
    assert token == "88-a"
    assert [(each.label, each.json, each.repeatable) for each in requests] == [
        (
            "POST /api/v2/voice/campaigns/6/contact-batch/update",
            {"query": {"contactIds": [3, 4]}, "data": {"priority": 1}},
            False,
        )
    ]


def test_a_batch_takes_500_contacts() -> None:
    """S4: and not one more."""
    ids = list(range(1, 502))
    assert feed(batches.update_contacts(6, ids[:500], {"priority": 1}), [{"token": "t"}])[0] == "t"
    with pytest.raises(UnsafeQuery, match="501 were given"):
        feed(batches.update_contacts(6, ids, {"priority": 1}), [])
    with pytest.raises(UnsafeQuery, match="0 were given"):
        feed(batches.update_contacts(6, [], {"priority": 1}), [])


@pytest.mark.parametrize("ids", [[], [0], [-3], [True], ["4"], [4, 4], [None]])
def test_a_batch_refuses_ids_that_could_hit_others(ids: list[int]) -> None:
    """S2, S4: an empty list above all."""
    with pytest.raises(UnsafeQuery):
        feed(batches.update_contacts(6, ids, {"priority": 1}), [])


@pytest.mark.parametrize(
    "data", [{}, {"assignedGroupId": 1}, {"phones": {}}, {"comment": ""}, {"priority": UNSET}, {"priority": None}]
)
def test_a_batch_sets_documented_fields_only(data: dict[str, object]) -> None:
    """S2: nothing is sent for any other, for none, or for a null where none is allowed."""
    with pytest.raises(UnsafeQuery):
        feed(batches.update_contacts(6, [1], data), [])


@pytest.mark.parametrize("name", [name for name, field in BATCH_FIELDS.items() if field.nullable])
def test_a_batch_clears_what_can_be_cleared(name: str) -> None:
    """Null is sent as null."""
    _, requests = feed(batches.update_contacts(6, [1], {name: None}), [{"token": "t"}])
    assert requests[0].json == {"query": {"contactIds": [1]}, "data": {name: None}}


@pytest.mark.parametrize("token", ["", "a/b", "../x", "a\n", "a" * 201, "é"])
def test_a_batch_token_stays_one_segment(token: str) -> None:
    """It comes from the account and goes into a path."""
    with pytest.raises(Unreadable, match="`token`"):
        feed(batches.update_contacts(6, [1], {"priority": 1}), [{"token": token}])


def test_a_batch_is_asked_for() -> None:
    """The documentation's own example."""
    given = {"status": "COMPLETED", "modifiedElementsCount": 273, "failed": [], "excluded": {"noValidPhone": [23, 65]}}
    result, requests = feed(batches.batch_status("a0-7"), [given])
    assert (result.is_final, result.modifiedElementsCount, result.excluded) == (True, 273, {"noValidPhone": [23, 65]})
    assert [each.label for each in requests] == ["GET /api/v2/voice/campaigns/contact-batch/status/a0-7"]


@pytest.mark.parametrize("status", ["ACCEPTED", "IN_PROGRESS"])
def test_a_batch_under_way_may_leave_out_the_rest(status: str) -> None:
    """And null says the same as nothing."""
    result, _ = feed(batches.batch_status("t"), [{"status": status, "failed": None}])
    assert (result.is_final, result.failed) == (False, None)


def test_an_unknown_batch_status_is_never_done() -> None:
    """It is not quoted either: it is the account's text."""
    with pytest.raises(Unreadable, match="none of ACCEPTED") as caught:
        feed(batches.batch_status("t"), [{"status": "FINISHED"}])
    assert "FINISHED" not in str(caught.value)


def test_a_search_asks_for_the_first_page_without_a_number() -> None:
    """Trap 6. An empty query is the whole campaign."""
    found, requests = feed(
        contacts.search_contacts(6, {"excluded": False}, 2),
        [
            {"content": [{"contactId": 1}, {"contactId": 2}], "number": 0, "last": False},
            {"content": [{"contactId": 2}, {"contactId": 3}], "number": 1, "last": True},
        ],
    )
    assert [each.contactId for each in found] == [1, 2, 3]
    assert [each.json for each in requests] == [
        {"pageable": {"pageSize": 2}, "query": {"excluded": False}},
        {"pageable": {"pageSize": 2, "page": 1}, "query": {"excluded": False}},
    ]
    assert all(each.is_read for each in requests)


def test_a_search_refuses_an_unknown_filter_before_it_asks() -> None:
    """S2."""
    with pytest.raises(UnsafeQuery):
        feed(contacts.search_contacts(6, {"assignedAgentId": [1]}), [])


@pytest.mark.parametrize("size", [0, 501])
def test_a_page_holds_1_to_500_contacts(size: int) -> None:
    """What more gets is not documented."""
    with pytest.raises(ValueError, match="1 to 500"):
        feed(contacts.search_contacts(6, {}, size), [])


def test_a_contact_is_read() -> None:
    """By its contactId, not its system-wide id."""
    found, requests = feed(contacts.get_contact(6, 23), [{"id": 123456, "contactId": 23, "priority": None}])
    assert (found.contactId, found.priority, found.triesNumber) == (23, None, None)
    assert [each.label for each in requests] == ["GET /api/v2/voice/campaigns/6/contacts/23"]


def test_wrapups_are_listed() -> None:
    """All pages, each code once."""
    code = {"id": 1, "name": "RDV", "status": "argued", "wrapupPath": "A/B", "isSystem": False}
    found, requests = feed(
        wrapups.list_wrapups(),
        [{"wrapups": [code], "next": "https://x.example/a"}, {"wrapups": [code, {"id": 2, "name": "b"}]}],
    )
    assert [(each.id, each.wrapupPath, each.status) for each in found] == [(1, "A/B", "argued"), (2, None, None)]
    assert requests[0].label == "GET /api/v1/account/wrapups"
