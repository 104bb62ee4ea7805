"""The README tells the truth: what it shows is what the example project says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import EXAMPLES, Workplace

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def _block(start: str) -> list[str]:
    found = re.search(rf"```\w+\n({re.escape(start)}.*?)```", README, re.DOTALL)
    assert found is not None
    return [line for line in found[1].splitlines() if line.strip() not in ("", "…")]


def test_the_console_block(workplace: Workplace) -> None:
    """Each command of the block runs, and says each line that stands below it."""
    workplace.example()
    said = ""
    for line in _block("$ reconciler -e local plan --out"):
        if line.startswith("$ reconciler "):
            ran = workplace.run(*line.removeprefix("$ reconciler ").split())
            assert ran.code == 0, ran.err
            said = re.sub(r"^ +\d+/13", "  1/13", ran.out + ran.err, flags=re.MULTILINE)  # whichever ends first
        else:
            assert line in said.splitlines(), line


def test_the_manifest() -> None:
    """The manifest is the example's."""
    shown = _block("# manifests/admissions.yaml")[1:]
    held = (EXAMPLES / "admissions/manifests/admissions.yaml").read_text(encoding="utf-8").splitlines()
    assert shown == held[2 : 2 + len(shown)]


def test_the_misspelt_filter(workplace: Workplace) -> None:
    """The fault reads as shown."""
    workplace.example()
    path = workplace.folder / "manifests/assignment.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("        excluded: false", "        exclude: false"))
    ran = workplace.run("validate")
    assert ran.code == 1
    assert ran.err.splitlines() == _block("error[unknown-field]")


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", README))
def test_links_lead_somewhere(link: str) -> None:
    """Every file that the README names is there."""
    assert (EXAMPLES.parent / link).exists()
