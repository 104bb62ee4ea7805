"""The journal as this stage uses it: what can't be noted is not sent, and what was sent is reported all the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from reconciler.errors import ProjectError


class Journal(Protocol):
    """Where every write is noted before and after it is sent."""

    def note(self, event: str, content: Mapping[str, Any]) -> None:
        """Writes one event down, durably; OSError when it can't."""


class Notes:
    """Notes events; once one could not be noted, nothing more may be sent. May be used from several threads."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._fault = ""

    def before(self, event: str, content: Mapping[str, Any]) -> None:
        """Notes what is about to happen; ProjectError when that or an earlier event can't be noted."""
        self.after(event, content)
        if self._fault:
            advice = "make room for the store's folder, or correct its permissions; then plan again"
            raise ProjectError("the journal can't be written", f"{self._fault}; nothing was sent", advice)

    def after(self, event: str, content: Mapping[str, Any]) -> str:
        """Notes what has happened, if it can: why it can't, else nothing."""
        try:
            self._journal.note(event, content)
        except Exception as error:  # whatever it is: it must not take the report of the run with it
            self._fault = getattr(error, "strerror", None) or type(error).__name__
            return self._fault
        return ""
