"""Wrap-up codes and their folders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.api.endpoints import wrapups
from reconciler.api.request import Flow
from reconciler.errors import InvalidArgument, Unreadable

from .feeding import feed


@pytest.mark.operation("listWrapups")
def test_wrapups_are_listed() -> None:
    """All pages, each code once."""
    code = {"id": 1, "name": "RDV", "status": "argued", "wrapupPath": "A/B", "isSystem": False}
    found, requests = feed(
        wrapups.list_wrapups(),
        [{"wrapups": [code], "next": "https://x.example/a"}, {"wrapups": [code, {"id": 2, "name": "b"}], "next": None}],
    )
    assert [(each.id, each.wrapupPath, each.status) for each in found] == [(1, "A/B", "argued"), (2, None, None)]
    assert requests[0].label == "GET /api/v1/account/wrapups"


@pytest.mark.operation("listWrapups")
def test_wrapups_are_filtered_by_the_api() -> None:
    """Every documented filter; false is a value too."""
    flow = wrapups.list_wrapups(name="RDV", status="tocall", is_system=False, is_hidden=True, folder_id=7)
    _, requests = feed(flow, [{"wrapups": [], "next": None}])
    assert requests[0].params == {
        "name": "RDV", "status": "tocall", "isSystem": "false", "isHidden": "true", "wrapupFolderId": 7,
    }  # fmt: skip


@pytest.mark.operation("listWrapups")
@pytest.mark.parametrize("status", ["canceled", "new_contact", "", "ToCall"])
def test_a_status_is_one_of_a_wrapup(status: str) -> None:
    """Contacts know more of them than codes have."""
    with pytest.raises(InvalidArgument, match="no status of a wrap-up code"):
        feed(wrapups.list_wrapups(status=status), [])


@pytest.mark.operation("getWrapup")
def test_a_wrapup_is_read() -> None:
    """With all its fields; another one in its place is an error."""
    shown = {
        "id": 3945, "name": "RDV", "status": "tocall", "wrapupPath": "A/B", "isSystem": False, "isHidden": True,
        "unpinAfter": 90000, "createdAt": "2022-11-01T16:52:54Z", "createdBy": "admin1",
        "lastUpdatedAt": "2022-11-01T16:52:54Z", "lastUpdatedBy": "admin1", "wrapupFolderId": 12, "future": 1,
    }  # fmt: skip
    found, requests = feed(wrapups.get_wrapup(3945), [shown])
    assert {name: getattr(found, name) for name in found.__struct_fields__} | {"future": 1} == shown
    assert requests[0].label == "GET /api/v1/account/wrapups/3945"
    with pytest.raises(Unreadable, match="wrap-up code 3945 came in its place"):
        feed(wrapups.get_wrapup(5), [shown])


@pytest.mark.operation("listWrapupFolders")
def test_folders_are_listed() -> None:
    """All pages, each folder once."""
    folder = {
        "id": 12, "level": 1, "locked": False, "name": "Paris", "order": 2, "parentFolderId": 3, "system": False,
        "folderPath": "Outbound/Paris", "createdBy": "a", "createdAt": "2022-11-01T16:52:54Z", "lastUpdatedBy": "b",
        "lastUpdatedAt": "2022-11-01T16:52:54Z",
    }  # fmt: skip
    found, requests = feed(
        wrapups.list_wrapup_folders(name="Par", is_system=False, parent_id=3),
        [
            {"folders": [folder], "next": "https://x.example/a"},
            {"folders": [folder, {"id": 13, "name": "Lyon"}], "next": None},
        ],
    )
    assert {name: getattr(found[0], name) for name in found[0].__struct_fields__} == folder
    assert [(each.id, each.parentFolderId) for each in found] == [(12, 3), (13, None)]
    assert (requests[0].label, requests[0].params) == (
        "GET /api/v1/account/wrapups/folders",
        {"name": "Par", "isSystem": "false", "parentFolderId": 3},
    )


@pytest.mark.operation("listWrapups", "listWrapupFolders")
@pytest.mark.parametrize(("key", "flow"), [("wrapups", wrapups.list_wrapups), ("folders", wrapups.list_wrapup_folders)])
def test_lists_without_end_end(key: str, flow: Callable[[], Flow[Any]]) -> None:
    """Each page leads to a new URL and holds the same again."""
    pages = [{key: [{"id": 1, "name": "a"}], "next": f"https://x.example/{number}"} for number in range(9)]
    with pytest.raises(Unreadable, match="the last 3 pages hold nothing"):
        feed(flow(), pages)
