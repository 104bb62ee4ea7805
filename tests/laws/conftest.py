"""What the laws share: a folder of its own for the account of each example."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty folder for each example."""
    return iter(lambda: tmp_path_factory.mktemp("law"), None)
