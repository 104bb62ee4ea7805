"""An apply in a child process that is ended at a chosen moment: at a request, or at a write into the store.

It is killed there, or Ctrl-C is pressed, once or twice.

Time passes only where somebody looks at the clock or waits, and goes on in the next child: so a batch that one child
sent still runs in the one after it.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import reconciler.applying.apply
import reconciler.cli.apply
import reconciler.cli.carrying_out
import reconciler.manifests.read
import reconciler.planning.planner
import reconciler.render.plan_text
import reconciler.render.text
from reconciler.applying.clock import Clock
from reconciler.cli import account
from reconciler.cli.main import run
from reconciler.cli.session import Session
from reconciler.emulator import Options, load_account, open_emulator
from reconciler.store import opening
from reconciler.store.folder import Folder
from tests.applying.killed_project import ACCOUNT, MANIFESTS, PROJECT
from tests.applying.wire import Answer, Pass, Sent, Wire

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
#: A batch lasts longer than it takes to plan again; a look at the clock takes the least time.
BATCH_SECONDS, LOOK = 1.0, 0.01

#: What happens at the moment.
How = Literal["kill", "interrupt", "interrupt twice"]


class Nursery:
    """Where children begin: as copies of a process that has loaded all this and has no other threads."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", __name__]
        root = Path(__file__).parents[2]
        self._process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def apply(self, folder: Path, end_at: int | None, how: How) -> int:
        """The exit code of an apply; -9 where it was killed, -14 where an interruption did not end it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(folder), end_at, how]) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """Ends it."""
        self._process.communicate()


def _serve() -> None:
    """Begins a child for each line, and says how it ended."""
    assert threading.active_count() == 1
    for line in sys.stdin:
        folder, end_at, how = json.loads(line)
        if (child := os.fork()) == 0:
            _apply(Path(folder), end_at, how)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Place:
    """A project, its account and its store, in one folder."""

    folder: Path
    nursery: Nursery

    @classmethod
    def made(cls, folder: Path, nursery: Nursery) -> Place:
        """A fresh one."""
        (folder / "manifests").mkdir(parents=True)
        (folder / "reconciler.yaml").write_text(PROJECT)
        (folder / "manifests/all.yaml").write_text(MANIFESTS)
        (folder / "clock").write_bytes(struct.pack("d", 0.0))
        open_emulator(folder / "account.db", seed=load_account(ACCOUNT), clock=lambda: START)
        return cls(folder, nursery)

    def applied(self, end_at: int | None = None, how: How = "kill") -> int:
        """Applies in a child that is ended at the moment of this number, counted from 0; its exit code."""
        return self.nursery.apply(self.folder, end_at, how)

    @property
    def objects(self) -> Folder:
        """The store."""
        return Folder(self.folder / ".reconciler")

    @property
    def said(self) -> str:
        """What the last child said."""
        return (self.folder / "said").read_text()

    @property
    def moments(self) -> list[str]:
        """The moments of the last child, in which it could have been killed."""
        return (self.folder / "moments").read_text().splitlines()

    @property
    def writes(self) -> list[dict[str, Any]]:
        """The writes that came to the account in all children: `at`, `method`, `path`, `body`, `status`."""
        return [json.loads(each) for each in (self.folder / "writes").read_text().splitlines()]

    @property
    def account(self) -> list[Any]:
        """What the account holds, its times and the numbers of its rows aside."""
        with closing(sqlite3.connect(self.folder / "account.db")) as connection:
            rows = connection.execute("SELECT document FROM campaigns UNION ALL SELECT document FROM contacts")
            held = [json.loads(document) for (document,) in rows]
        return [{name: each[name] for name in each if "UpdatedAt" not in name} for each in held]


@dataclass(slots=True)
class _Moments:
    """Counts the moments of this process, writes each down, and ends it at one of them."""

    path: Path
    end_at: int | None
    how: How
    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def pass_by(self, what: str) -> None:
        with self.lock:
            reached = self.count == self.end_at
            self.count += 1
            _append(self.path, what)
        if reached:
            _END[self.how]()


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _interrupt() -> None:
    """As the terminal does. The main thread hears it: now, if this is the one, else before this one goes on."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    threading.Event().wait(0.05)


