"""Files and objects in a folder: whole, once, and on disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from reconciler.store.folder import Folder, writing


def _names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_an_object_is_created_once(tmp_path: Path) -> None:
    """A second one of that name is refused, and the first one stays."""
    folder = Folder(tmp_path / "a" / "store")
    folder.create("runs/1/one.json", b"1")
    with pytest.raises(FileExistsError):
        folder.create("runs/1/one.json", b"2")
    path = tmp_path / "a" / "store" / "runs" / "1" / "one.json"
    assert path.read_bytes() == b"1"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert _names(path.parent) == ["one.json"]


def test_an_object_is_replaced_whole(tmp_path: Path) -> None:
    """There or not there before."""
    folder = Folder(tmp_path)
    for content in (b"old", b"new"):
        folder.replace("plan.json", content)
        assert (tmp_path / "plan.json").read_bytes() == content
    assert _names(tmp_path) == ["plan.json"]


@pytest.mark.parametrize("call", ["create", "replace"])
def test_a_write_that_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """No half an object is ever under its name, and no rest beside it."""
    seen: list[list[str]] = []

    def broken(_: int) -> None:
        seen.append(_names(tmp_path))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="No space"):
        getattr(Folder(tmp_path), call)("plan.json", b"content")
    assert all("plan.json" not in names for names in seen)
    assert _names(tmp_path) == []


def test_what_is_written_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file and each folder that was made for it are synchronised before the call returns."""
    synced: list[str] = []
    inner = os.fsync

    def noting(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        inner(handle)

    monkeypatch.setattr(os, "fsync", noting)
    Folder(tmp_path / "store").create("runs/one.json", b"1")
    assert {tmp_path.name, "store", "runs"} <= set(synced)
    assert any(name.startswith(".one.json.") for name in synced)


def _write(path: Path, content: Iterable[int], **options: bool) -> None:
    with writing(path, **options) as file:
        for each in content:
            file.write(bytes([each]))


def test_a_file_is_there_once_it_is_whole(tmp_path: Path) -> None:
    """While it is written it has another name; its owner alone can read it."""
    path = tmp_path / "call.mp3"
    with writing(path) as file:
        file.write(b"half")
        assert not path.exists()
        assert [stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()] == [0o600]
    assert (path.read_bytes(), _names(tmp_path)) == (b"half", ["call.mp3"])


def test_a_file_that_is_there_is_replaced_only_where_asked(tmp_path: Path) -> None:
    """By a whole one, or not at all."""
    path = tmp_path / "call.mp3"
    path.write_bytes(b"old")
    with pytest.raises(FileExistsError):
        _write(path, b"new")
    assert (path.read_bytes(), _names(tmp_path)) == (b"old", ["call.mp3"])
    _write(path, b"new", overwrite=True)
    assert (path.read_bytes(), _names(tmp_path)) == (b"new", ["call.mp3"])


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError])
def test_a_block_that_breaks_off_leaves_nothing(tmp_path: Path, fault: type[BaseException], overwrite: bool) -> None:
    """Whatever ends it; an older file stays."""
    path = tmp_path / "call.mp3"
    if overwrite:
        path.write_bytes(b"old")

    def broken() -> Iterator[int]:
        yield 104
        raise fault

    with pytest.raises(fault):
        _write(path, broken(), overwrite=overwrite)
    assert _names(tmp_path) == (["call.mp3"] if overwrite else [])
    assert not overwrite or path.read_bytes() == b"old"


def test_a_written_file_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """First the file, then the folder that names it."""
    synced: list[str] = []
    inner = os.fsync

    def noting(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        inner(handle)

    monkeypatch.setattr(os, "fsync", noting)
    _write(tmp_path / "call.mp3", b"1")
    assert (synced[0].startswith(".call.mp3."), synced[1:]) == (True, [tmp_path.name])
