"""`reconciler validate`: every fault of every file at once, offline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from reconciler.cli.session import Ended, Session

if TYPE_CHECKING:
    from reconciler.diagnostics import Diagnostic

FORMATS = ("text", "json", "github", "sarif", "codequality", "junit")


@click.command()
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", help="How faults are told.")
@click.pass_obj
def validate(session: Session, format_: str) -> None:
    """Check the manifests: offline, no token needed.

    Without -e the manifests are checked for every environment of the project. The formats for machines go to stdout:
    json, github (annotations of GitHub Actions), sarif (2.1.0, for code scanning), codequality (GitLab), junit. Exit
    codes are the same in all.
    """
    from reconciler.cli import terminal
    from reconciler.cli.exits import Exit, exit_of
    from reconciler.diagnostics import has_errors
    from reconciler.errors import ManifestsInvalid, ProjectError, ReconcilerError

    if format_ == "text":
        terminal.report(_checked(session, terminal.out))
        return
    code = Exit.DONE
    try:
        faults: Sequence[Diagnostic] = _checked(session, terminal.talk)
    except ManifestsInvalid as invalid:
        faults, code = invalid.diagnostics, exit_of(invalid)
    except ReconcilerError as error:
        faults, code = [error.diagnostic()], exit_of(error)
    except OSError as error:
        refused = ProjectError("the system refused", f"{error.filename or ''}: {error.strerror}", "", "system")
        faults, code = [refused.diagnostic()], exit_of(refused)
    terminal.out(_rendered(session, format_, faults))
    if has_errors(faults):
        raise Ended(code)


def _checked(session: Session, say: Callable[[str], None]) -> list[Diagnostic]:
    """The warnings and notes of all environments that are checked; ManifestsInvalid with all faults otherwise."""
    from reconciler.cli.files import choose_environment
    from reconciler.diagnostics import has_errors, in_order
    from reconciler.errors import ManifestsInvalid
    from reconciler.render.words import count

    project = session.project()
    chosen = (
        [choose_environment(project, session.environment)] if session.environment else project.environments.values()
    )
    faults: list[Diagnostic] = []
    for environment in chosen:
        try:
            desired = session.desired(project, environment)
        except ManifestsInvalid as invalid:
            faults += invalid.diagnostics
        else:
            faults += desired.diagnostics
            checked = f"{count(len(desired.campaigns), 'campaign')} and {count(len(desired.policies), 'policy')}"
            say(f"{environment.name}: {checked.replace('policys', 'policies')}, valid\n")
    if has_errors(faults):
        raise ManifestsInvalid(in_order(faults))
    return in_order(faults)


def _rendered(session: Session, format_: str, faults: Sequence[Diagnostic]) -> str:
    from reconciler.cli.checkout import folder_in_repository
    from reconciler.render.formats import items_as
    from reconciler.render.machine import item_of
    from reconciler.render.reports import diagnostics_json

    if format_ == "json":
        return diagnostics_json(faults)
    folder = folder_in_repository(session)
    return items_as(format_, [item_of(each) for each in faults], folder, f"validate {folder}".strip())
