"""Pipelines of the template, run as GitLab's runner does: a fresh checkout, a shell for each job, artifacts kept."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.integrations.gitlab_server import API_TOKEN, FORK, JOB_TOKEN, NOTE_TOKEN, PROJECT, GitLab, Job, Pipeline
from tests.integrations.gitlab_template import jobs_for, variables_of, wanted

#: The settings of the project: all jobs get the first ones, those on protected branches the others, too.
SETTINGS = {"DIABOLOCOM_READ_TOKEN": "read", "RECONCILER_NOTE_TOKEN": NOTE_TOKEN}
PROTECTED = {"DIABOLOCOM_WRITE_TOKEN": "write", "RECONCILER_API_TOKEN": API_TOKEN}
#: Each job gets another one in turn: the runner takes bash where the image has it, else sh.
SHELLS = {"bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"], "sh": ["sh", "-e"]}


def git(folder: Path, *arguments: str) -> str:
    """What a command of Git says."""
    command = ["git", "-C", str(folder), "-c", "user.name=Alice", "-c", "user.email=alice@example.com", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@dataclass(frozen=True, slots=True)
class Ended:
    """A job: its exit code, what it said, its environment, and the files that are kept of it."""

    code: int
    said: str
    variables: Mapping[str, str]
    artifacts: Mapping[str, bytes]
    allowed: bool


@dataclass
class Runner:
    """Runs the jobs of one repository with a server's account. `inputs`: of the include; `jobs`: others instead."""

    folder: Path
    repository: Path
    gitlab: GitLab
    api: str
    inputs: Mapping[str, object]
    settings: dict[str, str] = field(default_factory=lambda: dict(SETTINGS))
    protected: dict[str, str] = field(default_factory=lambda: dict(PROTECTED))
    path: str = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    jobs: dict[str, Any] = field(default_factory=dict)
    shell: str = "bash"

    def review(self, request: int, *, fork: bool = False) -> dict[str, Ended]:
        """The pipeline of a merge request as it is now; in the project, or in the fork that it comes from."""
        asked = self.gitlab.requests[request]
        variables = {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_COMMIT_SHA": asked["sha"],
            "CI_MERGE_REQUEST_IID": str(request),
            "CI_MERGE_REQUEST_PROJECT_ID": str(PROJECT),
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": str(asked["source_project_id"]),
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": asked["target_branch"],
            "CI_PROJECT_ID": str(FORK if fork else PROJECT),
        }
        run = Pipeline(next(self.gitlab.numbers), request, FORK if fork else PROJECT)
        return self._pipeline(run, variables, {} if fork else self.settings)

    def branch(self, source: str) -> dict[str, Ended]:
        """A pipeline of the main branch: after a push, by a schedule, or from GitLab's page (`web`)."""
        variables = {
            "CI_PIPELINE_SOURCE": source,
            "CI_COMMIT_SHA": git(self.repository, "rev-parse", "main"),
            "CI_COMMIT_BRANCH": "main",
            "CI_PROJECT_ID": str(PROJECT),
        }
        return self._pipeline(Pipeline(next(self.gitlab.numbers)), variables, {**self.settings, **self.protected})

    def _pipeline(self, run: Pipeline, variables: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, Ended]:
        """Runs its jobs in their order: one that needs another one that failed is not begun."""
        common = {
            "CI_DEFAULT_BRANCH": "main",
            "CI_API_V4_URL": self.api,
            "CI_JOB_TOKEN": JOB_TOKEN,
            "GITLAB_CI": "true",
        }
        known = {**common, **variables}
        jobs = self.jobs or jobs_for(self.inputs)
        asked = {name: each for name, each in jobs.items() if wanted(each, {**known, **settings})}
        ended: dict[str, Ended] = {}
        for name, job in asked.items():
            needs = [{"job": each} if isinstance(each, str) else each for each in job.get("needs", [])]
            assert all(each["job"] in asked or each.get("optional") for each in needs), "GitLab makes no such pipeline"
            names = [each["job"] for each in needs]
            needed = [each for key, each in ended.items() if re.sub(r" \d+/\d+$", "", key) in names]
            if any(each.code for each in needed):
                continue
            before = {path: held for each in needed for path, held in each.artifacts.items()}
            total = int(job.get("parallel", 1))
            for index in range(1, total + 1):
                node = {**known, "CI_NODE_INDEX": str(index), "CI_NODE_TOTAL": str(total)}
                key = f"{name} {index}/{total}" if total > 1 else name
                ended[key] = self._job(job, run.id, node, settings, before)
                run.jobs.append(self._kept(key, job, known, ended[key]))
        self.gitlab.pipelines.append(run)
        return ended

    def _job(
        self,
        job: Mapping[str, Any],
        number: int,
        known: Mapping[str, str],
        settings: Mapping[str, str],
        before: Mapping[str, bytes],
    ) -> Ended:
        checkout = self.folder / f"build-{number}-{len(list(self.folder.glob('build-*')))}"
        git(self.repository, "clone", "--quiet", "--no-local", str(self.repository), str(checkout))
        git(checkout, "checkout", "--quiet", known["CI_COMMIT_SHA"])
        _write(checkout, before)
        variables = variables_of(job, {**known, "CI_PROJECT_DIR": str(checkout)}, settings)
        environment = {**variables, "PATH": self.path, "HOME": str(self.folder), "FORGE_PAUSE": "0"}
        script = "\n".join([*job.get("before_script", []), *job["script"]])
        self.shell = "sh" if self.shell == "bash" else "bash"
        done = subprocess.run(
            [*SHELLS[self.shell], "-c", script],
            cwd=checkout,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        allowed = done.returncode in [0, *_codes(job)]
        return Ended(done.returncode, done.stdout + done.stderr, variables, _read(checkout, job), allowed)

    def _kept(self, name: str, job: Mapping[str, Any], known: Mapping[str, str], ended: Ended) -> Job:
        status, held = "success" if ended.code == 0 else "failed", dict(ended.artifacts)
        public = job["artifacts"].get("access") == "all"
        return Job(next(self.gitlab.numbers), name, known.get("CI_COMMIT_BRANCH", ""), status, held, public)


def _codes(job: Mapping[str, Any]) -> list[int]:
    allowed = job.get("allow_failure")
    return [allowed["exit_codes"]] if isinstance(allowed, dict) else []


def _write(checkout: Path, files: Mapping[str, bytes]) -> None:
    for path, held in files.items():
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        (checkout / path).write_bytes(held)


def _read(checkout: Path, job: Mapping[str, Any]) -> dict[str, bytes]:
    """The files that the job's artifacts name: where one is missing GitLab warns, and goes on."""
    named = [*job["artifacts"].get("paths", []), *job["artifacts"].get("reports", {}).values()]
    assert all(re.fullmatch(r"\.reconciler-ci/[a-z./*-]+", each) for each in named)
    found = [path for each in named for path in checkout.glob(each)]
    return {str(each.relative_to(checkout)): each.read_bytes() for each in found}
