"""`reconciler demo`: the whole story on the embedded emulator, in a folder of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import click

from reconciler.cli.apply import apply
from reconciler.cli.plan import plan
from reconciler.cli.session import Session

DEFAULT_FOLDER = Path("reconciler-demo")

STORY = (
    (
        "A training organisation keeps its six calling campaigns in YAML; meanwhile somebody was in the console.\n"
        "What differs between the manifests and the account? Planning only reads. The plan is saved, for review.",
        ("plan", "--out", "change.json"),
    ),
    ("The plan was reviewed. Apply exactly that; every value is read again before and after it is written.",
     ("apply", "change.json")),
    ("Is anything left to do? This is what CI asks every morning: exit 0 is no, 2 is yes.",
     ("plan", "--detailed-exitcode")),
)  # fmt: skip


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def demo(session: Session, folder: Path | None) -> None:
    """Play the main job on the embedded emulator: plan, apply, and a plan that says nothing is left.

    Makes FOLDER (reconciler-demo by default) with a project that is yours to play with. Needs no account.
    """
    from reconciler.cli.shipped import shipped

    made = _made(shipped("examples/admissions"), folder or next(_free(DEFAULT_FOLDER)))
    click.secho(f"A project was made in {made}: manifests/ says what the account should be.\n", bold=True)
    for words, arguments in STORY:
        click.secho(words)
        click.secho(f"\n$ reconciler -e local {' '.join(arguments)}\n", fg="cyan", bold=True)
        _play(session, made, arguments)
        click.echo()
    _what_next(made)


def _free(folder: Path) -> Iterator[Path]:
    """Folders that do not exist yet: nothing of yours is ever overwritten."""
    names = (folder if number == 1 else folder.with_name(f"{folder.name}-{number}") for number in count(1))
    return (name for name in names if not name.exists())


def _made(source: Path, folder: Path) -> Path:
    import shutil

    from reconciler.errors import ProjectError

    try:
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".reconciler", "__pycache__"))
        _help_editors(folder)
    except FileExistsError:
        raise ProjectError(
            "the folder is there already", str(folder), "name one that does not exist", "folder-exists"
        ) from None
    except OSError as error:
        raise ProjectError(
            "the folder can't be made", f"{folder}: {error.strerror}", "name another one", "folder-not-made"
        ) from None
    return folder


def _help_editors(folder: Path) -> None:
    """Gives the copy the schemas that its modelines are to lead to."""
    from reconciler.cli.schema import rendered
    from reconciler.kinds.editor import manifest_schema, overlay_schema
    from reconciler.manifests.modeline import OVERLAY_SCHEMA, SCHEMA, settled

    for path in folder.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(settled(text, path.relative_to(folder).as_posix()), encoding="utf-8")
    for place, schema in ((SCHEMA, manifest_schema()), (OVERLAY_SCHEMA, overlay_schema())):
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).write_text(rendered(schema), encoding="utf-8")


def _play(session: Session, folder: Path, arguments: tuple[str, ...]) -> None:
    """Runs a command as if it had been typed in the folder."""
    name, *rest = arguments
    command = {"plan": plan, "apply": apply}[name]
    with contextlib.chdir(folder):
        command.main(
            rest, prog_name=name, standalone_mode=False, obj=replace(session, directory=Path(), environment="local")
        )


def _what_next(folder: Path) -> None:
    import shutil
    import sys

    click.secho("Nothing is left to do: manifests and account agree.", fg="green", bold=True)
    here = Path(sys.argv[0]).resolve().parent
    on_path = f'  export PATH="{here}:$PATH"\n' if shutil.which("reconciler") is None else ""
    click.echo(f"""
Try next:
{on_path}  cd {folder}
  $EDITOR manifests/admissions.yaml             change maxTries, or misspell a setting
  reconciler -e local validate                  every fault, with its place and the nearest name
  reconciler -e local plan                      what your edit would change
  reconciler -e local apply                     shows the plan, asks, and applies it
Your own account: put its address and ids under `environments` in reconciler.yaml, and
  export DIABOLOCOM_TOKEN=…   then   reconciler -e production plan""")
