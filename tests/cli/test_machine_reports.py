"""`--report` for machines: into files, and what a step of GitHub Actions gets; `validate` in the same formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from reconciler.cli import machine_reports
from reconciler.cli.checkout import folder_in_repository
from reconciler.cli.machine_reports import MACHINES, MOST_SUMMARY
from reconciler.cli.session import Session
from tests.cli.conftest import LOCAL, expect_another_mode
from tests.conftest import Workplace

ALL = [part for each in MACHINES for part in ("--report", f"{each}=r.{each}")]


def _read(project: Workplace, name: str) -> str:
    return (project.folder / name).read_text(encoding="utf-8")


def _in_actions(project: Workplace) -> tuple[Path, Path]:
    """The files that GitHub Actions sets, of which the runner makes empty ones for each step."""
    summary, outputs = project.folder / "summary", project.folder / "outputs"
    ours = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(outputs)}
    project.variables = {**project.variables, **ours}
    for each in (summary, outputs):
        each.touch()
    return summary, outputs


def _outputs(text: str) -> dict[str, str]:
    lines = text.split("\n")
    starts = [index for index, line in enumerate(lines) if "<<end-" in line]
    return {lines[index].split("<<")[0]: lines[index + 1] for index in starts}


def test_all_of_them_in_one_run(project: Workplace) -> None:
    """Beside the other formats and the saved plan; a saved plan shows the same."""
    ran = project.run(*LOCAL, "plan", "--out", "change.json", *ALL)
    assert ran.code == 0, ran.err
    assert json.loads(_read(project, "r.gitlab")) == {"create": 2, "update": 8, "delete": 0}
    found = json.loads(_read(project, "r.codequality"))
    assert {each["location"]["path"].split("/")[0] for each in found} == {"manifests"}
    (run,) = json.loads(_read(project, "r.sarif"))["runs"]
    assert [each["partialFingerprints"] for each in run["results"]] == [
        {"reconcilerItem/v2": each["fingerprint"]} for each in found
    ]
    assert run["automationDetails"]["id"] == "reconciler/plan admissions/local/"
    cases = list(ElementTree.fromstring(_read(project, "r.junit")).iter("testcase"))
    assert [each.get("name") for each in cases][:2] == ["plan", "Campaign/admissions-bakery"]
    shown = {each: _read(project, f"r.{each}") for each in MACHINES}
    assert project.run(*LOCAL, "show", "change.json", *ALL).code == 0
    assert {each: _read(project, f"r.{each}") for each in MACHINES} == shown


def test_what_could_not_be_planned_is_in_them(project: Workplace) -> None:
    """The exit code is 1, and the object has failed."""
    expect_another_mode(project)
    assert project.run(*LOCAL, "plan", *ALL).code == 1
    for each in ("codequality", "sarif", "junit"):
        assert "expectation-failed" in _read(project, f"r.{each}")
    assert ElementTree.fromstring(_read(project, "r.junit")).get("failures") == "1"


@pytest.mark.parametrize("format_", MACHINES)
def test_an_older_report_is_replaced(project: Workplace, format_: str) -> None:
    """Also one of a plan that had nothing to tell."""
    for _ in range(2):
        assert project.run(*LOCAL, "plan", "--report", f"{format_}=report").code == 0
    first = _read(project, "report")
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    for _ in range(2):
        assert project.run(*LOCAL, "plan", "--report", f"{format_}=report").code == 0
    assert _read(project, "report") != first


@pytest.mark.parametrize("format_", MACHINES)
@pytest.mark.parametrize("content", ["{}", '{"create": 1}', "[1]", "<testsuites/>", '{"$schema": 1}', "x"])
def test_nothing_else_is_written_over(project: Workplace, format_: str, content: str) -> None:
    """Not even the same kind of file by another tool."""
    project.write("mine", content)
    ran = project.run(*LOCAL, "plan", "--report", f"{format_}=mine")
    assert (ran.code, "error[report-not-written]" in ran.err) == (1, True)
    assert _read(project, "mine") == content


def test_a_step_of_github_actions(project: Workplace) -> None:
    """A summary, outputs, and annotations on stderr: stdout stays what `--format` says."""
    summary, outputs = _in_actions(project)
    ran = project.run(*LOCAL, "plan", "--format", "json", "--out", "change.json", "--report", "github")
    assert (ran.code, json.loads(ran.out)["project"]) == (0, "admissions")
    assert "::warning file=manifests/admissions.yaml,line=14,col=1" in ran.err
    assert summary.read_text(encoding="utf-8").startswith("### reconciler plan · admissions → local: ")
    given = _outputs(outputs.read_text(encoding="utf-8"))
    assert given.items() >= {"exitcode": "2", "changes": "6", "contacts": "195", "steps": "13"}.items()
    assert given["plan-file"] == "change.json"


def test_a_step_of_several_commands(project: Workplace) -> None:
    """Each adds to what is there, on a line of its own; asked for twice it is given once."""
    summary, outputs = _in_actions(project)
    summary.write_text("# Mine", encoding="utf-8")
    outputs.write_text("mine=1", encoding="utf-8")
    for _ in range(2):
        assert project.run(*LOCAL, "plan", "--report", "github", "--report", "github").code == 0
    assert summary.read_text(encoding="utf-8").startswith("# Mine\n### reconciler plan")
    assert summary.read_text(encoding="utf-8").count("### reconciler plan") == 2
    assert outputs.read_text(encoding="utf-8").startswith("mine=1\nexitcode<<end-")
    assert outputs.read_text(encoding="utf-8").count("exitcode<<") == 2


@pytest.mark.parametrize("left", [0, 100, 600, 5_000, 20_000])
def test_a_summary_stays_below_what_github_takes(project: Workplace, left: int) -> None:
    """A larger one would be lost as a whole; where nothing fits any more that is told."""
    summary, _ = _in_actions(project)
    summary.write_bytes(b"\xc3\xa9" * ((MOST_SUMMARY - left) // 2))
    ran = project.run(*LOCAL, "plan", "--report", "github")
    assert ran.code == 0
    assert MOST_SUMMARY - left <= summary.stat().st_size <= MOST_SUMMARY
    is_told = "the summary of this step is full" in ran.err
    assert is_told == (summary.stat().st_size == MOST_SUMMARY - left) == (left < 5_000)
    assert ("Left out, for want of room" in summary.read_text(encoding="utf-8")) == (left >= 5_000)


@pytest.mark.parametrize("missing", ["GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"])
def test_outside_of_github_actions(project: Workplace, missing: str) -> None:
    """Wrong usage, told before anything is read."""
    _in_actions(project)
    project.variables = {name: value for name, value in project.variables.items() if name != missing}
    ran = project.run(*LOCAL, "plan", "--report", "github")
    assert (ran.code, ran.out) == (64, "")
    assert f"`github` is for a step of GitHub Actions, which sets {missing}" in ran.err
    assert project.run(*LOCAL, "plan", "--report", "github=FILE").code == 64


def test_a_file_of_github_that_cant_be_written(project: Workplace) -> None:
    """The plan was shown; the exit code says that something is missing."""
    nowhere = {"GITHUB_STEP_SUMMARY": "no/where", "GITHUB_OUTPUT": "no/where"}
    project.variables = {**project.variables, **nowhere}
    ran = project.run(*LOCAL, "plan", "--report", "github")
    assert (ran.code, "error[report-not-written]" in ran.err) == (1, True)
    assert "no/where: No such file or directory" in ran.err
    assert "Plan: 6 campaigns change" in ran.out


def test_no_value_ends_itself(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """S12: the delimiters are made up for each value of each run."""
    _, outputs = _in_actions(project)
    project.run(*LOCAL, "plan", "--report", "github")
    lines = outputs.read_text(encoding="utf-8").split("\n")
    ends = [line.split("<<")[1] for line in lines if "<<" in line]
    assert len(set(ends)) == len(ends) > 10
    assert all(len(each) > 32 for each in ends)


def test_paths_from_the_root_of_the_repository(project: Workplace) -> None:
    """The project may be in a folder of a Git repository; in each format, and for validate, too."""
    (project.folder.parent / ".git").mkdir()
    _in_actions(project)
    ran = project.run(*LOCAL, "plan", *ALL, "--report", "github")
    here = project.folder.name
    assert json.loads(_read(project, "r.codequality"))[0]["location"]["path"].startswith(f"{here}/manifests/")
    (run,) = json.loads(_read(project, "r.sarif"))["runs"]
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.startswith(f"{here}/manifests/")
    assert f"--> {here}/manifests/" in _read(project, "r.junit").replace("&gt;", ">")
    assert f"::warning file={here}/manifests/" in ran.err


def test_where_the_repository_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At `.git`, be it a folder or (in a worktree) a file; else where the CI system or the shell is."""
    project = tmp_path / "a/b/c"
    project.mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a")

    def folder(**variables: str) -> str:
        return folder_in_repository(Session(directory=project, variables=variables))

    assert folder() == "b/c"
    assert folder(CI_PROJECT_DIR=str(tmp_path)) == "a/b/c"
    assert folder(GITHUB_WORKSPACE=str(tmp_path / "elsewhere")) == "b/c"
    (tmp_path / "a/b/.git").write_text("gitdir: x", encoding="utf-8")
    assert folder(GITHUB_WORKSPACE=str(tmp_path)) == "c"
    (project / ".git").mkdir()
    assert folder() == ""
    monkeypatch.chdir(tmp_path)
    assert folder_in_repository(Session(directory=Path("a/b"), variables={})) == ""


