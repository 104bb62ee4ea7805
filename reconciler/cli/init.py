"""`reconciler init`: a new project, which validates and plans against the embedded emulator."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import click

from reconciler.cli.session import Session

FILES = ("reconciler.yaml", "manifests/campaigns.yaml")
IGNORED = ".reconciler/"


@click.command()
@click.option("--name", metavar="NAME", help="The project's name; the folder's by default.")
@click.pass_obj
def init(session: Session, name: str | None) -> None:
    """Make a new project in this folder (or in -C DIR).

    Writes reconciler.yaml and a first manifest, and adds a line to .gitignore; nothing that is there is overwritten.
    """
    from reconciler.cli import terminal
    from reconciler.cli.shipped import shipped
    from reconciler.errors import ProjectError
    from reconciler.manifests.writing import written_scalar

    folder = session.directory
    project = _project_name(folder.resolve().name) if name is None else _checked(name)
    there = [each for each in FILES if os.path.lexists(folder / each)]
    if there:
        detail, advice = f"{folder / there[0]} stays as it is", "use an empty folder: reconciler -C DIR init"
        raise ProjectError("there is a project here already", detail, advice, "project-exists")
    try:
        ignored = _ignored(folder / ".gitignore")
        (folder / "manifests").mkdir(parents=True, exist_ok=True)
        for each in FILES:
            text = (shipped("examples/new") / each).read_text(encoding="utf-8")
            with (folder / each).open("x", encoding="utf-8") as file:
                file.write(text.replace("{name: new-project}", f"{{name: {written_scalar(project)}}}"))
        with (folder / ".gitignore").open("ab") as file:
            file.write(ignored)
    except OSError as error:
        detail, advice = f"{error.filename}: {error.strerror}", "use an empty folder: reconciler -C DIR init"
        raise ProjectError("the project can't be made", detail, advice, "folder-not-made") from None
    terminal.out(_what_next(folder))


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
    from reconciler.render.neutral import neutral

    where = "" if folder in (Path(), Path.cwd()) else f" -C {neutral(shlex.quote(str(folder)))}"
    command = f"reconciler{where}"
    return (
        f"Made {', '.join(FILES)} and .gitignore. Next:\n"
        f"  {command} -e local plan                   what differs from the embedded emulator's account\n"
        f"  {command} -e local apply                  makes it so\n"
        "Your own account: its address in reconciler.yaml, export DIABOLOCOM_TOKEN=…, then\n"
        f"  {command} -e production get campaigns     the names and ids to write manifests for\n"
    )
