"""The journal as this stage uses it: what can't be noted is not sent, and what was sent is reported all the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from reconciler.errors import ProjectError

_SUMMARY = "the journal can't be written"
_ADVICE = "make room for the store's folder, or correct its permissions; then plan again"


class Journal(Protocol):
    """Where every write is noted before and after it is sent."""

    def note(self, event: str, content: Mapping[str, Any]) -> None:
        """Writes one event down, durably; OSError when it can't."""


class Notes:
    """Notes events; once one could not be noted, nothing more may be sent. May be used from several threads.

    `check` raises when nothing may be sent for another reason: the run's lock is lost. That, too, is for good.
    """

    def __init__(self, journal: Journal, check: Callable[[], Any] = lambda: None) -> None:
        self._journal, self._check = journal, check
        self._fault = ""
        self._lost: ProjectError | None = None

    def before(self, event: str, content: Mapping[str, Any]) -> None:
        """Notes what is about to happen; ProjectError when that or an earlier event can't be noted."""
        self.after(event, content)
        if self._fault:
            summary, advice = (self._lost.summary, self._lost.help) if self._lost else (_SUMMARY, _ADVICE)
            raise ProjectError(summary, f"{self._fault}; nothing was sent", advice)

    def after(self, event: str, content: Mapping[str, Any]) -> str:
        """Notes what has happened, if it can: why it can't, else nothing."""
        return self._tried(lambda: self._journal.note(event, content))

    def hindrance(self) -> str:
        """Why nothing more may be sent; empty while it may."""
        if not self._fault:
            self._tried(self._check)
        return self._fault

    def _tried(self, call: Callable[[], Any]) -> str:
        """Why a call failed, which is kept; nothing when it did not."""
        try:
            call()
        except Exception as error:  # whatever it is: it must not take the report of the run with it
            self._lost = error if isinstance(error, ProjectError) and error.code == "lock-lost" else self._lost
            self._fault = getattr(error, "strerror", None) or type(error).__name__
            return self._fault
        return ""
