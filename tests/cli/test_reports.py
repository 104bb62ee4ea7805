"""`plan --format` and `--report`: a plan in any format, on stdout and in files, in one run."""

from __future__ import annotations

import io
import json
import os
import socket

import pytest

from reconciler.cli.reports import FORMATS, show_plan
from reconciler.render.formats import FORMATS as RENDERED
from tests.cli.conftest import LOCAL, expect_another_mode
from tests.conftest import Workplace
from tests.render.spreading import spreading, spreading_rows

STARTS = {
    "text": "made 2026-11-23 09:0",
    "json": '{\n "formatVersion": 1,\n',
    "markdown": "### reconciler plan · admissions → local: 6 campaigns change, ",
    "html": "<!doctype html>\n<!-- reconciler plan: admissions/local -->\n",
}


def _read(project: Workplace, name: str) -> str:
    return (project.folder / name).read_text(encoding="utf-8")


def test_the_command_line_knows_every_format() -> None:
    """The names stand there so that `--help` need not import what renders."""
    assert tuple(RENDERED) == FORMATS == tuple(STARTS)


@pytest.mark.parametrize("format_", FORMATS)
def test_each_format_on_stdout_and_in_a_file(project: Workplace, format_: str) -> None:
    """The same, but that text on stdout has faults beside it and is laid out for the terminal."""
    ran = project.run(*LOCAL, "plan", "--format", format_, "--report", f"{format_}=report")
    assert ran.code == 0, ran.err
    written = _read(project, "report")
    assert STARTS[format_] in written
    assert written == ran.out or format_ == "text"
    assert ran.out.splitlines()[4:] == written.splitlines()[6:] or format_ != "text"


def test_all_of_them_in_one_run(project: Workplace) -> None:
    """One reading of the account; what --out saves is what the JSON says; exit codes stay."""
    reports = [part for each in FORMATS for part in ("--report", f"{each}=r.{each}")]
    ran = project.run(*LOCAL, "plan", "--detailed-exitcode", "--out", "change.json", *reports)
    assert ran.code == 2, ran.err
    assert all(STARTS[each] in _read(project, f"r.{each}") for each in FORMATS)
    assert _read(project, "r.json") == _read(project, "change.json")
    assert "reconciler apply change.json" in _read(project, "r.html")
    assert [each.name for each in project.folder.glob(".r.*")] == [], "nothing is left beside them"


def test_reports_hold_what_could_not_be_planned(project: Workplace) -> None:
    """A report is read alone: the faults stand in it; JSON on stdout can be parsed, and the exit code is 1."""
    expect_another_mode(project)
    reports = [part for each in FORMATS for part in ("--report", f"{each}=r.{each}")]
    ran = project.run(*LOCAL, "plan", "--format", "json", *reports)
    assert (ran.code, "expectation-failed" in ran.err) == (1, True)
    assert [each["code"] for each in json.loads(ran.out)["diagnostics"]] == ["expectation-failed"]
    for each in FORMATS:
        assert "expectation-failed" in _read(project, f"r.{each}")
        assert "is expected to be" in _read(project, f"r.{each}")


@pytest.mark.parametrize("format_", FORMATS)
def test_an_older_report_is_replaced(project: Workplace, format_: str) -> None:
    """And its permissions are those of a new file."""
    for _ in range(2):
        assert project.run(*LOCAL, "plan", "--report", f"{format_}=report").code == 0
    assert STARTS[format_] in _read(project, "report")
    (project.folder / "empty").touch()
    assert project.run(*LOCAL, "plan", "--report", f"{format_}=empty").code == 0


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", ["reconciler.yaml", "manifests/admissions.yaml"])
def test_nothing_else_is_written_over(project: Workplace, format_: str, name: str) -> None:
    """The file stays, the plan is on the screen, the other reports are written, and the exit code is 1."""
    before = _read(project, name)
    ran = project.run(*LOCAL, "plan", "--report", f"{format_}={name}", "--report", "html=other.html")
    assert (ran.code, "error[report-not-written]" in ran.err, "it stays" in ran.err) == (1, True, True)
    assert _read(project, name) == before
    assert "Plan: 6 campaigns change" in ran.out
    assert STARTS["html"] in _read(project, "other.html")


