"""Pages: the numbers that ask for one, and the v1 lists with their `count` and absolute `next` and `previous`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from reconciler.emulator.call import Call
from reconciler.emulator.errors import bad_request
from reconciler.emulator.json_text import dumps
from reconciler.emulator.options import Options

LARGEST_PAGE = 10**9


def page_of(call: Call, noun: str, documents: Sequence[str], *, default_size: int = 50, max_size: int = 50) -> str:
    """The page of `documents` that `call` asks for, as JSON text; pages count from 1.

    CAMPAIGNS, Get campaigns; WRAPUP CODES, Get wrapups and Get wrapups folders. `count` is that of all pages, and
    numbers that are none count as left out.
    """
    page = min(number(call.parameters, "page") or 1, LARGEST_PAGE)
    size = size_of(number(call.parameters, "pageSize"), default_size, max_size, call.options)
    shown = documents[(page - 1) * size : page * size]
    following = _url(call, page + 1) if page * size < len(documents) else None
    previous = _url(call, page - 1) if page > 1 else None
    return (
        f'{{"count":{len(documents)},"{noun}":[{",".join(shown)}],'
        f'"next":{dumps(following)},"previous":{dumps(previous)}}}'
    )


def size_of(wanted: int | None, default: int, largest: int, options: Options) -> int:
    """How long a page is; a longer one than the largest is cut, or an ApiError 400."""
    if wanted is None or wanted < 1:
        return default
    if wanted > largest and options.long_pages == "refused":
        raise bad_request("error.invalid.parameter", f"A page holds {largest} at most.")
    return min(wanted, largest)


def number(parameters: Mapping[str, str], name: str) -> int | None:
    """A whole-number query parameter; None when it is left out or no such number. Beyond 18 digits it is cut."""
    text = parameters.get(name, "")
    return int(text[:18]) if text.isascii() and text.isdecimal() else None


def flag(parameters: Mapping[str, str], name: str) -> bool | None:
    """A Boolean query parameter; None, so no filter, when it is left out or not a Boolean."""
    return {"true": True, "false": False}.get(parameters.get(name, "").lower())


def _url(call: Call, page: int) -> str:
    return f"{call.base_url}{call.path}?{urlencode({**call.parameters, 'page': page})}"
