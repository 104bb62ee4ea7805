"""The searches by phone and by date: what they find, and how their pages lead on."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from .accounts import account, campaign, contact
from .conftest import Emulate

BY_PHONE = "/api/v2/voice/campaigns/contacts/search/by-phone"
BY_DATE = "/api/v2/voice/campaigns/100/contacts/search/by-date"
MOMENT = "2026-01-01T10:00:%02dZ"
PEOPLE = account(
    contact(1, id=700, lastUpdatedAt=MOMENT % 30),
    contact(2, id=300, lastUpdatedAt=MOMENT % 10),
    contact(3, id=500, lastUpdatedAt=MOMENT % 20),
    contact(1, id=400, campaignId=200, lastUpdatedAt=MOMENT % 20),
    campaigns=[campaign(), campaign(200)],
)
MANY = account(*(contact(number, id=5000 - number, lastUpdatedAt=MOMENT % (number % 3)) for number in range(1, 1203)))


def ids(answer: dict[str, Any]) -> list[int]:
    """The system ids of a page, whose `count` is right."""
    assert answer["count"] == len(answer["contacts"])
    return [item["id"] for item in answer["contacts"]]


def walk(client: TestClient, method: str, address: str, body: object = None) -> list[list[int]]:
    """The system ids of all pages, by their `next` URLs."""
    pages = []
    following: str | None = address
    while following:
        answer = client.request(method, following, json=body)
        assert answer.status_code == 200
        pages.append(ids(answer.json()))
        assert len(pages) < 50
        following = answer.json()["next"]
        assert following is None or following.startswith(f"http://emulator{address.split('?')[0]}?")
    return pages


@pytest.mark.operation("searchByPhone")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"phones": ["33199000001"]}, [400, 700]),
        ({"phones": ["33199000001", "33199000002"]}, [300, 400, 700]),
        ({"phones": ["33199000001"], "campaignIds": [100]}, [700]),
        ({"phones": ["33199000001"], "campaignIds": [100, 200]}, [400, 700]),
        ({"phones": ["33199000001"], "campaignIds": None}, [400, 700]),
        ({"phones": ["33199000001"], "campaignIds": []}, [400, 700]),
        ({"phones": ["33199000001"], "campaignIds": "100"}, [400, 700]),
        ({"phones": ["+33199000001"]}, []),
        ({"phones": ["Name1"]}, []),
        ({"campaignIds": [200]}, [400]),
        ({}, [300, 400, 500, 700]),
        ({"phones": None}, [300, 400, 500, 700]),
        ({"phones": []}, [300, 400, 500, 700]),
        ({"phones": [5]}, [300, 400, 500, 700]),
        ({"phone": ["33199000001"]}, [300, 400, 500, 700]),
        ([], [300, 400, 500, 700]),
    ],
)
def test_by_phone(emulate: Emulate, body: object, expected: list[int]) -> None:
    """Contacts of all campaigns, or of those named, in the order of system ids; without phones all of them."""
    answer = emulate(PEOPLE).post(BY_PHONE, json=body).json()
    assert (ids(answer), answer["next"]) == (expected, None)


@pytest.mark.operation("searchByPhone")
def test_by_phone_in_an_unknown_campaign(emulate: Emulate) -> None:
    """A campaign that is not there is a 404."""
    answer = emulate(PEOPLE).post(BY_PHONE, json={"campaignIds": [100, 999]})
    assert (answer.status_code, answer.json()["error"]) == (404, "error.campaign.not.exists")


@pytest.mark.operation("searchByPhone")
@pytest.mark.parametrize(
    ("query", "size"), [("", 10), ("?limit=3", 3), ("?limit=100", 100), ("?limit=101", 100), ("?limit=x", 10)]
)
def test_by_phone_page_sizes(emulate: Emulate, query: str, size: int) -> None:
    """A page holds a hundred at most."""
    assert emulate(MANY).post(BY_PHONE + query, json={}).json()["count"] == size


@pytest.mark.operation("searchByPhone")
def test_by_phone_pages(emulate: Emulate) -> None:
    """`next` leads through all contacts once, from one system id on, and keeps the limit."""
    client = emulate(MANY)
    pages = walk(client, "POST", f"{BY_PHONE}?limit=100", {})
    assert [len(page) for page in pages] == [100] * 12 + [2]
    assert [number for page in pages for number in page] == list(range(3798, 5000))
    following = client.post(f"{BY_PHONE}?limit=7", json={}).json()["next"]
    assert parse_qs(urlsplit(following).query) == {"fromId": ["3805"], "limit": ["7"]}


@pytest.mark.operation("searchByPhone")
@pytest.mark.parametrize(("start", "expected"), [("400", [400, 500, 700]), ("401", [500, 700]), ("-1", None)])
def test_by_phone_from_an_id(emulate: Emulate, start: str, expected: list[int] | None) -> None:
    """`fromId` is the first system id that is shown; what is no number counts as left out."""
    answer = emulate(PEOPLE).post(f"{BY_PHONE}?fromId={start}", json={}).json()
    assert ids(answer) == (expected or [300, 400, 500, 700])


@pytest.mark.operation("searchByPhone")
def test_by_phone_follows_changes(emulate: Emulate) -> None:
    """A phone that a contact no longer has does not find it, its new one does."""
    client = emulate(PEOPLE)
    client.put("/api/v2/voice/campaigns/100/contacts/1", json={"customFields": {"Telephone_1": "33639980001"}})
    assert ids(client.post(BY_PHONE, json={"phones": ["33199000001"]}).json()) == [400]
    assert ids(client.post(BY_PHONE, json={"phones": ["33639980001"]}).json()) == [700]


@pytest.mark.operation("searchByDate")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"fromDate={MOMENT % 0}", [300, 500, 700]),
        (f"fromDate={MOMENT % 20}", [500, 700]),
        (f"fromDate={MOMENT % 21}", [700]),
        (f"fromDate={MOMENT % 0}&toDate={MOMENT % 20}", [300, 500]),
        (f"fromDate={MOMENT % 0}&toDate={MOMENT % 19}", [300]),
        ("fromDate=2026-01-01T12:00:20%2B02:00", [500, 700]),
        (f"fromDate={MOMENT % 20}&fromId=501", [700]),
        (f"fromDate={MOMENT % 20}&fromId=500", [500, 700]),
        (f"fromDate={MOMENT % 0}&dateField=lastUpdatedAt", [300, 500, 700]),
        (f"fromDate={MOMENT % 0}&fromId=x&limit=-1", [300, 500, 700]),
    ],
)
def test_by_date(emulate: Emulate, query: str, expected: list[int]) -> None:
    """The campaign's contacts that changed from a moment on, up to another, in the order of that date."""
    answer = emulate(PEOPLE).get(f"{BY_DATE}?{query}").json()
    assert (ids(answer), answer["next"]) == (expected, None)


