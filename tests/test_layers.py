"""Imports point one way (design, the house): the folders are stages, and no stage calls back."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "reconciler"

VOCABULARY = {"", "errors", "diagnostics", "model", "explanations"}
#: Each room, and the rooms that it may import from (besides itself).
MAY_IMPORT: dict[str, set[str]] = {
    "errors": {"diagnostics"},
    "diagnostics": set(),
    "model": set(),
    "explanations": set(),
    "kinds": VOCABULARY,
    "manifests": VOCABULARY | {"kinds"},
    "api": VOCABULARY | {"kinds"},
    "planning": VOCABULARY | {"kinds", "manifests", "api"},
    "exporting": VOCABULARY | {"kinds", "manifests", "api", "planning"},
    "applying": VOCABULARY | {"kinds", "manifests", "api", "planning"},
    "simulating": VOCABULARY | {"kinds", "manifests", "api", "planning", "applying", "emulator"},
    "render": VOCABULARY | {"kinds", "planning", "applying"},
    "store": VOCABULARY,
    "emulator": set(),
    "tracing": set(),
    "cli": VOCABULARY
    | {"kinds", "manifests", "api", "planning", "exporting", "applying", "simulating", "render", "store", "emulator"}
    | {"tracing"},
    "__main__": {"cli"},
    "__init__": set(),
}
#: Libraries that have one door each into the house.
ONE_DOOR: dict[str, str] = {
    "yaml": "manifests/documents.py",
    "jsonschema": "manifests/schema_faults.py",
    "jsonschema_rs": "manifests/schema_faults.py",
    "deepdiff": "planning/diff.py",
    "httpx": "api/client.py",
    "uvicorn": "cli/emulator.py",
    "opentelemetry": "tracing/spans.py",
}
#: What only the rim may touch: files, processes and the clock of this machine.
RIM_ONLY = {"subprocess", "socket", "fcntl", "sqlite3", "tempfile", "shutil"}
RIM = {"store", "emulator", "cli"}


def _modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _room(path: Path) -> str:
    inside = path.relative_to(PACKAGE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def _imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file it does."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "reconciler")


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_from_the_rooms_before_it(path: Path) -> None:
    """No stage knows a later one, and the emulator knows nothing of the reconciler."""
    room = _room(path)
    for module in _imports(path):
        if not module.startswith("reconciler"):
            continue
        parts = module.split(".")
        other = parts[1] if len(parts) > 1 and parts[1] != "__version__" else ""
        assert other == room or other in MAY_IMPORT[room], f"{path.relative_to(PACKAGE)} imports {module}"


@pytest.mark.parametrize(("library", "door"), ONE_DOOR.items())
def test_a_library_has_one_door(library: str, door: str) -> None:
    """What a library's types and quirks are stays behind one file."""
    users = {
        str(path.relative_to(PACKAGE))
        for path in _modules()
        for each in _imports(path)
        if each.split(".")[0] == library
    }
    assert users == {door}


def test_only_the_rim_touches_the_machine() -> None:
    """Files, processes and sockets are reached from store, emulator and cli alone."""
    for path in _modules():
        touched = {each.split(".")[0] for each in _imports(path)} & RIM_ONLY
        assert not touched or _room(path) in RIM, f"{path.relative_to(PACKAGE)} imports {touched}"


def test_every_room_is_in_the_table() -> None:
    """A new room is given its place on purpose."""
    assert {_room(path) for path in _modules()} == set(MAY_IMPORT)
