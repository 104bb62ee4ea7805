"""Objects in a folder: written whole or not at all, and on disk before the call returns."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Folder:
    """Objects under names like ``runs/20261123T131500Z/0001-sending.json``, below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def create(self, name: str, content: bytes) -> None:
        """Writes a new object; FileExistsError when there is one of that name. Durable when it returns."""
        path = self._place(name)
        with _temporary(path, content, 0o600) as temporary:
            os.link(temporary, path)
        _sync(path.parent)

    def replace(self, name: str, content: bytes) -> None:
        """Writes an object over an older one: readers see the one or the other, never a half."""
        path = self._place(name)
        with _temporary(path, content, 0o666) as temporary:
            temporary.replace(path)
        _sync(path.parent)

    def _place(self, name: str) -> Path:
        """Where the object goes; the folders on the way are made, and durable."""
        path = self.root / name
        missing = [each for each in path.parents if not each.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in missing:
            _sync(folder.parent)
        return path


@contextmanager
def _temporary(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """A file beside `path` with this content, on disk; gone afterwards."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
