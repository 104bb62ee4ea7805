"""The contract of a store, held by every kind of it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import ProjectError
from reconciler.store.objects import Changed, Objects
from reconciler.store.opening import open_objects

NAME = "runs/20261123T090000Z-abc123/run.json"


def test_an_object_is_created_once(objects: Objects) -> None:
    """A second one of that name is refused, and the first one stays."""
    version = objects.create(NAME, b"1")
    with pytest.raises(FileExistsError):
        objects.create(NAME, b"2")
    found = objects.read(NAME)
    assert found is not None
    assert (found.content, found.version) == (b"1", version)


def test_what_is_not_there(objects: Objects) -> None:
    """It reads as nothing, and is removed without a fault; so is a folder."""
    assert objects.read(NAME) is None
    assert objects.children("runs/") == []
    objects.delete(NAME)


def test_a_version_is_swapped_once(objects: Objects) -> None:
    """By who knows the last one; who knows an older one changes nothing."""
    first = objects.create(NAME, b"1")
    second = objects.swap(NAME, b"2", first)
    with pytest.raises(Changed):
        objects.swap(NAME, b"3", first)
    third = objects.swap(NAME, b"3", second)
    found = objects.read(NAME)
    assert found is not None
    assert (found.content, found.version) == (b"3", third)


def test_what_is_gone_is_not_swapped(objects: Objects) -> None:
    """It is no version of anything."""
    version = objects.create(NAME, b"1")
    objects.delete(NAME)
    with pytest.raises(Changed):
        objects.swap(NAME, b"2", version)
    assert objects.read(NAME) is None


def test_replaced_without_a_condition(objects: Objects) -> None:
    """There or not there before."""
    for content in (b"1", b"2"):
        objects.replace("last/production.json", content)
        found = objects.read("last/production.json")
        assert found is not None
        assert found.content == content


def test_children(objects: Objects) -> None:
    """Objects and folders right below, sorted; and none of what lies deeper."""
    for name in ("runs/b/run.json", "runs/a/events/000001-begin.json", "runs/a/run.json", "runs/x.json"):
        objects.create(name, name.encode())
    assert objects.children("runs/") == ["a/", "b/", "x.json"]
    assert objects.children("runs/a/") == ["events/", "run.json"]
    objects.delete("runs/b/run.json")
    assert objects.children("runs/") == ["a/", "x.json"]


def test_one_of_many_creates_it(objects: Objects) -> None:
    """And one of many swaps it, whatever their number."""
    created = _race(lambda each: objects.create(NAME, b"%d" % each), FileExistsError)
    found = objects.read(NAME)
    assert found is not None
    assert found.content == b"%d" % created
    swapped = _race(lambda each: objects.swap(NAME, b"swap %d" % each, found.version), Changed)
    now = objects.read(NAME)
    assert now is not None
    assert now.content == b"swap %d" % swapped


def _race(call: object, refused: type[Exception]) -> int:
    """The one of twelve threads that was not refused."""
    assert callable(call)
    winners: list[int] = []
    start = threading.Barrier(12)

    def run(number: int) -> None:
        start.wait()
        try:
            call(number)
        except refused:
            return
        winners.append(number)

    threads = [threading.Thread(target=run, args=(each,)) for each in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    (winner,) = winners
    return winner


def test_a_file_of_nobody_is_no_object(tmp_path: Path) -> None:
    """What a write left that was killed is not listed, and goes with its folder."""
    objects = open_objects(f"file:{tmp_path}", Path(), {})
    objects.create(NAME, b"1")
    (tmp_path / NAME).with_name(".run.json.12345678").write_bytes(b"half")
    assert objects.children("runs/20261123T090000Z-abc123/") == ["run.json"]
    objects.delete(NAME)
    assert [each.name for each in tmp_path.rglob("*")] == ["runs"]


@pytest.mark.parametrize("call", ["create", "replace", "swap"])
def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """The fault says where and why, and what to do; what was there stays."""
    objects = open_objects(f"file:{tmp_path}", Path(), {})
    version = objects.create("locks/one.json", b"1")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    calls: dict[str, Callable[[], object]] = {
        "create": lambda: objects.create("locks/two.json", b"2"),
        "replace": lambda: objects.replace("locks/one.json", b"2"),
        "swap": lambda: objects.swap("locks/one.json", b"2", version),
    }
    with pytest.raises(ProjectError, match="No space left") as caught:
        calls[call]()
    assert (caught.value.code, bool(caught.value.help)) == ("store", True)
    assert objects.children("locks/") == ["one.json"]
    assert objects.read("locks/one.json") == objects.read("locks/one.json")
    found = objects.read("locks/one.json")
    assert found is not None
    assert found.content == b"1"


def test_a_folder_that_can_not_be(tmp_path: Path) -> None:
    """A file where the folder should be: each call says so."""
    (tmp_path / "store").write_text("a file")
    objects = open_objects("file:store", tmp_path, {})
    calls: tuple[Callable[[], object], ...] = (
        lambda: objects.create(NAME, b"1"),
        lambda: objects.replace(NAME, b"1"),
        lambda: objects.read(NAME),
        lambda: objects.children("runs/"),
        lambda: objects.delete(NAME),
        lambda: objects.swap(NAME, b"1", "0"),
    )
    for call in calls:
        with pytest.raises(ProjectError, match="store"):
            call()
