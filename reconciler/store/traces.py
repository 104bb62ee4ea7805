"""What the events of a run tell of it when it did not live to tell it itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import structs

from reconciler.store.results import Ending, RunRecord, RunResult, StepResult

#: An entry of the journal.
Event = Mapping[str, Any]
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that the API accepted, and of which no end was noted: it may still run."""

    step: int
    address: str
    campaign_id: int
    token: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run that left something open. `record`: None where it ended before that was written.

    `batches`: they may still run. `in_doubt`: the numbers of steps that were about to be sent, and of which neither an
    answer nor an end is noted: the API may have carried them out.
    """

    run: str
    record: RunRecord | None
    batches: tuple[Batch, ...]
    in_doubt: tuple[int, ...]


def open_batches(events: Iterable[Event]) -> tuple[Batch, ...]:
    """The batches that were accepted and are not known to have ended, in their order."""
    found: dict[str, Batch] = {}
    for each in events:
        match each:
            case {"event": "accepted", "batch": token}:
                found[token] = Batch(each["step"], each["address"], each["campaignId"], token)
            case {"event": "ended", "batch": token}:
                found.pop(token, None)
            case {"event": "result", "outcome": outcome} if outcome != UNKNOWN:
                found = {token: batch for token, batch in found.items() if batch.step != each["step"]}
    return tuple(found.values())


def steps_in_doubt(events: Iterable[Event]) -> tuple[int, ...]:
    """The steps that were about to be sent when the run broke off: no answer, refusal or result of them is noted."""
    doubtful: dict[int, None] = {}
    for each in events:
        if each["event"] == "sending":
            doubtful[each["step"]] = None
        elif "step" in each and each.get("outcome") != UNKNOWN:
            doubtful.pop(each["step"], None)
    return tuple(doubtful)


def contacts_told(events: Iterable[Event]) -> dict[int, Mapping[str, Any]]:
    """The contacts of each step (by its number) by what became of them, as its last event tells.

    Of a step that was about to be sent, or was sent, all that it names are `unknown` until its result is noted. A
    journal of a version before says of such a step only that it was sent: then there are none here.
    """
    told: dict[int, Mapping[str, Any]] = {}
    for each in events:
        match each:
            case {"event": "busy", "step": step}:  # the API has taken none of it
                told.pop(step, None)
            case {"event": "sending" | "result", "step": step, "contacts": contacts}:
                told[step] = contacts
            case {"event": "result", "step": step, "outcome": outcome} if outcome != UNKNOWN:
                told.pop(step, None)
    return told


def told_by(record: RunRecord, events: Iterable[Event]) -> RunResult:
    """The result that the events of a broken-off run show: each step that it began, and none that it did not."""
    steps: dict[int, StepResult] = {}
    ended, events = record.started_at, list(events)
    for each in events:
        ended = max(ended, datetime.fromisoformat(each["at"]))
        if "step" in each:
            steps[each["step"]] = _step(each, steps.get(each["step"]))
    told = contacts_told(events)
    order = tuple(structs.replace(steps[each], contacts=_counts(told.get(each, {}))) for each in sorted(steps))
    return RunResult(
        run=record.run, outcome=Ending.BROKEN_OFF, started_at=record.started_at, ended_at=ended, steps=order
    )


def _step(event: Event, before: StepResult | None) -> StepResult:
    has_ended = event["event"] == "result"
    return StepResult(
        number=event["step"],
        address=event["address"],
        campaign_id=event["campaignId"],
        operation=event.get("operation") or (before.operation if before else ""),
        outcome=event["outcome"] if has_ended else UNKNOWN,
        detail=event.get("detail", "") if has_ended else "the run broke off before it knew how this step ended",
    )


def _counts(contacts: Mapping[str, Any]) -> dict[str, int]:
    """How many contacts of each kind; the excluded ones stand under their reasons."""
    return {
        kind: sum(map(len, ids.values())) if isinstance(ids, Mapping) else len(ids) for kind, ids in contacts.items()
    }
