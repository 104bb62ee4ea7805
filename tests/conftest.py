"""What all tests share: a clean environment, a clock of their own, and a project to run commands in."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import stamina

from reconciler.api.client import Client
from reconciler.cli.main import run
from reconciler.cli.session import Session
from reconciler.emulator import load_account, open_emulator

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DATABASE = Path(".reconciler/emulator.db")
EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--bless` accepts what the commands say now as what the case folders expect."""
    parser.addoption("--bless", action="store_true", help="rewrite the expected texts of tests/cases")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine reaches a test, and no retry waits."""
    for name in list(os.environ):
        if name.startswith(("RECONCILER_", "DIABOLOCOM_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retries happen, without their pauses."""
    with stamina.set_testing(True, attempts=6, cap=True):
        yield


def ticking(start: datetime = NOW) -> Callable[[], datetime]:
    """A clock that moves on by a second at each look, so that the emulator's batches end."""
    seconds, lock = itertools.count(), threading.Lock()

    def clock() -> datetime:
        with lock:
            return start + timedelta(seconds=next(seconds))

    return clock


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did: its exit code and what it said."""

    code: int
    out: str
    err: str


@dataclass(slots=True)
class Workplace:
    """A project folder to run commands in, as a user would: `run("plan", "--out", "p.json")`."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    variables: Mapping[str, str]
    clock: Callable[[], datetime]

    def write(self, name: str, text: str) -> None:
        """Writes a file of the project."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def seed(self, account: Mapping[str, object], database: Path = DATABASE) -> None:
        """Makes the emulator's file hold this account (the seed format)."""
        open_emulator(self.folder / database, seed=load_account(account), clock=lambda: NOW)

    def example(self) -> None:
        """Puts the example project into the folder."""
        shutil.copytree(EXAMPLES / "admissions", self.folder, dirs_exist_ok=True)

    def console(self, database: Path = DATABASE) -> Client:
        """Somebody with write access to the emulator's account, as the vendor's console has."""
        application = open_emulator(self.folder / database, clock=self.clock)
        return Client("http://localhost", "console", writable=True, application=application)

    def run(self, *arguments: str) -> Ran:
        """Runs a command line in the folder."""
        self.capture.readouterr()
        code = run(arguments, Session(clock=self.clock, variables=self.variables))
        said = self.capture.readouterr()
        return Ran(int(code), said.out, said.err)


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workplace:
    """An empty folder, which is the current one."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Workplace(folder, capsys, {}, ticking())


def read_json(path: Path) -> object:
    """A JSON file's content."""
    return json.loads(path.read_text(encoding="utf-8"))
