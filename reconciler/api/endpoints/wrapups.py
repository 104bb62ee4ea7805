"""The wrap-up codes of the account and their folders (section WRAPUP CODES)."""

from __future__ import annotations

from reconciler.api import decode, paging
from reconciler.api.endpoints.params import given
from reconciler.api.request import Flow, Request
from reconciler.api.shapes import Wrapup, WrapupFolder, WrapupFolderPage, WrapupPage
from reconciler.errors import InvalidArgument, Unreadable

WRAPUPS = "/api/v1/account/wrapups"
#: What "Data structure for wrapup codes" names; contacts know more of them.
STATUSES = ("arguedpositive", "argued", "nonargued", "unreachable", "tocall")


def get_wrapup(wrapup_id: int) -> Flow[Wrapup]:
    """The wrap-up code with this id ("GET Get wrapup by Id"); NotFound when there is none."""
    request = Request("GET", f"{WRAPUPS}/{wrapup_id:d}")
    found = decode.typed(request, (yield request), Wrapup)
    if found.id != wrapup_id:
        raise Unreadable(request.label, f"wrap-up code {found.id} came in its place")
    return found


def list_wrapups(
    *,
    name: str | None = None,
    status: str | None = None,
    is_system: bool | None = None,
    is_hidden: bool | None = None,
    folder_id: int | None = None,
) -> Flow[list[Wrapup]]:
    """Every wrap-up code that the filters leave, each once ("GET Get wrapups": `name` is a part of the name).

    InvalidArgument, with nothing sent, for a `status` that is not documented.
    """
    if status is not None and status not in STATUSES:
        advice = f"write one of {', '.join(STATUSES)}"
        raise InvalidArgument("this is no status of a wrap-up code; nothing was sent", help=advice)
    params = given({
        "name": name, "status": status, "isSystem": is_system, "isHidden": is_hidden, "wrapupFolderId": folder_id,
    })  # fmt: skip
    first = Request("GET", WRAPUPS, params)
    return (yield from paging.linked(first, WrapupPage, lambda page: page.wrapups, lambda each: each.id))


def list_wrapup_folders(
    *, name: str | None = None, is_system: bool | None = None, parent_id: int | None = None
) -> Flow[list[WrapupFolder]]:
    """Every folder that the filters leave, each once ("GET Get wrapups folders": `name` is a part of the name)."""
    params = given({"name": name, "isSystem": is_system, "parentFolderId": parent_id})
    first = Request("GET", f"{WRAPUPS}/folders", params)
    return (yield from paging.linked(first, WrapupFolderPage, lambda page: page.folders, lambda each: each.id))
