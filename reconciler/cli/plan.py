"""`reconciler plan`: what differs between the manifests and the account. Writes nothing to the account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit
from reconciler.cli.part import Part, part_options
from reconciler.cli.reports import Report, format_options, refuse_no_file
from reconciler.cli.session import Ended, Session, names_of

if TYPE_CHECKING:
    from reconciler.diagnostics import Diagnostic
    from reconciler.manifests.desired import Desired
    from reconciler.planning.plan import Plan
    from reconciler.render.rows import PlanRows

FILE = click.Path(path_type=Path)


def _out(context: click.Context, parameter: click.Parameter, given: Path | None) -> Path | None:
    if given is not None:
        refuse_no_file(given)
    return given


def _lifetime(context: click.Context, parameter: click.Parameter, given: str) -> timedelta:
    """`--valid-for 8h`, from a minute to a hundred days."""
    from reconciler.kinds.values import seconds

    try:
        length = timedelta(seconds=min(seconds(given), 10**9))
    except ValueError:
        length = timedelta()
    if not timedelta(minutes=1) <= length <= timedelta(days=100):
        raise click.BadParameter(f"`{given}` is no time from 1m to 100d, such as 8h")
    return length


@click.command()
@click.option("--out", metavar="FILE", type=FILE, callback=_out, is_eager=True, help="Save the plan for apply.")
@format_options
@part_options
@click.option(
    "--valid-for",
    "lifetime",
    metavar="TIME",
    default="24h",
    callback=_lifetime,
    show_default=True,
    help="How long it may be applied.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@click.pass_obj
def plan(
    session: Session,
    out: Path | None,
    format_: str,
    reports: Sequence[Report],
    part: Part,
    lifetime: timedelta,
    detailed_exitcode: bool,
) -> None:
    """Show what differs between the manifests and the account.

    Reads the account and never writes to it. A campaign that can't be planned is reported, and the rest is planned.
    Formats: text for a terminal; json, which is what --out writes; markdown for a comment in a pull request; html, one
    file that opens in a browser. `show FILE` shows a saved plan in any of them.
    """
    from reconciler.cli import terminal
    from reconciler.cli.reports import show_plan, write_reports
    from reconciler.cli.saved_plans import save_plan
    from reconciler.cli.stores import tell_left_open

    desired, made, diagnostics = make(session, part, lifetime)
    tell_left_open(session, desired.project, desired.environment.name)
    terminal.report(diagnostics)
    rows = rows_of(made, desired, out)
    show_plan(made, rows, format_)
    if out is not None:
        save_plan(made, out)
    if out is not None and format_ == "text":
        terminal.talk(
            f"\nSaved to {out}. `apply {out}` applies exactly this plan, until {made.expires_at:%Y-%m-%d %H:%M}Z.\n"
        )
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
    with reading(session, environment) as account:
        # loaded while the account answers
        from reconciler.manifests.read import read_desired
        from reconciler.planning.planner import make_plan
        from reconciler.planning.saved import signed
        from reconciler.planning.selection import selected

        desired = read_desired(*session.inputs(project, environment))
        selection, commit = selected(desired, part.targets, part.labels), session.commit()
        client, listed = account()
        made, diagnostics = make_plan(
            client, desired, now=session.clock(), commit=commit, selection=selection, listed=listed, lifetime=lifetime
        )
    return desired, signed(made, key) if key else made, diagnostics


def rows_of(
    made: Plan, desired: Desired, out: Path | None = None, *, allowed: Mapping[str, int] = MappingProxyType({})
) -> PlanRows:
    """The rows of a plan that was made now; `out`: where it is saved; `allowed` raises the run's limits by name."""
    from reconciler.planning.limits import limit_uses
    from reconciler.render.rows import plan_rows

    uses = limit_uses(made, desired, allowed)
    return plan_rows(made, names_of(desired.environment), uses, file=str(out) if out else "")


def show(made: Plan, desired: Desired, allowed: Mapping[str, int]) -> None:
    """Prints a plan as text; `allowed` raises the run's limits by name."""
    from reconciler.cli.reports import show_plan

    show_plan(made, rows_of(made, desired, allowed=allowed), "text")
