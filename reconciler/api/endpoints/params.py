"""Query parameters as text, and the checks of what callers give for them."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.errors import InvalidArgument


def given(values: Mapping[str, str | int | bool | None]) -> dict[str, str | int]:
    """The parameters that have a value; true and false as the API writes them."""
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in values.items()
        if value is not None
    }


def check_size(size: int, at_most: int) -> None:
    """InvalidArgument unless a page of the list may hold `size` elements; what more gets is not documented."""
    if type(size) is not int or not 0 < size <= at_most:
        raise InvalidArgument("this is no size of a page; nothing was sent", f"it holds 1 to {at_most}, not {size}")
