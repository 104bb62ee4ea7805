"""`reconciler init`: a new project, which validates and plans against the embedded emulator."""

from __future__ import annotations

import re
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

    Writes reconciler.yaml, a first manifest and a line in .gitignore; a file that is there already is never touched.
    """
    from reconciler.cli import terminal
    from reconciler.cli.shipped import shipped
    from reconciler.errors import ProjectError

    folder = session.directory
    there = [each for each in FILES if (folder / each).exists()]
    if there:
        detail, advice = f"{folder / there[0]} stays as it is", "use an empty folder: reconciler -C DIR init"
        raise ProjectError("there is a project here already", detail, advice, "project-exists")
    project = _project_name(folder.resolve().name) if name is None else _checked(name)
    for each in FILES:
        text = (shipped("examples/new") / each).read_text(encoding="utf-8")
        path = folder / each
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{name: new-project}", f"{{name: {project}}}"), encoding="utf-8")
    _ignore(folder / ".gitignore")
    terminal.out(_what_next(folder))


def _project_name(folder: str) -> str:
    """A DNS-1123 name made of a folder's."""
    return re.sub("[^a-z0-9]+", "-", folder.lower()).strip("-")[:63].strip("-") or "campaigns"


def _checked(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", name):
        raise click.UsageError(f"--name: use small letters, digits and dashes, like {_project_name(name)}")
    return name


def _ignore(path: Path) -> None:
    """The emulator's account, journals and locks are not for Git."""
    held = path.read_text(encoding="utf-8") if path.exists() else ""
    if IGNORED not in held.split():
        end = "" if held.endswith("\n") or not held else "\n"
        path.write_text(f"{held}{end}{IGNORED}\n", encoding="utf-8")


def _what_next(folder: Path) -> str:
    where = "" if folder in (Path(), Path.cwd()) else f" -C {folder}"
    command = f"reconciler{where}"
    return (
        f"Made {', '.join(FILES)} and .gitignore. Next:\n"
        f"  {command} -e local plan                   what differs from the embedded emulator's account\n"
        f"  {command} -e local apply                  makes it so\n"
        "Your own account: its address in reconciler.yaml, export DIABOLOCOM_TOKEN=…, then\n"
        f"  {command} -e production get campaigns     the names and ids to write manifests for\n"
    )
