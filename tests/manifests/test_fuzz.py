"""The example project with its text damaged: `validate` says what is wrong, never fails, and never takes long.

    RECONCILER_FUZZ=20000 pytest tests/manifests/test_fuzz.py

looks at that many damaged projects, other ones in each run; without it at the same few hundred every time.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from reconciler.cli.main import run
from reconciler.cli.session import Session
from tests.conftest import EXAMPLES

#: Read when the tests are collected: no test sees variables of this name.
DEEPER = int(os.environ.get("RECONCILER_FUZZ", "0"))
DEPTH = settings(
    max_examples=DEEPER or 250,
    derandomize=not DEEPER,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
#: Of the processor, for a project that takes a hundredth of that when it is sound.
MOST_SECONDS = 5.0

PROJECT = EXAMPLES / "admissions"
FILES = {
    path.relative_to(PROJECT).as_posix(): path.read_bytes()
    for path in sorted(PROJECT.rglob("*.yaml"))
    if not any(part.startswith(".") for part in path.relative_to(PROJECT).parts)
}
ODD = (
    *"[]{}:,-?&*!|>%@`'\"#\n\t ~\\$", "---\n", "...\n", "<<: ", "*a", "&a ", "!!int ", "${", "${x}", "$${",
    "\r", "\0", "\x1b[2J", "\x85", "\u2028", "\ufeff", "\u200b", "\u202e",
    "é", "😀", "\U0010ffff", ": ", " #", "- ", "\n\n", "  ",
)  # fmt: skip
SCALARS = (
    "null", "~", "true", "no", "0", "-1", "010", "0x1F", "1e9", "1.5", ".nan", "9" * 40, "9" * 400, '""', "''", '"',
    "[]", "{}", "[[]]", "{a: b}", "[null]", "2026-02-30T00:00:00Z", "-72h", "-" + "9" * 30 + "d", "9" * 30 + "d",
    "${mainNumber}", '"${mainNumber}"', '"${unknown}"', "*anchor", "&anchor x", "!!python/none x", "|", ">-",
    "a" * 5000, "all", "٣",
)  # fmt: skip
AN_ERROR = re.compile(r"^error\[", re.MULTILINE)

Damage = Callable[[bytes], bytes]


def _lines(change: Callable[[list[bytes], int], None], at: int) -> Damage:
    """A damage that changes the lines of a file at one of them."""

    def damage(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        if lines:
            change(lines, at % len(lines))
        return b"".join(lines)

    return damage


def _delete(lines: list[bytes], at: int) -> None:
    del lines[at]


def _duplicate(lines: list[bytes], at: int) -> None:
    lines.insert(at, lines[at])


def _swap(lines: list[bytes], at: int) -> None:
    other = (at + 1) % len(lines)
    lines[at], lines[other] = lines[other], lines[at]


def _indent(lines: list[bytes], at: int) -> None:
    lines[at] = b"  " + lines[at]


def _outdent(lines: list[bytes], at: int) -> None:
    lines[at] = lines[at].removeprefix(b" ")


def _tab(lines: list[bytes], at: int) -> None:
    lines[at] = b"\t" + lines[at].lstrip(b" ")


def _insert(odd: str, at: int) -> Damage:
    return lambda content: content[: at % (len(content) + 1)] + odd.encode() + content[at % (len(content) + 1) :]


def _replace_scalar(scalar: str, at: int) -> Damage:
    """In place of what follows one of the file's colons."""

    def damage(content: bytes) -> bytes:
        values = list(re.finditer(rb"(?<=: )[^\s,}\]]+", content))
        if not values:
            return content
        value = values[at % len(values)]
        return content[: value.start()] + scalar.encode() + content[value.end() :]

    return damage


def _truncate(at: int) -> Damage:
    return lambda content: content[: at % (len(content) + 1)]


def _flip(mask: int, at: int) -> Damage:
    def damage(content: bytes) -> bytes:
        position = at % max(len(content), 1)
        return (
            content[:position]
            + bytes(each ^ mask for each in content[position : position + 1])
            + content[position + 1 :]
        )

    return damage


PLACES = st.integers(0, 10_000)
DAMAGES = st.one_of(
    st.builds(_lines, st.sampled_from([_delete, _duplicate, _swap, _indent, _outdent, _tab]), PLACES),
    st.builds(_insert, st.sampled_from(ODD), PLACES),
    st.builds(_replace_scalar, st.sampled_from(SCALARS), PLACES),
    st.builds(_truncate, PLACES),
    st.builds(_flip, st.integers(1, 255), PLACES),
)
DAMAGED = st.lists(st.tuples(st.sampled_from(sorted(FILES)), DAMAGES), min_size=1, max_size=6)


def _validated() -> tuple[int, str, float]:
    """The exit code of `validate` in the current folder, all that it says, and the seconds of the processor."""
    said, start = io.StringIO(), time.process_time()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = run(["validate"], Session(variables={}))
    return int(code), said.getvalue(), time.process_time() - start


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the damaged projects are put, one over the other."""
    place = tmp_path_factory.mktemp("fuzz") / "project"
    shutil.copytree(PROJECT, place)
    return place


@DEPTH
@given(DAMAGED)
@example([("manifests/templates.yaml", _truncate(0)), ("reconciler.yaml", _insert("", 0))])
def test_a_damaged_project_gets_an_answer(folder: Path, damages: list[tuple[str, Damage]]) -> None:
    """Valid, or faults: never a fault of the tool itself, and in little time."""
    files = dict(FILES)
    for name, damage in damages:
        files[name] = damage(files[name])
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with contextlib.chdir(folder):
        code, said, seconds = _validated()
    assert code in (0, 1), said
    assert "error[bug]" not in said, said
    assert "Traceback" not in said, said
    assert bool(AN_ERROR.search(said)) == (code == 1), said
    assert seconds < MOST_SECONDS, f"{seconds:.1f} s"


def test_the_example_is_sound(folder: Path) -> None:
    """So that what the damaged ones say comes from the damage."""
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    with contextlib.chdir(folder):
        code, said, _ = _validated()
    assert code == 0, said
