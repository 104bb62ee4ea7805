"""Pages of docs/ that show commands: each is run, and says what stands below it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import Workplace

DOCS = Path(__file__).resolve().parent.parent / "docs"


def commands(page: str) -> Iterator[tuple[str, str]]:
    """Each command line of a page with what is shown below it."""
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for each in block.split("$ reconciler ")[1:]:
            line, _, shown = each.partition("\n")
            yield line, shown


def check(workplace: Workplace, line: str, shown: str, *before: str) -> None:
    """In the example project the command says just that; … stands for lines that are left out."""
    workplace.example()
    ran = workplace.run(*before, *shlex.split(line))
    pattern = re.escape(shown).replace("…\\\n", "(.*\n)+")
    assert re.fullmatch(pattern, ran.out + ran.err), ran.out + ran.err
