"""docs/checks.md tells the truth: its checks are put into the example project, and its commands say what is shown."""

from __future__ import annotations

import re

import pytest

from reconciler.kinds.check import FACTS, Comparison, Of
from tests.conftest import Workplace
from tests.pages import DOCS, commands

PAGE = (DOCS / "checks.md").read_text(encoding="utf-8")


def test_the_page(workplace: Workplace) -> None:
    """Each command says these lines in this order; … stands for what is left out."""
    workplace.example()
    checks = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert checks is not None
    path = workplace.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace("  environments:\n", f"{checks[1]}  environments:\n", 1))
    assert workplace.run("validate").code == 0
    codes = []
    for line, shown in commands(PAGE):
        ran = workplace.run(*line.split())
        codes.append(ran.code)
        parts = [re.escape(each) for each in shown.split("…")]
        assert re.fullmatch(r"(?s:.*?)".join(parts), ran.out + ran.err), ran.out + ran.err
    assert codes == [0, 3]


@pytest.mark.parametrize("name", [*Of, *FACTS, *Comparison])
def test_the_page_names_everything(name: str) -> None:
    """Each row, fact and comparison."""
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_links_lead_somewhere(link: str) -> None:
    """Every file that the page names is there."""
    assert (DOCS / link).exists()
