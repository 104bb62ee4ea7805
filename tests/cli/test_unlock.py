"""`reconciler unlock`: who holds the lock, and what it takes to release it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from reconciler.store.folder import Folder
from reconciler.store.holder import Holder, this_process
from reconciler.store.lease import lock_name, read_lock
from reconciler.store.lock import Lock, Times, held_lock
from tests.cli.conftest import LOCAL
from tests.conftest import NOW, Workplace

RUN = "20261123T090000Z-abc123"
ELSEWHERE = Holder(user="ci", host="runner-7", process=4711, machine="another boot", link="https://ci.example/runs/9")


@contextmanager
def _held(project: Workplace, holder: Holder = ELSEWHERE, ago: float = 0) -> Iterator[Lock]:
    times = Times(clock=lambda: NOW - timedelta(seconds=ago))
    with held_lock(Folder(project.folder / ".reconciler"), "local", RUN, holder, times=times) as lock:
        yield lock


def _state(project: Workplace) -> str:
    record, _ = read_lock(Folder(project.folder / ".reconciler"), "local")
    assert record is not None
    return str(record.state)


def test_nobody_holds_it(project: Workplace) -> None:
    """Before the first run, and after one; nothing is written."""
    ran = project.run(*LOCAL, "unlock")
    assert (ran.code, ran.out) == (0, "Nobody holds the lock of `local`.\n")
    assert not (project.folder / ".reconciler" / "locks").exists()
    with _held(project):
        pass
    assert project.run(*LOCAL, "unlock").out == "Nobody holds the lock of `local`.\n"


def test_a_stale_lock_is_shown_and_released(project: Workplace) -> None:
    """By the run's name; its holder, should it live, stops."""
    with _held(project, ago=3600) as lock:
        ran = project.run(*LOCAL, "unlock", "--yes", RUN)
        assert ran.code == 0, ran.err
        assert ran.out == (
            "environment  local\n"
            f"run          {RUN}\n"
            "by           ci\n"
            "host         runner-7\n"
            "process      4711\n"
            "since        2026-11-23 08:00Z\n"
            "renewed      2026-11-23 08:00:00Z\n"
            "CI run       https://ci.example/runs/9\n"
            "state        last sign of life 1 h 0 min ago, and its process can't be seen from here\n"
            "The lock of `local` is released.\n"
        )
        assert _state(project) == "released"
        lock.renew()
        assert lock.lost == "the lock of `local` was released by hand"


@pytest.mark.parametrize("holder", [ELSEWHERE, None])
def test_a_live_run_keeps_its_lock(project: Workplace, holder: Holder | None) -> None:
    """Renewed a moment ago, or its process runs here; unless it is forced."""
    with _held(project, holder or this_process({}), ago=0 if holder else 3600):
        ran = project.run(*LOCAL, "unlock", "--yes", RUN)
        assert ran.code == 6
        why = "it renewed its lock less than a minute ago" if holder else "its process runs on this machine"
        assert holder or "state        it runs: stop it first\n" in ran.out
        assert f"error[lock-held]: the lock is not released: run {RUN} is alive: {why}" in ran.err.replace("\n  ", ": ")
        assert _state(project) == "held"
        assert project.run(*LOCAL, "unlock", "--yes", RUN, "--force").code == 0
        assert _state(project) == "released"


def test_a_dead_process_needs_no_force(project: Workplace) -> None:
    """However fresh its last sign of life is."""
    with _held(project, structs.replace(this_process({}), started="1")):
        ran = project.run(*LOCAL, "unlock", "--yes", RUN)
        assert "state        its process is gone: the next apply takes this lock over by itself\n" in ran.out
        assert ran.code == 0


def test_only_the_run_that_was_meant(project: Workplace) -> None:
    """It may be another one by now."""
    with _held(project, ago=3600):
        ran = project.run(*LOCAL, "unlock", "--yes", "20261123T080000Z-old", "--force")
        assert (ran.code, f"--yes {RUN}" in ran.err, _state(project)) == (6, True, "held")


def test_without_a_terminal_the_run_must_be_named(project: Workplace) -> None:
    """Who holds it is shown all the same."""
    with _held(project, ago=3600):
        ran = project.run(*LOCAL, "unlock")
        assert (ran.code, f"give --yes {RUN}" in ran.err, RUN in ran.out) == (64, True, True)
        assert _state(project) == "held"


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("y", 1), ("", 1)])
def test_it_asks(project: Workplace, monkeypatch: pytest.MonkeyPatch, answer: str, code: int) -> None:
    """Only `yes` does."""
    monkeypatch.setattr("sys.stdin", _Terminal())
    monkeypatch.setattr("click.prompt", lambda *_, **__: answer)
    with _held(project, ago=3600):
        assert project.run(*LOCAL, "unlock").code == code
        assert _state(project) == ("held" if code else "released")


class _Terminal:
    def isatty(self) -> bool:
        return True


def test_a_lock_that_can_not_be_read_is_released_by_name(project: Workplace) -> None:
    """It is said to be none; then apply can take it."""
    Folder(project.folder / ".reconciler").replace(lock_name("local"), b'{"process": 1}')
    ran = project.run(*LOCAL, "unlock", "--yes", "unknown")
    assert (ran.code, "no lock that this version can read" in ran.err) == (0, True)
    assert _state(project) == "released"


def test_what_the_store_says_is_only_text(project: Workplace) -> None:
    """S12: nothing of a holder reaches the terminal as an order."""
    with _held(project, structs.replace(ELSEWHERE, user="\x1b[31m::error::ci", host="a\n::error::b"), ago=3600):
        ran = project.run(*LOCAL, "unlock")
        assert "\x1b" not in ran.out + ran.err
        assert "\n::error" not in ran.out


def test_apply_is_kept_out_and_told_by_whom(project: Workplace) -> None:
    """Exit 6, before anything is read or written; then it goes on where the lock is free again."""
    with _held(project):
        ran = project.run(*LOCAL, "apply", "--yes")
        assert (ran.code, f"run {RUN} of ci on runner-7" in ran.err) == (6, True)
        assert "`reconciler unlock` shows who holds it" in ran.err
    assert project.run(*LOCAL, "apply", "--yes").code == 0


def test_the_record_names_this_process(project: Workplace) -> None:
    """User, host and number, for people."""
    with _held(project, this_process({"CI_JOB_URL": "https://gitlab.example/jobs/1"})):
        found = Folder(project.folder / ".reconciler").read(lock_name("local"))
        assert found is not None
        holder: Any = json.loads(found.content)["holder"]
        assert (holder["process"], holder["host"]) == (os.getpid(), os.uname().nodename)
        assert holder["link"] == "https://gitlab.example/jobs/1"
