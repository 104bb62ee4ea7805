"""The project's files: found, and read whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn

from reconciler.diagnostics import Diagnostic, nearest_help
from reconciler.errors import ManifestsInvalid, ProjectError
from reconciler.kinds.project import FILE_NAME
from reconciler.manifests.project import Environment, Project, read_project
from reconciler.manifests.source_text import MAX_BYTES

_ENDINGS = (".yaml", ".yml")


def load_project(directory: Path) -> Project:
    """The project of a folder; ProjectError without one, ManifestsInvalid when its file has faults."""
    path = directory / FILE_NAME
    if not path.is_file():
        where = "this folder" if directory in (Path(), Path.cwd()) else f"{directory}"
        raise ProjectError(
            "no project here",
            f"there is no {FILE_NAME} in {where}",
            "go to the project's folder, or name it with -C DIR; `reconciler demo` makes one",
            "no-project",
        )
    project, faults = read_project(FILE_NAME, _read(path))
    if project is None or any(each.is_error for each in faults):
        raise ManifestsInvalid(faults)
    return project


def choose_environment(project: Project, name: str | None) -> Environment:
    """The environment called `name`, or the only one; ProjectError when that is not clear."""
    known = project.environments
    if name is None:
        if len(known) == 1:
            return next(iter(known.values()))
        names = ", ".join(f"`{each}`" for each in sorted(known))
        raise ProjectError(
            "which environment?", f"the project has several: {names}", "name one with -e ENV", "which-environment"
        )
    if name not in known:
        raise ProjectError(
            "unknown environment",
            f"the project has no environment `{name}`",
            nearest_help("environment", name, known),
            "unknown-environment",
        )
    return known[name]


def manifest_files(directory: Path, project: Project) -> dict[str, bytes]:
    """Every manifest of the project, by its path relative to it; ManifestsInvalid when a named one is not there."""
    if not project.manifests:
        return _contents(directory, _below(directory, directory, project))
    return _contents(directory, _named(directory, project.manifests, project))


def overlay_files(directory: Path, environment: Environment, project: Project) -> dict[str, bytes]:
    """Every overlay of the environment, by its path relative to the project."""
    return _contents(directory, _named(directory, environment.overlays, project))


def is_read(directory: Path, project: Project, folder: str) -> bool:
    """Whether files in this folder (relative to the project, normalised) are read as manifests."""
    if folder.startswith(("/", "..")) or any(part.startswith(".") for part in Path(folder).parts):
        return False
    parents = {path.as_posix() for path in (Path(folder), *Path(folder).parents)}
    if parents & {os.path.normpath(each) for each in project.overlays} and "." not in project.overlays:
        return False
    if any((directory / each / FILE_NAME).is_file() for each in parents - {"."}):
        return False  # another project's
    return not project.manifests or bool(parents & {os.path.normpath(each) for each in project.manifests})


def _named(directory: Path, names: Iterable[str], project: Project) -> Iterator[Path]:
    for name in names:
        path = directory / name
        if os.path.isdir(path):  # noqa: PTH112 (unlike is_dir it never raises)
            yield from _below(path, directory, project)
        elif os.path.isfile(path):  # noqa: PTH113
            yield path
        else:
            detail = f"{FILE_NAME} names `{name}`, which is not there"
            advice, place = "create it, or correct the path", project.places[name]
            raise ManifestsInvalid([Diagnostic("no-manifests", "no such manifests", detail, span=place, help=advice)])


def _below(folder: Path, directory: Path, project: Project) -> Iterator[Path]:
    """YAML files below `folder`: not hidden ones, not overlays, not the project file, not another project's."""
    skipped = {os.path.realpath(directory / each) for each in project.overlays} - {os.path.realpath(folder)}
    for parent, folders, names in os.walk(folder, onerror=_refuse):
        here = Path(parent)
        folders[:] = sorted(
            each
            for each in folders
            if not each.startswith(".")
            and os.path.realpath(here / each) not in skipped
            and not os.path.isfile(here / each / FILE_NAME)  # noqa: PTH113 (unlike is_file it never raises)
        )
        for name in sorted(names):
            if name.endswith(_ENDINGS) and not name.startswith(".") and _is_manifest(here / name, directory):
                yield here / name


def _is_manifest(path: Path, directory: Path) -> bool:
    """A regular file (a pipe would keep us waiting) that is not the project file."""
    return path.is_file() and path != directory / FILE_NAME


def _contents(directory: Path, paths: Iterable[Path]) -> dict[str, bytes]:
    return {_relative(path, directory): _read(path) for path in paths}


def _relative(path: Path, directory: Path) -> str:
    return Path(os.path.relpath(path, directory)).as_posix()


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        _refuse(error)


def _refuse(error: OSError) -> NoReturn:
    """A file or folder that can't be read is never taken for one that is not there."""
    detail = f"{error.filename}: {error.strerror}"
    raise ProjectError("a file can't be read", detail, "check its permissions", "unreadable-file") from None
