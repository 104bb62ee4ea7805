"""An emulator over a small account, with a clock that only moves when it is told to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from reconciler.emulator import Options, load_account, open_emulator

from .accounts import account

Emulate = Callable[..., TestClient]


class Clock:
    """A clock that stands still at `now`."""

    def __init__(self) -> None:
        self.now = datetime(2026, 2, 3, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The moment at which it stands."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    """Half past nine, until it is advanced."""
    return Clock()


@pytest.fixture
def emulate(tmp_path: Path, clock: Clock) -> Emulate:
    """A function from seed data and options to a client; the file stays the same within a test."""

    def start(data: dict[str, Any] | None = None, **options: Any) -> TestClient:
        app = open_emulator(
            tmp_path / "emulator.db",
            options=Options(**options),
            seed=load_account(data if data is not None else account()),
            clock=clock,
        )
        return TestClient(app, base_url="http://emulator", headers={"Private-Token": "secret"})

    return start
