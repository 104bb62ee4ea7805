"""What the tests of `drift --adopt` share: a project that is applied and committed, and what happens to it then."""

from __future__ import annotations

import subprocess

from reconciler.api.endpoints.campaigns import patch_campaign
from tests.cli.conftest import LOCAL
from tests.conftest import Ran, Workplace

BAKERY, CHILDCARE, RENEWAL = 6046, 6048, 6051
ADMISSIONS = "manifests/admissions.yaml"


def apply_and_commit(project: Workplace) -> None:
    """Makes the project's folder a repository, commits all of it, and applies it."""
    git(project, "init", "--quiet", "--initial-branch", "main")
    git(project, "config", "user.name", "Alice")
    git(project, "config", "user.email", "alice@example.com")
    commit(project)
    assert project.run(*LOCAL, "apply", "--yes").code == 0


def git(project: Workplace, *arguments: str) -> str:
    """What Git says in the project's folder."""
    command = ["git", "-C", str(project.folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip("\n")


def commit(project: Workplace) -> None:
    """Commits all that is there."""
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "mine")


def edit(project: Workplace, path: str, before: str, after: str) -> None:
    """Changes a file by hand."""
    file = project.folder / path
    content = file.read_text()
    assert before in content
    file.write_text(content.replace(before, after))


def console(project: Workplace, campaign: int, **fields: object) -> None:
    """Changes a campaign in the console."""
    with project.console() as account:
        account.run(patch_campaign(campaign, fields))


def adopt(project: Workplace, *arguments: str) -> Ran:
    """Runs `drift --adopt`."""
    return project.run(*LOCAL, "drift", "--adopt", *arguments)


def branches(project: Workplace) -> list[str]:
    """The branches of the repository."""
    return git(project, "branch", "--format=%(refname:short)").splitlines()


def hook(project: Workplace, name: str, script: str) -> None:
    """Puts a hook into the repository."""
    path = project.folder / ".git/hooks" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
