"""`reconciler export --update`: what was changed in the console, back in the manifests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from reconciler.cli.exits import Exit
from reconciler.cli.session import Ended, Session, names_of

if TYPE_CHECKING:
    from rich.text import Text

    from reconciler.api.shapes import Campaign
    from reconciler.exporting.drift import Adoption
    from reconciler.exporting.update import Update
    from reconciler.manifests.desired import Desired
    from reconciler.manifests.read import Inputs
    from reconciler.render.manifest import Row
    from reconciler.render.words import Names


def bring_back(session: Session, inputs: Inputs, campaigns: Sequence[str], *, dry_run: bool) -> None:
    """Changes the values that differ where they stand in the files; exit 1 when some can't be changed there."""
    from reconciler.cli import terminal
    from reconciler.cli.export import read_account
    from reconciler.cli.file_changes import FileChange, diff_text, write
    from reconciler.exporting.update import update
    from reconciler.manifests.read import read_desired

    desired = read_desired(*inputs)
    account = read_account(session, inputs.environment)
    found = update(inputs, account, _wanted(campaigns, desired, account), list(other_inputs(session, inputs)))
    files = {**inputs.overlays, **inputs.manifests}
    changes = [FileChange(path, files[path], content) for path, content in sorted(found.files.items())]
    if dry_run and changes:
        terminal.out(diff_text(changes))
    else:
        write(session.directory, changes)
        terminal.out(_text(found, inputs))
    terminal.report([*found.faults, *(each.diagnostic() for each in found.kept)])
    _tell_others(found, inputs)
    if found.kept or any(each.is_error for each in found.faults):
        raise Ended(Exit.ERROR)


def other_inputs(session: Session, inputs: Inputs) -> Iterator[Inputs]:
    """What the other environments read, as far as it is there."""
    from reconciler.errors import ReconcilerError

    for each in inputs.project.environments.values():
        with suppress(ReconcilerError):
            if each.name != inputs.environment.name:
                yield session.inputs(inputs.project, each)


def _wanted(campaigns: Sequence[str], desired: Desired, account: Sequence[Campaign]) -> set[str] | None:
    """The manifests that are meant, by their names; None: all. ProjectError for what means none."""
    from reconciler.diagnostics import nearest_help
    from reconciler.errors import ProjectError
    from reconciler.exporting.account import is_meant
    from reconciler.planning.live import paired

    if not campaigns:
        return None
    pairs, _ = paired(account, desired)
    known = {each.address.name for each in desired.campaigns}
    found: set[str] = set()
    for text in campaigns:
        meant = {name for name, pair in pairs.items() if is_meant(pair.live, text) or fnmatchcase(name, text)}
        meant |= {text} & known
        if not meant:
            detail, advice = f"no manifest manages a campaign `{text}`", nearest_help("campaign", text, known)
            raise ProjectError("campaign is not managed", detail, advice, "not-managed")
        found |= meant
    return found


def _text(found: Update, inputs: Inputs) -> Text:
    from reconciler.render.manifest import differences_text
    from reconciler.render.words import count

    names = names_of(inputs.environment)
    campaigns = dict.fromkeys(each.address for each in found.adopted)
    blocks = [
        (str(address), "", [_row(each, names) for each in found.adopted if each.address == address])
        for address in campaigns
    ]
    total = (
        f"Brought back {count(len(found.adopted), 'value')} of {count(len(campaigns), 'campaign')} into "
        f"{count(len(found.files), 'file')}"
        if found.adopted
        else "Nothing to bring back" + (" but what is told below" if found.kept else "")
    )
    return differences_text(f"What the manifests say, and the account of {inputs.environment.name}", blocks, total)


def _row(adoption: Adoption, names: Names) -> Row:
    from reconciler.manifests.writing import written_path
    from reconciler.render.manifest import Row
    from reconciler.render.rows import moved

    each = adoption.difference
    after = "taken out" if each.gone else None
    text = moved(str(each.path[-1]), each.desired, each.live, names) if after is None else after
    path = each.path[2:] if each.path[1] == "settings" else each.path[1:]
    return Row("~", written_path(path), text, f"{adoption.file}:{adoption.line}")


def _tell_others(found: Update, inputs: Inputs) -> None:
    """That a file which every environment reads was changed."""
    from reconciler.cli import terminal

    others = [name for name in inputs.project.environments if name != inputs.environment.name]
    shared = [path for path in found.files if path in inputs.manifests]
    if others and shared:
        terminal.talk(f"note: {', '.join(shared)}: these values are for {', '.join(others)} too\n")
