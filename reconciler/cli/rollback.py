"""`reconciler rollback RUN`: a plan that takes back what a run of apply did. Writes nothing to the account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit
from reconciler.cli.plan import rows_of
from reconciler.cli.reports import Report, format_options
from reconciler.cli.saved_plans import saving_options
from reconciler.cli.session import Ended, Session

if TYPE_CHECKING:
    from reconciler.api.client import Client
    from reconciler.diagnostics import Diagnostic
    from reconciler.manifests.desired import Desired
    from reconciler.planning.plan import Plan
    from reconciler.store.results import RunRecord
    from reconciler.store.runs import Runs


@click.command(
    epilog="""\b
Example:
    reconciler history
    reconciler rollback 20261123T131500Z-3fa9c1 --out undo.json
    reconciler apply undo.json
"""
)
@click.argument("run", metavar="RUN")
@saving_options
@format_options
@click.pass_obj
def rollback(
    session: Session, run: str, out: Path | None, format_: str, reports: Sequence[Report], lifetime: timedelta
) -> None:
    """Plan to take back what a run of apply did; RUN is its id, or `last`.

    Reads the account and never writes to it: what is saved with --out is reviewed and applied like any other plan.
    Settings and contacts go back to what they held before that run, where they still hold what it wrote. What somebody
    has changed since stays, and is told; so is what can't be undone, such as custom fields that were added.
    """
    from reconciler.cli import terminal
    from reconciler.cli.reports import show_plan, write_reports
    from reconciler.cli.saved_plans import save_plan

    desired, made, diagnostics = _made(session, run, lifetime)
    terminal.report(diagnostics)
    rows = rows_of(made, desired, out)
    show_plan(made, rows, format_)
    if out is not None:
        save_plan(made, out)
    if format_ == "text":
        _tell_how(made, out)
    written = write_reports(made, rows, reports)
    if made.has_errors or not written:
        raise Ended(Exit.ERROR)


def _made(session: Session, run: str, lifetime: timedelta) -> tuple[Desired, Plan, list[Diagnostic]]:
    """What the manifests ask for, and the plan that undoes the run, read through a client that cannot write (S1)."""
    from reconciler.cli.files import choose_environment
    from reconciler.cli.saved_plans import plan_key
    from reconciler.cli.stores import open_store, tell_left_open
    from reconciler.cli.undone_runs import LAST, asked_run, past_run, refuse_elsewhere
    from reconciler.planning.checks.evaluation import with_checks
    from reconciler.planning.saved import signed
    from reconciler.planning.undoing.undo import make_undo
    from reconciler.store.runs import Runs

    project, key = session.project(), plan_key(session.variables)
    runs = Runs(open_store(session, project))
    named = choose_environment(project, session.environment).name if run == LAST or session.environment else None
    record = asked_run(runs, run, named)
    environment = choose_environment(project, named or record.environment)
    refuse_elsewhere(record, project, environment)
    past = past_run(runs, record)
    desired = session.desired(project, environment)
    with session.client(environment, writable=False) as client:
        _wait_for_batches(runs, record, client)
        made, diagnostics = make_undo(client, past, desired, now=session.clock(), lifetime=lifetime)
    made = with_checks(made, desired, session.clock())
    tell_left_open(session, project, record.scope)
    return desired, signed(made, key) if key else made, diagnostics


def _wait_for_batches(runs: Runs, record: RunRecord, client: Client) -> None:
    """Comes back once no batch of this run writes any more: what it would still write would not be undone."""
    from reconciler.applying.clock import Clock
    from reconciler.applying.left_open import wait_for_batches
    from reconciler.cli.stores import say

    for each in runs.unfinished(record.scope):
        if each.run == record.run:
            wait_for_batches(client, each.batches, Clock(), say)


def _tell_how(made: Plan, out: Path | None) -> None:
    from reconciler.cli import terminal
    from reconciler.render.neutral import neutral
    from reconciler.render.what_now import command

    def line(*words: str) -> str:
        return neutral(command(made.environment, *words))

    if not made.steps:
        terminal.talk("\nThere is nothing to apply.\n")
    elif out is None:
        terminal.talk(
            f"\nNothing was written. To carry this out: `{line('rollback', made.undoes or '', '--out', 'undo.json')}`,"
            f" and then `{line('apply', 'undo.json')}`.\n"
        )
    else:
        until = f"{made.expires_at:%Y-%m-%d %H:%M}Z"
        terminal.talk(f"\nSaved to {out}. `{line('apply', str(out))}` carries out exactly this plan, until {until}.\n")
