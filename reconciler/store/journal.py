"""The journal of a run: every write is noted before it is sent and after it ended. No personal data, no token."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from reconciler.store.lock import Lock
from reconciler.store.objects import Objects, store_fault

#: After this event is noted, its write is sent.
SENDING = "sending"


def new_run_id(now: datetime) -> str:
    """An id that sorts by time: ``20261123T131500Z-3fa9c1``."""
    return f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


class Journal:
    """The events of one run, an object each, in the order in which they happened. May be used from several threads.

    With a `lock` nothing is noted as being sent once that is lost.
    """

    def __init__(self, objects: Objects, run_id: str, clock: Callable[[], datetime], lock: Lock | None = None) -> None:
        self.run_id = run_id
        self._objects, self._clock, self._held_by = objects, clock, lock
        self._order = threading.Lock()
        self._count = 0

    def note(self, event: str, content: Mapping[str, Any]) -> None:
        """Writes one event down; it is durable when this returns.

        StoreFault when it can't be written, and when what is about to be sent must not be: the lock is lost.
        """
        with self._order:  # numbers and times alone: the writes themselves may go side by side
            self._count += 1
            name = f"runs/{self.run_id}/events/{self._count:06d}-{event}.json"
            entry = {"formatVersion": 1, "run": self.run_id, "event": event, "at": self._clock().isoformat(), **content}
        self._objects.create(name, (json.dumps(entry) + "\n").encode("ascii"))
        if event == SENDING:
            self.check_lock()

    def check_lock(self) -> None:
        """StoreFault when the run's lock is lost: nothing more may be sent."""
        if self._held_by is not None and (lost := self._held_by.lost):
            advice = "see what the other run did, if there is one; then plan again"
            raise store_fault("lock-lost", "the lock is lost", lost, advice)
