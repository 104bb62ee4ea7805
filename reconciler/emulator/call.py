"""What an endpoint is handed: the request in plain values, the database, the moment and the options."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from reconciler.emulator import instants
from reconciler.emulator.options import Options
from reconciler.emulator.results import Results

#: What becomes of a batch: what its request asks for, nothing at all (FAILED), or only every other contact of it.
Outcome = Literal["real", "fails", "half-fails"]

#: The login that stands in `lastUpdatedBy` after a write through the API.
API_LOGIN = "api"


@dataclass(frozen=True, slots=True)
class Call:
    """One authorised request. `body` is the JSON value sent, None without one."""

    connection: sqlite3.Connection
    results: Results
    options: Options
    now: datetime
    base_url: str
    path: str
    path_values: Mapping[str, str]
    parameters: Mapping[str, str]
    body: object
    batch_outcome: Outcome = "real"

    def number(self, name: str) -> int | None:
        """The path value `name` as an id; None when it can't be one."""
        text = self.path_values[name]
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None

    @property
    def moment(self) -> str:
        """The present moment as the API writes it."""
        return instants.to_text(self.now)
