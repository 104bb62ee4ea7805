"""What every command shares: where the project is, which environment is meant, what time it is."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.exits import Exit

if TYPE_CHECKING:
    from reconciler.api.client import Client, Observed
    from reconciler.api.deadline import Deadline
    from reconciler.api.traffic import Traffic
    from reconciler.manifests.desired import Desired
    from reconciler.manifests.documents import Document
    from reconciler.manifests.located import Variable
    from reconciler.manifests.project import Environment, Project
    from reconciler.manifests.read import Inputs
    from reconciler.render.words import Names


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Session:
    """One run of the command line. `clock` and `variables` (the process's environment) are passed in by tests.

    `given` are the manifests' variables that the command line gives (`--var`), by name. `seconds` is the clock that
    durations are measured by, `pause` waits for the turn of a request, `deadline` is when the command is to be over.
    `traffics`: what the clients of one environment share, by its name and how many shards divide its rate.
    `snapshot`: the file that stands in the account's place; nothing can be written then.
    """

    directory: Path = field(default_factory=Path)
    environment: str | None = None
    clock: Callable[[], datetime] = utc_now
    variables: Mapping[str, str] = field(default_factory=lambda: os.environ)
    given: Mapping[str, Variable] = field(default_factory=dict)
    seconds: Callable[[], float] = time.monotonic
    pause: Callable[[float], object] = time.sleep
    deadline: Deadline | None = None
    traffics: dict[tuple[str, int], Traffic] = field(default_factory=dict)
    snapshot: Path | None = None

    def project(self) -> Project:
        """The project of the folder."""
        from reconciler.cli.files import load_project

        return load_project(self.directory)

    def desired(self, project: Project, environment: Environment) -> Desired:
        """What the manifests ask of an environment."""
        return self.composed(project, environment)[0]

    def composed(self, project: Project, environment: Environment) -> tuple[Desired, list[Document]]:
        """What the manifests ask of an environment, and the composed documents that say so."""
        from reconciler.manifests.read import read_composed

        return read_composed(*self.inputs(project, environment))

    def inputs(self, project: Project, environment: Environment) -> Inputs:
        """What the manifests of an environment are read from: its files, and its variables with those from outside."""
        from reconciler.cli.files import manifest_files, overlay_files
        from reconciler.cli.variables import with_variables
        from reconciler.manifests.read import Inputs

        manifests = manifest_files(self.directory, project)
        if self.given or any(name.startswith("RECONCILER_VAR_") for name in self.variables):
            environment = with_variables(self, project, environment, manifests)
        return Inputs(project, environment, manifests, overlay_files(self.directory, environment, project))

    def chosen(self) -> Desired:
        """What the manifests ask of the environment that was chosen."""
        from reconciler.cli.files import choose_environment

        project = self.project()
        return self.desired(project, choose_environment(project, self.environment))

    def client(
        self,
        environment: Environment,
        *,
        writable: bool,
        parallelism: int = 8,
        shards: int = 1,
        observed: Observed | None = None,
    ) -> Client:
        """A client for the environment's account: read-only unless `writable`.

        `shards`: over how many processes like this one the environment's limit of requests is divided. `observed` is
        told of each exchange.
        """
        from reconciler.cli import observing
        from reconciler.cli.account import open_account, open_snapshot

        if self.snapshot is not None:
            return open_snapshot(self.snapshot, self.clock)
        return open_account(
            environment,
            directory=self.directory,
            clock=self.clock,
            variables=self.variables,
            writable=writable,
            parallelism=parallelism,
            traffic=self.traffic(environment, shards),
            observed=observed or observing.exchanges(environment, self.variables),
        )

    def traffic(self, environment: Environment, shards: int = 1) -> Traffic:
        """What all clients of an environment share: its rate, divided by so many shards, and the deadline."""
        from reconciler.api.rate import Rate
        from reconciler.api.traffic import Traffic

        limit = environment.requests_per_second
        rate = Rate(None if limit is None else limit / shards)
        made = Traffic(rate, deadline=self.deadline, seconds=self.seconds, pause=self.pause)
        return self.traffics.setdefault((environment.name, shards), made)

    def commit(self) -> str | None:
        """The commit of the manifests; None outside Git, and where a file of the project is not as committed."""
        import subprocess

        def git(*arguments: str) -> str | None:
            command = ["git", "-C", str(self.directory), *arguments]
            try:
                answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
            except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
                return None
            return answer.stdout.strip() if answer.returncode == 0 else None

        if not git("ls-files", "--error-unmatch", "reconciler.yaml"):
            return None
        state = git("status", "--porcelain=v2", "--branch", "--untracked-files=no", "--", ".") or ""
        changed = any(not line.startswith("#") for line in state.splitlines())
        head = re.search("^# branch.oid ([0-9a-f]+)$", state, re.MULTILINE)
        return head[1] if head and not changed else None


def names_of(environment: Environment) -> Names:
    """The names that the environment gives to ids."""
    from reconciler.render.words import Names

    return Names.of(environment.agents, environment.groups)


class Ended(Exception):
    """A command has printed everything and ends with this exit code."""

    def __init__(self, code: Exit) -> None:
        super().__init__(code)
        self.code = code
