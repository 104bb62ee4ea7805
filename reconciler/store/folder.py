"""Objects in a folder: written whole or not at all, and on disk before the call returns."""

from __future__ import annotations

import os
from pathlib import Path


class Folder:
    """Objects under names like ``runs/20261123T131500Z/0001-sending.json``, below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def create(self, name: str, content: bytes) -> None:
        """Writes a new object; FileExistsError when there is one of that name. Durable when it returns."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        self._sync(path.parent)

    def replace(self, name: str, content: bytes) -> None:
        """Writes an object over an older one: readers see the one or the other, never a half."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.write_bytes(content)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
        self._sync(path.parent)

    @staticmethod
    def _sync(folder: Path) -> None:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
