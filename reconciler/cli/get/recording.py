"""`get recording`: the audio of a call, as a file that is whole or not there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from reconciler.cli.session import Session

if TYPE_CHECKING:
    from rich.progress import Progress


@click.command()
@click.argument("interaction_id", metavar="INTERACTION_ID")
@click.option(
    "-o", "--output", "path", metavar="FILE", required=True, type=click.Path(path_type=Path, dir_okay=False),
    help="Where it goes; only you can read it.",
)  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace FILE where it exists.")
@click.pass_obj
def recording(session: Session, interaction_id: str, path: Path, overwrite: bool) -> None:
    """Download the recording (MP3) of a call.

    INTERACTION_ID comes from the vendor's archives. FILE is written whole or not at all.
    """
    from rich.filesize import decimal

    from reconciler.api.endpoints.recordings import download_recording
    from reconciler.cli import terminal
    from reconciler.cli.get.lookup import environment_of
    from reconciler.errors import InvalidArgument
    from reconciler.store.folder import writing

    try:
        request = download_recording(interaction_id)
    except InvalidArgument as error:
        raise click.UsageError(f"{error.summary}: {error.help}") from None
    environment = environment_of(session)
    path = path.resolve() if path.is_symlink() else path
    if path.exists() and not path.is_file():
        raise _not_written(path, "it is no regular file")
    if path.exists() and not overwrite:
        raise _is_there(path)
    try:
        with (
            session.client(environment, writable=False) as client,
            writing(path, overwrite=overwrite) as file,
            _progress() as progress,
        ):
            size = client.download(request, _Download(file, progress, path.name))
    except FileExistsError:
        raise _is_there(path) from None
    except OSError as error:
        raise _not_written(path, str(error.strerror)) from None
    terminal.talk(f"Wrote {path} ({decimal(size)})\n")


class _Download:
    """Where the bytes go: a file, and a bar that shows how far they are."""

    def __init__(self, file: BinaryIO, progress: Progress, name: str) -> None:
        from reconciler.render.neutral import neutral

        self._file, self._progress = file, progress
        self._task = progress.add_task(neutral(name), total=None)

    def begin(self, size: int | None) -> None:
        """From the beginning, also after a try that broke off."""
        self._file.seek(0)
        self._file.truncate()
        self._progress.update(self._task, total=size, completed=0)

    def write(self, chunk: bytes) -> None:
        """Takes the next bytes."""
        self._file.write(chunk)
        self._progress.advance(self._task, len(chunk))


def _progress() -> Progress:
    """A bar on stderr, where that is a terminal; it goes when it is done."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    shown = sys.stderr is not None and sys.stderr.isatty()
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown)


def _is_there(path: Path) -> Exception:
    from reconciler.errors import ProjectError

    return ProjectError("the file is there already", str(path), "name another one, or add --overwrite", "file-exists")


def _not_written(path: Path, why: str) -> Exception:
    from reconciler.errors import ProjectError

    detail = f"{path}: {why}"
    return ProjectError("the recording can't be written", detail, "choose another file", "recording-not-written")
