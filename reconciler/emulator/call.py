"""What an endpoint is handed: the request in plain values, the database, the moment and the options."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from reconciler.emulator import fields, instants
from reconciler.emulator.json_text import dumps
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

    def taken(self, body: object, readers: Mapping[str, fields.Reader]) -> fields.JsonObject:
        """The fields of `body` that `readers` knows, read; ApiError 400 for a wrong one."""
        return fields.taken(body, readers, strict=self.options.unknown_fields == "refused")

    def shown(self, document: str) -> str:
        """A contact's JSON text as this account shows it."""
        if self.options.unset_fields == "null":
            return document
        return dumps({name: value for name, value in json.loads(document).items() if value is not None})

    @property
    def moment(self) -> str:
        """The present moment as the API writes it."""
        return instants.to_text(self.now)
