"""docs/manifests.md tells the truth: its commands run on the example project, and say what stands below them."""

from __future__ import annotations

import re

import pytest

from tests.conftest import Workplace
from tests.pages import DOCS, check, commands

PAGE = (DOCS / "manifests.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("line", "shown"), list(commands(PAGE)))
def test_a_command_of_the_page(workplace: Workplace, line: str, shown: str) -> None:
    """It says just that; … stands for lines that are left out."""
    check(workplace, line, shown)


def test_the_page_speaks_of_every_option(workplace: Workplace) -> None:
    """What the two commands can do stands there."""
    for name in ("show-manifest", "diff-env"):
        assert f"`{name} " in PAGE
        for option in re.findall(r"--[a-z-]+", workplace.run(name, "--help").out):
            assert option in PAGE or option == "--help", (name, option)
