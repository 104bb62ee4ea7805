"""Searching: pages and their numbering."""

from __future__ import annotations

from typing import Any

import pytest

from .accounts import account, contact
from .conftest import Emulate

SEARCH = "/api/v2/voice/campaigns/100/contacts/search"
MANY = account(*(contact(number, customFields={}) for number in range(1, 1203)))


def numbers(answer: dict[str, Any]) -> list[int]:
    """The contactIds of a page."""
    return [item["contactId"] for item in answer["content"]]


@pytest.mark.operation("searchContacts")
@pytest.mark.parametrize(
    ("pageable", "size"),
    [(None, 10), ({}, 10), ({"pageSize": 100}, 100), ({"pageSize": 501}, 500), ({"pageSize": 0}, 10), ("x", 10)],
)
def test_page_size(emulate: Emulate, pageable: object, size: int) -> None:
    """Ten by default, 500 at most."""
    answer = emulate(MANY).post(SEARCH, json={"pageable": pageable}).json()
    assert len(answer["content"]) == answer["numberOfElements"] == size


@pytest.mark.operation("searchContacts")
@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"query": null}', b'{"query": []}'])
def test_without_a_query_it_is_everyone(emulate: Emulate, content: bytes) -> None:
    """No body, no query, no filter: the whole campaign."""
    answer = emulate(MANY).post(SEARCH, content=content).json()
    assert answer["totalElements"] > 1000


@pytest.mark.operation("searchContacts")
def test_totals_are_approximate(emulate: Emulate) -> None:
    """Whoever pages by the totals loses contacts; a single page is counted right."""
    client = emulate(MANY)
    answer = client.post(SEARCH, json={"pageable": {"pageSize": 100}}).json()
    assert (answer["totalElements"], answer["totalPages"]) == (1165, 12)
    few = client.post(SEARCH, json={"query": {"contactIds": [1, 2, 3]}}).json()
    assert (few["totalElements"], few["totalPages"], few["last"]) == (3, 1, True)


@pytest.mark.operation("searchContacts")
@pytest.mark.parametrize(
    ("base", "asked", "numbered"),
    [("zero", [0, 1, 2], [0, 1, 2]), ("one", [1, 2, 3], [1, 2, 3]), ("mixed", [1, 2, 3], [0, 1, 2])],
)
def test_page_bases(emulate: Emulate, base: str, asked: list[int], numbered: list[int]) -> None:
    """However pages are numbered, they hold everyone once, and the last one says so."""
    client = emulate(MANY, page_base=base)
    pages = [client.post(SEARCH, json={"pageable": {"page": page, "pageSize": 500}}).json() for page in asked]
    assert [page["number"] for page in pages] == numbered
    assert [page["last"] for page in pages] == [False, False, True]
    assert [page["first"] for page in pages] == [True, False, False]
    assert sorted(number for page in pages for number in numbers(page)) == list(range(1, 1203))
    unnumbered = client.post(SEARCH, json={"pageable": {"pageSize": 500}}).json()
    assert unnumbered == pages[0]
    beyond = client.post(SEARCH, json={"pageable": {"page": asked[-1] + 1, "pageSize": 500}}).json()
    assert (beyond["empty"], beyond["last"], beyond["content"]) == (True, True, [])


@pytest.mark.operation("searchContacts")
@pytest.mark.parametrize("page", [-5, "2", None, True, 10**30])
def test_odd_pages(emulate: Emulate, page: object) -> None:
    """A page that is none is the first; one far out is empty."""
    answer = emulate(MANY).post(SEARCH, json={"pageable": {"page": page}}).json()
    assert answer["empty"] is (page == 10**30)


@pytest.mark.operation("searchContacts")
def test_order_is_the_accounts_own(emulate: Emulate) -> None:
    """The order is not that of contactIds, and is the same every time."""
    client = emulate(MANY)
    first = numbers(client.post(SEARCH, json={"pageable": {"pageSize": 500}}).json())
    assert first != sorted(first)
    assert first != sorted(first, reverse=True)
    assert first == numbers(client.post(SEARCH, json={"pageable": {"pageSize": 500}}).json())


@pytest.mark.operation("searchContacts")
def test_results_are_fresh_after_a_write(emulate: Emulate) -> None:
    """A contact that no longer meets a query is not found by it again."""
    client = emulate(account(contact(1), contact(2)))
    query = {"query": {"minPriority": 10}}
    assert len(numbers(client.post(SEARCH, json=query).json())) == 2
    client.put("/api/v2/voice/campaigns/100/contacts/1", json={"priority": 1})
    assert numbers(client.post(SEARCH, json=query).json()) == [2]


@pytest.mark.operation("searchContacts")
def test_more_queries_than_are_remembered(emulate: Emulate) -> None:
    """Many different queries, each answered for itself."""
    client = emulate(account(*(contact(number) for number in range(1, 41))))
    for number in [*range(1, 41), *range(1, 41)]:
        assert numbers(client.post(SEARCH, json={"query": {"contactIds": [number]}}).json()) == [number]
