"""The command line itself: help, codes, colour, output that goes nowhere, and faults of the tool."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler import __version__
from reconciler.cli import session as session_module
from reconciler.cli.exits import Exit, exit_of
from reconciler.cli.main import cli
from reconciler.cli.terminal import wants_colour
from reconciler.errors import LimitExceeded, LockHeld, ProjectError, SavedPlanRefused
from tests.conftest import Workplace

README = Path(__file__).resolve().parents[2] / "README.md"


def test_help_names_every_command_and_exit_code(workplace: Workplace) -> None:
    """The first thing that a stranger reads."""
    ran = workplace.run("--help")
    assert ran.code == 0
    for name in cli.commands:
        assert f"\n  {name} " in ran.out
    for code in Exit:
        assert f" {code.value}  " in ran.out


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_has_help_and_stands_in_the_readme(workplace: Workplace, name: str) -> None:
    """`COMMAND --help` works without a project, and README.md shows the command."""
    ran = workplace.run(name, "--help")
    assert (ran.code, len(ran.out.splitlines()) > 5) == (0, True)
    assert f"`{name}" in README.read_text(encoding="utf-8")


def test_version(workplace: Workplace) -> None:
    """`--version` says it."""
    assert workplace.run("--version").out == f"reconciler, version {__version__}\n"


def test_exit_codes_of_faults() -> None:
    """One place decides what the shell is told."""
    assert [exit_of(kind("x")) for kind in (ProjectError, LimitExceeded, SavedPlanRefused, LockHeld)] == [1, 3, 4, 6]


def test_a_bug_shows_no_traceback_and_no_values(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """S11, even for faults of the tool: the place, never the data at hand."""

    def broken(self: session_module.Session) -> None:
        raise KeyError("33639980001")

    monkeypatch.setattr(session_module.Session, "project", broken)
    ran = workplace.run("validate")
    assert (ran.code, "error[bug]: KeyError in test_command_line.py" in ran.err) == (1, True)
    assert "33639980001" not in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("variables", "terminal", "colour"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"TERM": "dumb"}, True, False),
        ({"GITHUB_ACTIONS": "true"}, False, True),
    ],
)
def test_colour(variables: dict[str, str], terminal: bool, colour: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR, then FORCE_COLOR, then the terminal, then known CI systems."""
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    assert wants_colour(stream, variables) is colour


def test_a_closed_pipe_is_no_fault(workplace: Workplace) -> None:
    """`reconciler plan | head -1` ends without a traceback."""
    workplace.example()
    command = f"{sys.executable} -m reconciler -e local plan | head -1"
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ)
    )
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_a_terminal_that_knows_ascii_only(workplace: Workplace) -> None:
    """Accents come as escapes there, not as a fault of the tool."""
    workplace.example()
    command = [sys.executable, "-m", "reconciler", "-e", "local", "plan"]
    variables = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, timeout=60, check=False, env=variables)
    assert (done.returncode, b"CA - M\\xe9tiers de Bouche" in done.stdout) == (0, True), done.stderr


def test_commands_load_only_what_they_need() -> None:
    """`--help` must stay quick: the heavy libraries are not imported for it."""
    code = "import sys, reconciler.cli.main; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    heavy = {"httpx", "httpx2", "jsonschema", "rich", "deepdiff", "yaml", "msgspec", "starlette", "uvicorn", "stamina"}
    assert not heavy & set(done.stdout.split())


def test_the_token_is_shown_nowhere(workplace: Workplace) -> None:
    """S9: an unreachable server, a wrong token, http in place of https."""
    workplace.write(
        "reconciler.yaml",
        "apiVersion: diabolocom.reconciler/v1\nkind: Project\nmetadata: {name: p}\nspec:\n  environments:\n"
        "    gone: {baseUrl: 'http://127.0.0.1:9'}\n",
    )
    workplace.write(
        "m.yaml",
        "apiVersion: diabolocom.reconciler/v1\nkind: Campaign\nmetadata: {name: c}\n"
        "spec: {settings: {name: C, maxTries: 3}}\n",
    )
    workplace.variables = {"DIABOLOCOM_TOKEN": "s3cr3t-t0ken"}
    ran = workplace.run("plan")
    assert (ran.code, "api-unreachable" in ran.err) == (1, True)
    assert "s3cr3t" not in ran.out + ran.err
    workplace.variables = {"DIABOLOCOM_TOKEN": "s3cr3t\nt0ken"}
    ran = workplace.run("plan")
    assert (ran.code, "s3cr3t" in ran.out + ran.err) == (1, False)