def test_a_saved_plan_is_no_report_to_write_over(project: Workplace) -> None:
    """Somebody may want to apply it; as JSON it is the same kind of file."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    before = _read(project, "change.json")
    assert project.run(*LOCAL, "plan", "--report", "html=change.json").code == 1
    assert _read(project, "change.json") == before
    assert project.run(*LOCAL, "plan", "--report", "json=change.json").code == 0


def test_a_report_that_cant_be_written(project: Workplace) -> None:
    """Told after the plan, with the reason; the plan that --out names is saved all the same."""
    ran = project.run(*LOCAL, "plan", "--out", "change.json", "--report", "html=no/where.html")
    assert (ran.code, "no/where.html: there is no folder no" in ran.err) == (1, True)
    assert "Plan: 6 campaigns change" in ran.out
    assert (project.folder / "change.json").is_file()
    project.write("file", "x")
    assert project.run(*LOCAL, "plan", "--report", "html=file/x.html").code == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--report", "html=a", "--report", "text=./a"], "named twice"),
        (["--out", "a.json", "--report", "json=a.json"], "named twice"),
        (["--report", "json=x/../a.json", "--out", "a.json"], "named twice"),
        (["--report", "html=manifests"], "`manifests` is a folder"),
        (["--report", f"html={os.devnull}"], "is no regular file"),
        (["--report", "html=-"], "`-` is no file: `--format` says what stdout gets"),
        (["--out", "-"], "`-` is no file"),
        (["--out", "manifests"], "`manifests` is a folder"),
        (["--out", os.devnull], "is no regular file"),
        (["--report", "pdf=a"], "not FORMAT=FILE with a FORMAT of text, json, markdown, html"),
        (["--report", "html="], "not FORMAT=FILE"),
        (["--report", "html"], "not FORMAT=FILE"),
        (["--format", "pdf"], "pdf"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_read(workplace: Workplace, arguments: list[str], said: str) -> None:
    """There is not even a project."""
    (workplace.folder / "manifests").mkdir()
    ran = workplace.run("plan", *arguments)
    assert (ran.code, said in ran.err, ran.out) == (64, True, "")


def test_what_is_no_file_is_never_replaced(project: Workplace) -> None:
    """A file is written beside its place and then moved there: for a device or a socket that would be its end."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("here")
        assert project.run(*LOCAL, "plan", "--report", "html=here").code == 64
        assert (project.folder / "here").is_socket()


def test_in_a_terminal_the_plan_is_as_wide_as_that(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a pipe nothing is wrapped."""
    whole = project.run(*LOCAL, "plan").out
    monkeypatch.setattr("reconciler.cli.get.printing.terminal_width", lambda: 60)
    narrow = project.run(*LOCAL, "plan").out
    assert max(map(len, whole.splitlines())) > 120
    assert max(map(len, narrow.splitlines())) <= 60


@pytest.mark.parametrize(("encoding", "plain"), [("utf-8", False), ("latin-1", True), ("ascii", True)])
def test_a_terminal_without_our_signs(monkeypatch: pytest.MonkeyPatch, encoding: str, plain: bool) -> None:
    """It gets ASCII for them."""
    stdout = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="backslashreplace")
    monkeypatch.setattr("sys.stdout", stdout)
    show_plan(spreading(), spreading_rows(), "text")
    said = stdout.buffer.getvalue().decode(encoding)
    assert ("27 of ~1,240 contacts match" in said, "27 of ≈1,240 contacts match" in said) == (plain, not plain)
    assert "\\u2" not in said


def test_limits_of_a_part_are_its_own(project: Workplace) -> None:
    """Those of policies that were not selected are not shown."""
    whole = project.run(*LOCAL, "plan").out
    part = project.run(*LOCAL, "plan", "--target", "admissions-beauty").out
    assert "(AssignmentPolicy/bakery-assignment rule" in whole
    assert ("Limit: campaignsChanged" in part, "(AssignmentPolicy/" in part) == (True, False)


def test_a_page_that_quotes_a_report_is_none(project: Workplace) -> None:
    """It stays."""
    project.write("README.md", "# Mine\n\nmade 2026-11-23 21:16Z by reconciler 0.1.0\n")
    ran = project.run("-e", "local", "plan", "--report", "text=README.md")
    assert (ran.code, "report-not-written" in ran.err) == (1, True)
    assert (project.folder / "README.md").read_text().startswith("# Mine")
