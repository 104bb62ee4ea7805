"""Objects in a folder: written whole or not at all, and on disk before the call returns."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


class Folder:
    """Objects under names like ``runs/20261123T131500Z/0001-sending.json``, below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def create(self, name: str, content: bytes) -> None:
        """Writes a new object; FileExistsError when there is one of that name. Durable when it returns."""
        path = self._place(name)
        with writing(path) as file:
            file.write(content)

    def replace(self, name: str, content: bytes) -> None:
        """Writes an object over an older one: readers see the one or the other, never a half."""
        path = self._place(name)
        with writing(path, 0o666, overwrite=True) as file:
            file.write(content)

    def _place(self, name: str) -> Path:
        """Where the object goes; the folders on the way are made, and durable."""
        path = self.root / name
        missing = [each for each in path.parents if not each.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in missing:
            _sync(folder.parent)
        return path


@contextmanager
def writing(path: Path, mode: int = 0o600, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """A file to write, which is `path` once the block has ended well: whole and durable, or not there at all.

    Until then it has a name of its own beside it. FileExistsError at the end when there is one of that name, unless
    `overwrite`: then readers see the one or the other, never a half.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            temporary.replace(path)
        else:
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
