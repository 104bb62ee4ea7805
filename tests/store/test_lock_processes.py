"""The lock and real processes: killed, racing, and told apart from those that merely have the same number."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from reconciler.errors import LockHeld
from reconciler.store.holder import Holder, lives_here, run_link, this_process
from reconciler.store.lease import read_lock
from reconciler.store.lock import Times, held_lock
from reconciler.store.opening import open_objects

START = multiprocessing.get_context("spawn")
ELSEWHERE = Holder(user="ci", host="runner-7", process=4711, machine="another boot")
RACERS = 6


def _holds(url: str, ready: Any) -> None:
    with held_lock(open_objects(url, Path(), os.environ), "production", "killed", this_process({})):
        ready.send("held")
        signal.pause()


def _start(call: Callable[..., None], *arguments: Any) -> BaseProcess:
    process = START.Process(target=call, args=arguments)
    process.start()
    return process


def test_a_killed_holder_is_known_to_be_dead(url: str) -> None:
    """SIGKILL: nobody waits, though its last sign of life is fresh; while it lives the lock is its own."""
    objects, said = open_objects(url, Path(), os.environ), list[str]()
    ours, its = START.Pipe()
    process = _start(_holds, url, its)
    assert ours.recv() == "held"
    with pytest.raises(LockHeld, match="run killed"), held_lock(objects, "production", "next", this_process({})):
        pass
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    times = Times(pause=lambda _: pytest.fail("there is nothing to wait for"))
    with held_lock(objects, "production", "next", this_process({}), times=times, say=said.append) as lock:
        assert lock.fencing == 2
    assert "that process is dead, its lock is taken over" in said[0]


def test_a_stopped_holder_lives(tmp_path: Path) -> None:
    """SIGSTOP: its lock is not taken on this machine, however old its last sign of life is."""
    ours, its = START.Pipe()
    process = _start(_holds, f"file:{tmp_path}", its)
    try:
        assert ours.recv() == "held"
        assert process.pid is not None
        os.kill(process.pid, signal.SIGSTOP)
        later = Times(lambda: datetime.now(UTC) + timedelta(days=1), pause=lambda _: pytest.fail("it is known to live"))
        objects = open_objects(f"file:{tmp_path}", Path(), {})
        with pytest.raises(LockHeld), held_lock(objects, "production", "next", this_process({}), times=later):
            pass
    finally:
        process.kill()
        process.join()


def _races(url: str, witness: Path, hours: int, start: Any, results: Any) -> None:
    """Takes the lock, if it can, with a clock that is hours off; two at a time would meet at the witness."""
    objects = open_objects(url, Path(), os.environ)
    times = Times(clock=lambda: datetime.now(UTC) + timedelta(hours=hours))
    holder = structs.replace(this_process({}), machine="")  # as if each were on a machine of its own
    start.wait()
    try:
        with held_lock(objects, "production", f"run {hours}", holder, times=times, lease=9):
            os.close(os.open(witness, os.O_CREAT | os.O_EXCL))
            results.put("won")
            start.wait()  # until all the others have been told
            witness.unlink()
    except LockHeld:
        results.put("held")
        start.wait()


@pytest.mark.parametrize("left_behind", [False, True])
def test_of_racing_processes_one_wins(url: str, tmp_path: Path, left_behind: bool) -> None:
    """With clocks hours apart; for a new lock, and for one that a dead machine has left behind."""
    objects = open_objects(url, Path(), os.environ)
    if left_behind:
        _leave(url)
    start, results = START.Barrier(RACERS), START.Queue()
    racers = [_start(_races, url, tmp_path / "witness", 5 * each, start, results) for each in range(RACERS)]
    try:
        found = sorted(results.get(timeout=60) for _ in racers)
        for each in racers:
            each.join(timeout=60)
    finally:
        for each in racers:
            each.kill()
    assert found == ["held"] * (RACERS - 1) + ["won"]
    assert {each.exitcode for each in racers} == {0}
    record, _ = read_lock(objects, "production")
    assert record is not None
    assert (record.fencing, record.state) == (2 if left_behind else 1, "released")


def _leave(url: str) -> None:
    """A lock of another machine that died long ago, with a lease that is soon over."""
    process = _start(_dies_with_lock, url)
    process.join()
    assert process.exitcode == 9


def _dies_with_lock(url: str) -> None:
    long_ago = Times(clock=lambda: datetime.now(UTC) - timedelta(days=3))
    with held_lock(open_objects(url, Path(), os.environ), "production", "old", ELSEWHERE, times=long_ago, lease=1):
        os._exit(9)


def test_who_lives_here() -> None:
    """By number, start and machine; what can't be told is not guessed."""
    me = this_process({})
    assert lives_here(me) is True
    assert lives_here(structs.replace(me, started="1")) is False
    assert lives_here(structs.replace(me, started="")) is None
    assert lives_here(structs.replace(me, machine="another boot")) is None
    assert lives_here(structs.replace(me, machine="")) is None
    assert lives_here(structs.replace(me, host=f"not-{socket.gethostname()}")) is None
    assert lives_here(structs.replace(me, process=2**22 + 1)) is False
    assert lives_here(ELSEWHERE) is None


def test_a_process_that_nobody_collects_is_dead() -> None:
    """Killed, and its parent does not ask: its number is still taken."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    holder = _holder_of(process.pid)
    assert lives_here(holder) is True
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert lives_here(holder) is False
    process.wait()
    assert lives_here(holder) is False


def _holder_of(process: int) -> Holder:
    from reconciler.store import holder

    return structs.replace(this_process({}), process=process, started=holder._started(process))


@pytest.mark.parametrize(
    ("variables", "link"),
    [
        ({}, None),
        (
            {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7"},
            "https://github.com/a/b/actions/runs/7",
        ),
        ({"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b"}, None),
        ({"CI_JOB_URL": "https://gitlab.com/a/b/-/jobs/7"}, "https://gitlab.com/a/b/-/jobs/7"),
        (
            {"SYSTEM_COLLECTIONURI": "https://dev.azure.com/o/", "SYSTEM_TEAMPROJECT": "p", "BUILD_BUILDID": "7"},
            "https://dev.azure.com/o/p/_build/results?buildId=7",
        ),
        ({"BUILD_URL": "http://jenkins:8080/job/a/7/"}, "http://jenkins:8080/job/a/7/"),
        ({"BUILD_URL": "https://user:secret@jenkins/job/a/7/"}, None),
        ({"BUILD_URL": "https://jenkins/\x1b[31m"}, None),
        ({"BUILD_URL": "javascript:alert(1)"}, None),
    ],
)
def test_the_link_to_the_ci_run(variables: dict[str, str], link: str | None) -> None:
    """Of the systems that are known, and only an address that holds no secret."""
    assert run_link(variables) == link
    assert this_process(variables).link == link
