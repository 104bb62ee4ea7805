"""The table of foreign errors is complete: for httpx and for httpx2."""

from __future__ import annotations

from types import ModuleType

import pytest

from reconciler.api.faults import FAULTS, translated
from reconciler.errors import ConnectionLost, Unreachable

from .scripted import READ


def errors_of(library: ModuleType) -> set[type[Exception]]:
    """Every exception class that the library exports; warnings are none."""
    exported = [getattr(library, name) for name in library.__all__]
    return {
        each
        for each in exported
        if isinstance(each, type) and issubclass(each, Exception) and not issubclass(each, Warning)
    }


def test_every_error_of_the_library_is_ours(library: ModuleType) -> None:
    """So none can end in a traceback; and the table holds no name that does not exist."""
    found = errors_of(library)
    assert len(found) > 25
    for kind in found:
        assert translated(kind.__new__(kind), READ, "https://h"), kind
    assert set(FAULTS) <= {each.__name__ for each in found}


def test_an_error_before_sending_is_told_from_one_after(library: ModuleType) -> None:
    """A write may be repeated after the first and not after the second: all that is not known to be first is second."""
    before = {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol", "InvalidURL"}
    for kind in errors_of(library):
        ours = translated(kind.__new__(kind), READ, "https://h")
        assert (type(ours) is Unreachable) == (kind.__name__ in before), kind
        if issubclass(kind, library.TransportError) and kind.__name__ not in before:
            assert type(ours) is ConnectionLost, kind


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), OSError("x")])
def test_other_errors_stay_what_they_are(error: Exception) -> None:
    """A bug is not an API error."""
    assert translated(error, READ, "https://h") is None
