"""Files of a project that a command writes: shown as a diff, or written, and never over what it has not read."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import ProjectError
from reconciler.render.neutral import neutral
from reconciler.store.folder import writing


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file, by its path relative to the project: what it holds (None: it is not there), and what it is to hold."""

    path: str
    before: bytes | None
    after: bytes


def write(directory: Path, changes: Sequence[FileChange]) -> None:
    """Writes the files in their order, each whole or not at all; links are followed, and permissions stay.

    ProjectError, which names what was written before it, when one is no longer as it was read, or can't be written.
    """
    written: list[str] = []
    for each in changes:
        path = (directory / each.path).resolve()
        try:
            if each.before is None:
                path.parent.mkdir(parents=True, exist_ok=True)
                with writing(path, 0o666) as file:
                    file.write(each.after)
            elif not path.stat().st_mode & 0o222:
                raise _not_written(each.path, "it is read-only", written)
            elif path.read_bytes() != each.before:
                raise _not_written(each.path, "it has been changed meanwhile, and stays", written)
            else:
                _replace(path, each.after)
        except FileExistsError:
            raise _not_written(each.path, "it has been made meanwhile, and stays", written) from None
        except OSError as error:
            raise _not_written(each.path, str(error.strerror), written) from None
        written.append(each.path)


def diff_text(changes: Sequence[FileChange]) -> str:
    """The changes as one unified diff, which `git apply` takes when no name in it is odd."""
    return "".join(line for each in changes for line in _diff(each))


def _replace(path: Path, content: bytes) -> None:
    with writing(path, overwrite=True) as file:
        os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
        file.write(content)


def _diff(change: FileChange) -> Iterator[str]:
    before, after = (content.decode().splitlines(keepends=True) for content in (change.before or b"", change.after))
    old = "/dev/null" if change.before is None else f"a/{change.path}"
    for line in difflib.unified_diff(before, after, old, f"b/{change.path}"):
        text = line.rstrip("\r\n")
        end = line[len(text) :] or "\n\\ No newline at end of file\n"
        yield (text[:1] + neutral(text[1:]) if text[:1] in "+- " and text[:3] not in ("+++", "---") else text) + end


def _not_written(path: str, why: str, written: Sequence[str]) -> ProjectError:
    before = f"; written before it: {', '.join(written)}" if written else "; nothing was written"
    return ProjectError(
        "a file can't be written", f"{path}: {why}{before}", "mend that, then run the command again", "file-not-written"
    )
