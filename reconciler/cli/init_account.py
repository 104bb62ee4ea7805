"""`reconciler init --from-account URL`: a new project whose manifests say what an account has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.cli.session import Session

if TYPE_CHECKING:
    from reconciler.cli.file_changes import FileChange
    from reconciler.exporting.account import Exported
    from reconciler.manifests.project import Environment, Project

FOLDER = "manifests"
_PROJECT = """\
{modeline}
# The project: where the manifests are, and the accounts that they are applied to (`reconciler explain Project`).
apiVersion: diabolocom.reconciler/v1
kind: Project
metadata: {{name: {name}}}
spec:
  manifests: [{folder}]
  environments:
    {environment}:
      baseUrl: {url}
      tokenEnv: {token} # the variable that holds the token, never the token itself
      agents: {{}} # names that manifests may use instead of ids, such as alice: 543
      groups: {{}}
"""


def from_account(session: Session, name: str, url: str, token: str | None) -> tuple[list[FileChange], Exported]:
    """The project file of the project `name`, and a manifest for each campaign of the account; nothing is written.

    The account is the one at `url`, read through a client that cannot write (S1), with the token that the variable
    `token` of the process holds. click.UsageError for a `url`, a variable or an environment that can't be one.
    """
    from reconciler.cli.export_new import new_file, with_bindings
    from reconciler.cli.file_changes import FileChange
    from reconciler.kinds.project import FILE_NAME

    environment_name = session.environment or ("local" if url.startswith("emulator:") else "production")
    text = _text(name, environment_name, url, token)
    project = _project(text)
    environment = project.environments[environment_name]
    found = _exported(session, project, environment)
    whole = with_bindings(text.encode(), environment, found.manifests)
    manifests = [new_file(FOLDER, each, has_schema=True) for each in found.manifests]
    kept = [] if manifests else [FileChange(f"{FOLDER}/.gitkeep", None, b"")]  # Git holds no empty folder
    return [FileChange(FILE_NAME, None, whole), *manifests, *kept], found


def _text(name: str, environment: str, url: str, token: str | None) -> str:
    from reconciler.kinds.project import DEFAULT_TOKEN_ENV, FILE_NAME
    from reconciler.manifests.modeline import modeline
    from reconciler.manifests.writing import written_scalar

    return _PROJECT.format(
        modeline=modeline(FILE_NAME),
        name=written_scalar(name),
        folder=FOLDER,
        environment=written_scalar(environment),
        url=written_scalar(url),
        token=written_scalar(token or DEFAULT_TOKEN_ENV),
    )


def _project(text: str) -> Project:
    from reconciler.manifests.project import read_project

    project, faults = read_project("reconciler.yaml", text.encode())
    if project is None:
        fault = faults[0]
        raise click.UsageError("; ".join(each for each in (fault.detail or fault.summary, fault.help) if each))
    return project


def _exported(session: Session, project: Project, environment: Environment) -> Exported:
    from reconciler.cli.export import read_account
    from reconciler.exporting.account import exported
    from reconciler.exporting.content import exportable
    from reconciler.manifests.read import read_desired

    desired = read_desired(project, environment, {}, {})
    account = read_account(session, environment)
    return exported(account, desired, (), taken=(), settings=exportable((), ()), whole=False)


def what_next(found: Exported, command: str) -> str:
    """What was made, and what to do with it; `command` is how the tool is called for the project."""
    from reconciler.render.words import count

    return (
        f"Made reconciler.yaml and {count(len(found.manifests), 'manifest')} in {FOLDER}/. Next:\n"
        f"  {command} plan               changes nothing: the manifests say what the account has\n"
        f"  {command} export --update    brings back what somebody changes in the console\n"
        "Names for the ids of agents and groups go into reconciler.yaml.\n"
    )
