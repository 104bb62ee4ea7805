"""`reconciler show FILE`: a saved plan in any format. Reads no account and needs no project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit
from reconciler.cli.reports import Report, format_options
from reconciler.cli.session import Ended, Session, names_of
from reconciler.errors import ReconcilerError

if TYPE_CHECKING:
    from reconciler.manifests.project import Environment, Project
    from reconciler.planning.limits import Use
    from reconciler.planning.plan import Plan
    from reconciler.render.words import Names

#: Why a plan's limits are not shown.
_ELSEWHERE = "this plan's project is not here: ids have no names, and the limits are not shown"
_UNSOUND = "the manifests here are not sound: this plan's limits are not shown; `reconciler validate` says why"
_STALE = "the manifests have changed since this plan was made: apply refuses it, plan again (its limits are not shown)"


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
    names, uses, note = _of_project(session, made)
    rows = plan_rows(made, names, uses, now=session.clock(), file=str(file))
    terminal.report(each.diagnostic() for each in made.diagnostics)
    show_plan(made, rows, format_, facts=True)
    if rows.facts.is_expired:
        terminal.talk(f"note: this plan expired {rows.facts.expires}: apply refuses it, plan again\n")
    if note:
        terminal.talk(f"note: {note}\n")
    if not write_reports(made, rows, reports):
        raise Ended(Exit.ERROR)


def _of_project(session: Session, made: Plan) -> tuple[Names, list[Use], str]:
    """The names that the plan's environment gives, the plan's limits, and why these are not shown (empty: they are).

    As far as the project here tells them: the plan can be shown without one.
    """
    from reconciler.planning.limits import limit_uses
    from reconciler.render.words import Names

    found = _project(session, made)
    if found is None:
        return Names(), [], _ELSEWHERE
    project, environment = found
    names = names_of(environment)
    try:
        desired = session.desired(project, environment)
    except ReconcilerError:
        return names, [], _UNSOUND
    stale = made.undoes is None and desired.digest() != made.manifests_digest
    return names, [] if stale else limit_uses(made, desired, {}), _STALE if stale else ""


def _project(session: Session, made: Plan) -> tuple[Project, Environment] | None:
    """The project here and the plan's environment in it; None where it is not the plan's."""
    try:
        project = session.project()
    except ReconcilerError:
        return None
    environment = project.environments.get(made.environment)
    return None if project.name != made.project or environment is None else (project, environment)
