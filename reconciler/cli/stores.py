"""The store of a project: opened, told who runs, and kept from growing without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.applying.results import Report
    from reconciler.applying.work import Writer
    from reconciler.cli.session import Session
    from reconciler.errors import ReconcilerError
    from reconciler.manifests.project import Environment, Project
    from reconciler.model import Shard
    from reconciler.planning.plan import Plan
    from reconciler.store.holder import Holder
    from reconciler.store.objects import Objects, StoreFault
    from reconciler.store.results import RunRecord, RunResult
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


def scope_of(made: Plan) -> str:
    """What the lock has to be for that this plan is applied under, by name."""
    from reconciler.model import Shard
    from reconciler.store.scope import scope_name

    return scope_name(made.environment, Shard.parse(made.shard) if made.shard else None)


def shards_of(made: Plan) -> int:
    """How many processes apply a part each of what this plan is a part of."""
    return int(made.shard.partition("/")[2]) if made.shard else 1


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
        shard=made.shard,
    )


def close_left_open(runs: Runs, scope: str, client: Writer) -> None:
    """Waits for what earlier runs left open where a scope has campaigns, and notes of each that nothing is any more.

    Call it under the scope's lock. StoreFault or ApiError (Busy: a batch did not end) when that can't be found out;
    then nothing may be written.
    """
    from reconciler.applying.clock import Clock
    from reconciler.applying.left_open import wait_for_batches

    for each in runs.unfinished(scope):
        wait_for_batches(client, each.batches, Clock(), say)
        runs.settle(scope, each.run)


def close_before_planning(
    session: Session, project: Project, environment: Environment, shard: Shard | None = None
) -> None:
    """The same under a lock of its own, and only where something was left open: else a look into one folder.

    `shard`: the part of the environment that is to be planned. LockHeld when the run that has something open is alive.
    """
    from reconciler.cli.interruptions import Interruptions
    from reconciler.store.holder import this_process
    from reconciler.store.journal import new_run_id
    from reconciler.store.lock import Times, held_lock
    from reconciler.store.runs import Runs
    from reconciler.store.scope import scope_name

    objects = open_store(session, project)
    runs, name = Runs(objects), scope_name(environment.name, shard)
    if not runs.unfinished(name):
        return
    run, holder = new_run_id(session.clock()), this_process(session.variables)
    with Interruptions() as interruptions:
        times = Times(clock=session.clock, pause=interruptions.sleep)
        with (
            held_lock(objects, name, run, holder, times=times, say=say),
            session.client(environment, writable=False, shards=shard.total if shard else 1) as client,
            interruptions.heard(),
        ):
            close_left_open(runs, name, client)
    interruptions.heed()


def tell_left_open(session: Session, project: Project, scope: str) -> None:
    """Says that a batch may still be writing while something is planned; looks into a folder alone, never a bucket."""
    from reconciler.store.objects import StoreFault
    from reconciler.store.opening import FILE
    from reconciler.store.runs import Runs

    if not project.store_url.startswith(FILE):
        return
    try:
        left = Runs(open_store(session, project)).unfinished(scope)
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


def note_end(runs: Runs, record: RunRecord, result: RunResult) -> StoreFault | None:
    """Writes down how a run ended. A fault of the store is said and returned: the report comes all the same."""
    from reconciler.store.objects import StoreFault

    try:
        runs.end(record, result)
    except StoreFault as fault:
        say(f"warning: the end of run {record.run} could not be noted ({fault.strerror}); the next apply looks at it")
        return fault
    return None


def forget_old_runs(runs: Runs, project: Project, environment: str, now: datetime) -> None:
    """Deletes the runs that the project keeps no longer. A fault of the store is said, and ends nothing."""
    from reconciler.store.objects import StoreFault

    try:
        runs.forget(environment, now, keep_runs=project.keep_runs, keep_days=project.keep_days)
    except StoreFault as fault:
        say(f"warning: old runs could not be deleted ({fault.strerror}); the next run tries again")
