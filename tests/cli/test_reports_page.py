"""docs/reports.md tells the truth: what it shows of each report stands in that report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.cli.machine_reports import GITHUB, MACHINES
from reconciler.explanations import EXPLANATIONS
from reconciler.render.machine_drift import drift_handover
from reconciler.render.machine_runs import run_handover
from reconciler.render.words import Names
from tests.cli.conftest import LOCAL
from tests.conftest import Workplace
from tests.pages import DOCS
from tests.render.ran import ran
from tests.render.test_machine_drift import DRIFT

PAGE = (DOCS / "reports.md").read_text(encoding="utf-8")
EXCERPTS = re.findall(r"```\w+ (\S+)\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def written(project: Workplace) -> Path:
    """The folder with all reports of a plan of the example."""
    names = {"gitlab": "tfplan.json", "codequality": "quality.json", "sarif": "plan.sarif", "junit": "plan.xml"}
    reports = [part for format_, name in names.items() for part in ("--report", f"{format_}={name}")]
    files = {"GITHUB_STEP_SUMMARY": "summary", "GITHUB_OUTPUT": "outputs"}
    project.variables = {**project.variables, **{name: str(project.folder / each) for name, each in files.items()}}
    assert project.run(*LOCAL, "plan", *reports, "--report", "github").code == 0
    return project.folder


def test_an_excerpt_of_each() -> None:
    """No format goes without."""
    assert len(EXCERPTS) == len(MACHINES) + 1


@pytest.mark.parametrize(("name", "shown"), EXCERPTS)
def test_an_excerpt(written: Path, name: str, shown: str) -> None:
    """It stands there as it is shown; … is what is left out."""
    parts = [re.escape(each) for each in shown.removesuffix("…\n").split("…")]
    assert re.search(r"[^\n]*".join(parts), (written / name).read_text(encoding="utf-8"))


def test_every_output_is_told(written: Path) -> None:
    """Those of plan, of drift and of apply, and no others."""
    names = re.findall(r"^([a-z-]+)<<", (written / "outputs").read_text(encoding="utf-8"), re.MULTILINE)
    told = {
        one
        for table in re.findall(r"\| output of .*?\n\n", PAGE, re.DOTALL)
        for row in table.strip().splitlines()[2:]
        for one in re.findall(r"`([a-z-]+)`", row.split("|")[1])
    }
    assert told == {*names, *drift_handover(DRIFT, Names()).outputs, *run_handover(ran()).outputs}


def test_every_format_and_code_is_told() -> None:
    """By its name, and no code that there is not."""
    assert all(f"| `{each}=FILE` |" in PAGE for each in MACHINES)
    assert f"| `{GITHUB}` (no file) |" in PAGE
    codes = re.findall(r"^\| `([a-z-]+)` \| (?:error|warning|note|the check's) ", PAGE, re.MULTILINE)
    assert len(codes) == 8
    assert set(codes) <= EXPLANATIONS.keys()


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_links_lead_somewhere(link: str) -> None:
    """Every file that the page names is there."""
    assert (DOCS / link).exists()
