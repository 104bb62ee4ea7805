"""The campaign list, its pages side by side: the same as one after another, in fewer rounds."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.endpoints.campaigns import list_campaigns
from reconciler.api.reading import all_campaigns
from reconciler.api.request import Request
from reconciler.errors import NotFound, Unreadable
from tests.planning.reader import Told

BASE = "https://api.example/api/v1/voice/campaigns"


def _served(ids: list[int], size: int, *, start: int = 1, step: int = 1, more: str = "") -> Told:
    """A list whose pages are counted from `start` in steps of `step`; `more` stands behind the number."""

    def answer(request: Request) -> Any:
        asked = re.search(r"[?&]page=([0-9]+)", request.next_url)
        place = (int(asked[1]) - start) // step if asked else 0
        held = ids[place * size : (place + 1) * size]
        is_last = (place + 1) * size >= len(ids)
        url = None if is_last else f"{BASE}?pageSize={size}&page={start + (place + 1) * step}{more}"
        campaigns = [{"id": each, "name": f"C{each}"} for each in held]
        return {"count": len(ids), "campaigns": campaigns, "next": url, "previous": None}

    return Told(answer)


@pytest.mark.operation("listCampaigns")
@given(
    count=st.integers(0, 30),
    size=st.integers(1, 7),
    start=st.integers(0, 2),
    step=st.sampled_from([1, 1, 3]),
    more=st.sampled_from(["", "&isArchived=false"]),
)
def test_it_is_the_list_that_is_read_page_by_page(count: int, size: int, start: int, step: int, more: str) -> None:
    """However the pages are counted; in as many requests as there are pages when that is by one."""
    ids = list(range(1, count + 1))
    reader = _served(ids, size, start=start, step=step, more=more)
    assert [each.id for each in all_campaigns(reader)] == ids
    if step == 1:
        assert len(reader.requests) == max(1, -(-count // size))
        assert len({each.next_url for each in reader.requests}) == len(reader.requests)


@pytest.mark.operation("listCampaigns")
def test_a_thousand_campaigns_take_five_requests() -> None:
    """No page more than there is."""
    reader = _served(list(range(1, 1001)), 200)
    assert len(all_campaigns(reader)) == 1000
    assert len(reader.requests) == 5


class _Moving(Told):
    """A list that changes after its first page was read."""

    def __init__(self, before: list[int], after: list[int], size: int) -> None:
        one, two = _served(before, size), _served(after, size)
        super().__init__(lambda request: (one if not self.requests[1:] else two).answer(request))


@pytest.mark.operation("listCampaigns")
@pytest.mark.parametrize("after", [list(range(1, 14)), list(range(1, 3)), [], list(range(3, 9)), [*range(1, 8), 8, 9]])
def test_a_list_that_moves_is_read_one_page_after_another(after: list[int]) -> None:
    """When the pages don't fit together: no campaign is missing that was there all the time."""
    found = [each.id for each in all_campaigns(_Moving(list(range(1, 9)), after, 2))]
    assert len(set(found)) == len(found)
    assert set(found) >= {each for each in range(1, 9) if each in after}


@pytest.mark.operation("listCampaigns")
@pytest.mark.parametrize(
    "following",
    [f"{BASE}?cursor=abc", f"{BASE}?page=two", f"{BASE}?page=2&page=3", f"{BASE}?page=2#x", f"{BASE}?page=99999999999"],
)
def test_a_next_without_a_page_number_is_just_followed(following: str) -> None:
    """As the documentation says: what it looks like is not promised."""
    last = {"count": 2, "campaigns": [{"id": 2, "name": "B"}], "next": None}
    first = {"count": 2, "campaigns": [{"id": 1, "name": "A"}], "next": following}
    reader = Told(lambda request: last if request.next_url else first)
    assert [each.id for each in all_campaigns(reader)] == [1, 2]
    assert {each.next_url for each in reader.requests} == {"", following}


@pytest.mark.operation("listCampaigns")
@pytest.mark.parametrize("count", [None, 0, 10**9])
def test_a_count_that_can_not_be_is_not_believed(count: int | None) -> None:
    """It never makes for more requests than there are pages."""
    following = f"{BASE}?page=2"
    last = {"count": count, "campaigns": [{"id": 2, "name": "B"}], "next": None}
    first = {"count": count, "campaigns": [{"id": 1, "name": "A"}], "next": following}
    reader = Told(lambda request: last if request.next_url else first)
    assert [each.id for each in all_campaigns(reader)] == [1, 2]
    assert len(reader.requests) <= 4


@pytest.mark.operation("listCampaigns")
def test_a_page_that_fails_is_an_error() -> None:
    """And no part is taken for the whole."""

    def answer(request: Request) -> Any:
        if "page=3" in request.next_url:
            raise NotFound("GET /api/v1/voice/campaigns", "it is gone")
        return _served(list(range(1, 9)), 2).answer(request)

    with pytest.raises(NotFound):
        all_campaigns(Told(answer))


@pytest.mark.operation("listCampaigns")
def test_a_first_page_that_does_not_say_whether_there_are_more() -> None:
    """It is not taken for all of them, as when it is read page by page."""
    page = {"count": 3, "campaigns": [{"id": 1, "name": "A"}]}
    for read in (all_campaigns, lambda reader: reader.run(list_campaigns())):
        with pytest.raises(Unreadable):
            read(Told(lambda request: page))


@pytest.mark.operation("listCampaigns")
def test_a_campaign_that_slides_to_a_page_before_is_not_lost() -> None:
    """One is deleted after the first page was read: the counts tell, and the list is read again."""
    before, after = list(range(1, 9)), list(range(2, 9))
    found = [each.id for each in all_campaigns(_MovingOnce(before, after, 2))]
    assert set(found) >= set(after)


class _MovingOnce(Told):
    """A list that changes once, after its first page was read."""

    def __init__(self, before: list[int], after: list[int], size: int) -> None:
        one, two = _served(before, size), _served(after, size)
        super().__init__(lambda request: (two if len(self.requests) > 1 else one).answer(request))
