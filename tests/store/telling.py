"""Runs to write into a store."""

from __future__ import annotations

from datetime import timedelta

from reconciler.store.holder import Holder
from reconciler.store.results import Ending, RunRecord, RunResult, StepResult
from reconciler.store.runs import Runs
from tests.conftest import NOW

HOLDER = Holder(user="ci", host="runner-7", process=4711, link="https://ci.example/runs/9")


def record_of(day: int, environment: str = "production") -> RunRecord:
    """The run of that day after NOW."""
    started = NOW + timedelta(days=day)
    return RunRecord(
        run=f"{started:%Y%m%dT%H%M%SZ}-abc123",
        project="case",
        environment=environment,
        base_url="emulator:.reconciler/emulator.db",
        tool_version="0.1.0",
        commit="0123456789abcdef0123456789abcdef01234567",
        plan_digest="sha256:0",
        holder=HOLDER,
        started_at=started,
        fencing=day,
    )


def step_of(number: int, outcome: str) -> StepResult:
    """One step."""
    return StepResult(
        number=number,
        address="Campaign/admissions-bakery",
        campaign_id=6046,
        operation="patchCampaign",
        outcome=outcome,
        detail="" if outcome == "done" else "the API failed",
        seconds=1.25,
        contacts={"done": 3} if outcome == "done" else {},
    )


def result_of(record: RunRecord, *outcomes: str) -> RunResult:
    """How the run ended: a step for each of these outcomes."""
    return RunResult(
        run=record.run,
        outcome=Ending.DONE if set(outcomes) == {"done"} else Ending.PARTLY,
        started_at=record.started_at,
        ended_at=record.started_at + timedelta(seconds=95),
        requests=12,
        steps=tuple(step_of(*each) for each in enumerate(outcomes, 1)),
    )


def begin(runs: Runs, record: RunRecord) -> None:
    """Begins it, with a plan."""
    runs.begin(record, b'{"formatVersion":1}')
