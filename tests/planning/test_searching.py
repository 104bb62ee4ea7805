"""What moves while it is read is read again; what still does not hold still is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.api.request import Request
from reconciler.manifests.desired import Rule
from reconciler.planning.queries import Query
from reconciler.planning.searching import READINGS, Searched, regained, searched
from tests.planning.building import contact, rule, sieved
from tests.planning.reader import Told

LOW: dict[str, Any] = {"maxPriority": 1}


def _listing(*orders: list[int], priority: int = 1) -> Callable[[Request], Any]:
    """Searches whose n-th reading holds these contacts, two on a page; the last reading's order stays."""
    readings = iter(orders)
    now: list[list[int]] = [[]]

    def answer(request: Request) -> Any:
        body: Any = request.json
        if "contactIds" in body["query"]:
            found, number, last = body["query"]["contactIds"], 0, True
        else:
            number = body["pageable"].get("page", 0)
            now[0] = next(readings, now[0]) if "page" not in body["pageable"] else now[0]
            found, last = now[0][2 * number : 2 * number + 2], 2 * number + 2 >= len(now[0])
        content = [{"contactId": each, "state": "free", "priority": priority} for each in found]
        return {"content": content, "number": number, "last": last}

    return answer


def _searched(one: Rule, answer: Callable[[Request], Any]) -> tuple[Searched, Told]:
    reader = Told(answer)
    (found,) = searched(reader, [(100, [Query(one, LOW)])], {})
    assert isinstance(found, Searched)
    return found, reader


def test_a_list_that_holds_still_is_read_once() -> None:
    """Three pages, three requests."""
    found, reader = _searched(rule("low", priority=5), _listing([1, 2, 3, 4, 5]))
    assert ([*found.sieves[0].ids], found.restless) == ([1, 2, 3, 4, 5], frozenset())
    assert len(reader.requests) == 3


def test_pages_that_overlap_are_read_again() -> None:
    """The second reading counts, alone: 2 is not there any more, 9 was not seen before."""
    found, _ = _searched(rule("low", priority=5), _listing([1, 2, 2, 3, 4], [1, 3, 4, 9]))
    assert ([*found.sieves[0].ids], found.restless) == ([1, 3, 4, 9], frozenset())


def test_a_list_that_never_holds_still_is_told() -> None:
    """What an earlier reading saw and the last one did not is asked for by its id."""
    found, reader = _searched(rule("low", priority=5), _listing([1, 2, 2, 7], [3, 1, 1, 2], [4, 1, 1, 2, 1, 5]))
    assert (sorted(found.sieves[0].ids), found.restless) == ([1, 2, 3, 4, 5, 7], frozenset({0}))
    assert reader.requests[-1].json["query"] == {**LOW, "contactIds": [3, 7]}  # type: ignore[index]
    assert sum("page" not in each.json["pageable"] for each in reader.requests) == READINGS + 1  # type: ignore[index]


def test_contested_contacts_are_asked_for() -> None:
    """By the filters of the rule whose they may be, and their ids; what that rule's own ids leave out is not."""
    like = {"customFieldConditions": [{"customFieldName": "City", "condition": "like", "value": "P%"}]}
    held = [contact(each, customFields={"City": "Paris"}) for each in (1, 2, 3)]
    for ids, asked in (({}, [2, 3]), ({"contactIds": [3, 8]}, [3])):
        sieves = sieved((rule("like"), like | ids, []), (rule("all", priority=5), {}, held[1:]))
        reader = Told(
            lambda _: {"content": [{"contactId": 3, "state": "free", "priority": 1, "customFields": {}}], "last": True}
        )
        expected = {0: frozenset({3})}
        assert regained(reader, 100, sieves, {}) == expected
        assert [each.json["query"]["contactIds"] for each in reader.requests] == [asked]  # type: ignore[index]
