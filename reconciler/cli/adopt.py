"""`reconciler drift --adopt`: the console's changes into the manifests, as a commit on a branch of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.session import Session

if TYPE_CHECKING:
    from reconciler.api.shapes import Campaign
    from reconciler.cli.git import Committed, Repository
    from reconciler.errors import ProjectError
    from reconciler.exporting.update import Update
    from reconciler.manifests.desired import Desired
    from reconciler.manifests.read import Files, Inputs
    from reconciler.planning.drift import Difference, Drift
    from reconciler.planning.plan import Attribute


def adopt_drift(session: Session, desired: Desired, found: Drift, branch: str | None) -> int:
    """Adopts what was changed in the console alone; how many differences are left.

    ProjectError, and nothing is changed, where a file to be changed is not as the last commit has it, the account is
    not as it was shown any more, the branch is there already, or Git refuses.
    """
    from reconciler.cli import terminal
    from reconciler.cli.export import read_account
    from reconciler.cli.export_update import _tell_others
    from reconciler.planning.drift import Origin
    from reconciler.render.words import count

    if not found.of(Origin.CONSOLE):
        terminal.talk("Nothing to adopt: nothing was changed in the console alone.\n")
        return len(found.differences)
    inputs = session.inputs(desired.project, desired.environment)
    account = read_account(session, desired.environment)
    _refuse_moved(found, _differing(inputs, account))
    updated = _updated(session, inputs, account, found)
    if updated.files:
        _commit(session, inputs, updated, branch or _branch_of(found))
        _tell_others(updated, inputs)
    else:
        terminal.talk("Nothing to adopt: what was changed in the console alone can't be written into a manifest.\n")
    terminal.report([*updated.faults, *(each.diagnostic() for each in updated.kept)])
    still = _differing(inputs.changed(updated.files), account)
    left = [each for each in found.differences if not _is_value(each) or _key(each) in still]
    if left:
        terminal.talk(f"{count(len(left), 'difference')} left: `reconciler drift` shows them.\n")
    return len(left)


def _branch_of(found: Drift) -> str:
    return f"drift/{found.environment}-{found.fingerprint.removeprefix('sha256:')[:8]}"


def _key(difference: Difference) -> tuple[str, str]:
    return difference.address, difference.attribute or ""


def _is_value(difference: Difference) -> bool:
    """Whether it is of a value of the campaign: not of contacts, nor that the campaign is to end."""
    return difference.attribute not in (None, "lifecycle.ensure")


def _differing(inputs: Inputs, account: Sequence[Campaign]) -> dict[tuple[str, str], Attribute]:
    """The values of campaigns that the account has otherwise than the files say, by address and attribute."""
    from reconciler.manifests.read import read_desired
    from reconciler.planning.campaigns import campaign_changes
    from reconciler.planning.live import paired

    pairs, _ = paired(account, read_desired(*inputs))
    changes = [change for pair in pairs.values() for change in campaign_changes(pair)]
    return {(change.address, each.name): each for change in changes for each in change.attributes if not each.ignored}


def _refuse_moved(found: Drift, now: Mapping[tuple[str, str], Attribute]) -> None:
    """ProjectError where a change of the console's is another one now than the one that was shown."""
    from reconciler.errors import ProjectError
    from reconciler.planning.drift import Origin

    for each in found.of(Origin.CONSOLE):
        held = now.get(_key(each))
        if _is_value(each) and (held is None or held.before != each.live):
            detail = f"{each.address} {each.attribute} is not as it was shown any more"
            advice = "nothing was written; run the command again"
            raise ProjectError("the account was changed meanwhile", detail, advice, "account-moved")


def _updated(session: Session, inputs: Inputs, account: Sequence[Campaign], found: Drift) -> Update:
    """The files with the console's changes in them."""
    from reconciler.cli.export_update import other_inputs
    from reconciler.exporting.update import update
    from reconciler.planning.drift import Origin

    theirs = {_key(each) for each in found.of(Origin.CONSOLE)}
    wanted = {address.partition("/")[2] for address, _ in theirs}
    others = list(other_inputs(session, inputs))
    return update(inputs, account, wanted, others, lambda address, attribute: (str(address), attribute) in theirs)


def _commit(session: Session, inputs: Inputs, updated: Update, branch: str) -> None:
    """Commits the changed files on a new branch, and checks it out where that touches no change of the user's."""
    from reconciler.cli import terminal
    from reconciler.cli.git import Repository
    from reconciler.errors import ProjectError
    from reconciler.render.words import count

    repository = Repository(session.directory)
    committed = _committed(session, repository, inputs, updated.files)
    if repository.has_branch(branch):
        detail = f"there is a branch {branch} already, perhaps with this same drift"
        advice = "look at it, or name another one with --branch"
        raise ProjectError("the branch exists", detail, advice, "branch-exists")
    contents = [(file, updated.files[path]) for path, file in committed.items()]
    commit = repository.commit(branch, contents, _message(inputs, updated))
    adopted = f"{count(len(updated.adopted), 'value')} in {count(len(updated.files), 'file')}"
    terminal.talk(f"Adopted {adopted}: commit {commit[:10]} on branch {branch}.\n")
    _check_out(repository, branch)


def _committed(session: Session, repository: Repository, inputs: Inputs, changed: Files) -> dict[str, Committed]:
    """The files to be changed as the last commit has them; ProjectError where one was read with other content."""
    before = {**inputs.overlays, **inputs.manifests}
    found: dict[str, Committed] = {}
    for path in sorted(changed):
        file = repository.committed(path, before[path])
        if file is None:
            raise _uncommitted(session, path)
        found[path] = file
    return found


def _uncommitted(session: Session, path: str) -> ProjectError:
    from reconciler.errors import ProjectError

    folder = session.directory.resolve()
    if Path(os.path.normpath(folder / path)) != (folder / path).resolve():
        detail, advice = f"{path} leads through a link", "let the project's `manifests` name the file itself"
        return ProjectError("a file is reached by a link", detail, advice, "uncommitted")
    detail, advice = f"{path} is not as the last commit has it, and stays", "commit or stash it first"
    return ProjectError(
        "a file has uncommitted changes", detail, f"{advice}, then run the command again", "uncommitted"
    )


def _check_out(repository: Repository, branch: str) -> None:
    from reconciler.cli import terminal
    from reconciler.render.neutral import neutral

    if said := repository.switch(branch):
        terminal.talk(f"note: git switch: {neutral(said)}\n")
    if repository.is_on(branch):
        terminal.talk(f"It is checked out. Review it, then: git push --set-upstream origin {branch}\n")
    else:
        terminal.talk(f"The branch holds it, and is not checked out: git switch {branch}\n")


def _message(inputs: Inputs, updated: Update) -> str:
    """What the commit says: which values were taken over. Never the values: forges obey what stands in a message."""
    heading = f"Adopt what was changed in the console of {inputs.environment.name}"
    return "\n".join([heading, "", *(f"- {each.address} {each.difference.attribute}" for each in updated.adopted)])
