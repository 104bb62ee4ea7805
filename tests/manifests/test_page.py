"""docs/manifests.md tells the truth: its commands run on the example project, and say what stands below them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Workplace

PAGE = (Path(__file__).resolve().parents[2] / "docs/manifests.md").read_text(encoding="utf-8")


def _commands() -> Iterator[tuple[str, str]]:
    """Each command line with what is shown below it."""
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL):
        for each in block.split("$ reconciler ")[1:]:
            line, _, shown = each.partition("\n")
            yield line, shown


@pytest.mark.parametrize(("line", "shown"), list(_commands()))
def test_a_command_of_the_page(workplace: Workplace, line: str, shown: str) -> None:
    """It says just that; … stands for lines that are left out."""
    workplace.example()
    ran = workplace.run(*shlex.split(line))
    pattern = re.escape(shown).replace("…\\\n", "(.*\n)+")
    assert re.fullmatch(pattern, ran.out + ran.err), ran.out + ran.err


def test_the_page_speaks_of_every_option(workplace: Workplace) -> None:
    """What the two commands can do stands there."""
    for name in ("show-manifest", "diff-env"):
        assert f"`{name} " in PAGE
        for option in re.findall(r"--[a-z-]+", workplace.run(name, "--help").out):
            assert option in PAGE or option == "--help", (name, option)
