"""The exit codes (contract: they mean the same whatever the format)."""

from __future__ import annotations

from enum import IntEnum

from reconciler.errors import LimitExceeded, LockHeld, ReconcilerError, SavedPlanRefused


class Exit(IntEnum):
    """What the shell is told."""

    DONE = 0
    ERROR = 1
    CHANGES = 2
    LIMIT = 3
    STALE = 4
    PARTLY = 5
    LOCKED = 6
    USAGE = 64
    INTERRUPTED = 130


def exit_of(error: ReconcilerError) -> Exit:
    """The exit code of a fault that ended the command."""
    for kind, code in _BY_KIND:
        if isinstance(error, kind):
            return code
    return Exit.ERROR


_BY_KIND: tuple[tuple[type[ReconcilerError], Exit], ...] = (
    (LimitExceeded, Exit.LIMIT),
    (SavedPlanRefused, Exit.STALE),
    (LockHeld, Exit.LOCKED),
)
