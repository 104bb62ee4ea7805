"""The v1 lists: a page of objects with `count` and absolute `next` and `previous` URLs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from reconciler.emulator.call import Call
from reconciler.emulator.json_text import dumps

LARGEST_PAGE = 10**9


def page_of(call: Call, noun: str, documents: Sequence[str], *, default_size: int = 50, max_size: int = 50) -> str:
    """The page of `documents` that `call` asks for, as JSON text; pages count from 1.

    CAMPAIGNS, Get campaigns; WRAPUP CODES, Get wrapups and Get wrapups folders. `count` is that of all pages, a
    longer page than the longest is cut, and numbers that are none count as left out.
    """
    page = _positive(call.parameters.get("page"), 1, LARGEST_PAGE)
    size = _positive(call.parameters.get("pageSize"), default_size, max_size)
    shown = documents[(page - 1) * size : page * size]
    following = _url(call, page + 1) if page * size < len(documents) else None
    previous = _url(call, page - 1) if page > 1 else None
    return (
        f'{{"count":{len(documents)},"{noun}":[{",".join(shown)}],'
        f'"next":{dumps(following)},"previous":{dumps(previous)}}}'
    )


def flag(parameters: Mapping[str, str], name: str) -> bool | None:
    """A Boolean query parameter; None, so no filter, when it is left out or not a Boolean."""
    return {"true": True, "false": False}.get(parameters.get(name, "").lower())


def _positive(text: str | None, default: int, largest: int) -> int:
    if text is None or not text.isascii() or not text.isdecimal() or int(text[:20]) == 0:
        return default
    return min(int(text[:20]), largest)


def _url(call: Call, page: int) -> str:
    return f"{call.base_url}{call.path}?{urlencode({**call.parameters, 'page': page})}"
