"""One language server for all tests of a module."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.editor.installing import NotInstalled, language_server
from tests.editor.language_server import LanguageServer


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    """A running server. Without a network it may be missing on somebody's machine, and never in CI."""
    with LanguageServer(command()) as running:
        yield running


def command() -> list[str]:
    """The command line that starts the server; a skip, or in CI a failure, when there is none."""
    try:
        return language_server()
    except NotInstalled as error:
        if "CI" in os.environ:
            raise
        pytest.skip(f"the YAML language server can't be installed: {error}")
