"""Searching the contacts of a campaign, page by page, in an order of the account's own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

from reconciler.emulator.call import Call
from reconciler.emulator.campaigns import fetch_campaign
from reconciler.emulator.filters import Scope, where
from reconciler.emulator.json_text import dumps
from reconciler.emulator.options import Options
from reconciler.emulator.paging import LARGEST_PAGE, size_of

DEFAULT_SIZE = 10
LARGEST_SIZE = 500


def search_contacts(call: Call) -> str:
    """CONTACTS V2, POST Search contacts. A body, a part or a number that can't be read counts as left out."""
    campaign = fetch_campaign(call)
    body = call.body if isinstance(call.body, dict) else {}
    index, size = _page(body.get("pageable"), call.options)
    query = body.get("query")
    scope = Scope(campaign["id"], frozenset(campaign["customFields"]), call.options, batch=False)
    found = where(query if isinstance(query, dict) else {}, scope)
    ids = _in_order(call.results.ids(campaign["id"], found), index, call.options)
    shown = call.results.documents(ids[index * size : (index + 1) * size])
    return _answer(list(map(call.shown, shown)), len(ids), index, size, call.options)


def approximate(count: int, size: int) -> int:
    """What `totalElements` says for `count` contacts: right for a single page, too little for more.

    The documentation calls it approximate; a client that pages by it loses contacts here.
    """
    return count if count <= size else count - max(1, count // 32)


def _page(pageable: object, options: Options) -> tuple[int, int]:
    """The page asked for, counted from 0, and its size."""
    given = pageable if isinstance(pageable, dict) else {}
    first = 0 if options.page_base == "zero" else 1
    page, size = given.get("page"), given.get("pageSize")
    index = page - first if type(page) is int else 0
    wanted = size_of(size if type(size) is int else None, DEFAULT_SIZE, LARGEST_SIZE, options)
    return min(max(index, 0), LARGEST_PAGE), wanted


def _in_order(ids: Sequence[int], index: int, options: Options) -> Sequence[int]:
    return Random(index).sample(ids, len(ids)) if options.unstable_order else ids


def _answer(shown: list[str], count: int, index: int, size: int, options: Options) -> str:
    total = approximate(count, size)
    rest = {
        "totalElements": total,
        "totalPages": math.ceil(total / size),
        "last": (index + 1) * size >= count,
        "first": index == 0,
        "number": index + 1 if options.page_base == "one" else index,
        "empty": not shown,
        "numberOfElements": len(shown),
    }
    return f'{{"content":[{",".join(shown)}],{dumps(rest)[1:]}'
