"""The store of a project: opened, told who runs, and kept from growing without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.applying.results import Report, Result
    from reconciler.applying.work import Writer
    from reconciler.cli.session import Session
    from reconciler.errors import ReconcilerError
    from reconciler.manifests.project import Environment, Project
    from reconciler.planning.plan import Plan
    from reconciler.store.holder import Holder
    from reconciler.store.objects import Objects
    from reconciler.store.results import Ending, RunRecord, StepResult
    from reconciler.store.runs import Runs


def open_store(session: Session, project: Project) -> Objects:
    """The objects of the project's `store.url`; StoreFault (a ProjectError) when they can't be reached at all."""
    from reconciler.store.opening import open_objects

    return open_objects(project.store_url, session.directory, session.variables)


def say(line: str) -> None:
    """Talks of what is in the store: whatever others have written there is only ever text (S12)."""
    from reconciler.cli import terminal
    from reconciler.render.neutral import neutral

    terminal.talk(f"{neutral(line)}\n")


def run_record(made: Plan, run: str, holder: Holder, started_at: datetime, fencing: int) -> RunRecord:
    """What is noted of a run that begins to apply this plan."""
    from reconciler import __version__
    from reconciler.planning.saved import to_json
    from reconciler.store.results import RunRecord

    return RunRecord(
        run=run,
        project=made.project,
        environment=made.environment,
        base_url=made.base_url,
        tool_version=__version__,
        commit=made.commit,
        plan_digest=made.digest or to_json(made)["digest"],
        holder=holder,
        started_at=started_at,
        fencing=fencing,
    )


def close_left_open(runs: Runs, environment: str, client: Writer) -> None:
    """Waits for what earlier runs of an environment left open, and notes of each that nothing of it is open any more.

    Call it under the environment's lock. StoreFault or ApiError (Busy: a batch did not end) when that can't be found
    out; then nothing may be written.
    """
    from reconciler.applying.clock import Clock
    from reconciler.applying.left_open import wait_for_batches

    for each in runs.unfinished(environment):
        wait_for_batches(client, each.batches, Clock(), say)
        runs.settle(environment, each.run)


def close_before_planning(session: Session, project: Project, environment: Environment) -> None:
    """The same under a lock of its own, and only where something was left open: else a look into one folder.

    LockHeld when the run that has something open is alive.
    """
    from reconciler.store.holder import this_process
    from reconciler.store.journal import new_run_id
    from reconciler.store.lock import Times, held_lock
    from reconciler.store.runs import Runs

    objects = open_store(session, project)
    runs, name = Runs(objects), environment.name
    if not runs.unfinished(name):
        return
    run, holder = new_run_id(session.clock()), this_process(session.variables)
    with (
        held_lock(objects, name, run, holder, times=Times(clock=session.clock), say=say),
        session.client(environment, writable=False) as client,
    ):
        close_left_open(runs, name, client)


def tell_left_open(session: Session, project: Project, environment: str) -> None:
    """Says that a batch may still be writing while something is planned; looks into a folder alone, never a bucket."""
    from reconciler.store.objects import StoreFault
    from reconciler.store.opening import FILE
    from reconciler.store.runs import Runs

    if not project.store_url.startswith(FILE):
        return
    try:
        left = Runs(open_store(session, project)).unfinished(environment)
    except StoreFault:
        return
    if places := sorted({f"campaign {batch.campaign_id}" for each in left for batch in each.batches}):
        advice = "this plan may show what it is about to write; `apply` waits for it"
        say(f"note: a batch of an earlier run may still be writing to {', '.join(places)}: {advice}")


def refused_report(made: Plan, error: ReconcilerError) -> Report:
    """The report of a run that was refused before its first write."""
    from reconciler.applying.results import Outcome, Report, Result
    from reconciler.errors import SavedPlanRefused

    outcome = Outcome.STALE if isinstance(error, SavedPlanRefused) else Outcome.SKIPPED
    return Report(tuple(Result(each, outcome, str(error), error.help) for each in made.steps))


def note_end(runs: Runs, record: RunRecord, report: Report, ended_at: datetime, requests: int) -> None:
    """Writes down how a run ended, after so many calls of the API.

    A fault of the store is said: what was done is reported all the same.
    """
    from reconciler.store.objects import StoreFault
    from reconciler.store.results import RunResult

    result = RunResult(
        run=record.run,
        outcome=_ending(report),
        started_at=record.started_at,
        ended_at=ended_at,
        requests=requests,
        steps=tuple(_step_result(each) for each in report.results),
    )
    try:
        runs.end(record, result)
    except StoreFault as fault:
        say(f"warning: the end of run {record.run} could not be noted ({fault.strerror}); the next apply looks at it")


def _ending(report: Report) -> Ending:
    from reconciler.store.results import Ending

    if report.interrupted:
        return Ending.INTERRUPTED
    if report.complete:
        return Ending.DONE
    return Ending.STALE if report.only_stale else Ending.PARTLY


def _step_result(result: Result) -> StepResult:
    from collections.abc import Mapping

    from reconciler.store.results import StepResult

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
    )


def forget_old_runs(runs: Runs, project: Project, environment: str, now: datetime) -> None:
    """Deletes the runs that the project keeps no longer. A fault of the store is said, and ends nothing."""
    from reconciler.store.objects import StoreFault

    try:
        runs.forget(environment, now, keep_runs=project.keep_runs, keep_days=project.keep_days)
    except StoreFault as fault:
        say(f"warning: old runs could not be deleted ({fault.strerror}); the next run tries again")
