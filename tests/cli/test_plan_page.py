"""docs/plan.md tells the truth: its commands run on the demo account, and say what stands below them."""

from __future__ import annotations

import re

import pytest

from reconciler.cli.reports import FORMATS
from reconciler.planning.plan import Risk
from tests.conftest import Workplace
from tests.pages import DOCS, commands

PAGE = (DOCS / "plan.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("line", "shown"), list(commands(PAGE)))
def test_a_command_of_the_page(workplace: Workplace, line: str, shown: str) -> None:
    """It says each of these lines in this order; … stands for what is left out."""
    workplace.example()
    workplace.run("-e", "local", "plan", "--out", "change.json")
    said = workplace.run("-e", "local", *line.split()).out
    parts = [re.escape(each) for each in shown.split("…")]
    assert re.fullmatch(r"(?s:.*?)".join(parts), said), said


def test_the_page_names_everything() -> None:
    """Each format, each risk, and the longest that a comment may be."""
    assert all(f"| `{each}` |" in PAGE for each in FORMATS)
    assert all(f"`{each}`" in PAGE for each in Risk if each is not Risk.NONE)
    assert "65,536" in PAGE


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_links_lead_somewhere(link: str) -> None:
    """Every file that the page names is there."""
    assert (DOCS / link).exists()
