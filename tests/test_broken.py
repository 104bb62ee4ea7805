"""Broken projects: what is broken → what `reconciler validate` says, word for word. `pytest --bless` accepts it.

`broken/_base/` is a sound project. Every other folder there is one case: the files that differ from it, laid over it,
and `expected.txt`: the exit code, and all that goes to stderr.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Workplace

FOLDER = Path(__file__).parent / "broken"
BASE = FOLDER / "_base"
EXPECTED = "expected.txt"
CASES = sorted(each for each in FOLDER.iterdir() if each.is_dir() and each != BASE)

_HEAD = re.compile(r"^(error|warning|note)\[([a-z0-9-]+)\]: \S")
_PLACE = re.compile(r"^ *--> ([^:]+):([1-9][0-9]*):([1-9][0-9]*)$")


def test_the_base_is_sound(workplace: Workplace) -> None:
    """So that whatever is said about a case comes from its own files."""
    shutil.copytree(BASE, workplace.folder, dirs_exist_ok=True)
    ran = workplace.run("validate")
    assert (ran.code, ran.err) == (0, "")


def test_the_corpus_is_there() -> None:
    """A folder that is lost is noticed."""
    assert len(CASES) >= 150


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_project(case: Path, workplace: Workplace, request: pytest.FixtureRequest) -> None:
    """It says what is expected: every fault with its place and a next step, and never a fault of the tool itself."""
    shutil.copytree(BASE, workplace.folder, dirs_exist_ok=True)
    shutil.copytree(case, workplace.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(EXPECTED))
    ran = workplace.run("validate")
    _holds_up(ran.code, ran.err)
    said, expected = f"[exit {ran.code}]\n{ran.err}", case / EXPECTED
    if request.config.getoption("--bless"):
        expected.write_text(said, encoding="utf-8")
    assert expected.is_file(), f"{case.name} has no {EXPECTED}: look at what is said, then `pytest --bless`"
    assert said == expected.read_text(encoding="utf-8")


def test_all_faults_of_all_files_come_in_one_run() -> None:
    """No file of that case goes unmentioned, and several have more than one fault."""
    case = FOLDER / "all-faults-of-all-files"
    files = {each.relative_to(case).as_posix() for each in case.rglob("*.y*ml")}
    told = [
        place[1] for place in map(_PLACE.match, (case / EXPECTED).read_text(encoding="utf-8").splitlines()) if place
    ]
    assert set(told) == files
    assert len(told) > len(files)


def _holds_up(code: int, said: str) -> None:
    """What is true of every case, whatever it says."""
    messages = list(_messages(said))
    found = [_PLACE.match(message[1]) for message in messages]
    places = [(each[1], int(each[2]), int(each[3])) for each in found if each]
    assert messages, "a broken project, and nothing is said"
    assert "error[bug]" not in said
    assert "Traceback" not in said
    assert code == int(any(each[0].startswith("error[") for each in messages))
    assert places == sorted(places), "not in the order of files, lines and columns"
    for message in messages:
        head = _HEAD.match(message[0])
        assert head is not None, message[0]
        assert _PLACE.match(message[1]), f"no place: {message}"
        assert message[-1].startswith("help: "), f"no next step: {message}"
        assert message[-1].removeprefix("help: ").strip(), f"an empty next step: {message}"


def _messages(said: str) -> Iterator[list[str]]:
    """The lines of each message; between two of them stands an empty line."""
    for block in said.split("\n\n"):
        if lines := block.strip("\n").splitlines():
            yield lines
