"""Results: what happened to each step, from what happened and never from what was planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reconciler.planning.plan import Step

#: The detail of a step that had nothing to write.
ALREADY = "already as planned"


class Outcome(StrEnum):
    """What became of a step."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"  # not tried: an earlier step of its campaign did not end well, or the run was interrupted
    DEFERRED = "deferred"  # all of its contacts are in progress
    UNKNOWN = "unknown"  # sent, but whether it was carried out could not be found out
    STALE = "stale"  # the account moved since the plan: not written, in whole or in part


@dataclass(frozen=True, slots=True)
class Moved:
    """One value that is no longer what the plan says it was before."""

    what: str
    planned: Any
    found: Any


@dataclass(frozen=True, slots=True)
class Result:
    """What happened to one step.

    For contacts the counts say how many were written, refused by the API (`failed_contacts`), left alone because they
    are in progress, or had moved. `moved` holds values only of campaigns and of what the manifests set; `detail` says
    why, `help` what is safe to do.
    """

    step: Step
    outcome: Outcome
    detail: str = ""
    help: str = ""
    moved: tuple[Moved, ...] = ()
    written: int = 0
    failed: int = 0
    deferred: int = 0
    stale: int = 0
    failed_contacts: tuple[int, ...] = ()

    @property
    def already(self) -> bool:
        """Whether everything was as planned already, so that nothing was written."""
        return self.outcome is Outcome.DONE and self.detail == ALREADY

    @property
    def stops_campaign(self) -> bool:
        """Whether the later steps of its campaign must not be tried."""
        campaign_moved = self.outcome is Outcome.STALE and not self.step.contact_ids
        return campaign_moved or self.outcome in (Outcome.FAILED, Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a run, in the order of the steps; `interrupted` when the user stopped it."""

    results: tuple[Result, ...]
    interrupted: bool = False

    def count(self, outcome: Outcome) -> int:
        """How many steps ended like this."""
        return sum(each.outcome is outcome for each in self.results)

    @property
    def complete(self) -> bool:
        """Whether every step was carried out, or deferred by the API's own rules."""
        return all(each.outcome in (Outcome.DONE, Outcome.DEFERRED) for each in self.results)

    @property
    def only_stale(self) -> bool:
        """Whether nothing but a moved account kept steps from being carried out."""
        kept = [each for each in self.results if each.outcome not in (Outcome.DONE, Outcome.DEFERRED)]
        causes = {each.outcome for each in kept} - {Outcome.SKIPPED}
        return bool(kept) and causes == {Outcome.STALE}


def in_step_order(results: Iterable[Result]) -> tuple[Result, ...]:
    """Results sorted by the number of their step."""
    return tuple(sorted(results, key=lambda each: each.step.number))
