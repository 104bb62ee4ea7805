"""`get recording`: a file that is whole or not there."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.get import recording as module
from tests.applying.wire import Wire, answering, lost_before
from tests.cli.get_account import seeded, wired
from tests.conftest import Workplace

AUDIO = b"ID3" + bytes(range(256)) * 4800
RECORDING = ("get", "recording", "call-1", "-o", "call.mp3")


@pytest.fixture
def look(workplace: Workplace) -> Workplace:
    """A project with a small account."""
    return seeded(workplace)


@pytest.fixture
def wire(look: Workplace, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Its emulator, with one recording."""
    wire = wired(monkeypatch)
    wire.plant("GET", "interactions/call-1/content", answering(200, AUDIO, "audio/mpeg"))
    return wire


@pytest.mark.parametrize("options", [(), ("--overwrite",)])
def test_what_is_no_regular_file_stays(look: Workplace, wire: Wire, options: tuple[str, ...]) -> None:
    """A pipe or a device is never replaced by a file."""
    os.mkfifo(look.folder / "call.mp3")
    ran = look.run(*RECORDING, *options)
    assert (ran.code, "no regular file" in ran.err) == (1, True)
    assert stat.S_ISFIFO((look.folder / "call.mp3").stat().st_mode)


def test_a_link_leads_to_the_file(look: Workplace, wire: Wire) -> None:
    """What it leads to is replaced, and the link stays."""
    look.write("kept/old.mp3", "old")
    (look.folder / "call.mp3").symlink_to("kept/old.mp3")
    assert look.run(*RECORDING, "--overwrite").code == 0
    assert (look.folder / "call.mp3").is_symlink()
    assert (look.folder / "kept/old.mp3").read_bytes() == AUDIO


def _files(look: Workplace) -> list[str]:
    return sorted(each.name for each in look.folder.iterdir() if not each.name.startswith(".reconciler"))


def test_a_recording(look: Workplace, wire: Wire) -> None:
    """One line on stderr; only its owner can read the file; nothing lies beside it."""
    ran = look.run(*RECORDING)
    assert (ran.code, ran.out, ran.err) == (0, "", "Wrote call.mp3 (1.2 MB)\n")
    path = look.folder / "call.mp3"
    assert (path.read_bytes() == AUDIO, stat.S_IMODE(path.stat().st_mode)) == (True, 0o600)
    assert _files(look) == ["call.mp3", "reconciler.yaml"]


def test_a_file_that_is_there_stays(look: Workplace, wire: Wire) -> None:
    """Nothing is asked for; --overwrite replaces it."""
    look.write("call.mp3", "mine")
    ran = look.run(*RECORDING)
    assert (ran.code, "--overwrite" in ran.err, wire.sent) == (1, True, [])
    assert (look.folder / "call.mp3").read_text() == "mine"
    assert look.run(*RECORDING, "--overwrite").code == 0
    assert (look.folder / "call.mp3").read_bytes() == AUDIO


def test_a_file_that_appears_meanwhile_stays(look: Workplace, wire: Wire) -> None:
    """Whoever came first keeps the name."""

    async def slow(_: Any, passed: Any) -> Any:
        look.write("call.mp3", "mine")
        return await answering(200, AUDIO, "audio/mpeg")(_, passed)

    wire.planted.clear()
    wire.plant("GET", "content", slow)
    ran = look.run(*RECORDING)
    assert (ran.code, "there already" in ran.err) == (1, True)
    assert (look.folder / "call.mp3").read_text() == "mine"
    assert _files(look) == ["call.mp3", "reconciler.yaml"]


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(
    "fault", [answering(404, {"error": "error.recording.not.exists"}), answering(200, b"<html>", "text/html")]
)
def test_a_failure_leaves_nothing(look: Workplace, wire: Wire, fault: Any, overwrite: bool) -> None:
    """No half a file, and an older one as it was."""
    wire.planted.clear()
    wire.plant("GET", "content", fault)
    if overwrite:
        look.write("call.mp3", "older")
    ran = look.run(*RECORDING, *(["--overwrite"] if overwrite else []))
    assert (ran.code, ran.out, "error[api-" in ran.err) == (1, "", True)
    assert _files(look) == (["call.mp3"] if overwrite else []) + ["reconciler.yaml"]
    assert not overwrite or (look.folder / "call.mp3").read_text() == "older"


def test_a_try_that_broke_off_leaves_no_trace(look: Workplace, wire: Wire) -> None:
    """The next try begins at the beginning."""
    wire.planted.insert(0, wire.planted.pop())
    wire.plant("GET", "content", lost_before)
    wire.planted.reverse()
    ran = look.run(*RECORDING)
    assert (ran.code, len(wire.sent)) == (0, 2)
    assert (look.folder / "call.mp3").read_bytes() == AUDIO


def test_beginning_again_drops_what_came_before(tmp_path: Path) -> None:
    """`begin` is called at the start of every try, also after a longer one that broke off."""
    with (tmp_path / "a").open("wb") as file, module._progress() as progress:
        target = module._Download(file, progress, "a")
        for size, chunk in ((100, b"half of it"), (None, b"all")):
            target.begin(size)
            target.write(chunk)
    assert (tmp_path / "a").read_bytes() == b"all"


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))])
def test_interrupted_or_out_of_room(
    look: Workplace, wire: Wire, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    """Nothing is left, and the exit code says which it was."""

    def broken(self: object, chunk: bytes) -> None:
        raise fault

    monkeypatch.setattr(module._Download, "write", broken)
    ran = look.run(*RECORDING)
    assert _files(look) == ["reconciler.yaml"]
    if isinstance(fault, KeyboardInterrupt):
        assert ran.code == 130
    else:
        assert (ran.code, "No space left" in ran.err) == (1, True)


@pytest.mark.parametrize("number", ["../x", "a/b", "", "a b", "é"])
def test_what_is_no_id_stays_here(look: Workplace, wire: Wire, number: str) -> None:
    """Wrong usage; so is a recording without a file."""
    assert look.run("get", "recording", number, "-o", "x.mp3").code == 64
    assert look.run("get", "recording", "call-1").code == 64
    assert wire.sent == []


def test_a_folder_that_is_not_there(look: Workplace, wire: Wire) -> None:
    """One diagnostic with the path, and nothing is asked for."""
    ran = look.run("get", "recording", "call-1", "-o", "calls/1.mp3")
    assert (ran.code, "calls/1.mp3: No such file or directory" in ran.err, wire.sent) == (1, True, [])


def test_the_bar_is_for_terminals(look: Workplace, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes to stderr alone, and only where somebody sees it."""
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    with monkeypatch.context() as terminal:
        terminal.setattr(sys, "stderr", stream)
        terminal.setenv("TERM", "xterm")
        assert look.run(*RECORDING).code == 0
    assert ("call.mp3" in stream.getvalue(), "1.2" in stream.getvalue()) == (True, True)
    assert stream.getvalue().rstrip().endswith("Wrote call.mp3 (1.2 MB)")


def test_the_emulators_recording(workplace: Workplace) -> None:
    """Without a wire between: an MP3 with its tag."""
    seeded(workplace, recordings={"call-1": 2})
    assert workplace.run(*RECORDING).code == 0
    assert (workplace.folder / "call.mp3").read_bytes().startswith(b"ID3")
    ran = workplace.run("get", "recording", "call-2", "-o", "other.mp3")
    assert (ran.code, "api-not-found" in ran.err, (workplace.folder / "other.mp3").exists()) == (1, True, False)
