"""The search in one campaign: what it asks for, what it refuses, and what of the answers it keeps."""

from __future__ import annotations

import pytest

from reconciler.api.endpoints import searches
from reconciler.errors import Unreadable, UnsafeQuery

from .feeding import feed


@pytest.mark.operation("searchContacts")
def test_a_search_asks_for_the_first_page_without_a_number() -> None:
    """Trap 6. An empty query is the whole campaign."""
    found, requests = feed(
        searches.search_contacts(6, {"excluded": False}, 2),
        [
            {"content": [{"contactId": 1}, {"contactId": 2}], "number": 0, "last": False},
            {"content": [{"contactId": 3}], "number": 1, "last": True},
        ],
    )
    assert [each.contactId for each in found] == [1, 2, 3]
    assert [each.json for each in requests] == [
        {"pageable": {"pageSize": 2}, "query": {"excluded": False}},
        {"pageable": {"pageSize": 2, "page": 1}, "query": {"excluded": False}},
    ]
    assert all(each.is_read for each in requests)


@pytest.mark.operation("searchContacts")
def test_a_search_refuses_an_unknown_filter_before_it_asks() -> None:
    """S2."""
    with pytest.raises(UnsafeQuery):
        feed(searches.search_contacts(6, {"assignedAgentId": [1]}), [])


@pytest.mark.operation("searchContacts")
@pytest.mark.parametrize("size", [0, 501])
def test_a_page_holds_1_to_500_contacts(size: int) -> None:
    """What more gets is not documented."""
    with pytest.raises(ValueError, match="1 to 500"):
        feed(searches.search_contacts(6, {}, size), [])


@pytest.mark.operation("searchContacts")
@pytest.mark.parametrize("columns", [None, frozenset({"state"})])
def test_contacts_of_another_campaign_are_an_error(columns: frozenset[str] | None) -> None:
    """S3: their numbers mean others; with few columns too."""
    ours = {"contactId": 1, "campaignId": 6, "state": "processing_not_in_progress"}
    page = {"content": [ours, {**ours, "contactId": 2, "campaignId": 7}], "number": 0, "last": True}
    with pytest.raises(Unreadable, match="another campaign"):
        feed(searches.search_contacts(6, {}, columns=columns), [page])
