"""`reconciler show FILE`: a saved plan in any format. Reads no account and needs no project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit
from reconciler.cli.reports import Report, format_options
from reconciler.cli.session import Ended, Session, names_of

if TYPE_CHECKING:
    from reconciler.planning.limits import Use
    from reconciler.planning.plan import Plan
    from reconciler.render.words import Names


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), is_eager=True)
@format_options
@click.pass_obj
def show(session: Session, file: Path, format_: str, reports: Sequence[Report]) -> None:
    """Show a saved plan (from plan --out) in any format.

    Needs neither the account nor the project. In the project's folder agents and groups have their names beside their
    ids, and, where the manifests are those of the plan, its limits are shown.
    """
    from reconciler.cli import terminal
    from reconciler.cli.reports import show_plan, write_reports
    from reconciler.cli.saved_plans import plan_key, read_plan
    from reconciler.render.rows import plan_rows

    made = read_plan(file, plan_key(session.variables))
    names, uses = _of_project(session, made)
    rows = plan_rows(made, names, uses, now=session.clock(), file=str(file))
    terminal.report(each.diagnostic() for each in made.diagnostics)
    show_plan(made, rows, format_, facts=True)
    if rows.facts.is_expired:
        terminal.talk(f"note: this plan expired {rows.facts.expires}: apply refuses it, plan again\n")
    if not write_reports(made, rows, reports):
        raise Ended(Exit.ERROR)


def _of_project(session: Session, made: Plan) -> tuple[Names, list[Use]]:
    """The names that the plan's environment gives, and the plan's limits: as far as the project here tells them."""
    from reconciler.errors import ReconcilerError
    from reconciler.planning.limits import limit_uses
    from reconciler.render.words import Names

    names = Names()
    try:
        project = session.project()
        environment = project.environments.get(made.environment)
        if project.name != made.project or environment is None:
            return names, []
        names = names_of(environment)
        desired = session.desired(project, environment)
    except ReconcilerError:  # a project that is not there, or not sound now: the plan is, and can be shown
        return names, []
    return names, limit_uses(made, desired, {}) if desired.digest() == made.manifests_digest else []
