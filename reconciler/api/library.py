"""Which HTTP library is used, and how it is imported in little time."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any, cast

from reconciler.errors import ProjectError

LIBRARIES = ("httpx", "httpx2")


def http_library() -> ModuleType:
    """httpx, or httpx2 where httpx is missing or RECONCILER_HTTP_CLIENT asks for it; ProjectError without either."""
    asked = os.environ.get("RECONCILER_HTTP_CLIENT", "")
    for name in (asked,) if asked in LIBRARIES else LIBRARIES:
        with _without_its_commands(name), suppress(ModuleNotFoundError):
            return importlib.import_module(name)
    raise ProjectError("no HTTP client is installed", help="pip install httpx")


@contextmanager
def _without_its_commands(library: str) -> Iterator[None]:
    """Keeps the library from importing its command line, as where it is installed without: that takes longer than all
    the rest of it, and nobody here calls it.
    """
    commands = f"{library}._main"
    modules = cast(dict[str, Any], sys.modules)
    modules.setdefault(commands, None)  # the way to say that an import is to fail
    try:
        yield
    finally:
        if modules[commands] is None:
            del modules[commands]
