"""The emulator over a small account, in a new file each time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from reconciler.emulator import load_account, open_emulator

from .scenarios import MOMENT

Emulate = Callable[[Mapping[str, Any]], TestClient]


@pytest.fixture
def emulate(tmp_path: Path) -> Emulate:
    """A function from seed data to a client, at a moment that stands still."""
    numbers = count()

    def start(data: Mapping[str, Any]) -> TestClient:
        database = tmp_path / f"{next(numbers)}.db"
        application = open_emulator(database, seed=load_account(data), clock=lambda: MOMENT)
        return TestClient(application, base_url="http://emulator", headers={"Private-Token": "any"})

    return start
