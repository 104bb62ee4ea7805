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
from typing import IO

from reconciler.errors import LockHeld, ProjectError


@contextmanager
def environment_lock(folder: Path, environment: str, now: datetime) -> Iterator[None]:
    """Holds the lock of `environment` in the store's folder.

    LockHeld, naming the owner, when another run has it; ProjectError when the folder can't be used.
    """
    path = folder / "locks" / f"{environment}.json"
    try:
        file = _locked(path, environment, now)
    except OSError as error:
        advice = "choose another store.url, or correct the folder's permissions; nothing was written"
        raise ProjectError("the store can't be used", f"{path}: {error.strerror}", advice) from None
    with file:
        yield


def _locked(path: Path, environment: str, now: datetime) -> IO[str]:
    """The lock's file, locked until it is closed, with its owner in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.truncate(0)
        owner = {"process": os.getpid(), "host": socket.gethostname(), "since": now.isoformat()}
        file.write(json.dumps(owner))
        file.flush()
    except BaseException as error:
        file.close()
        if isinstance(error, BlockingIOError):
            detail = f"{_owner(path)} is applying to `{environment}`"
            advice = "wait until it has ended, then run again"
            raise LockHeld("another run holds the lock", detail, advice) from None
        raise
    return file


def _owner(path: Path) -> str:
    with suppress(OSError, ValueError, KeyError, TypeError):
        owner = json.loads(path.read_text(encoding="utf-8"))
        return f"process {owner['process']} on {owner['host']} (since {owner['since']})"
    return "another process"
