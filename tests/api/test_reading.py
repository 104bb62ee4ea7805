"""Pages side by side: the same contacts as one after another, whatever the base, and no more requests than needed."""

from __future__ import annotations

import json
import threading
from types import ModuleType
from typing import Any

import pytest

from reconciler.api.client import Client
from reconciler.api.endpoints.searches import Search, search_contacts
from reconciler.api.reading import Reading, contact_pages, read_each
from reconciler.errors import Unreadable, UnsafeQuery

from .feeding import drive
from .test_paging import BASES, Respond, serve

pytestmark = pytest.mark.operation("searchContacts")


def client_of(library: ModuleType, respond: Respond, parallelism: int = 4) -> Client:
    """A client whose searches `respond` answers."""

    def handle(request: Any) -> Any:
        body = json.loads(request.content)
        search = Search(1, body["query"], body["pageable"]["pageSize"])
        ours = next(search.page(body["pageable"].get("page")))
        return library.Response(200, content=respond(ours).body)

    transport = library.MockTransport(handle)
    return Client("https://api.example", "t", writable=False, transport=transport, parallelism=parallelism)


@pytest.mark.parametrize(("asked_from", "answered_from"), BASES)
@pytest.mark.parametrize("count", [0, 1, 5, 6, 10, 11, 57])
@pytest.mark.parametrize("last", [True, False])
def test_side_by_side_is_the_same(
    library: ModuleType, asked_from: int, answered_from: int, count: int, last: bool
) -> None:
    """As one after another, with at most a pool's pages more."""
    respond = serve(range(1, count + 1), asked_from, answered_from, last=last)
    expected, requests = drive(search_contacts(1, {}, 5), respond)
    with client_of(library, respond) as client:
        found = [each for page in contact_pages(client, Search(1, {}, 5)) for each in page]
        assert [each.contactId for each in found] == [each.contactId for each in expected] == list(range(1, count + 1))
        assert client.requests <= len(requests) + 4


def test_a_page_out_of_turn_is_an_error(library: ModuleType) -> None:
    """Once the base is known it stays."""

    def respond(request: Any) -> Any:
        asked = request.json["pageable"].get("page", 0)
        return serve([*range(1, 100)], 0, 0 if asked < 4 else 1)(request)

    with client_of(library, respond) as client, pytest.raises(Unreadable, match="page 4 was wanted and page 5 came"):
        list(contact_pages(client, Search(1, {}, 5)))


def test_a_list_that_repeats_itself_is_an_error(library: ModuleType) -> None:
    """Side by side too."""
    respond = serve([1] * 100, 0, 0, last=False)
    with client_of(library, respond) as client, pytest.raises(Unreadable, match="hold nothing"):
        list(contact_pages(client, Search(1, {}, 5)))


@pytest.mark.parametrize("beyond", ["empty", "last page again", 400, 404])
def test_pages_read_ahead_of_the_end_do_no_harm(library: ModuleType, beyond: Any) -> None:
    """They are empty, the last page again, or refused: what comes after the end is not looked at."""

    def handle(request: Any) -> Any:
        asked = json.loads(request.content)["pageable"].get("page", 0)
        if asked > 4 and isinstance(beyond, int):
            return library.Response(beyond, json={"error": "error.some.thing"})
        number = min(asked, 4)
        content = [] if asked > 4 and beyond == "empty" else [{"contactId": number + 1}]
        return library.Response(200, json={"content": content, "number": number, "last": asked >= 4})

    with Client("https://api.example", "t", writable=False, transport=library.MockTransport(handle)) as client:
        found = [each.contactId for page in contact_pages(client, Search(1, {}, 1)) for each in page]
    assert found == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("asked_from", "answered_from"), BASES)
@pytest.mark.parametrize("last", [True, False])
def test_a_list_that_shrinks_while_it_is_read_ahead_ends(
    library: ModuleType, asked_from: int, answered_from: int, last: bool
) -> None:
    """Contacts may be missing; none comes twice, and there is an end."""
    ids, lock = list(range(1, 101)), threading.Lock()

    def respond(request: Any) -> Any:
        with lock:
            response = serve(list(ids), asked_from, answered_from, last=last)(request)
            del ids[:3]
        return response

    with client_of(library, respond) as client:
        found = [each.contactId for page in contact_pages(client, Search(1, {}, 5)) for each in page]
        assert client.requests < 40
    assert len(set(found)) == len(found) > 0


def test_nothing_unsafe_is_searched() -> None:
    """S2: the search itself can't be made."""
    with pytest.raises(UnsafeQuery):
        Search(1, {"purgeDateBefore": "2026-01-31T15:00:00Z"})


@pytest.mark.parametrize(("asked_from", "answered_from"), BASES)
@pytest.mark.parametrize("counts", [(0, 1, 57), (5, 6, 10, 11), (103,)])
def test_several_searches_are_read_to_their_ends(
    library: ModuleType, asked_from: int, answered_from: int, counts: tuple[int, ...]
) -> None:
    """Each takes its own contacts, each once and in order, with at most a pool's pages more for each."""
    lists = {count: serve(range(1, count + 1), asked_from, answered_from) for count in counts}

    def respond(request: Any) -> Any:
        return lists[request.json["query"]["maxTries"]](request)

    taken: dict[int, list[int]] = {count: [] for count in counts}

    def reading(count: int) -> Reading:
        return Reading(
            Search(1, {"maxTries": count}, 5), lambda page: taken[count].extend(each.contactId for each in page)
        )

    readings = [reading(count) for count in counts]
    with client_of(library, respond) as client:
        assert read_each(client, readings) == [None] * len(counts)
        assert client.requests <= sum(count // 5 + 1 + 2 + 4 for count in counts)
    assert taken == {count: [*range(1, count + 1)] for count in counts}
    assert not any(each.overlap for each in readings)


def test_a_search_that_fails_keeps_no_other_from_its_end(library: ModuleType) -> None:
    """Its error is in its place, also when it comes after many pages."""

    def respond(request: Any) -> Any:
        broken = request.json["query"]["maxTries"] == 1
        asked = request.json["pageable"].get("page", 0)
        return serve([*range(1, 100)], 0, 0 if asked < 4 or not broken else 1)(request)

    taken: list[int] = []
    broken = Reading(Search(1, {"maxTries": 1}, 5), lambda _: None)
    whole = Reading(Search(1, {"maxTries": 2}, 5), lambda page: taken.extend(each.contactId for each in page))
    with client_of(library, respond) as client:
        first, second = read_each(client, [broken, whole])
    assert isinstance(first, Unreadable)
    assert (second, taken) == (None, [*range(1, 100)])


def test_pages_that_overlap_are_noticed(library: ModuleType) -> None:
    """What came twice is taken once."""
    taken: list[int] = []
    reading = Reading(Search(1, {}, 5), lambda page: taken.extend(each.contactId for each in page))
    with client_of(library, serve([*range(1, 30), 3], 0, 0)) as client:
        read_each(client, [reading])
    assert (reading.overlap, taken) == (True, [*range(1, 30)])
