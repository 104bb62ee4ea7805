"""`--log-format json`: every line of stderr is one JSON object, whatever happens."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import threading
from datetime import datetime
from typing import Any

import pytest

from reconciler.cli import logs, terminal
from reconciler.diagnostics import Diagnostic, Source, Span
from reconciler.store.folder import Folder
from reconciler.store.holder import this_process
from reconciler.store.lock import held_lock
from tests.cli.conftest import LOCAL, expect_another_mode
from tests.cli.faulty import arm, press_after
from tests.conftest import Ran, Workplace
from tests.render.sample import HOSTILE

JSON = ("--log-format", "json")


def _lines(ran: Ran) -> list[dict[str, Any]]:
    """The lines of a command, each held against what every line has; the last one is the end."""
    lines = [json.loads(each) for each in ran.err.splitlines()]
    for each in lines:
        assert datetime.fromisoformat(each["time"]).utcoffset() is not None
        assert re.fullmatch(r"[0-9T:-]+\.[0-9]{3}Z", each["time"])
        assert each["level"] in logs.LEVELS
        assert each["event"]
        assert each["message"].strip()
    assert (lines[-1]["event"], lines[-1]["exit"]) == ("end", ran.code)
    assert [each["event"] for each in lines].count("end") == 1
    assert "\x1b" not in ran.err
    return lines


def _of(lines: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [each for each in lines if each["event"] == event]


def test_a_run(project: Workplace) -> None:
    """The plan, the run, each step, the result and the end; with the run's id as soon as there is one."""
    ran = project.run(*LOCAL, *JSON, "apply", "--yes", "--format", "json")
    assert ran.code == 0, ran.err
    lines = _lines(ran)
    run = json.loads(ran.out)["run"]
    begins = next(number for number, each in enumerate(lines) if each["event"] == "run")
    assert [each.get("run") for each in lines] == [None] * begins + [run] * (len(lines) - begins)
    (plan,) = _of(lines, "plan")
    assert (plan["steps"], plan["environment"]) == (13, "local")
    steps = _of(lines, "step")
    assert sorted(each["step"] for each in steps) == list(range(1, 14))
    assert sum(each.get("contacts", {}).get("done", 0) for each in steps) == 195
    assert all(each["seconds"] > 0 and each["outcome"] == "done" and each["call"] for each in steps)
    assert lines[-1]["outcome"] == "done"
    (result,) = _of(lines, "result")
    assert (result["outcome"], result["steps"]) == ("done", {"done": 13})