def _interrupt_twice() -> None:
    """And the API answers no more."""
    _interrupt()
    _interrupt()
    signal.alarm(10)
    threading.Event().wait()


_END: dict[How, Callable[[], None]] = {"kill": _kill, "interrupt": _interrupt, "interrupt twice": _interrupt_twice}


@dataclass(slots=True)
class _Time:
    """The seconds that have passed, kept in a file."""

    path: Path
    lock: threading.Lock = field(default_factory=threading.Lock)

    def pass_on(self, seconds: float) -> float:
        with self.lock:
            (passed,) = struct.unpack("d", self.path.read_bytes())
            with self.path.open("r+b", buffering=0) as file:  # in one piece: another thread may end the process
                file.write(struct.pack("d", passed + seconds))
            return float(passed + seconds)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.pass_on(LOOK))


def _apply(folder: Path, end_at: int | None, how: How) -> None:
    """The child; it does not return."""
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    (folder / "moments").write_text("")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever runs the tests
    moments, time = _Moments(folder / "moments", end_at, how), _Time(folder / "clock")
    _hook(folder, moments, time)
    arguments = ["-C", str(folder), "-e", "local", "apply", "--yes", "--parallelism", "1"]
    os._exit(run(arguments, Session(clock=time.now, variables={})))


def _hook(folder: Path, moments: _Moments, time: _Time) -> None:
    """Puts the moments in front of the account and of the store, and makes waiting take no time."""

    async def fault(sent: Sent, passed: Pass) -> Answer:
        moments.pass_by(f"before {sent.method} {sent.path}")
        answer: Answer = await passed()
        if not sent.is_read:
            _append(folder / "writes", json.dumps(_written(sent, answer, time)))
            moments.pass_by(f"after {sent.method} {sent.path}")
        return answer

    def opened(database: Path, *_: Any, **__: Any) -> Any:
        wire = Wire(open_emulator(database, clock=time.now, options=Options(batch_seconds=BATCH_SECONDS)))
        for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
            wire.plant(method, "", fault, times=10**9)
        return wire

    def wait(clock: Clock, seconds: float) -> bool:
        time.pass_on(seconds)
        return clock.stopping

    for place, name, hook in (
        (account, "opened_emulator", opened),
        (opening, "Folder", _folder(moments)),
        (Clock, "wait", wait),
        (Clock, "now", lambda _: time.pass_on(0.0)),
        (os, "fsync", lambda _: None),  # a process that is killed loses nothing that it has written
    ):
        setattr(place, name, hook)


def _folder(moments: _Moments) -> type[Folder]:
    class Moving(Folder):
        def create(self, name: str, content: bytes) -> str:
            moments.pass_by(f"before create {name}")
            version = super().create(name, content)
            moments.pass_by(f"after create {name}")
            return version

        def replace(self, name: str, content: bytes) -> None:  # swapping comes here, too
            moments.pass_by(f"before replace {name}")
            super().replace(name, content)
            moments.pass_by(f"after replace {name}")

        def delete(self, name: str) -> None:
            moments.pass_by(f"before delete {name}")
            super().delete(name)
            moments.pass_by(f"after delete {name}")

    return Moving


def _written(sent: Sent, answer: Answer, time: _Time) -> dict[str, Any]:
    body = {"method": sent.method, "path": sent.path, "body": sent.body, "status": answer.status}
    return {"at": time.pass_on(0.0), **body}


def _append(path: Path, line: str) -> None:
    with path.open("a") as file:
        file.write(f"{line}\n")


#: What the children need, loaded before they begin.
LOADED: Sequence[Any] = (
    reconciler.applying.apply,
    reconciler.cli.apply,
    reconciler.cli.carrying_out,
    reconciler.manifests.read,
    reconciler.planning.planner,
    reconciler.render.plan_text,
    reconciler.render.text,
)

if __name__ == "__main__":
    _serve()
