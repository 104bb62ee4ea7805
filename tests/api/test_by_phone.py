"""Contacts by phone number across campaigns: nothing that could mean all of them, and nobody who was not asked for."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest

from reconciler.api.endpoints.searches import search_by_phone
from reconciler.errors import Unreadable, UnsafeQuery

from .feeding import feed
from .scripted import BASE, Server

pytestmark = pytest.mark.operation("searchByPhone")

PHONE, OTHER = "33612345678", "33123456789"
PATH = "/api/v2/voice/campaigns/contacts/search/by-phone"


def person(number: int, campaign: int = 6, **values: Any) -> dict[str, Any]:
    """A contact with the phone, as the API shows it."""
    return {"id": number, "campaignId": campaign, "contactId": 1, "phones": {"Phone": PHONE}, **values}


def test_the_next_page_is_asked_for_with_the_same_body() -> None:
    """`next` is a URL, and the request a POST: without its body it would ask for another thing."""
    next_url = f"{BASE}{PATH}?fromId=12&limit=2"
    found, requests = feed(
        search_by_phone([PHONE], [6, 7], 2),
        [
            {"contacts": [person(10), person(11, 7)], "count": 2, "next": next_url},
            {"contacts": [person(11, 7), person(12, 7)], "count": 2, "next": None},
        ],
    )
    assert [(each.id, each.campaignId, each.contactId) for each in found] == [(10, 6, 1), (11, 7, 1), (12, 7, 1)]
    body = {"phones": [PHONE], "campaignIds": [6, 7]}
    assert [(each.method, each.path, each.json) for each in requests] == [("POST", PATH, body)] * 2
    assert [(dict(each.params), each.next_url) for each in requests] == [({"limit": 2}, ""), ({}, next_url)]
    assert all(each.is_read for each in requests)


def test_without_campaigns_all_of_them_are_searched() -> None:
    """And the body does not speak of campaigns."""
    found, requests = feed(search_by_phone([PHONE, OTHER]), [{"contacts": [person(10, 99)], "next": None}])
    assert [each.id for each in found] == [10]
    assert (requests[0].json, requests[0].params) == ({"phones": [PHONE, OTHER]}, {"limit": 100})


@pytest.mark.parametrize(
    "phones", [[], "", PHONE, [""], ["+33612345678"], ["06 12"], [33612345678], [None], [PHONE, ""]]
)
def test_phones_are_named(phones: Any) -> None:
    """An empty list, or one that the API could drop, could mean every contact of the account."""
    with pytest.raises(UnsafeQuery):
        feed(search_by_phone(phones), [])


@pytest.mark.parametrize("campaign_ids", [[], [0], [True], ["6"], [None]])
def test_campaigns_are_named_or_none(campaign_ids: Any) -> None:
    """An empty list could mean all of them."""
    with pytest.raises(UnsafeQuery):
        feed(search_by_phone([PHONE], campaign_ids), [])


@pytest.mark.parametrize("limit", [0, 101, True])
def test_a_page_holds_1_to_100_contacts(limit: int) -> None:
    """What more gets is not documented."""
    with pytest.raises(ValueError, match="1 to 100"):
        feed(search_by_phone([PHONE], None, limit), [])


@pytest.mark.parametrize(
    ("contact", "fault"),
    [
        (person(10, 8), "campaign came that was not asked for"),
        ({"contactId": 1, "campaignId": 6, "phones": {"Phone": PHONE}}, "without its `id`"),
        ({"contactId": 1, "id": 10, "phones": {"Phone": PHONE}}, "without its `id` or `campaignId`"),
        (person(10, phones={"Phone": OTHER}), "none of the phones"),
    ],
)
def test_who_was_not_asked_for_is_an_error(contact: dict[str, Any], fault: str) -> None:
    """The API ignored a part of the search, or nobody can say whose number it is."""
    with pytest.raises(Unreadable, match=fault) as caught:
        feed(search_by_phone([PHONE], [6, 7]), [{"contacts": [contact]}])
    assert OTHER not in str(caught.value)


def test_a_list_without_end_ends() -> None:
    """Each page leads to a new URL and holds the same contact."""
    pages = [{"contacts": [person(10)], "next": f"{BASE}{PATH}?fromId={number}"} for number in range(9)]
    with pytest.raises(Unreadable, match="the last 3 pages hold nothing"):
        feed(search_by_phone([PHONE]), pages)


def test_a_client_follows_with_the_same_body(library: ModuleType) -> None:
    """On the wire: the query string of `next`, the method and the body of the search."""
    pages = [
        {"contacts": [person(10)], "next": f"{BASE}{PATH}?fromId=11&limit=100"},
        {"contacts": [person(11)], "next": None},
    ]
    server = Server(library, *(lambda _, each=each: library.Response(200, json=each) for each in pages))
    with server.client(writable=False) as client:
        assert [each.id for each in client.run(search_by_phone([PHONE]))] == [10, 11]
    assert [(each.method, str(each.url), json.loads(each.content)) for each in server.seen] == [
        ("POST", f"{BASE}{PATH}?limit=100", {"phones": [PHONE]}),
        ("POST", f"{BASE}{PATH}?fromId=11&limit=100", {"phones": [PHONE]}),
    ]


@pytest.mark.parametrize(
    "elsewhere",
    [
        f"{BASE}/api/v2/voice/campaigns/6/contact-batch/delete",
        f"{BASE}{PATH}/../../../6/contact-batch/delete",
        "/api/v2/voice/campaigns/6/contact-batch/delete?limit=100",
        f"https://evil.example{PATH}",
        "//evil.example/",
    ],
)
def test_a_search_never_becomes_a_write(library: ModuleType, elsewhere: str) -> None:
    """S1, S9: a POST follows `next` to its own path alone; a batch would drop `phones` and delete every contact."""
    server = Server(library, lambda _: library.Response(200, json={"contacts": [person(10)], "next": elsewhere}))
    with server.client(writable=False) as client, pytest.raises(Unreadable, match="was not followed"):
        client.run(search_by_phone([PHONE]))
    assert len(server.seen) == 1


def test_one_contact_in_two_campaigns_is_two_contacts() -> None:
    """With the same contactId: it counts within a campaign only."""
    page = {"contacts": [person(10, 6), person(20, 7), person(10, 6)], "next": None}
    found, _ = feed(search_by_phone([PHONE]), [page])
    assert [(each.campaignId, each.contactId) for each in found] == [(6, 1), (7, 1)]
