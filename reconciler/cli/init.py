"""`reconciler init`: a new project, which validates and plans against the embedded emulator."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.session import Ended, Session
from reconciler.manifests.modeline import SCHEMA, settled

FILES = ("reconciler.yaml", "manifests/campaigns.yaml", SCHEMA)
IGNORED = ".reconciler/"


@click.command()
@click.option("--name", metavar="NAME", help="The project's name; the folder's by default.")
@click.option("--from-account", "url", metavar="URL", help="Write a manifest for each campaign of this account.")
@click.option("--token-env", "token", metavar="NAME", help="The variable that holds its token.")
@click.pass_obj
def init(session: Session, name: str | None, url: str | None, token: str | None) -> None:
    """Make a new project in this folder (or in -C DIR).

    Writes reconciler.yaml, a first manifest and the schema that editors complete manifests with, and adds a line to
    .gitignore; nothing that is there is overwritten.

    With --from-account there is a manifest for each campaign of a live account instead: planning them is empty. URL is
    the account's address, such as https://public-fr2.engage.diabolocom.com; -e names its environment. It is only read.
    """
    from reconciler.cli import terminal

    if url is None and token is not None:
        raise click.UsageError("--token-env goes with --from-account")
    folder = session.directory
    project = _project_name(folder.resolve().name) if name is None else _checked(name)
    if url is not None:
        _init_from_account(session, project, url, token)
        return
    _refuse_project(folder, FILES)
    _make(folder, {each: _text(each, project).encode() for each in FILES})
    terminal.out(_what_next(folder))


def _init_from_account(session: Session, name: str, url: str, token: str | None) -> None:
    from reconciler.cli import terminal
    from reconciler.cli.export_new import tell_left_out
    from reconciler.cli.init_account import from_account, what_next

    _refuse_project(session.directory, (FILES[0], SCHEMA, *_held(session.directory)))
    files, found = from_account(session, name, url, token)
    content = {each.path: each.after for each in files}
    _refuse_project(session.directory, content)
    _make(session.directory, {SCHEMA: _text(SCHEMA, name).encode(), **content})
    terminal.report(found.faults)
    tell_left_out(found)
    terminal.out(what_next(found, _command(session.directory)))
    if found.faults:
        raise Ended(Exit.ERROR)


def _held(folder: Path) -> list[str]:
    """What is in the folder of manifests: it would be read with those that are exported."""
    from reconciler.cli.init_account import FOLDER

    return [f"{FOLDER}/{each.name}" for each in sorted((folder / FOLDER).glob("*"))]


def _refuse_project(folder: Path, files: Iterable[str]) -> None:
    from reconciler.errors import ProjectError

    for each in files:
        if os.path.lexists(folder / each):
            detail, advice = f"{folder / each} stays as it is", "use an empty folder: reconciler -C DIR init"
            raise ProjectError("there is a project here already", detail, advice, "project-exists")


def _make(folder: Path, files: Mapping[str, bytes]) -> None:
    """Makes the files, and ignores what is not for Git; what stands in the way is told before any is written.

    When one can't be written, those before it are taken away again.
    """
    from reconciler.errors import ProjectError

    made: list[Path] = []
    try:
        ignored = _ignored(folder / ".gitignore")
        for each in files:
            (folder / each).parent.mkdir(parents=True, exist_ok=True)
        for each, content in files.items():
            with (folder / each).open("xb") as file:
                made.append(folder / each)
                file.write(content)
        with (folder / ".gitignore").open("ab") as file:
            file.write(ignored)
    except OSError as error:
        for path in made:
            path.unlink(missing_ok=True)
        place = error.filename or (made[-1] if made else folder)
        advice = "use an empty folder that you may write to: reconciler -C DIR init"
        raise ProjectError(
            "the project can't be made", f"{place}: {error.strerror}", advice, "folder-not-made"
        ) from None


def _text(file: str, project: str) -> str:
    """What a new project's file holds."""
    from reconciler.cli.schema import rendered
    from reconciler.cli.shipped import shipped
    from reconciler.kinds.editor import manifest_schema
    from reconciler.manifests.writing import written_scalar

    if file == SCHEMA:
        return rendered(manifest_schema())
    text = settled((shipped("examples/new") / file).read_text(encoding="utf-8"), file)
    return text.replace("{name: new-project}", f"{{name: {written_scalar(project)}}}")


def _project_name(folder: str) -> str:
    """A DNS-1123 name made of a folder's."""
    return re.sub("[^a-z0-9]+", "-", folder.lower()).strip("-")[:63].strip("-") or "campaigns"


def _checked(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", name):
        raise click.UsageError(f"--name: use small letters, digits and dashes, like {_project_name(name)}")
    return name


def _ignored(path: Path) -> bytes:
    """What is missing at the end of .gitignore: the emulator's account, journals and locks are not for Git."""
    held = path.read_bytes() if path.exists() else b""
    line = IGNORED.encode()
    if line in held.split():
        return b""
    return (b"" if held.endswith(b"\n") or not held else b"\n") + line + b"\n"


def _what_next(folder: Path) -> str:
    command = _command(folder)
    return (
        f"Made {', '.join(FILES)} and .gitignore. Next:\n"
        f"  {command} -e local plan                   what differs from the embedded emulator's account\n"
        f"  {command} -e local apply                  makes it so\n"
        "Your own account: its address in reconciler.yaml, export DIABOLOCOM_TOKEN=…, then\n"
        f"  {command} -e production get campaigns     the names and ids to write manifests for\n"
    )


def _command(folder: Path) -> str:
    """How the tool is called for the project in this folder."""
    from reconciler.render.neutral import neutral

    where = "" if folder in (Path(), Path.cwd()) else f" -C {neutral(shlex.quote(str(folder)))}"
    return f"reconciler{where}"
