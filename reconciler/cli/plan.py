"""`reconciler plan`: what differs between the manifests and the account. Writes nothing to the account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from reconciler.cli.deadline import deadline_option
from reconciler.cli.exits import Exit
from reconciler.cli.part import Part, part_options
from reconciler.cli.reports import Report, format_options
from reconciler.cli.saved_plans import saving_options
from reconciler.cli.session import Ended, Session, names_of

if TYPE_CHECKING:
    from reconciler.diagnostics import Diagnostic
    from reconciler.manifests.desired import Desired
    from reconciler.model import Shard
    from reconciler.planning.plan import Plan
    from reconciler.render.rows import PlanRows


@click.command()
@saving_options
@format_options
@part_options
@click.option(
    "--against",
    "snapshot",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Plan against a snapshot (emulator --snapshot) instead of the account: no token, no contacts.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@deadline_option
@click.pass_obj
def plan(
    session: Session,
    out: Path | None,
    format_: str,
    reports: Sequence[Report],
    part: Part,
    lifetime: timedelta,
    snapshot: Path | None,
    detailed_exitcode: bool,
) -> None:
    """Show what differs between the manifests and the account.

    Reads the account and never writes to it. A campaign that can't be planned is reported, and the rest is planned.
    Formats: text for a terminal; json, which is what --out writes; markdown for a comment in a pull request; html, one
    file that opens in a browser. `show FILE` shows a saved plan in any of them.
    """
    if snapshot is not None and out is not None:
        raise click.UsageError(
            "--out saves a plan for apply, and one that is made --against a snapshot can't be applied"
        )
    from reconciler.cli import terminal
    from reconciler.cli.reports import show_plan, write_reports
    from reconciler.cli.saved_plans import save_plan
    from reconciler.cli.stores import tell_left_open
    from reconciler.render.neutral import neutral
    from reconciler.render.what_now import command
    from reconciler.store.scope import scope_name

    desired, made, diagnostics = make(replace(session, snapshot=snapshot), part, lifetime)
    tell_left_open(session, desired.project, scope_name(desired.environment.name, part.shard))
    terminal.report(diagnostics)
    rows = rows_of(made, desired, out)
    show_plan(made, rows, format_)
    if out is not None:
        save_plan(made, out)
    if out is not None and format_ == "text":
        applying, until = neutral(command(made.environment, "apply", str(out))), f"{made.expires_at:%Y-%m-%d %H:%M}Z"
        terminal.talk(f"\nSaved to {out}. `{applying}` applies exactly this plan, until {until}.\n")
    written = write_reports(made, rows, reports)
    if made.has_errors or not written:
        raise Ended(Exit.ERROR)
    if detailed_exitcode and made.steps:
        raise Ended(Exit.CHANGES)


def make(
    session: Session, part: Part, lifetime: timedelta = timedelta(hours=24)
) -> tuple[Desired, Plan, list[Diagnostic]]:
    """What the manifests ask for, and a plan from what the account holds now.

    The campaigns are read while the manifests are parsed, through a client that cannot write (S1).
    """
    from reconciler.cli.ahead import reading
    from reconciler.cli.files import choose_environment
    from reconciler.cli.saved_plans import plan_key

    project = session.project()
    key = plan_key(session.variables)
    environment = choose_environment(project, session.environment)
    with reading(session, environment, part.shards) as account:
        # loaded while the account answers
        from reconciler.manifests.read import read_desired
        from reconciler.planning.planner import make_plan, of_snapshot
        from reconciler.planning.saved import signed
        from reconciler.planning.selection import selected

        desired = read_desired(*session.inputs(project, environment))
        selection, commit = selected(desired, part.targets, part.labels, part.shard), session.commit()
        client, listed = account()
        made, diagnostics = make_plan(
            client, desired, now=session.clock(), commit=commit, selection=selection, listed=listed, lifetime=lifetime
        )
    if session.snapshot is not None:
        note = _of_snapshot(session.snapshot)
        diagnostics, made = [note, *diagnostics], of_snapshot(made, session.snapshot.name, note)
    if selection.shard and not selection.names:
        _tell_empty(selection.shard)
    return desired, signed(made, key) if key and made.against is None else made, diagnostics


def _of_snapshot(file: Path) -> Diagnostic:
    from reconciler.diagnostics import Diagnostic, Severity

    detail = f"{file.name} stands for the account: no contacts are in it, and it may have moved since"
    advice = "a plan that can be applied is made where there is a token, without --against"
    return Diagnostic("planned-against-snapshot", "planned against a snapshot", detail, Severity.NOTE, help=advice)


def _tell_empty(shard: Shard) -> None:
    from reconciler.cli import terminal

    terminal.talk(f"note: no campaign falls into this shard ({shard}): there is nothing to do here\n")


def rows_of(
    made: Plan, desired: Desired, out: Path | None = None, *, allowed: Mapping[str, int] = MappingProxyType({})
) -> PlanRows:
    """The rows of a plan that was made now; `out`: where it is saved; `allowed` raises the run's limits by name."""
    from reconciler.planning.limits import limit_uses
    from reconciler.render.rows import plan_rows

    uses = limit_uses(made, desired, allowed)
    return plan_rows(made, names_of(desired.environment), uses, file=str(out) if out else "")
