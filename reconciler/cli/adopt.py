"""`reconciler drift --adopt`: the console's changes into the manifests, as a commit on a branch of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reconciler.cli.session import Session, names_of

if TYPE_CHECKING:
    from reconciler.cli.file_changes import FileChange
    from reconciler.exporting.update import Update
    from reconciler.manifests.desired import Desired
    from reconciler.planning.drift import Drift


def adopt_drift(session: Session, desired: Desired, found: Drift, branch: str | None) -> int:
    """Adopts what was changed in the console alone; how many differences are left.

    ProjectError, and nothing is changed, where a file to be changed has uncommitted changes, the branch is there
    already, or Git refuses.
    """
    from reconciler.cli import terminal
    from reconciler.cli.file_changes import FileChange
    from reconciler.planning.drift import Origin
    from reconciler.render.words import count

    if not found.of(Origin.CONSOLE):
        terminal.talk("Nothing to adopt: nothing was changed in the console alone.\n")
        return len(found.differences)
    inputs = session.inputs(desired.project, desired.environment)
    updated = _updated(session, desired, found)
    files = {**inputs.overlays, **inputs.manifests}
    changes = [FileChange(path, files[path], content) for path, content in sorted(updated.files.items())]
    if changes:
        name = branch or f"drift/{desired.environment.name}-{found.fingerprint.removeprefix('sha256:')[:8]}"
        commit = _committed(session, changes, name, _message(desired, updated))
        adopted = f"{count(len(updated.adopted), 'value')} in {count(len(changes), 'file')}"
        terminal.talk(f"Adopted {adopted}: commit {commit[:10]} on branch {name}, which is checked out.\n")
        terminal.talk(f"Review it, then: git push --set-upstream origin {name}\n")
    terminal.report([*updated.faults, *(each.diagnostic() for each in updated.kept)])
    left = len(found.differences) - len(updated.adopted)
    if left:
        terminal.talk(f"{count(left, 'difference')} left: `reconciler drift` shows them.\n")
    return left


def _updated(session: Session, desired: Desired, found: Drift) -> Update:
    """The files with the console's changes in them."""
    from reconciler.cli.export import read_account
    from reconciler.cli.export_update import other_inputs
    from reconciler.exporting.update import update
    from reconciler.planning.drift import Origin

    inputs = session.inputs(desired.project, desired.environment)
    theirs = {(each.address, each.attribute) for each in found.of(Origin.CONSOLE)}
    wanted = {address.partition("/")[2] for address, _ in theirs}
    return update(
        inputs,
        read_account(session, desired.environment),
        wanted,
        list(other_inputs(session, inputs)),
        meant=lambda address, attribute: (str(address), attribute) in theirs,
    )


def _committed(session: Session, changes: Sequence[FileChange], branch: str, message: str) -> str:
    """The commit with the changed files; where it can't be made all is as it was."""
    from reconciler.cli.file_changes import write
    from reconciler.cli.git import Repository
    from reconciler.errors import ProjectError

    repository = Repository(session.directory)
    paths = [each.path for each in changes]
    if dirty := repository.uncommitted(paths):
        advice = "commit or stash it first, then run the command again"
        detail = f"{', '.join(dirty)} is not as the last commit has it, and stays"
        raise ProjectError("a file has uncommitted changes", detail, advice, "uncommitted")
    if repository.has_branch(branch):
        detail = f"there is a branch {branch} already, perhaps with this same drift"
        raise ProjectError(
            "the branch exists", detail, "look at it, or name another one with --branch", "branch-exists"
        )
    head = repository.head
    repository.begin_branch(branch)
    try:
        write(session.directory, changes)
        return repository.commit(paths, message)
    except BaseException:
        repository.drop_branch(branch, head, paths)
        raise


def _message(desired: Desired, updated: Update) -> str:
    """What the commit says: each value that was taken over, and that it is the account's."""
    from reconciler.render.rows import moved

    names = names_of(desired.environment)
    lines = [
        f"- {each.address} {each.difference.attribute}: "
        f"{moved(str(each.difference.path[-1]), each.difference.desired, each.difference.live, names)}"
        for each in updated.adopted
    ]
    heading = f"Adopt what was changed in the console of {desired.environment.name}"
    return "\n".join([heading, "", *lines])
