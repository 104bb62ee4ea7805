"""Wrap-up codes and their folders."""

from __future__ import annotations

import pytest

from .accounts import account
from .conftest import Emulate

WRAPUPS = "/api/v1/account/wrapups"


@pytest.mark.operation("listWrapups")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [4560, 4561, 4562]),
        ("name=rép", [4562]),
        ("status=tocall", [4560]),
        ("isSystem=true", [4562]),
        ("isHidden=true", [4561]),
        ("isHidden=false", [4560, 4562]),
        ("wrapupFolderId=71", [4560, 4561]),
        ("unpinAfter=90000", [4560, 4561, 4562]),
        ("folder=71", [4560, 4561, 4562]),
    ],
)
def test_wrapups_are_filtered(emulate: Emulate, query: str, expected: list[int]) -> None:
    """The documented filters filter; one that is still to come does nothing yet."""
    answer = emulate().get(f"{WRAPUPS}?{query}").json()
    assert [item["id"] for item in answer["wrapups"]] == expected


@pytest.mark.operation("listWrapupFolders")
@pytest.mark.parametrize(
    ("query", "expected"),
    [("", [70, 71, 73]), ("name=CLÔ", [71]), ("isSystem=true", [73]), ("parentFolderId=70", [71])],
)
def test_folders_are_filtered(emulate: Emulate, query: str, expected: list[int]) -> None:
    """Folders by name, by origin and by parent."""
    answer = emulate().get(f"{WRAPUPS}/folders?{query}").json()
    assert [item["id"] for item in answer["folders"]] == expected
    assert (answer["count"], answer["next"]) == (len(expected), None)


@pytest.mark.operation("listWrapupFolders")
@pytest.mark.parametrize("query", ["page=first", "parentFolderId=seventy", "page=-1"])
def test_folders_refuse_what_is_no_number(emulate: Emulate, query: str) -> None:
    """The documentation has a 400 for this list alone."""
    assert emulate().get(f"{WRAPUPS}/folders?{query}").status_code == 400


@pytest.mark.operation("listWrapups")
def test_wrapups_come_fifty_a_page(emulate: Emulate) -> None:
    """A page holds 50, whatever page size is asked for."""
    data = account()
    data["wrapups"] = [{"id": number, "name": "x", "status": "tocall"} for number in range(1, 61)]
    client = emulate(data)
    first = client.get(f"{WRAPUPS}?pageSize=200").json()
    second = client.get(first["next"]).json()
    assert [len(page["wrapups"]) for page in (first, second)] == [50, 10]
    assert second["next"] is None


@pytest.mark.operation("getWrapup")
def test_one_wrapup(emulate: Emulate) -> None:
    """Get shows the code in full; an unknown one is a 404."""
    client = emulate()
    assert client.get(f"{WRAPUPS}/4560").json()["unpinAfter"] == 90000
    for unknown in ("1", "x"):
        answer = client.get(f"{WRAPUPS}/{unknown}")
        assert (answer.status_code, answer.json()["error"]) == (404, "error.wrapup.not.exists")
