"""One child: an apply whose process ends, is interrupted or loses its store at a moment (see `killing`)."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import os
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

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
from reconciler.emulator import Options, open_emulator
from reconciler.store import bucket, opening
from reconciler.store.folder import Folder
from tests.applying.killed_project import BATCH_SECONDS, LOOK, START
from tests.applying.wire import Answer, Pass, Sent, Wire

_OPEN = os.open


def _serve() -> None:
    """Begins a child for each line, and says how it ended."""
    assert threading.active_count() == 1
    for line in sys.stdin:
        folder, end_at, how, settings = json.loads(line)
        if (child := os.fork()) == 0:
            _apply(Path(folder), end_at, how, settings)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


@dataclass(slots=True)
class _Moments:
    """Counts the moments of this process, writes each down, and does what is to happen at one of them."""

    path: Path
    end_at: int | None
    happens: Callable[[], Any]
    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def pass_by(self, what: str) -> None:
        with self.lock:
            reached = self.count == self.end_at
            self.count += 1
            _append(self.path, what)
        if reached:
            self.happens()


#: Held from a write's commit until it is written down: else another thread's end would leave one that nobody knows.
_WRITTEN_DOWN = threading.Lock()


def _kill() -> None:
    _WRITTEN_DOWN.acquire(timeout=5)
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


@dataclass(frozen=True, slots=True)
class _Disk:
    """The store's folder, of which the system refuses `calls` from some moment on, for this reason."""

    store: str
    reason: int
    calls: Sequence[str]

    def fails(self) -> None:
        """From now on."""
        refused: Mapping[str, tuple[tuple[Any, str, Any], ...]] = {
            "open": ((os, "open", self._opening(os.open)), (io, "open", self._opening(io.open))),
            "write": ((os, "fdopen", self._written),),
            "fsync": ((os, "fsync", self._refused),),
            "link": tuple((os, each, self._placing(getattr(os, each))) for each in ("link", "replace")),
            "unlink": ((os, "unlink", self._placing(os.unlink)),),
            "mkdir": ((os, "mkdir", self._placing(os.mkdir)),),
        }
        for call in self.calls:
            for place, name, hook in refused[call]:
                setattr(place, name, hook)

    def _refused(self, *_: Any, **__: Any) -> Any:
        raise OSError(self.reason, os.strerror(self.reason))

    def _opening(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        """Refuses what makes or changes a file."""

        def opened(path: Any, how: Any = "r", *more: Any, **named: Any) -> Any:
            changes = how & os.O_CREAT if isinstance(how, int) else set(how) & set("wax")
            return (self._refused if changes and self._is_ours(path) else inner)(path, how, *more, **named)

        return opened

    def _placing(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        return lambda path, *more, **named: (self._refused if self._is_ours(path) else inner)(path, *more, **named)

    def _written(self, handle: int, *_: Any) -> Any:
        refused = self._refused

        class Full(io.FileIO):
            def write(self, _: Any) -> int:
                return int(refused())

        return io.BufferedWriter(Full(handle, "wb"), 1)

    def _is_ours(self, path: Any) -> bool:
        return str(path).startswith(self.store)


ALL_WRITES = ("open", "link", "unlink", "mkdir")


def _happening(how: str, folder: Path, server: Mapping[str, Any]) -> Callable[[], Any]:
    """What happens at the moment."""
    kind, _, which = how.partition(" ")
    store = str(folder / ".reconciler")
    if kind == "full":
        return _Disk(store, errno.ENOSPC, [which]).fails
    if kind in ("read-only", "denied"):
        return _Disk(store, errno.EROFS if kind == "read-only" else errno.EACCES, ALL_WRITES).fails
    if kind == "answers":
        return lambda: Path(server["mode"]).write_text(which)
    others: dict[str, Callable[[], Any]] = {
        "kill": _kill,
        "interrupt": _interrupt,
        "interrupt twice": _interrupt_twice,
        "hangs": lambda: os.kill(server["process"], signal.SIGSTOP),
        "gone": lambda: _gone(server),
    }
    return others[how]


def _gone(server: Mapping[str, Any]) -> None:
    """Nobody listens there any more."""
    os.kill(server["process"], signal.SIGUSR1)
    while True:
        try:
            socket.create_connection(("127.0.0.1", server["port"]), timeout=5).close()
        except ConnectionError:
            return


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


def _apply(folder: Path, end_at: int | None, how: str, settings: Mapping[str, Any]) -> None:
    """The child; it does not return."""
    for stream, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    (folder / "moments").write_text("")
    os.environ.update(settings["variables"])
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever runs the tests
    moments = _Moments(folder / "moments", end_at, _happening(how, folder, settings["server"]))
    time = _Time(folder / "clock")
    _hook(folder, moments, time)
    if settings["server"]:
        _hurry(1.0 if how == "hangs" else 8.0)
    arguments = ["-C", str(folder), "-e", "local", "apply", "--yes", "--parallelism", str(settings["parallelism"])]
    os._exit(run(arguments, Session(clock=time.now, variables=settings["variables"])))


def _hurry(seconds: float) -> None:
    """A server that does not answer is given up sooner, and asked less often."""
    soon = {"init_backoff": timedelta(milliseconds=1), "max_backoff": timedelta(milliseconds=2), "base": 2}
    bucket._CLIENT.update(timeout=timedelta(seconds=seconds), connect_timeout=timedelta(seconds=seconds))
    bucket._RETRIES.update(max_retries=1, backoff=soon)


def _hook(folder: Path, moments: _Moments, time: _Time) -> None:
    """Puts the moments in front of the account and of the store, and makes waiting take no time."""

    one_write = asyncio.Lock()

    async def written(sent: Sent, passed: Pass) -> Answer:
        async with one_write:
            with _WRITTEN_DOWN:
                answer: Answer = await passed()
                _append(folder / "writes", json.dumps(_written(sent, answer, time)))
        return answer

    async def fault(sent: Sent, passed: Pass) -> Answer:
        moments.pass_by(f"before {sent.method} {sent.path}")
        if sent.is_read:
            read: Answer = await passed()
            return read
        answer = await written(sent, passed)
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
        (opening, "Folder", _moving(Folder, moments, ("create", "replace", "delete"))),  # swaps come here, too
        (bucket, "Bucket", _moving(bucket.Bucket, moments, ("create", "swap", "replace", "delete"))),
        (Clock, "wait", wait),
        (Clock, "now", lambda _: time.pass_on(0.0)),
        (os, "fsync", lambda _: None),  # a process that is killed loses nothing that it has written
    ):
        setattr(place, name, hook)


def _moving(objects: type[Any], moments: _Moments, writes: Sequence[str]) -> type[Any]:
    """A kind of store in which each write has a moment before it, and one after it."""

    def moving(what: str) -> Callable[..., Any]:
        inner = getattr(objects, what)

        def call(self: Any, name: str, *more: Any) -> Any:
            moments.pass_by(f"before {what} {name}")
            found = inner(self, name, *more)
            moments.pass_by(f"after {what} {name}")
            return found

        return call

    return type("Moving", (objects,), {each: moving(each) for each in writes})


def _written(sent: Sent, answer: Answer, time: _Time) -> dict[str, Any]:
    body = {"method": sent.method, "path": sent.path, "body": sent.body, "status": answer.status}
    return {"at": time.pass_on(0.0), **body}


def _append(path: Path, line: str) -> None:
    handle = _OPEN(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        os.write(handle, f"{line}\n".encode())
    finally:
        os.close(handle)


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
