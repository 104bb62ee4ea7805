"""`reconciler plan`: what differs between the manifests and the account. Writes nothing to the account."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit
from reconciler.cli.session import Ended, Session, names_of

if TYPE_CHECKING:
    from reconciler.diagnostics import Diagnostic
    from reconciler.manifests.desired import Desired
    from reconciler.planning.plan import Plan


@click.command()
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Save the plan for apply.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="What stdout gets.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@click.pass_obj
def plan(session: Session, out: Path | None, format_: str, detailed_exitcode: bool) -> None:
    """Show what differs between the manifests and the account.

    Reads the account and never writes to it. A campaign that can't be planned is reported, and the rest is planned.
    """
    from reconciler.cli import terminal
    from reconciler.planning.saved import dumps

    desired = session.chosen()
    made, diagnostics = make(session, desired)
    terminal.report(diagnostics)
    if out is not None:
        save(made, out)
    if format_ == "json":
        terminal.out(dumps(made))
    else:
        show(made, desired)
    if out is not None and format_ == "text":
        terminal.talk(f"\nSaved to {out}. `apply {out}` applies exactly this plan, within 24 hours.\n")
    if made.has_errors:
        raise Ended(Exit.ERROR)
    if detailed_exitcode and made.steps:
        raise Ended(Exit.CHANGES)


def make(session: Session, desired: Desired) -> tuple[Plan, list[Diagnostic]]:
    """A plan from what the account holds now, through a client that cannot write (S1)."""
    from reconciler.planning.planner import make_plan

    with session.client(desired.environment, writable=False) as client:
        return make_plan(client, desired, now=session.clock(), commit=session.commit())


def show(made: Plan, desired: Desired) -> None:
    """Prints a plan as text."""
    from reconciler.cli import terminal
    from reconciler.planning.limits import limit_uses
    from reconciler.render.rows import plan_rows
    from reconciler.render.text import plan_text

    terminal.out(plan_text(plan_rows(made, names_of(desired.environment), limit_uses(made, desired, {}))))


def save(made: Plan, path: Path) -> None:
    """Writes a plan to a file: whole, or not at all, and over nothing but an older plan."""
    from reconciler.errors import ProjectError
    from reconciler.planning.saved import dumps, looks_saved
    from reconciler.store.folder import Folder

    try:
        if path.exists() and not looks_saved(path.read_bytes()):
            advice = "name a new file, such as change.json"
            raise ProjectError(
                "the plan can't be saved", f"{path} is no saved plan: it stays", advice, "plan-not-saved"
            )
        Folder(path.parent).replace(path.name, dumps(made).encode())
    except OSError as error:
        raise ProjectError(
            "the plan can't be saved", f"{path}: {error.strerror}", "choose another file", "plan-not-saved"
        ) from None
