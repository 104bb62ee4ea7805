"""Contacts by the date of their last update: what changes while it is read comes again, and counts once."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from reconciler.api.endpoints.searches import search_by_date
from reconciler.errors import InvalidArgument, Unreadable

from .feeding import feed
from .scripted import BASE, Server

pytestmark = pytest.mark.operation("searchByDate")

EARLY, LATE = "2026-01-31T15:00:00Z", "2026-02-01T15:00:00+01:00"
PATH = "/api/v2/voice/campaigns/6/contacts/search/by-date"


def updated(number: int, moment: str = EARLY, **values: Any) -> dict[str, Any]:
    """A contact last updated at `moment`."""
    return {"contactId": number, "campaignId": 6, "lastUpdatedAt": moment, **values}


def test_a_contact_that_comes_again_counts_as_it_came_last() -> None:
    """In the order of the last update."""
    next_url = f"{BASE}{PATH}?fromId=12"
    found, requests = feed(
        search_by_date(6, EARLY, LATE, 2),
        [
            {"contacts": [updated(1, priority=1), updated(2)], "count": 2, "next": next_url},
            {"contacts": [updated(2), updated(3), updated(1, LATE, priority=9)], "next": None},
        ],
    )
    assert [(each.contactId, each.priority) for each in found] == [(2, None), (3, None), (1, 9)]
    assert [each.label for each in requests] == [f"GET {PATH}"] * 2
    assert requests[0].params == {"fromDate": EARLY, "toDate": LATE, "limit": 2}
    assert requests[1].next_url == next_url


def test_the_end_may_stay_open() -> None:
    """Without `toDate`, and with the documented size."""
    _, requests = feed(search_by_date(6, EARLY), [{"contacts": [], "next": None}])
    assert requests[0].params == {"fromDate": EARLY, "limit": 500}


@pytest.mark.parametrize("moment", ["", "2026-01-31", "2026-01-31T15:00:00", "-72h", "2026-02-31T15:00:00Z"])
def test_dates_are_instants(moment: str) -> None:
    """With time and zone: anything vaguer the API may read otherwise, or drop."""
    with pytest.raises(InvalidArgument):
        feed(search_by_date(6, moment), [])
    with pytest.raises(InvalidArgument):
        feed(search_by_date(6, EARLY, moment), [])


@pytest.mark.parametrize("limit", [0, 501])
def test_a_page_holds_1_to_500_contacts(limit: int) -> None:
    """As documented."""
    with pytest.raises(ValueError, match="1 to 500"):
        feed(search_by_date(6, EARLY, limit=limit), [])


def test_contacts_of_another_campaign_are_an_error() -> None:
    """S3: their numbers mean others."""
    with pytest.raises(Unreadable, match="another campaign"):
        feed(search_by_date(6, EARLY), [{"contacts": [updated(1, campaignId=7)]}])


def test_a_date_that_was_ignored_is_an_error() -> None:
    """S3: a contact that was updated before it shows that."""
    with pytest.raises(Unreadable, match="the API ignored it"):
        feed(search_by_date(6, "2026-03-01T00:00:00Z"), [{"contacts": [updated(1)], "next": None}])


def test_updates_that_go_on_are_no_loop() -> None:
    """The same contact, updated again and again, is news; the same state of it is not."""
    pages = [
        {"contacts": [updated(1, f"2026-01-31T15:00:{number:02}Z")], "next": f"/a?{number}"} for number in range(9)
    ]
    found, _ = feed(search_by_date(6, EARLY), [*pages, {"contacts": [], "next": None}])
    assert [each.lastUpdatedAt for each in found] == ["2026-01-31T15:00:08Z"]
    same = [{"contacts": [updated(1)], "next": f"/a?{number}"} for number in range(9)]
    with pytest.raises(Unreadable, match="the last 3 pages hold nothing"):
        feed(search_by_date(6, EARLY), same)


def test_a_page_elsewhere_is_not_followed(library: ModuleType) -> None:
    """S9, trap 7."""
    page = {"contacts": [updated(1)], "next": f"https://evil.example{PATH}?fromId=2"}
    server = Server(library, lambda _: library.Response(200, json=page))
    with server.client(writable=False) as client, pytest.raises(Unreadable, match=r"leads to https://evil\.example"):
        client.run(search_by_date(6, EARLY))
    assert [each.url.host for each in server.seen] == ["api.example"]
