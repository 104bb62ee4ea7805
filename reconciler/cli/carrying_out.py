"""A plan carried out: under the lock of its environment, with a journal, and a report that outlives the process."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NoReturn

from reconciler.cli.exits import Exit
from reconciler.errors import ReconcilerError

if TYPE_CHECKING:
    from reconciler.api.client import Client
    from reconciler.applying.results import Report
    from reconciler.cli.session import Session
    from reconciler.manifests.desired import Desired
    from reconciler.planning.plan import Plan
    from reconciler.store.journal import Journal


def carry_out(session: Session, desired: Desired, made: Plan, parallelism: int) -> Report:
    """Applies the plan under the lock of its environment, once nothing of an earlier run is open any more."""
    from reconciler.cli import stores, terminal
    from reconciler.render.plan_json import plan_json
    from reconciler.store.holder import this_process
    from reconciler.store.journal import Journal, new_run_id
    from reconciler.store.lock import Times, held_lock
    from reconciler.store.runs import Runs

    objects, name = stores.open_store(session, desired.project), made.environment
    run, holder, runs = new_run_id(session.clock()), this_process(session.variables), Runs(objects)
    with (
        held_lock(objects, name, run, holder, times=Times(clock=session.clock), say=stores.say) as lock,
        session.client(desired.environment, writable=True, parallelism=parallelism) as client,
    ):
        stores.close_left_open(runs, name, client)
        record = stores.run_record(made, run, holder, session.clock(), lock.fencing)
        runs.begin(record, plan_json(made).encode())
        terminal.talk(f"\nRun {run}\n")
        try:
            report = _applied(client, desired, made, Journal(objects, run, session.clock, lock), parallelism)
        except ReconcilerError as error:
            stores.note_end(runs, record, stores.refused_report(made, error), session.clock(), client.requests)
            raise
        stores.note_end(runs, record, report, session.clock(), client.requests)
        if report.complete:
            stores.forget_old_runs(runs, desired.project, name, session.clock())
    return report


def _applied(client: Client, desired: Desired, made: Plan, journal: Journal, parallelism: int) -> Report:
    from reconciler.applying.apply import apply_plan
    from reconciler.cli.progress import progress
    from reconciler.planning.agreement import found_by_name

    try:
        with progress(made.steps, parallelism) as lines:
            return apply_plan(
                client,
                made,
                journal=journal,
                progress=lines,
                parallelism=parallelism,
                by_name=found_by_name(made, desired),
                desired=desired,
                check=journal.check_lock,
            )
    except KeyboardInterrupt:
        _leave_at_once(journal.run_id)


def _leave_at_once(run: str) -> NoReturn:
    """Ends the process as if it were killed: threads may still be writing, and would have to be waited for.

    So the lock stays; it is taken over from a process that is dead.
    """
    from reconciler.cli import terminal

    terminal.talk(
        f"\nInterrupted twice: run {run} is unfinished, and what was on its way may have been carried out. Run `apply`"
        " again: it waits for what still runs, and goes on from what the account holds.\n"
    )
    os._exit(Exit.INTERRUPTED)
