"""`reconciler export` without --update: new manifests, and their bindings in the project file."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from reconciler.cli.exits import Exit
from reconciler.cli.session import Ended, Session

if TYPE_CHECKING:
    from reconciler.cli.file_changes import FileChange
    from reconciler.exporting.account import Exported
    from reconciler.exporting.manifests import NewManifest
    from reconciler.manifests.project import Environment, Project
    from reconciler.manifests.read import Inputs


@dataclass(frozen=True, slots=True)
class Options:
    """How new manifests are to be written.

    `folder`: where, relative to the project (None: its first one). `without`: settings to leave out. `all_fields`: also
    what is null, empty or off. `dry_run`: print a diff and write nothing.
    """

    folder: str | None
    without: frozenset[str]
    all_fields: bool
    dry_run: bool


def write_new(session: Session, inputs: Inputs, campaigns: Sequence[str], options: Options) -> None:
    """Writes a manifest and a binding for each campaign that is meant; exit 1 when there is one without."""
    from reconciler.cli import terminal
    from reconciler.cli.export import read_account
    from reconciler.cli.file_changes import diff_text, write
    from reconciler.exporting.account import exported
    from reconciler.exporting.content import exportable
    from reconciler.manifests.modeline import SCHEMA
    from reconciler.manifests.read import read_desired

    folder = target_folder(session.directory, inputs.project, options.folder)
    desired = read_desired(*inputs)
    found = exported(
        read_account(session, inputs.environment),
        desired,
        campaigns,
        taken=_file_names(session.directory / folder),
        settings=exportable(inputs.project.announced, options.without),
        whole=options.all_fields,
    )
    terminal.report([*desired.diagnostics, *found.faults])
    has_schema = (session.directory / SCHEMA).is_file()
    changes = bound(session.directory, inputs.environment, found.manifests)
    files = {f"{each}.yaml" for each in _file_names(session.directory / folder)}
    changes += [new_file(folder, each, has_schema=has_schema, taken=files) for each in found.manifests]
    if options.dry_run and changes:
        terminal.out(diff_text(changes))
    else:
        write(session.directory, changes)
        terminal.out(_summary(folder, found))
    tell_left_out(found)
    _tell_others(found, inputs)
    if found.faults:
        raise Ended(Exit.ERROR)


def target_folder(directory: Path, project: Project, named: str | None) -> str:
    """Where new manifests go, relative to the project; ProjectError when `plan` would not look there."""
    from reconciler.cli.files import is_read
    from reconciler.errors import ProjectError

    if named is None:
        folders = [each for each in project.manifests if (directory / each).is_dir()]
        if folders or not project.manifests:
            return PurePosixPath(folders[0]).as_posix() if folders else "manifests"
        detail, advice = "the project names files, and no folder, in `manifests`", "name a folder there, and with --to"
        raise ProjectError("there is no folder for new manifests", detail, advice, "folder-not-read")
    folder = posixpath.normpath(named)
    parts = [directory / folder, *(directory / each for each in PurePosixPath(folder).parents)]
    is_odd = any(each.is_symlink() or (each.exists() and not each.is_dir()) for each in parts if each != directory)
    if is_odd or not is_read(directory, project, folder):
        detail = f"the project reads no manifests from `{named}`"
        advice = "name a folder inside of those in the project's `manifests`, relative to the project"
        raise ProjectError("not a folder of manifests", detail, advice, "folder-not-read")
    return folder


def bound(directory: Path, environment: Environment, manifests: Sequence[NewManifest]) -> list[FileChange]:
    """The project file with the new bindings; nothing when none is new."""
    from reconciler.cli.file_changes import FileChange
    from reconciler.kinds.project import FILE_NAME

    before = (directory / FILE_NAME).read_bytes()
    after = with_bindings(before, environment, manifests)
    return [FileChange(FILE_NAME, before, after)] if after != before else []


def new_file(
    folder: str, manifest: NewManifest, *, has_schema: bool, taken: Collection[str] = frozenset()
) -> FileChange:
    """The file of a manifest; where the project has the schema, with the line that tells editors of it.

    A bound name may be that of a file which is there (`taken`): then the id follows it.
    """
    from reconciler.cli.file_changes import FileChange
    from reconciler.manifests.modeline import modeline

    name = f"{manifest.name}.yaml"
    name = f"{manifest.name}-{manifest.campaign.id}.yaml" if name in taken else name
    path = posixpath.normpath(posixpath.join(folder, name))
    head = f"{modeline(path)}\n" if has_schema else ""
    return FileChange(path, None, (head + manifest.text).encode())


def with_bindings(content: bytes, environment: Environment, manifests: Iterable[NewManifest]) -> bytes:
    """The project file's content with what binds the new manifests; ProjectError when it can't be added there."""
    from reconciler.errors import ProjectError
    from reconciler.kinds import PROJECT
    from reconciler.kinds.project import FILE_NAME
    from reconciler.manifests.project import read_project
    from reconciler.manifests.splicing import Put, SpliceError, spliced
    from reconciler.model import Address

    path = ("spec", "environments", environment.name, "campaigns")
    edits = [Put((*path, each.name), each.binding) for each in manifests if each.name not in environment.campaigns]
    project, _ = read_project(FILE_NAME, content)
    assert project is not None  # it was read before
    try:
        return spliced(content, Address(PROJECT, project.name), edits)
    except SpliceError as error:
        detail = f"{FILE_NAME}: {error}"
        advice = "write the environment's `campaigns` out without anchors, then export again; nothing was written"
        raise ProjectError("the bindings can't be added", detail, advice, "bindings-not-added") from None


def _file_names(folder: Path) -> set[str]:
    """The names of the files that are there: none of them is written over."""
    return {each.stem.lower() for each in folder.iterdir()} if folder.is_dir() else set()


def _summary(folder: str, found: Exported) -> str:
    from reconciler.render.neutral import neutral
    from reconciler.render.words import count

    if not found.manifests:
        return "Nothing to export: every campaign has a manifest, or was left out.\n"
    width = max(len(each.name) for each in found.manifests)
    lines = [f"  {each.name:<{width}}  {each.campaign.id} {neutral(each.campaign.name)}\n" for each in found.manifests]
    number = count(len(found.manifests), "manifest")
    return "".join([f"Wrote {number} to {folder}/, bound in reconciler.yaml:\n", *lines])


def tell_left_out(found: Exported) -> None:
    """Says what of the account is in no manifest."""
    from reconciler.cli import terminal
    from reconciler.render.neutral import neutral
    from reconciler.render.words import count

    for each in found.manifests:
        if each.left_out:
            parts = ", ".join(map(neutral, each.left_out))
            terminal.talk(f"note: campaign {each.campaign.id}: no manifest may ask for its {parts}: left out\n")
    if found.archived:
        ids = ", ".join(str(each.id) for each in found.archived[:10])
        more = ", …" if len(found.archived) > 10 else ""
        number = count(len(found.archived), "archived campaign")
        terminal.talk(f"note: {number} left out, the API can't update them: {ids}{more}\n")


def _tell_others(found: Exported, inputs: Inputs) -> None:
    from reconciler.cli import terminal

    others = [name for name in inputs.project.environments if name != inputs.environment.name]
    if found.manifests and others:
        terminal.talk(
            f"note: the manifests are for {', '.join(others)} too, which have to bind them or have campaigns of the "
            "same names, and to know the same names of agents and groups\n"
        )
