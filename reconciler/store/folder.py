"""Objects in a folder: written whole or not at all, and on disk before the call returns."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from reconciler.store.objects import WRITABLE, Changed, Found, StoreFault, store_fault


class Folder:
    """Objects below one folder (see `Objects`). Versions are digests of the content."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def create(self, name: str, content: bytes) -> str:
        """Writes a new object; FileExistsError when there is one of that name. Durable when it returns."""
        with _told(self.root / name):
            path = self._place(name)
        with _told(path, FileExistsError), writing(path) as file:
            file.write(content)
        return _digest(content)

    def read(self, name: str) -> Found | None:
        """The object; None when there is none of that name."""
        path = self.root / name
        with _told(path):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                return None
        return Found(content, _digest(content))

    def swap(self, name: str, content: bytes, version: str) -> str:
        """Writes over this version of an object; Changed when it is another, or gone."""
        with self._alone():
            found = self.read(name)
            if found is None or found.version != version:
                raise Changed(name)
            self.replace(name, content)
        return _digest(content)

    def replace(self, name: str, content: bytes) -> None:
        """Writes an object over an older one: readers see the one or the other, never a half."""
        with _told(self.root / name):
            path = self._place(name)
            with writing(path, 0o666, overwrite=True) as file:
                file.write(content)

    def children(self, folder: str) -> list[str]:
        """The names right below a folder, sorted; those of folders end with a slash."""
        path = self.root / folder
        with _told(path):
            try:
                entries = list(os.scandir(path))
            except FileNotFoundError:
                return []
            return sorted(each.name + "/" * each.is_dir() for each in entries if not each.name.startswith("."))

    def delete(self, name: str) -> None:
        """Removes an object, and the folders that it leaves empty, except those right below the root."""
        path = self.root / name
        with _told(path):
            path.unlink(missing_ok=True)
        parents = path.relative_to(self.root).parents
        for each in parents[: max(0, len(parents) - 2)]:
            _remove_empty(self.root / each)

    def _place(self, name: str) -> Path:
        """Where the object goes; the folders on the way are made, and durable."""
        path = self.root / name
        missing = [each for each in path.parents if not each.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in missing:
            _sync(folder.parent)
        return path

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps every other swap in this folder waiting; the system ends it with the process, however that ends."""
        path = self.root / ".swap"
        with _told(path):
            self.root.mkdir(parents=True, exist_ok=True)
            file = path.open("ab")
            fcntl.flock(file, fcntl.LOCK_EX)
        with file:
            yield


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


@contextmanager
def _told(path: Path, *passed: type[OSError]) -> Iterator[None]:
    """Makes a StoreFault of the system's refusals, other than those that are `passed`."""
    try:
        yield
    except OSError as error:
        if isinstance(error, (StoreFault, *passed)):
            raise
        reason = error.strerror or type(error).__name__
        raise store_fault("store", "the store can't be used", f"{path}: {reason}", WRITABLE, reason) from None


def _remove_empty(folder: Path) -> None:
    """Removes a folder that holds nothing but what broken-off writes have left."""
    with suppress(OSError):
        entries = list(folder.iterdir())
        if all(each.name.startswith(".") for each in entries):
            for each in entries:
                each.unlink()
            folder.rmdir()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
