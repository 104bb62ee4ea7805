"""`reconciler validate`: every fault of every file at once, offline."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.session import Ended, Session

if TYPE_CHECKING:
    from reconciler.diagnostics import Diagnostic

FORMATS = ("text", "json", "github", "sarif")


@click.command()
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", help="How faults are told.")
@click.pass_obj
def validate(session: Session, format_: str) -> None:
    """Check the manifests: offline, no token needed.

    Without -e the manifests are checked for every environment of the project. The formats for machines go to stdout:
    json, github (annotations of GitHub Actions), sarif (2.1.0, for code scanning). Exit codes are the same in all.
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
    from reconciler.render.reports import diagnostics_github, diagnostics_json
    from reconciler.render.sarif import diagnostics_sarif

    if format_ == "github":
        return diagnostics_github(faults, _folder(session))
    return diagnostics_json(faults) if format_ == "json" else diagnostics_sarif(faults)


def _folder(session: Session) -> str:
    """The project's folder relative to the checkout's, which GitHub names; empty when it is not inside of it."""
    checkout = Path(session.variables.get("GITHUB_WORKSPACE") or ".").resolve()
    folder = os.path.relpath(session.directory.resolve(), checkout)
    return "" if folder.startswith("..") else Path(folder).as_posix()