def test_help_lists_them(workplace: Workplace) -> None:
    """With the one that takes no file."""
    said = " ".join(workplace.run("plan", "--help").out.split())
    assert "gitlab, codequality, sarif, junit; or `github`, without a file, in GitHub Actions" in said


def test_a_run(project: Workplace) -> None:
    """A test case for each step; the report as summary, its numbers as outputs."""
    summary, outputs = _in_actions(project)
    for _ in range(2):  # an older one is replaced
        ran = project.run(*LOCAL, "apply", "--yes", "--report", "junit=run.xml", "--report", "github")
        assert ran.code == 0, ran.err
        if "13 done" in ran.out:
            cases = ElementTree.fromstring(_read(project, "run.xml")).iter("testcase")
            assert [each.get("name") for each in cases][:2] == ["apply", "1 add field Telephone_2"]
            assert _outputs(outputs.read_text(encoding="utf-8")).items() >= {"done": "13", "contacts": "195"}.items()
    assert summary.read_text(encoding="utf-8").startswith("### reconciler apply · admissions → local: applied\n")
    assert project.run(*LOCAL, "apply", "--yes", "--report", "sarif=x").code == 64


def test_a_run_that_is_refused(project: Workplace) -> None:
    """By a limit: it has failed, for a machine, too."""
    _in_actions(project)
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("campaignsChanged: 20", "campaignsChanged: 1"))
    ran = project.run(*LOCAL, "apply", "--yes", "--report", "junit=run.xml", "--report", "github")
    assert (ran.code, "::error title=nothing was applied [not-applied]::" in ran.err) == (3, True)
    failure = ElementTree.fromstring(_read(project, "run.xml")).find(".//failure")
    assert failure is not None
    assert "the plan is over a limit" in failure.get("message", "")


@pytest.mark.parametrize("format_", ["codequality", "junit"])
def test_validate(workplace: Workplace, format_: str) -> None:
    """With faults and without."""
    workplace.example()
    good = workplace.run("validate", "--format", format_)
    path = workplace.folder / "manifests/assignment.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("        excluded: false", "        exclude: false"))
    bad = workplace.run("validate", "--format", format_)
    assert (good.code, bad.code) == (0, 1)
    assert _errors(format_, good.out) == []
    assert _errors(format_, bad.out) == ["AssignmentPolicy/bakery-assignment"]


def _errors(format_: str, said: str) -> list[Any]:
    if format_ == "junit":
        root = ElementTree.fromstring(said)
        return [each.get("name") for each in root.iter("testcase") if each.find("failure") is not None]
    return ["AssignmentPolicy/bakery-assignment" for each in json.loads(said) if "`exclude`" in each["description"]]


def test_the_command_line_knows_every_format() -> None:
    """How an older one is known, for each."""
    assert tuple(machine_reports.OLDER) == MACHINES
