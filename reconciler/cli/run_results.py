"""What became of a run, as the store keeps it, and as rows for its report."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.applying.results import Report, Result
    from reconciler.errors import ReconcilerError
    from reconciler.planning.plan import Plan
    from reconciler.render.runs import RunRows, StepRow
    from reconciler.store.results import Ending, Refusal, RunRecord, RunResult, StepResult


def run_result(
    record: RunRecord, made: Plan, report: Report, ended_at: datetime, *, requests: int, repeated: int
) -> RunResult:
    """How a run of this plan ended, after so many calls of the API, so many of them repeated ones."""
    from reconciler.store.results import RunResult

    return RunResult(
        run=record.run,
        outcome=_ending(report),
        started_at=record.started_at,
        ended_at=ended_at,
        requests=requests,
        repeated=repeated,
        project=record.project,
        environment=record.environment,
        tool_version=record.tool_version,
        commit=record.commit,
        plan_digest=record.plan_digest,
        shard=record.shard,
        blocked=blocked_by(made),
        steps=tuple(step_result(each) for each in report.results),
    )


def blocked_by(made: Plan) -> tuple[str, ...]:
    """The objects of which the plan left something out, sorted."""
    from reconciler.diagnostics import Severity

    return tuple(sorted({each.address or "-" for each in made.diagnostics if each.severity is Severity.ERROR}))


def fault_of(error: ReconcilerError) -> Refusal:
    """A fault that ended a command, as a result holds it."""
    from reconciler.store.results import Refusal

    return Refusal(code=error.code, summary=error.summary, detail=error.detail, help=error.help)


def _ending(report: Report) -> Ending:
    from reconciler.store.results import Ending

    if report.interrupted:
        return Ending.INTERRUPTED
    if report.complete:
        return Ending.DONE
    return Ending.STALE if report.only_stale else Ending.PARTLY


def step_result(result: Result) -> StepResult:
    """What is kept of a step that has ended."""
    from collections.abc import Mapping

    from reconciler.render.words import operation_words
    from reconciler.store.results import MovedValue, StepResult

    kinds = result.contacts.by_kind().items()
    return StepResult(
        number=result.step.number,
        address=result.step.address,
        campaign_id=result.step.campaign_id,
        operation=str(result.step.operation),
        outcome=str(result.outcome),
        detail=result.detail,
        help=result.help,
        seconds=result.seconds if result.seconds is None else round(result.seconds, 3),
        contacts={kind: sum(map(len, ids.values())) if isinstance(ids, Mapping) else len(ids) for kind, ids in kinds},
        call=operation_words(result.step),
        moved=tuple(MovedValue(what=each.what, planned=each.planned, found=each.found) for each in result.moved),
    )


def rows_of(
    result: RunResult, record: RunRecord | None = None, *, finished: bool = True, running: bool = False
) -> RunRows:
    """The rows of a run; `record`: what is known from its begin, where it had one.

    `finished`: whether it has ended. `running`: whether one that has not is known to be alive.
    """
    from reconciler.render.runs import RunRows

    fault = result.fault
    return RunRows(
        run=result.run or "",
        project=record.project if record else result.project,
        environment=record.environment if record else result.environment,
        base_url=record.base_url if record else "",
        outcome=str(result.outcome) if finished else "running" if running else "unfinished",
        started=result.started_at,
        ended=result.ended_at,
        tool_version=record.tool_version if record else result.tool_version,
        requests=result.requests,
        repeated=result.repeated,
        by=str(record.holder) if record else "",
        link=(record.holder.link or "") if record else "",
        commit=(record.commit if record else result.commit) or "",
        plan_digest=record.plan_digest if record else result.plan_digest,
        shard=(record.shard if record else result.shard) or "",
        fault=": ".join(each for each in (fault.summary, fault.detail) if each) if fault else "",
        fault_help=fault.help if fault else "",
        finished=finished,
        running=running,
        blocked=result.blocked,
        steps=tuple(map(_row, result.steps)),
    )


def _row(step: StepResult) -> StepRow:
    from reconciler.render.runs import step_row

    return step_row(
        step.number,
        step.outcome,
        step.address,
        step.operation,
        call=step.call,
        seconds=step.seconds,
        contacts=step.contacts,
        detail=step.detail,
        help=step.help,
        moved=[(each.what, each.planned, each.found) for each in step.moved],
    )
