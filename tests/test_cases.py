"""Case folders: a project (and an account) → what a command says, word for word. `pytest --bless` accepts it.

A folder in `cases/` holds the project's files, `case.txt` (the command lines, one a line, as typed after
`reconciler`), where needed `account.json` (the emulator's seed), and `expected.txt`.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.conftest import Workplace, read_json

CASES = Path(__file__).parent / "cases"
OWN_FILES = ("case.txt", "expected.txt", "account.json")


@pytest.mark.parametrize("case", sorted(each.parent for each in CASES.glob("*/case.txt")), ids=lambda case: case.name)
def test_case(case: Path, workplace: Workplace, request: pytest.FixtureRequest) -> None:
    """The commands of the case say what is expected, and end with the expected codes."""
    shutil.copytree(case, workplace.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*OWN_FILES))
    if (account := case / "account.json").is_file():
        seed = read_json(account)
        assert isinstance(seed, dict)
        workplace.seed(seed)
    said = "".join(_said(workplace, line) for line in (case / "case.txt").read_text(encoding="utf-8").splitlines())
    expected = case / "expected.txt"
    if request.config.getoption("--bless"):
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")


def _said(workplace: Workplace, line: str) -> str:
    ran = workplace.run(*shlex.split(line))
    text = f"$ reconciler {line}\n[exit {ran.code}]\n{ran.out}"
    text += f"--- stderr\n{ran.err}" if ran.err else ""
    text = re.sub(r"\b\d{8}T\d{6}Z-[0-9a-f]{6}\b", "RUN-ID", text)
    text = re.sub(r"(?m)^(Run RUN-ID: \d+ steps? in ).*$", r"\1TIME", text)
    return "\n".join(each.rstrip() for each in text.splitlines()) + "\n\n"
