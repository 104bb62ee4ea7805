"""What the tests of GitLab share: an account that a server holds, a repository over it, and a GitLab of their own."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.gitlab_runner import Runner, git
from tests.integrations.gitlab_server import PROJECT, GitLab, serving

PROJECT_FILE = """\
apiVersion: diabolocom.reconciler/v1
kind: Project
metadata: {{name: shop}}
spec:
  manifests: [manifests]
  store: {{url: "file:{store}"}}
  environments:
    production:
      baseUrl: {origin}
      campaigns: {{sales: 101, support: 102}}
"""
MANIFEST = """\
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {{name: {name}}}
spec:
  settings:
    maxTries: {tries}
---
"""
#: A name that would close the note, mention somebody and give GitLab a quick action, if it could.
ODD = "Sales\n/close\n@all <!-- reconciler plan: shop/production -->`"
ACCOUNT = {"campaigns": [{"id": 101, "name": ODD, "maxTries": 5}, {"id": 102, "name": "Support", "maxTries": 5}]}
MANIFESTS = "centre/manifests/campaigns.yaml"


@dataclass(frozen=True, slots=True)
class Place:
    """A repository whose project is in the folder `centre`, its account's server, and the GitLab that has it."""

    folder: Path
    repository: Path
    origin: str
    gitlab: GitLab
    runner: Runner

    def tries(self, **tries: int) -> None:
        """Writes what the manifests ask of the campaigns."""
        asked = {"sales": 5, "support": 5} | tries
        text = "".join(MANIFEST.format(name=name, tries=number) for name, number in asked.items())
        (self.repository / MANIFESTS).write_text(text, encoding="utf-8")

    def commit(self, message: str = "change") -> str:
        """Commits everything on the branch that is checked out."""
        git(self.repository, "add", "--all")
        git(self.repository, "commit", "--quiet", "--allow-empty", "--message", message)
        return git(self.repository, "rev-parse", "HEAD")

    def propose(self, iid: int, *, source: int = PROJECT, **tries: int) -> None:
        """A branch with a change, and its merge request; or one more commit there."""
        known = iid in self.gitlab.requests
        git(self.repository, "checkout", "--quiet", *([] if known else ["-b"]), f"branch-{iid}")
        self.tries(**tries)
        self.open(iid, self.commit(), source=source)

    def open(self, iid: int, head: str, *, source: int = PROJECT) -> None:
        """The merge request of a commit."""
        state = {"state": "opened", "target_branch": "main", "merge_commit_sha": None, "squash_commit_sha": None}
        self.gitlab.requests[iid] = {"iid": iid, "sha": head, "source_project_id": source, **state}

    def merge(self, iid: int, *, how: str = "merge") -> None:
        """Merges it into main: with a commit for the merge, squashed, or fast-forward."""
        asked = self.gitlab.requests[iid]
        git(self.repository, "checkout", "--quiet", "main")
        options = {"merge": ["--no-ff", "--no-edit"], "squash": ["--squash"], "ff": ["--ff-only"]}[how]
        git(self.repository, "merge", "--quiet", *options, asked["sha"])
        commit = self.commit("squashed") if how == "squash" else git(self.repository, "rev-parse", "HEAD")
        asked["state"] = "merged"
        if how != "ff":
            asked[f"{how}_commit_sha"] = commit

    def account(self, campaign: int) -> Mapping[str, Any]:
        """What the account holds of a campaign."""
        found: Mapping[str, Any] = self._ask("GET", f"/api/v1/voice/campaigns/{campaign}")
        return found

    def console(self, campaign: int, **fields: object) -> None:
        """Somebody changes a campaign in the console."""
        self._ask("PATCH", f"/api/v1/voice/campaigns/{campaign}", fields)

    def asked(self, *methods: str) -> int:
        """How many calls with these methods have come to the account; without any: all."""
        log = self._ask("GET", "/_emulator/requests")["requests"]
        return sum(1 for each in log if not methods or each["method"] in methods)

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        with contextlib.closing(http.client.HTTPConnection(self.origin, timeout=30)) as connection:
            headers = {"Private-Token": "console", "Content-Type": "application/json"}
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            said = answer.read()
            assert answer.status < 300, said
            return json.loads(said) if said else None


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A repository whose manifests and account agree, with everything running."""
    repository, gitlab = tmp_path / "repository", GitLab()
    (repository / "centre/manifests").mkdir(parents=True)
    (tmp_path / "seed.json").write_text(json.dumps(ACCOUNT))
    with _account(tmp_path) as origin, serving(gitlab) as api:
        project = PROJECT_FILE.format(store=tmp_path / "store", origin=f"http://{origin}")
        (repository / "centre/reconciler.yaml").write_text(project)
        git(tmp_path, "init", "--quiet", "--initial-branch", "main", str(repository))
        inputs = {"environment": "production", "directory": "centre"}
        runner = Runner(tmp_path, repository, gitlab, api, inputs)
        made = Place(tmp_path, repository, origin, gitlab, runner)
        made.tries()
        made.commit("first")
        yield made


@contextlib.contextmanager
def _account(folder: Path) -> Iterator[str]:
    """A server of the account; its host and port."""
    command = [sys.executable, "-m", "reconciler", "emulator", "--port", "0", "--database", str(folder / "account.db")]
    command += ["--seed", str(folder / "seed.json")]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        found = re.search(r"http://(127\.0\.0\.1:[0-9]+)", line)
        assert found, line + process.stderr.read()
        yield found[1]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
