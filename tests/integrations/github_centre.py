"""A team on GitHub: its repository, its account behind the emulator server, and the workflows that it has copied."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.integrations.github_events import Event
from tests.integrations.github_runner import ROOT, Job, Runner
from tests.integrations.github_server import REPOSITORY, GitHub, serving

WORKFLOWS = ROOT / "integrations/github/workflows"
READ, WRITE = "a-token-that-can-read", "a-token-that-may-write"
CAMPAIGN = 6046

PROJECT = """\
apiVersion: diabolocom.reconciler/v1
kind: Project
metadata: {{name: centre}}
spec:
  manifests: [manifests]
  store: {{url: "file:{store}"}}
  environments:
    production:
      baseUrl: {origin}
      tokenEnv: DIABOLOCOM_TOKEN
      campaigns: {{bakery: 6046, childcare: 6048}}
"""
MANIFEST = """\
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {name: bakery}
spec: {settings: {maxTries: 5, nextTryDelay: 4h}}
---
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {name: childcare}
spec: {settings: {contactPriority: 10}}
"""
_BAKERY = {"id": CAMPAIGN, "name": "`@everyone` ::error::", "maxTries": 5, "nextTryDelay": 14400}
_CHILDCARE = {"id": 6048, "name": "CA - Petite Enfance", "contactPriority": 10}


@dataclass(slots=True)
class Centre:
    """The team. `clone` is a developer's clone; `origin` what GitHub has of it."""

    folder: Path
    port: int
    hub: GitHub
    runner: Runner = field(init=False)

    def __post_init__(self) -> None:
        """The repository with its first commit, and a runner for it."""
        self.git("init", "--quiet", "--bare", "--initial-branch", "main", str(self.origin), at=self.folder)
        self.git("clone", "--quiet", str(self.origin), str(self.clone), at=self.folder)
        origin, store = f"http://127.0.0.1:{self.port}", self.folder / "store"
        self.write("reconciler.yaml", PROJECT.format(origin=origin, store=store))
        self.write("manifests/all.yaml", MANIFEST)
        self.git("switch", "--quiet", "--create", "main")
        self.commit("first")
        self.git("push", "--quiet", "origin", "main")
        environments = {"production": {"DIABOLOCOM_WRITE_TOKEN": WRITE}}
        secrets = {"DIABOLOCOM_READ_TOKEN": READ}
        self.runner = Runner(self.hub, self.folder / "runs", self.check_out, secrets, environments)

    @property
    def origin(self) -> Path:
        """The repository on GitHub."""
        return self.folder / "origin.git"

    @property
    def clone(self) -> Path:
        """The developer's."""
        return self.folder / "clone"

    def git(self, *arguments: str, at: Path | None = None) -> str:
        """What Git says, in the clone or elsewhere."""
        identity = ("-c", "user.name=Alice", "-c", "user.email=alice@example.com")
        command = ["git", "-C", str(at or self.clone), *identity, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def write(self, name: str, text: str) -> None:
        """Writes a file in the clone."""
        path = self.clone / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def edit(self, before: str, after: str) -> None:
        """Changes the manifests in the clone."""
        text = (self.clone / "manifests/all.yaml").read_text()
        assert before in text
        self.write("manifests/all.yaml", text.replace(before, after))

    def commit(self, message: str) -> str:
        """Commits all of the clone; the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, before: str, after: str) -> None:
        """A new branch of main, with one change of the manifests, pushed."""
        self.git("switch", "--quiet", "--create", name, "origin/main")
        self.edit(before, after)
        self.commit(name)
        self.git("push", "--quiet", "origin", name)

    def check_out(self, sha: str, place: Path) -> None:
        """Puts a commit into a folder, as actions/checkout does."""
        self.git("clone", "--quiet", "--shared", "--no-checkout", str(self.origin), str(place), at=self.folder)
        self.git("checkout", "--quiet", "--detach", sha, at=place)

    def pull_request(
        self, branch: str, number: int = 5, *, fork: bool = False, author: str = "alice"
    ) -> dict[str, Job]:
        """A pull request of a branch is opened, or pushed to."""
        head = self.git("rev-parse", branch, at=self.origin)
        home = "mallory/centre" if fork else REPOSITORY
        request = {
            "number": number, "merged_at": None, "merge_commit_sha": None, "base": {"ref": "main"},
            "head": {"sha": head, "repo": {"full_name": home}}, "user": {"login": author},
        }  # fmt: skip
        self.hub.pulls = [request, *(each for each in self.hub.pulls if each["number"] != number)]
        untrusted = fork or author == "dependabot[bot]"
        event = Event(
            "pull_request", f"refs/pull/{number}/merge", self._merged(head), {"pull_request": request}, head, branch,
            untrusted,
        )  # fmt: skip
        return self.runner.run(WORKFLOWS / "reconciler.yaml", event)

    def merge(self, number: int = 5, how: str = "merge") -> dict[str, Job]:
        """A pull request is merged: with a merge commit, squashed or rebased."""
        (request,) = (each for each in self.hub.pulls if each["number"] == number)
        sha = self._merged(request["head"]["sha"], alone=how != "merge")
        self.git("update-ref", "refs/heads/main", sha, at=self.origin)
        request |= {"merged_at": "2026-11-23T09:00:00Z", "merge_commit_sha": sha}
        self.git("fetch", "--quiet", "origin")
        return self.pushed()

    def pushed(self) -> dict[str, Job]:
        """Main has a new commit."""
        sha = self.git("rev-parse", "main", at=self.origin)
        paths = self.git("diff", "--name-only", "main~1", "main", at=self.origin).splitlines()
        return self.runner.run(WORKFLOWS / "reconciler.yaml", Event("push", "refs/heads/main", sha, {"paths": paths}))

    def by_hand(
        self, workflow: str = "reconciler", name: str = "workflow_dispatch", branch: str = "main"
    ) -> dict[str, Job]:
        """Somebody runs a workflow on a branch, or its schedule or the merge queue does."""
        sha = self.git("rev-parse", branch, at=self.origin)
        return self.runner.run(WORKFLOWS / f"{workflow}.yaml", Event(name, f"refs/heads/{branch}", sha, branch=branch))

    def drift(self) -> Job:
        """The schedule."""
        return self.by_hand("reconciler-drift", "schedule")["drift"]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A developer runs reconciler in the clone, with the token that can read."""
        command = [sys.executable, "-m", "reconciler", "-C", str(self.clone), "-e", "production", *arguments]
        identity = {
            f"GIT_{who}_{what}": "alice@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        variables = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "DIABOLOCOM_TOKEN": READ, **identity}
        return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=60)

    def _merged(self, head: str, *, alone: bool = False) -> str:
        """Main with a commit merged into it; `alone`: without the branch as a parent."""
        main = self.git("rev-parse", "main", at=self.origin)
        tree = self.git("merge-tree", "--write-tree", main, head, at=self.origin).splitlines()[0]
        parents: Sequence[str] = ["-p", main] if alone else ["-p", main, "-p", head]
        return self.git("commit-tree", tree, *parents, "-m", "Merge", at=self.origin)

    def console(self, **fields: object) -> None:
        """Somebody changes the first campaign in the vendor's console."""
        self._ask("PATCH", f"/api/v1/voice/campaigns/{CAMPAIGN}", fields)

    def campaign(self) -> dict[str, Any]:
        """The first campaign, as the account has it."""
        found: dict[str, Any] = self._ask("GET", f"/api/v1/voice/campaigns/{CAMPAIGN}")
        return found

    @property
    def writes(self) -> list[str]:
        """The methods of what was written to the account so far."""
        log = self._ask("GET", "/_emulator/requests")["requests"]
        return [each["method"] for each in log if each["method"] != "GET" and "/search" not in each["path"]]

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            headers = {"Private-Token": "console", "Content-Type": "application/json"}
            connection.request(method, path, body=json.dumps(body) if body else None, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status < 300, content
            return json.loads(content or b"null")


@contextlib.contextmanager
def centre_in(folder: Path) -> Iterator[Centre]:
    """A team with nothing to do yet."""
    (folder / "seed.json").write_text(json.dumps({"campaigns": [_BAKERY, _CHILDCARE]}))
    command = [sys.executable, "-m", "reconciler", "emulator", "--port", "0", "--database", str(folder / "account.db")]
    command += ["--seed", str(folder / "seed.json")]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:([0-9]+)", line)
        assert found, line
        with serving() as hub:
            yield Centre(folder, int(found[1]), hub)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
