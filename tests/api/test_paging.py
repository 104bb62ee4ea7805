"""Paging: every base, approximate totals, lists that shrink, repeat or lead in circles (notes, traps 6 and 7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.endpoints.campaigns import list_campaigns
from reconciler.api.endpoints.searches import search_contacts
from reconciler.api.request import Request, Response
from reconciler.errors import Unreadable

from .feeding import answer, drive, feed

Respond = Callable[[Request], Response]

#: What the first page is asked for with, and the number that its answer carries.
BASES = [(0, 0), (1, 1), (1, 0), (0, 1)]

#: Contacts in the order of a search, each up to twice and the second time soon after the first.
LISTS = st.lists(st.booleans(), max_size=40).map(
    lambda twice: [number for number, again in enumerate(twice, 1) for _ in range(1 + again)]
)


def serve(ids: Sequence[int], asked_from: int, answered_from: int, *, last: bool = True) -> Respond:
    """A search over contacts with these ids; `last`: whether it says which page is the last one."""

    def respond(request: Request) -> Response:
        body: Any = request.json
        pageable = body["pageable"]
        size, index = pageable["pageSize"], max(pageable.get("page", asked_from) - asked_from, 0)
        content = [{"contactId": each} for each in ids[index * size : (index + 1) * size]]
        page = {"content": content, "number": index + answered_from, "totalElements": 1, "totalPages": 1}
        return answer(page | ({"last": (index + 1) * size >= len(ids)} if last else {}))

    return respond


@pytest.mark.operation("searchContacts")
@pytest.mark.parametrize(("asked_from", "answered_from"), BASES)
@given(ids=LISTS, size=st.integers(1, 7), last=st.booleans())
def test_every_contact_is_found_once_whatever_the_base(
    asked_from: int, answered_from: int, ids: list[int], size: int, last: bool
) -> None:
    """In the order of their first appearance, by `last` or by an empty page, and never by the totals.

    A list in which one comes twice is read twice.
    """
    found, requests = drive(search_contacts(1, {}, size), serve(ids, asked_from, answered_from, last=last))
    assert [each.contactId for each in found] == [*dict.fromkeys(ids)]
    assert len(requests) <= (len(ids) // size + 4) * (1 if len(set(ids)) == len(ids) else 2)


@pytest.mark.operation("searchContacts")
@pytest.mark.parametrize(("asked_from", "answered_from"), BASES)
@given(count=st.integers(0, 40), size=st.integers(1, 7), data=st.data())
def test_a_list_that_shrinks_ends_without_repetitions(
    asked_from: int, answered_from: int, count: int, size: int, data: st.DataObject
) -> None:
    """Contacts that left while it was read may be missing; none comes twice, and none from nowhere."""
    ids = list(range(1, count + 1))

    def respond(request: Request) -> Response:
        response = serve(ids, asked_from, answered_from)(request)
        for _ in range(data.draw(st.integers(0, min(2, len(ids))))):
            ids.pop(data.draw(st.integers(0, len(ids) - 1)))
        return response

    found, _ = drive(search_contacts(1, {}, size), respond)
    numbers = [each.contactId for each in found]
    assert len(set(numbers)) == len(numbers)
    assert set(numbers) <= set(range(1, count + 1))


@pytest.mark.operation("searchContacts")
def test_an_earlier_page_that_is_the_last_ends_the_list() -> None:
    """The list shrank, and the API answers with its last page for any number beyond it."""
    pages = [
        {"content": [{"contactId": 1}, {"contactId": 2}], "number": 0, "last": False},
        {"content": [{"contactId": 2}], "number": 0, "last": True},
    ]
    found, _ = feed(search_contacts(1, {}), [*pages, pages[1]])
    assert [each.contactId for each in found] == [1, 2]


@pytest.mark.operation("searchContacts")
def test_pages_that_overlap_are_read_again() -> None:
    """One was inserted at the front between two pages; each counts once, and whoever asks is told."""
    told: list[bool] = []
    pages = [
        {"content": [{"contactId": 2}, {"contactId": 1}], "number": 0, "last": False},
        {"content": [{"contactId": 1}, {"contactId": 9}], "number": 1, "last": True},
        {"content": [{"contactId": 5}, {"contactId": 2}], "number": 0, "last": False},
        {"content": [{"contactId": 1}, {"contactId": 9}], "number": 1, "last": True},
    ]
    found, _ = feed(search_contacts(1, {}, overlapped=lambda: told.append(True)), pages)
    assert ([each.contactId for each in found], told) == ([2, 1, 9, 5], [True])
    feed(search_contacts(1, {}, overlapped=lambda: told.append(True)), pages[2:])
    assert told == [True]


@pytest.mark.operation("searchContacts")
def test_the_base_is_corrected_once() -> None:
    """A list whose numbers follow no rule is unreadable."""
    pages = [{"content": [{"contactId": 1}], "number": number} for number in (0, 5, 7)]
    with pytest.raises(Unreadable, match="page 1 was wanted and page 7 came, again"):
        feed(search_contacts(1, {}), pages)


@pytest.mark.operation("searchContacts")
def test_a_settled_base_stays() -> None:
    """The same page again and again is no list."""
    pages = [{"content": [{"contactId": number}], "number": min(number, 1)} for number in range(5)]
    with pytest.raises(Unreadable, match="page 2 was wanted and page 1 came"):
        feed(search_contacts(1, {}), pages)


@pytest.mark.operation("searchContacts")
def test_a_list_that_repeats_for_ever_is_an_error() -> None:
    """Its pages count up, and nothing in them is new."""
    pages = [{"content": [{"contactId": 1}], "number": number} for number in range(9)]
    with pytest.raises(Unreadable, match="the last 3 pages hold nothing"):
        feed(search_contacts(1, {}), pages)


@pytest.mark.operation("searchContacts")
def test_a_page_has_to_say_which_it_is() -> None:
    """Unless nothing follows it."""
    assert feed(search_contacts(1, {}), [{"content": [{"contactId": 1}], "last": True}])[0][0].contactId == 1
    with pytest.raises(Unreadable, match="`number`"):
        feed(search_contacts(1, {}), [{"content": [{"contactId": 1}], "last": False}])


@pytest.mark.operation("searchContacts")
def test_an_empty_page_of_a_wrong_guess_is_not_the_end() -> None:
    """Asked from 0 and answered from 1: the first guess skips a page, and finds nothing there."""
    found, _ = drive(search_contacts(1, {}, 1), serve([1, 2], 0, 1, last=False))
    assert [each.contactId for each in found] == [1, 2]


@pytest.mark.operation("listCampaigns")
def test_a_linked_list_without_end_ends() -> None:
    """Each page leads to a new URL, and holds nothing new; a page or two of that may be."""
    page = {"campaigns": [{"id": 1, "name": "a"}]}
    pages = [page | {"next": f"https://x.example/{number}"} for number in range(9)]
    with pytest.raises(Unreadable, match="the last 3 pages hold nothing that earlier ones did not"):
        feed(list_campaigns(), pages)
    news = {"campaigns": [{"id": 2, "name": "b"}], "next": "https://x.example/news"}
    found, _ = feed(list_campaigns(), [*pages[:3], news, pages[3], page | {"next": None}])
    assert [each.id for each in found] == [1, 2]


@pytest.mark.operation("listCampaigns")
def test_an_empty_page_with_a_next_is_not_the_end() -> None:
    """Only `next` says so."""
    pages = [{"campaigns": [], "next": "https://x.example/2"}, {"campaigns": [{"id": 1, "name": "a"}], "next": None}]
    assert [each.id for each in feed(list_campaigns(), pages)[0]] == [1]


@pytest.mark.operation("listCampaigns")
def test_a_part_is_not_taken_for_the_whole() -> None:
    """Without `next` a page is the last one only if all that it counts have come; an empty text is no page's name."""
    page: dict[str, object] = {"campaigns": [{"id": 1, "name": "a"}]}
    assert len(feed(list_campaigns(), [page | {"count": 1}])[0]) == 1
    for broken in (page, page | {"count": 90}, page | {"count": 1, "next": ""}):
        with pytest.raises(Unreadable, match="does not say whether another one follows"):
            feed(list_campaigns(), [broken])


@pytest.mark.operation("listCampaigns")
def test_a_linked_list_that_leads_back_is_an_error() -> None:
    """And not a loop."""
    page = {"campaigns": [{"id": 1, "name": "a"}], "next": "https://x.example/a"}
    with pytest.raises(Unreadable, match="leads back to a page that was read, after 2 pages"):
        feed(list_campaigns(), [page] * 3)
