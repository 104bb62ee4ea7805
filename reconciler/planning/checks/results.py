"""What the project's checks said of a plan, as the plan holds it."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from reconciler.diagnostics import Severity
from reconciler.planning.findings import FindingPlace


class Waived(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Who answers for an exception, why it is right, and the last day on which it counts (UTC), as ``2026-12-31``."""

    owner: str
    reason: str
    expires: str


class CheckFailure(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A row that breaks a check.

    `address` and `campaign_id`: the object, of an agent ``Agent/alice`` and null. `subject`: which part of it, such as
    a setting's name; empty for the whole. `fact` of it is `found`, and `wanted` says in words what it must be.
    """

    address: str
    campaign_id: int | None
    subject: str
    fact: str
    found: Any
    wanted: str
    waived: Waived | None


class CheckResult(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A check, and which of the `rows` (how many it selected) break it; `source` is its place in the project file."""

    name: str
    severity: Severity
    message: str
    source: FindingPlace
    rows: int
    failures: tuple[CheckFailure, ...] = ()

    @property
    def broken(self) -> tuple[CheckFailure, ...]:
        """The failures that nobody has waived."""
        return tuple(each for each in self.failures if each.waived is None)

    @property
    def stops(self) -> bool:
        """Whether it keeps the plan from being applied."""
        return self.severity is Severity.ERROR and bool(self.broken)
