"""`reconciler validate`: every fault of every file at once, offline."""

from __future__ import annotations

import click

from reconciler.cli.session import Session


@click.command()
@click.pass_obj
def validate(session: Session) -> None:
    """Check the manifests: offline, no token needed.

    Without -e the manifests are checked for every environment of the project.
    """
    from reconciler.cli import terminal
    from reconciler.cli.files import choose_environment
    from reconciler.diagnostics import Diagnostic, has_errors, in_order
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
            terminal.out(f"{environment.name}: {checked.replace('policys', 'policies')}, valid\n")
    if has_errors(faults):
        raise ManifestsInvalid(in_order(faults))
    terminal.report(in_order(faults))
