"""docs/get.md tells the truth: its commands run on the demo account, and say what stands below them."""

from __future__ import annotations

import re

import pytest

from reconciler.cli.get import get
from reconciler.kinds.contact import BATCH_ONLY_FILTERS, MATCH_FILTERS
from reconciler.kinds.field import Availability, Field
from tests.conftest import Workplace
from tests.pages import DOCS, check, commands

PAGE = (DOCS / "get.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("line", "shown"), list(commands(PAGE)))
def test_a_command_of_the_page(workplace: Workplace, line: str, shown: str) -> None:
    """It says just that; … stands for lines that are left out."""
    check(workplace, line, shown, "-e", "local")


@pytest.mark.parametrize("field", MATCH_FILTERS.values(), ids=lambda field: field.name)
def test_the_page_names_every_filter(field: Field) -> None:
    """But those that the vendor only announces, and those that search does not know."""
    stands_there = f"`{field.name}`" in PAGE or field.name == "customFieldConditions"
    assert stands_there is (field.available is Availability.NOW and field.name not in BATCH_ONLY_FILTERS)


def test_the_page_names_every_command_and_option(workplace: Workplace) -> None:
    """What `get` can do stands there."""
    context = get.make_context("get", ["campaigns"])
    for name in get.list_commands(context):
        assert f"`get {name}" in PAGE
        for option in re.findall(r"--[a-z-]+", workplace.run("get", name, "--help").out):
            assert option in PAGE or option == "--help", (name, option)
