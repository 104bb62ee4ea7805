"""A small account for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.applying.faults import small_world
from tests.applying.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A campaign with a field to add, settings, six contacts and an unpause to come; and another one."""
    return small_world(tmp_path)