@pytest.mark.operation("searchByDate")
@pytest.mark.parametrize("query", ["", "fromDate=", "fromDate=soon", f"toDate={MOMENT % 0}", "fromDate=5&fromId=1"])
def test_by_date_needs_its_date(emulate: Emulate, query: str) -> None:
    """Without a date to start from it is a 400, and so it is with one that is none."""
    assert emulate(PEOPLE).get(f"{BY_DATE}?{query}").status_code == 400


@pytest.mark.operation("searchByDate")
@pytest.mark.parametrize(("query", "size"), [("", 500), ("&limit=3", 3), ("&limit=501", 500), ("&limit=x", 500)])
def test_by_date_page_sizes(emulate: Emulate, query: str, size: int) -> None:
    """A page holds 500, and no more."""
    assert emulate(MANY).get(f"{BY_DATE}?fromDate={MOMENT % 0}{query}").json()["count"] == size


@pytest.mark.operation("searchByDate")
def test_by_date_pages(emulate: Emulate) -> None:
    """`next` leads through contacts of one moment too, each once, in order, and keeps limit and period."""
    client = emulate(MANY)
    pages = walk(client, "GET", f"{BY_DATE}?fromDate={MOMENT % 0}&toDate={MOMENT % 1}&limit=90")
    found = [number for page in pages for number in page]
    expected = sorted((number for number in range(3798, 5000) if (5000 - number) % 3 < 2),
                      key=lambda number: ((5000 - number) % 3, number))  # fmt: skip
    assert found == expected
    following = client.get(f"{BY_DATE}?fromDate=2020-01-01T00:00:00Z&toDate={MOMENT % 1}&limit=90").json()["next"]
    query = parse_qs(urlsplit(following).query)
    assert query == {
        "fromId": [str(expected[90])], "limit": ["90"], "fromDate": [MOMENT % 0], "toDate": [MOMENT % 1],
    }  # fmt: skip


@pytest.mark.operation("searchByDate")
def test_public_url(emulate: Emulate) -> None:
    """The URLs of pages start with the public one when there is one."""
    client = emulate(PEOPLE, public_url="https://public.example/")
    following = client.get(f"{BY_DATE}?fromDate={MOMENT % 0}&limit=1").json()["next"]
    assert following.startswith(f"https://public.example{BY_DATE}?")
