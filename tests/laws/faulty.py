"""The command `apply` on an emulator with faults, in this process: nothing sleeps, and time passes only where it waits.

One project and one account for each example; commands run on them one after another, as a user would run them.
"""

from __future__ import annotations

import asyncio
import io
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from reconciler.applying.clock import Clock
from reconciler.cli import account
from reconciler.cli.main import run
from reconciler.cli.session import Session
from reconciler.emulator import Fault, Options, load_account, open_emulator
from reconciler.store.folder import Folder
from reconciler.store.runs import Runs
from tests.conftest import NOW, Ran
from tests.laws.commits import Seen, watched
from tests.laws.faulty_project import ACCOUNT, MANIFESTS, PROJECT, TOKEN

#: A batch lasts longer than it takes to plan again; a look at the clock takes the least time.
BATCH_SECONDS, LOOK = 1.0, 0.01
#: After so many seconds without an answer the client gives up.
TIMEOUT = 30.0
PLAN = "reviewed.json"


@dataclass(slots=True)
class Time:
    """Seconds that pass where somebody looks at the clock, or waits."""

    passed: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def pass_on(self, seconds: float) -> float:
        """Lets so many pass; all that have."""
        with self.lock:
            self.passed += seconds
            return self.passed

    def now(self) -> datetime:
        """The time of day."""
        return NOW + timedelta(seconds=self.pass_on(LOOK))


@dataclass(slots=True)
class Stand:
    """A project, its account and its store. `seen`: what the emulator did since the last command began."""

    folder: Path
    time: Time
    emulator: Starlette
    seen: Seen

    def run(self, *arguments: str) -> Ran:
        """Runs a command line in the project."""
        self.seen.forget()
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run(["-C", str(self.folder), "-e", "local", *arguments], Session(clock=self.time.now, variables={}))
        return Ran(int(code), out.getvalue(), err.getvalue())

    def arm(self, faults: Iterable[Fault]) -> None:
        """From now on these are met."""
        self.emulator.state.faults.arm(faults)

    def disarm(self) -> None:
        """From now on none is."""
        self.emulator.state.faults.disarm()

    @property
    def runs(self) -> Runs:
        """The runs in the store."""
        return Runs(Folder(self.folder / ".reconciler"))

    def stored(self) -> str:
        """All that the store holds."""
        files = (each for each in sorted((self.folder / ".reconciler").rglob("*")) if each.is_file())
        return "\n".join(each.read_text() for each in files)


@contextmanager
def stand(folder: Path, *, plan: bytes = b"", limits: str = "{}") -> Iterator[Stand]:
    """A fresh one; with a saved plan's bytes in its folder, and the project's limits."""
    (folder / "manifests").mkdir(parents=True)
    (folder / "reconciler.yaml").write_text(f"{PROJECT}  limits: {limits}\n")
    (folder / "manifests/all.yaml").write_text(MANIFESTS)
    (folder / PLAN).write_bytes(plan)
    time = Time()
    options = Options(batch_seconds=BATCH_SECONDS, token=TOKEN)
    with watched() as seen, pytest.MonkeyPatch.context() as patch:
        emulator = open_emulator(None, seed=load_account(ACCOUNT), clock=time.now, options=options)
        for place, name, hook in _hooks(time, emulator):
            patch.setattr(place, name, hook)
        yield Stand(folder, time, emulator, seen)


def _hooks(time: Time, emulator: Starlette) -> Sequence[tuple[Any, str, Any]]:
    def wait(clock: Clock, seconds: float) -> bool:
        time.pass_on(seconds)
        return clock.stopping

    return (
        (account, "opened_emulator", lambda *_, **__: emulator),
        (account, "EMULATOR_TOKEN", TOKEN),
        (Clock, "wait", wait),
        (Clock, "now", lambda _: time.pass_on(0.0)),
        (asyncio, "sleep", _asleep(time)),
        (os, "fsync", lambda _: None),
    )


def _asleep(time: Time) -> Any:
    """The emulator's latency: as long as that the client waits for no answer."""

    async def asleep(seconds: float) -> None:
        time.pass_on(min(seconds, TIMEOUT))
        if seconds >= TIMEOUT:
            raise TimeoutError

    return asleep
