"""The wrap-up codes of the account (section WRAPUP CODES)."""

from __future__ import annotations

from reconciler.api import paging
from reconciler.api.decode import Wrapup, WrapupPage
from reconciler.api.request import Flow, Request

WRAPUPS = "/api/v1/account/wrapups"


def list_wrapups() -> Flow[list[Wrapup]]:
    """Every wrap-up code, each once ("GET Get wrapups")."""
    pages = yield from paging.linked(Request("GET", WRAPUPS), WrapupPage)
    return list({each.id: each for page in pages for each in page.wrapups}.values())
