"""Who runs this: for the lock and the history, and to tell later whether that process still lives."""

from __future__ import annotations

import os
import pwd
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

#: Links to the run of a CI system, put together from its own variables; all of a link's variables must be there.
_LINKS = (
    "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",  # GitHub Actions
    "{CI_JOB_URL}",  # GitLab
    "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",  # Azure Pipelines
    "{BUILD_URL}",  # Jenkins
)
#: A link that holds no user info and nothing that a terminal could obey.
_LINK = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]+/[A-Za-z0-9._~:/?#!$&'()*+,;=%-]{0,500}")


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """A process: whose, where, and the CI run that it belongs to.

    `started`: when, in the system's own ticks. `machine`: what tells this boot of this machine, and its numbers of
    processes, from others. Both are empty where the system does not tell.
    """

    user: str
    host: str
    process: int
    started: str = ""
    machine: str = ""
    link: str | None = None

    def __str__(self) -> str:
        return f"{self.user} on {self.host} (process {self.process})"


def this_process(variables: Mapping[str, str]) -> Holder:
    """The process that asks; `variables` are those of its environment."""
    return Holder(
        user=_user(),
        host=socket.gethostname(),
        process=os.getpid(),
        started=_started(os.getpid()),
        machine=_machine(),
        link=run_link(variables),
    )


def run_link(variables: Mapping[str, str]) -> str | None:
    """The address of the CI run that this process belongs to; None outside the CI systems that are known."""
    for each in _LINKS:
        with suppress(KeyError):
            link = each.format_map(variables)
            if _LINK.fullmatch(link):
                return link
    return None


def lives_here(holder: Holder) -> bool | None:
    """Whether the process still lives; None where that can't be told: it is another machine's, or too little is known.

    Clocks play no part in it: a process is known by its number and its start, a machine by its boot.
    """
    if not holder.machine or holder.machine != _machine() or holder.host != socket.gethostname():
        return None
    try:
        os.kill(holder.process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's: it is there
        pass
    started = _started(holder.process)
    return started == holder.started if started and holder.started else None


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user without a name
        return f"user {os.getuid()}"


def _machine() -> str:
    """The boot and the space of process numbers; empty where the system is no Linux."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _started(process: int) -> str:
    """When a process started, in ticks since the boot; ``dead`` for one that only waits to be collected."""
    try:
        text = Path(f"/proc/{process}/stat").read_text("utf-8", "replace")
    except OSError:
        return ""
    state, *fields = text.rpartition(")")[2].split()  # the name before it may hold anything
    return "dead" if state in "ZX" else fields[18]
