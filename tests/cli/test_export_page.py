"""docs/export.md tells the truth."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.conftest import Workplace
from tests.pages import DOCS, commands

PAGE = (DOCS / "export.md").read_text(encoding="utf-8")


def test_the_command_of_the_page(workplace: Workplace) -> None:
    """It exports one campaign of the demo account, and says what stands below it."""
    ((line, shown),) = commands(PAGE)
    workplace.example()
    ran = workplace.run(*shlex.split(line))
    assert (ran.code, ran.out + ran.err) == (0, shown)


@pytest.mark.parametrize("command", ["export", "init"])
def test_the_page_names_every_option(workplace: Workplace, command: str) -> None:
    """What the commands can do stands there."""
    for option in re.findall(r"--[a-z-]+", workplace.run(command, "--help").out):
        assert option in PAGE or option in ("--help", "--name"), option
