"""The command line itself: help, codes, colour, output that goes nowhere, and faults of the tool."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from reconciler import __version__
from reconciler.api.client import Client
from reconciler.api.endpoints.campaigns import get_campaign
from reconciler.cli import session as session_module
from reconciler.cli.exits import Exit, exit_of
from reconciler.cli.main import cli
from reconciler.cli.terminal import wants_colour
from reconciler.errors import LimitExceeded, LockHeld, ProjectError, SavedPlanRefused
from tests.conftest import Workplace

HEAD = "apiVersion: diabolocom.reconciler/v1\n"

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
    """`reconciler apply | head -1`: everything is applied, and the exit code says so."""
    workplace.example()
    command = f"{{ {sys.executable} -m reconciler -e local apply --yes 2>&1; echo $? >code; }} | head -1"
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ)
    )
    assert done.stderr == ""
    assert (workplace.folder / "code").read_text() == "0\n"
    plan = [sys.executable, "-m", "reconciler", "-e", "local", "plan", "--detailed-exitcode"]
    assert subprocess.run(plan, capture_output=True, timeout=60, check=False).returncode == 0


@pytest.mark.parametrize("arguments", [["-e", "local", "plan"], ["-e", "local", "get", "campaigns"], ["--help"]])
def test_a_full_disk_is_told(workplace: Workplace, arguments: list[str]) -> None:
    """Output that can't be written is an error with its reason, not a fault of the tool."""
    workplace.example()
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "reconciler", *arguments]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (done.returncode, "error[output-lost]" in done.stderr, "No space left" in done.stderr) == (1, True, True)
    assert "Traceback" not in done.stderr


def test_faults_while_the_account_is_being_read(workplace: Workplace) -> None:
    """Nobody waits for that thread, and wherever it is at the end, in OpenSSL for one: exit 1, each time."""
    environment = '{baseUrl: "http://127.0.0.1:9", tokenEnv: THE_TOKEN}'
    spec = f"spec: {{manifests: [manifests], environments: {{production: {environment}}}}}"
    workplace.write("reconciler.yaml", f"{HEAD}kind: Project\nmetadata: {{name: p}}\n{spec}\n")
    workplace.write("manifests/broken.yaml", f"{HEAD}kind: Campaign\nmetadata: {{name: a}}\nspec: {{no: 1}}\n")
    command = [sys.executable, "-m", "reconciler", "plan"]
    variables = {**os.environ, "THE_TOKEN": "a-token"}
    ends = [subprocess.run(command, capture_output=True, timeout=60, check=False, env=variables) for _ in range(12)]
    assert [each.returncode for each in ends] == [1] * 12
    assert all(b"manifests/broken.yaml" in each.stderr for each in ends)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_machines_get_utf_8(workplace: Workplace, encoding: str) -> None:
    """Whatever the locale says: JSON is JSON, and a manifest that is shown asks for the same."""
    workplace.example()
    for command in (["get", "campaigns", "--format", "json"], ["plan", "--format", "json"]):
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", "-e", "local", *command],
            capture_output=True, timeout=60, check=True, env=os.environ | {"PYTHONIOENCODING": encoding},
        )  # fmt: skip
        assert "Métiers" in str(json.loads(done.stdout.decode("utf-8")))


def test_an_interrupted_report_is_an_interrupted_run(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while faults are printed is no traceback."""
    workplace.write("reconciler.yaml", "nonsense")

    def interrupted(faults: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("reconciler.cli.terminal.report", interrupted)
    ran = workplace.run("validate")
    assert (ran.code, ran.err.strip()) == (130, "interrupted")


def test_sigterm_ends_a_run_like_ctrl_c(workplace: Workplace) -> None:
    """A cancelled CI job: what is in flight is ended and reported, exit 130, and planning again shows the rest."""
    workplace.example()
    path = workplace.folder / "reconciler.yaml"
    settings = "variables: {mainNumber: '33199001001', followUpNumber: '33199001004', recordedShare: 50}"
    with _server(workplace, "--batch-seconds", "30") as origin:
        environment = (
            f"    server: {{baseUrl: '{origin}', tokenEnv: WORD, {settings}, agents: *agents, groups: *groups}}"
        )
        path.write_text(path.read_text().replace("    production:", f"{environment}\n    production:"))
        command = [sys.executable, "-m", "reconciler", "-e", "server", "apply", "--yes"]
        variables = {**os.environ, "WORD": "any"}
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables)
        runs = workplace.folder / ".reconciler/runs"
        while running.poll() is None and not any(runs.rglob("*accepted*")):
            time.sleep(0.05)
        running.terminate()
        out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "interrupted" in out
    assert "Traceback" not in err


@contextlib.contextmanager
def _server(workplace: Workplace, *options: str) -> Iterator[str]:
    """The emulator's server, and where it listens."""
    command = [sys.executable, "-m", "reconciler", "emulator", "--port", "0", "--database", "server.db", *options]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=workplace.folder)
    try:
        assert server.stderr is not None
        said = re.search(r"http://\S+", server.stderr.readline())
        assert said is not None
        yield said[0]
    finally:
        server.terminate()
        server.communicate(timeout=30)


def test_the_emulator_serves(workplace: Workplace) -> None:
    """`reconciler emulator` answers over HTTP, and names its address."""
    with _server(workplace) as origin, Client(origin, "any", writable=False) as client:
        assert client.run(get_campaign(6046)).name == "CA - Métiers de Bouche"


def test_a_port_in_use(workplace: Workplace) -> None:
    """One line with the next step."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = workplace.run("emulator", "--port", str(taken.getsockname()[1]))
    assert (ran.code, "error[port-in-use]" in ran.err) == (1, True)


def test_a_global_option_in_the_wrong_place(workplace: Workplace) -> None:
    """`plan -e ENV` is told where -e goes."""
    ran = workplace.run("plan", "-e", "local")
    assert (ran.code, "-e goes before the command" in ran.err) == (64, True)


def test_a_terminal_that_knows_ascii_only(workplace: Workplace) -> None:
    """Accents come as escapes there, not as a fault of the tool."""
    workplace.example()
    command = [sys.executable, "-m", "reconciler", "-e", "local", "get", "campaigns"]
    variables = {**os.environ, "PYTHONIOENCODING": "ascii", "NO_COLOR": "1", "COLUMNS": "200"}
    terminal, theirs = os.openpty()
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, env=variables) as process:
        os.close(theirs)
        shown = b"".join(_read_all(terminal))
    assert (process.returncode, b"CA - M\\xe9tiers de Bouche" in shown) == (0, True), shown


def _read_all(terminal: int) -> Iterator[bytes]:
    """What is written to a terminal, until its last writer has gone."""
    with suppress(OSError):  # that is how Linux says so
        while part := os.read(terminal, 65536):
            yield part
    os.close(terminal)


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


def test_the_commit_is_that_of_the_manifests(workplace: Workplace) -> None:
    """None outside Git and while a file differs from what was committed, so that no plan claims a wrong one."""

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@b")
        subprocess.run(["git", *who, *arguments], cwd=workplace.folder, check=True, capture_output=True, timeout=60)

    workplace.example()
    session = session_module.Session(workplace.folder)
    assert session.commit() is None
    git("init", "-q")
    git("add", ".")
    assert session.commit() is None, "there is no commit yet"
    git("commit", "-qm", "first")
    commit = session.commit()
    assert commit is not None
    assert re.fullmatch("[0-9a-f]{40}", commit)
    workplace.write("manifests/follow-up.yaml", "# nothing\n")
    assert session.commit() is None
    git("add", ".")
    assert session.commit() is None, "what is staged is not committed"