def test_the_variable_asks_for_it_too(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """RECONCILER_LOG_FORMAT; the option beats it."""
    monkeypatch.setenv(logs.FORMAT, "json")
    project.variables = {logs.FORMAT: "json"}
    assert _lines(project.run(*LOCAL, "plan"))
    assert "Error: " in project.run(*LOCAL, "--log-format", "text", "plann").err
    assert _of(_lines(project.run(*LOCAL, "--log-format=json", "plann")), "usage")
    monkeypatch.setenv(logs.FORMAT, "xml")
    project.variables = {logs.FORMAT: "xml"}
    assert project.run(*LOCAL, "plan").code == 64


@pytest.mark.parametrize(
    "arguments", [("plann",), ("--bad",), ("plan", "--log-format", "json"), ("apply",), ("apply", "--allow", "x")]
)
def test_wrong_usage_is_a_line(project: Workplace, arguments: tuple[str, ...]) -> None:
    """64, and not a word beside it."""
    ran = project.run(*LOCAL, *JSON, *arguments)
    lines = _lines(ran)
    assert (ran.code, lines[-1]["outcome"]) == (64, "usage")
    assert lines[-2]["event"] == "usage"
    assert lines[-2]["level"] == "error"


def test_faults_have_their_place(project: Workplace) -> None:
    """Code, severity, file, line and column."""
    path = project.folder / "manifests/assignment.yaml"
    path.write_text(path.read_text().replace("        excluded: false", "        exclude: false"))
    (fault, _) = _lines(project.run(*LOCAL, *JSON, "validate"))
    assert (fault["code"], fault["severity"], fault["level"]) == ("unknown-field", "error", "error")
    assert (fault["file"], fault["line"], fault["column"]) == ("manifests/assignment.yaml", 14, 9)
    assert "excluded" in fault["help"]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_faults_of_the_account(project: Workplace, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Steps that fail, are skipped or unknown, and repetitions; in every case each line can be parsed."""
    faults = {
        1: ("status,code=400,method=PATCH,times=0",),
        2: ("lost-after,method=PATCH,times=0", "status,code=503,method=GET,after=5,times=2"),
        3: ("lost-after,method=POST,path=*/contact-batch/*,times=0",),
    }[number]
    arm(monkeypatch, *faults)
    ran = project.run(*LOCAL, *JSON, "apply", "--yes")
    lines = _lines(ran)
    assert len(_of(lines, "step")) == 13
    for each in _of(lines, "step"):
        assert (each["level"] == "info") is (each["outcome"] in ("done", "deferred"))


def test_what_is_refused(project: Workplace) -> None:
    """Another run's lock, and a campaign that can't be planned."""
    with held_lock(Folder(project.folder / ".reconciler"), "local", "20261123T090000Z-abc123", this_process({})):
        lines = _lines(project.run(*LOCAL, *JSON, "apply", "--yes"))
    assert ([each["code"] for each in _of(lines, "diagnostic")], lines[-1]["outcome"]) == (["lock-held"], "locked")
    expect_another_mode(project)
    lines = _lines(project.run(*LOCAL, *JSON, "apply", "--yes"))
    assert ("expectation-failed" in [each["code"] for each in _of(lines, "diagnostic")], lines[-1]["exit"]) == (True, 5)


def test_an_interruption(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The result and the end are there."""
    press_after(monkeypatch, 1)
    ran = project.run(*LOCAL, *JSON, "apply", "--yes", "--parallelism", "1")
    lines = _lines(ran)
    assert (ran.code, lines[-1]["outcome"], _of(lines, "result")[0]["outcome"]) == (130, "interrupted", "interrupted")


def test_a_fault_of_the_tool(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line, without the values at hand."""
    monkeypatch.setattr("reconciler.planning.planner.make_plan", lambda *_, **__: int("call 33612399871"))
    ran = project.run(*LOCAL, *JSON, "plan")
    bug, _, end = _lines(ran)
    assert (bug["event"], bug["level"], end["exit"], "33612399871" in ran.err) == ("bug", "error", 1, False)


def test_nobody_is_asked(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question would be no line."""
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    assert project.run(*LOCAL, *JSON, "apply").code == 64


def test_what_a_library_says_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever it writes to stderr, and where it does not end its line."""
    with logs.begun(JSON, {}):
        sys.stderr.write("one\ntwo")
        sys.stderr.write(" and more")
        logs.end(0, "done")
    lines = [json.loads(each) for each in capsys.readouterr().err.splitlines()]
    assert [(each["event"], each["message"]) for each in lines[:2]] == [("output", "one"), ("output", "two and more")]
    assert lines[-1]["event"] == "end"
    assert not logs.is_json()


class _Pieces(io.StringIO):
    """Holds what each call wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def write(self, text: str) -> int:
        self.pieces.append(text)
        return len(text)


def test_lines_are_written_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """By many threads at once: each line is one call."""
    stderr = _Pieces()
    monkeypatch.setattr(sys, "stderr", stderr)

    def speak() -> None:
        for _ in range(50):
            terminal.talk("x" * 3000 + "\n")

    with logs.begun(JSON, {}):
        speakers = [threading.Thread(target=speak) for _ in range(8)]
        for each in speakers:
            each.start()
        for each in speakers:
            each.join()
    assert len(stderr.pieces) == 400
    assert all(each.endswith("}\n") and json.loads(each)["message"] == "x" * 3000 for each in stderr.pieces)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_is_only_text(capsys: pytest.CaptureFixture[str], text: str) -> None:
    """S12: it stays inside its line, and is no command of a CI system."""
    fault = Diagnostic("x", "summary", text, span=Span(Source(text, text), 1, 1), help=text, address=text)
    with logs.begun(JSON, {}):
        terminal.talk(f"{text}!\n")
        terminal.report([fault])
    said = capsys.readouterr().err
    assert all(line.startswith('{"time": ') and line.isprintable() for line in said.splitlines())
    assert "##" not in said
    _, found = (json.loads(each) for each in said.splitlines())
    assert (found["detail"], found["help"], found["file"]) == (text, text, text)


def test_levels(capsys: pytest.CaptureFixture[str]) -> None:
    """What is below the wanted one is left out, but for the end."""
    with logs.begun(JSON, {logs.LEVEL: "warning"}):
        terminal.talk("Run 1\n")
        terminal.talk("warning: careful\n")
        terminal.talk("note: so\n")
        terminal.talk("error[x]: no\n")
        logs.end(0, "done")
    lines = [json.loads(each) for each in capsys.readouterr().err.splitlines()]
    assert [(each["level"], each["message"]) for each in lines] == [
        ("warning", "careful"), ("error", "no"), ("info", "the command has ended"),
    ]  # fmt: skip


@pytest.mark.parametrize("format_", logs.FORMATS)
def test_requests_are_told_to_who_debugs(project: Workplace, format_: str) -> None:
    """Method, path without a query, status and milliseconds; and only then."""
    assert "/api/" not in project.run(*LOCAL, "--log-format", format_, "apply", "--yes").err
    path = project.folder / "manifests/assignment.yaml"
    path.write_text(path.read_text().replace("priority: 1}", "priority: 2}"))
    project.variables = {logs.LEVEL: "debug"}
    ran = project.run(*LOCAL, "--log-format", format_, "apply", "--yes")
    assert ran.code == 0
    if format_ == "text":
        assert re.search(r"(?m)^debug: POST /api/v2/voice/campaigns/6046/contacts/search 200 [0-9.]+ ms$", ran.err)
    else:
        found = _of(_lines(ran), "request")
        assert all({"method", "path", "status", "ms"} <= each.keys() and "?" not in each["path"] for each in found)
        assert ("POST", 200) in {(each["method"], each["status"]) for each in found}


def test_no_token_and_no_name_is_in_a_line(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """S9 and S10, with all requests logged, and an API that repeats what it got."""
    arm(monkeypatch, "status,code=400,method=PATCH,times=0")
    project.variables = {logs.LEVEL: "debug", "DIABOLOCOM_TOKEN": "secret-token-of-the-account"}
    ran = project.run(*LOCAL, *JSON, "apply", "--yes")
    assert _lines(ran)
    assert "secret-token" not in ran.err
    assert not re.search(r"\b33[0-9]{9}\b", ran.err)


def test_a_second_interruption_leaves_two_lines(capfd: pytest.CaptureFixture[str]) -> None:
    """The process ends at once: what is said and the end are lines all the same."""
    child = (
        "import os\nfrom reconciler.cli import logs\nfrom reconciler.cli.interruptions import leave_at_once\n"
        "with logs.begun(['--log-format', 'json'], {}):\n  logs.run_begun('R-1', 'local')\n  leave_at_once('R-1')\n"
    )
    ended = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, check=False, env=os.environ)
    assert ended.returncode == 130
    _, told, end = (json.loads(each) for each in ended.stderr.splitlines())
    assert (told["event"], told["run"], end["event"], end["exit"]) == ("interrupted", "R-1", "end", 130)
