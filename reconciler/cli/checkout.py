"""Where the project is in its repository: what reads reports in CI counts paths from there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.cli.session import Session

#: What CI systems call the folder that they have checked the repository out into.
_CHECKOUTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


def folder_in_repository(session: Session) -> str:
    """The project's folder, from the root of its Git repository; empty where it is the root, or none is known.

    Where there is no repository here: from the checkout that a CI system names, else from the folder we are in.
    """
    project = session.directory.resolve()
    for root in _roots(project, session):
        if project.is_relative_to(root):
            folder = project.relative_to(root).as_posix()
            return "" if folder == "." else folder
    return ""


def _roots(project: Path, session: Session) -> Iterator[Path]:
    """What may be the root, the likeliest first. In a worktree and in a submodule `.git` is a file."""
    yield from (each for each in (project, *project.parents) if os.path.exists(each / ".git"))  # noqa: PTH110
    yield from (Path(given).resolve() for name in _CHECKOUTS if (given := session.variables.get(name)))
    yield Path.cwd()
