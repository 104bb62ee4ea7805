"""Results: what happened to each step, from what happened and never from what was planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reconciler.planning.plan import Step

#: The detail of a step that had nothing to write.
ALREADY = "already as planned"


class Outcome(StrEnum):
    """What became of a step."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"  # not tried, or not to its end: an earlier step did not end well, or the run was interrupted
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
class Contacts:
    """The contacts of a step, by what became of them (contactIds, ascending).

    `already`: they held it before. `failed`: the API did not write them, or they do not hold it. `excluded`: the API
    left them out, by its reasons, of which only the documented ones are named. `deferred`: in progress, left alone.
    `moved`: not as the plan says they were, or gone, left alone. `unknown`: perhaps written. `untried`: not sent.
    """

    done: tuple[int, ...] = ()
    already: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    excluded: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    deferred: tuple[int, ...] = ()
    moved: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()
    untried: tuple[int, ...] = ()

    @property
    def excluded_count(self) -> int:
        """How many the API left out."""
        return sum(map(len, self.excluded.values()))

    @property
    def sent(self) -> int:
        """How many were written, or were to be by what was sent."""
        return len(self.done) + len(self.failed) + len(self.unknown) + self.excluded_count

    @property
    def left(self) -> int:
        """How many were to be written, and were left as they are by what concerns themselves alone."""
        return len(self.deferred) + len(self.moved) + self.excluded_count

    def by_kind(self) -> dict[str, Any]:
        """The kinds that there are, under their names: what the journal holds."""
        return {name: each for name in self.__slots__ if (each := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Result:
    """What happened to one step.

    `contacts`: who was written, and who was not; `read_back`: how many of them were read again after they were sent:
    all, or none where that failed. `moved` holds values only of campaigns and of what the manifests set; `detail` says
    why, `help` what is safe to do. `seconds`: how long it took, None where it was not tried.
    """

    step: Step
    outcome: Outcome
    detail: str = ""
    help: str = ""
    moved: tuple[Moved, ...] = ()
    contacts: Contacts = field(default_factory=Contacts)
    read_back: int = 0
    seconds: float | None = None

    @property
    def already(self) -> bool:
        """Whether everything was as planned already, so that nothing was written."""
        return self.outcome is Outcome.DONE and self.detail == ALREADY

    @property
    def stops_campaign(self) -> bool:
        """Whether the later steps of its campaign must not be tried.

        Contacts that moved, or that the API excluded, are no reason: the next ones are others.
        """
        if self.outcome is Outcome.STALE:
            return not self.step.contact_ids
        excluded_alone = bool(self.contacts.excluded) and not (self.contacts.failed or self.contacts.untried)
        return self.outcome is Outcome.UNKNOWN or (self.outcome is Outcome.FAILED and not excluded_alone)


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a run, in the order of the steps; `interrupted` when the user stopped it."""

    results: tuple[Result, ...]
    interrupted: bool = False

    def count(self, outcome: Outcome) -> int:
        """How many steps ended like this."""
        return sum(each.outcome is outcome for each in self.results)

    @property
    def contacts(self) -> dict[str, int]:
        """How many contacts of all steps are of each kind of `Contacts` that there is."""
        counts = dict.fromkeys(Contacts.__slots__, 0)
        for each in self.results:
            for name in counts:
                held = getattr(each.contacts, name)
                counts[name] += sum(map(len, held.values())) if isinstance(held, Mapping) else len(held)
        return {name: number for name, number in counts.items() if number}

    @property
    def complete(self) -> bool:
        """Whether every step was carried out, or deferred by the API's own rules."""
        return all(each.outcome in (Outcome.DONE, Outcome.DEFERRED) for each in self.results)

    @property
    def only_stale(self) -> bool:
        """Whether nothing but a moved account kept steps from being carried out."""
        kept = [each for each in self.results if each.outcome not in (Outcome.DONE, Outcome.DEFERRED)]
        stale = {each.step.campaign_id for each in kept if each.outcome is Outcome.STALE}
        return bool(kept) and all(
            each.outcome in (Outcome.STALE, Outcome.SKIPPED) and each.step.campaign_id in stale for each in kept
        )


def in_step_order(results: Iterable[Result]) -> tuple[Result, ...]:
    """Results sorted by the number of their step."""
    return tuple(sorted(results, key=lambda each: each.step.number))
