"""docs/get.md tells the truth: its commands run on the demo account, and say what stands below them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.get import get
from reconciler.kinds.contact import MATCH_FILTERS
from reconciler.kinds.field import Availability, Field
from tests.conftest import Workplace

PAGE = (Path(__file__).resolve().parents[2] / "docs/get.md").read_text(encoding="utf-8")


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
    ran = workplace.run("-e", "local", *shlex.split(line))
    pattern = re.escape(shown).replace("…\\\n", "(.*\n)+")
    assert re.fullmatch(pattern, ran.out + ran.err), ran.out + ran.err


@pytest.mark.parametrize("field", MATCH_FILTERS.values(), ids=lambda field: field.name)
def test_the_page_names_every_filter(field: Field) -> None:
    """But those that the vendor only announces."""
    stands_there = f"`{field.name}`" in PAGE or field.name == "customFieldConditions"
    assert stands_there is (field.available is Availability.NOW)


def test_the_page_names_every_command_and_option(workplace: Workplace) -> None:
    """What `get` can do stands there."""
    context = get.make_context("get", ["campaigns"])
    for name in get.list_commands(context):
        assert f"`get {name}" in PAGE
        for option in re.findall(r"--[a-z-]+", workplace.run("get", name, "--help").out):
            assert option in PAGE or option == "--help", (name, option)
