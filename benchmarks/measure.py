"""Whole processes, measured by the kernel: seconds from start to end, and the peak of resident memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """One process, or the best of several: wall clock in seconds, peak resident size in MiB."""

    seconds: float
    peak_mib: float


def measured(command: Sequence[str], environment: dict[str, str]) -> Figures:
    """Runs `command`, its output thrown away; RuntimeError with what it said last when it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}: {said.decode()[-2000:]}")
    scale = 1 if sys.platform == "darwin" else 1024
    return Figures(seconds, usage.ru_maxrss * scale / 2**20)


def best(command: Sequence[str], environment: dict[str, str], runs: int) -> Figures:
    """The shortest of `runs` runs, after one that does not count, and the highest peak: what else the machine does
    only makes a run longer. The modules are compiled in the run that does not count, as they are once after an install.
    """
    with tempfile.TemporaryDirectory() as compiled:
        kept = {name: each for name, each in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
        kept |= {"PYTHONPYCACHEPREFIX": compiled}
        measured(command, kept)
        found = [measured(command, kept) for _ in range(runs)]
    return Figures(min(each.seconds for each in found), max(each.peak_mib for each in found))


@contextmanager
def served(module: str, *arguments: object) -> Iterator[str]:
    """A server of `benchmarks` as a process of its own, which prints its address; that address."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
