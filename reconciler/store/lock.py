"""The lock of an environment: one apply at a time. The system releases it when its process ends, however it ends."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from reconciler.errors import LockHeld


@contextmanager
def environment_lock(folder: Path, environment: str, now: datetime) -> Iterator[None]:
    """Holds the lock of `environment` in the store's folder; LockHeld, naming the owner, when another run has it."""
    path = folder / "locks" / f"{environment}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise LockHeld(
                "another run holds the lock",
                f"{_owner(path)} is applying to `{environment}`",
                "wait until it has ended, then run again",
            ) from None
        file.truncate(0)
        owner = {"process": os.getpid(), "host": socket.gethostname(), "since": now.isoformat()}
        file.write(json.dumps(owner))
        file.flush()
        yield


def _owner(path: Path) -> str:
    with suppress(OSError, ValueError, KeyError, TypeError):
        owner = json.loads(path.read_text(encoding="utf-8"))
        return f"process {owner['process']} on {owner['host']} (since {owner['since']})"
    return "another process"
