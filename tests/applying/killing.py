"""Applies in child processes that are ended at a chosen moment: at a request, or at a write into the store.

A child is killed there, or Ctrl-C is pressed, once or twice, or from there on its store can't be used.

Time passes only where somebody looks at the clock or waits, and goes on in the next child: so a batch that one child
sent still runs in the one after it.
"""

from __future__ import annotations

import json
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.emulator import load_account, open_emulator
from reconciler.store.objects import Objects
from reconciler.store.opening import open_objects
from tests.applying.killed_project import KILLED, START, Killed


class Nursery:
    """Where children begin: as copies of a process that has loaded all this and has no other threads."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.applying.killed_child"]
        root = Path(__file__).parents[2]
        self._process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def apply(self, folder: Path, end_at: int | None, how: str, settings: Mapping[str, Any]) -> int:
        """The exit code of an apply; -9 where it was killed, -14 where an interruption did not end it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(folder), end_at, how, settings]) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """Ends it."""
        self._process.communicate()


@dataclass(frozen=True, slots=True)
class Place:
    """A project, its account and its store. `variables`: the environment in which a bucket is found."""

    folder: Path
    nursery: Nursery
    url: str = "file:.reconciler"
    variables: Mapping[str, str] = field(default_factory=dict)
    parallelism: int = 1
    #: What a child needs to know of the server of its bucket: its process, and the file that tells it how to answer.
    server: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def made(cls, folder: Path, nursery: Nursery, project: Killed = KILLED, **more: Any) -> Place:
        """A fresh one, with a fresh account."""
        place = cls(folder, nursery, **more)
        (folder / "manifests").mkdir(parents=True)
        (folder / "reconciler.yaml").write_text(project.project + f'  store: {{url: "{place.url}"}}\n')
        (folder / "manifests/all.yaml").write_text(project.manifests)
        (folder / "clock").write_bytes(struct.pack("d", 0.0))
        open_emulator(folder / "account.db", seed=load_account(project.account), clock=lambda: START)
        return place

    def applied(self, end_at: int | None = None, how: str = "kill") -> int:
        """Applies in a child that is ended at the moment of this number, counted from 0; its exit code."""
        settings = {"variables": dict(self.variables), "parallelism": self.parallelism, "server": dict(self.server)}
        return self.nursery.apply(self.folder, end_at, how, settings)

    @property
    def objects(self) -> Objects:
        """The store."""
        return open_objects(self.url, self.folder, self.variables)

    @property
    def out(self) -> str:
        """What the last child printed to stdout."""
        return (self.folder / "out").read_text()

    @property
    def said(self) -> str:
        """What the last child printed, talk and faults last."""
        return self.out + (self.folder / "err").read_text()

    @property
    def moments(self) -> list[str]:
        """The moments of the last child, in which it could have been killed."""
        return (self.folder / "moments").read_text().splitlines()

    @property
    def writes(self) -> list[dict[str, Any]]:
        """The writes that came to the account in all children: `at`, `method`, `path`, `body`, `status`."""
        path = self.folder / "writes"
        return [json.loads(each) for each in path.read_text().splitlines()] if path.exists() else []

    @property
    def account(self) -> list[Any]:
        """What the account holds, its times and the numbers of its rows aside."""
        with closing(sqlite3.connect(self.folder / "account.db")) as connection:
            rows = connection.execute("SELECT document FROM campaigns UNION ALL SELECT document FROM contacts")
            held = [json.loads(document) for (document,) in rows]
        return [{name: each[name] for name in each if "UpdatedAt" not in name} for each in held]
