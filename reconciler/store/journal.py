"""The journal of a run: every write is noted before it is sent and after it ended. No personal data, no token."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from reconciler.store.folder import Folder


def new_run_id(now: datetime) -> str:
    """An id that sorts by time: ``20261123T131500Z-3fa9c1``."""
    return f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


class FolderJournal:
    """The events of one run, an object each, in the order in which they happened. May be used from several threads."""

    def __init__(self, folder: Folder, run_id: str, clock: Callable[[], datetime]) -> None:
        self.run_id = run_id
        self._folder, self._clock = folder, clock
        self._lock = threading.Lock()
        self._count = 0

    def note(self, event: str, content: Mapping[str, Any]) -> None:
        """Writes one event down; it is on disk when this returns."""
        with self._lock:
            self._count += 1
            name = f"runs/{self.run_id}/{self._count:06d}-{event}.json"
            entry = {"run": self.run_id, "event": event, "at": self._clock().isoformat(), **content}
            self._folder.create(name, (json.dumps(entry) + "\n").encode("ascii"))
