"""The worked examples in integrations/: as their systems want them, and every command line of theirs really run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from reconciler.store.objects import Objects
from reconciler.store.runs import Runs
from tests.fleets.fleet import ROOT, Fleet

KUBERNETES, GITHUB = ROOT / "integrations/kubernetes", ROOT / "integrations/github/workflows/reconciler-fleet.yaml"
INSTALL = "pip install 'campaign-reconciler[state]'"


@pytest.fixture(scope="module")
def job() -> dict[str, Any]:
    """The indexed Job."""
    found: dict[str, Any] = yaml.safe_load((KUBERNETES / "job.yaml").read_text())
    return found


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    """The workflow with a matrix."""
    found: dict[str, Any] = yaml.safe_load(GITHUB.read_text())
    return found


@pytest.mark.parametrize("version", ["1.33", "1.37"])
def test_the_job_is_one(job: dict[str, Any], version: str) -> None:
    """By the schema of Kubernetes itself, with no field that it does not know."""
    kubernetes_validate.validate(job, version, strict=True)


def test_the_job_is_split_as_its_command_says(job: dict[str, Any]) -> None:
    """As many pods as shards; what trying again can't mend is not tried again, and nobody is root."""
    spec = job["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    assert (spec["completionMode"], spec["completions"], spec["parallelism"]) == ("Indexed", 4, 4)
    assert container["command"][-2:] == ["--shard", f"auto/{spec['completions']}"]
    rules = {each["action"]: each for each in spec["podFailurePolicy"]["rules"]}
    exits = {action: each["onExitCodes"]["values"] for action, each in rules.items() if "onExitCodes" in each}
    assert exits == {"FailJob": [64], "FailIndex": [1, 3], "Count": [4, 5, 6, 130]}
    assert all(each["onExitCodes"]["containerName"] == container["name"] for each in rules.values() if len(each) == 2
               and "onExitCodes" in each)  # fmt: skip
    assert spec["template"]["spec"]["restartPolicy"] == "Never"  # a policy for failed pods needs it
    assert spec["template"]["spec"]["securityContext"]["runAsNonRoot"] is True
    secret = [each for each in container["env"] if "value" not in each]
    assert {"DIABOLOCOM_TOKEN", "AWS_SECRET_ACCESS_KEY"} <= {each["name"] for each in secret}
    assert all(set(each["valueFrom"]) == {"secretKeyRef"} for each in secret)


def test_the_pods_of_the_job(fleet: Fleet, objects: Objects, job: dict[str, Any]) -> None:
    """Each with its number, and with no variable but those that the Job gives it: then nothing is left to do."""
    (container,) = job["spec"]["template"]["spec"]["containers"]
    given = {each["name"]: fleet.variables[each["name"]] for each in container["env"]}
    given |= {name: fleet.variables[name] for name in ("AWS_ENDPOINT_URL", "HOME")}  # the bucket is none of Amazon's
    pods = Fleet(fleet.folder, fleet.port, fleet.store, given)
    for index in range(job["spec"]["completions"]):
        ran = pods.run(container["command"], JOB_COMPLETION_INDEX=str(index))
        assert ran.code == 0, ran.said
    _check_done(fleet, objects)


def test_the_image(workflow: dict[str, Any]) -> None:
    """It adds the project to the tool's own image, whose user is that of the Job, and changes nothing else of it."""
    lines = (KUBERNETES / "Dockerfile").read_text().splitlines()
    own = [each for each in lines if not each.startswith("#")]
    assert own == ["FROM registry.example.com/reconciler:0.1.0", "COPY . /project", "WORKDIR /project"]
    assert "USER 65532:0" in (ROOT / "Containerfile").read_text()


def test_the_workflow_splits_alike_and_may_only_read(workflow: dict[str, Any]) -> None:
    """One shard that fails stops none, a later commit stops no run, and what is applied is what was reviewed."""
    jobs = workflow["jobs"]
    for name in ("plan", "apply"):
        assert jobs[name]["strategy"] == {"fail-fast": False, "matrix": {"shard": ["1/4", "2/4", "3/4", "4/4"]}}
        assert jobs[name]["env"] == {"RECONCILER_SHARD": "${{ matrix.shard }}"}
    assert (jobs["apply"]["needs"], jobs["apply"]["environment"]) == ("plan", "production")
    assert workflow["permissions"] == {}
    assert all(each["permissions"] == {"contents": "read"} for each in jobs.values())
    assert workflow["concurrency"]["cancel-in-progress"] is False
    sent, taken = (_using(jobs[name], f"actions/{name_}-artifact") for name, name_ in _ARTIFACTS)
    assert sent["name"] == taken["name"] == "plan-${{ strategy.job-index }}"  # a name may hold no slash


_ARTIFACTS = (("plan", "upload"), ("apply", "download"))


def _using(job: Mapping[str, Any], action: str) -> Mapping[str, Any]:
    (found,) = [each["with"] for each in job["steps"] if each.get("uses", "").startswith(f"{action}@")]
    return dict(found)


def test_the_jobs_of_the_workflow(fleet: Fleet, objects: Objects, workflow: dict[str, Any], tmp_path: Path) -> None:
    """Each command as GitHub runs it: a summary for the reviewers, then exactly the saved plans."""
    jobs = workflow["jobs"]
    review = _ran(fleet, tmp_path / "review", jobs["review"], "")
    assert "### reconciler plan" in review
    for shard in jobs["plan"]["strategy"]["matrix"]["shard"]:
        place = tmp_path / shard.replace("/", "-")
        assert f"shard {shard}" in _ran(fleet, place / "plan", jobs["plan"], shard)
    assert fleet.writes == []
    for shard in jobs["apply"]["strategy"]["matrix"]["shard"]:
        place = tmp_path / shard.replace("/", "-")
        _ran(fleet, place / "apply", jobs["apply"], shard, place / "plan/plan.json")
    _check_done(fleet, objects)


def _ran(
    fleet: Fleet,
    checkout: Path,
    job: Mapping[str, Any],
    shard: str,
    artifact: Path | None = None,
) -> str:
    """Runs the commands of a job in a checkout of its own, in which the artifact lies; its summary."""
    checkout.mkdir(parents=True)
    for name in ("reconciler.yaml", "manifests"):
        source = fleet.folder / name
        shutil.copytree(source, checkout / name) if source.is_dir() else shutil.copy(source, checkout)
    if artifact:
        shutil.copy(artifact, checkout)
    summary = checkout / "summary.md"
    values = {"matrix.shard": shard, **{f"secrets.{name}": value for name, value in _secrets(fleet).items()}}
    for line, env in _commands(job):
        variables = {name: _filled(value, values) for name, value in (job.get("env", {}) | env).items()}
        variables |= {"GITHUB_STEP_SUMMARY": str(summary), "AWS_ENDPOINT_URL": fleet.variables["AWS_ENDPOINT_URL"]}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", line]
        done = subprocess.run(
            command, cwd=checkout, env={**variables, "PATH": path, "PYTHONPATH": str(ROOT)}, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    return summary.read_text() if summary.exists() else ""


def _secrets(fleet: Fleet) -> dict[str, str]:
    tokens = {f"DIABOLOCOM_{each}_TOKEN": fleet.variables["DIABOLOCOM_TOKEN"] for each in ("READ", "WRITE")}
    return {**fleet.variables, **tokens, "RECONCILER_PLAN_KEY": "a key for plans"}


def _filled(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{ *(\S+) *\}\}", lambda found: values[found[1]], text)


def _commands(job: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The command lines of a job with their variables, but for the installation, which is the documentation's."""
    steps = [(each["run"], each.get("env", {})) for each in job["steps"] if "run" in each]
    assert steps[0] == (INSTALL, {})
    assert INSTALL in (ROOT / "docs/store.md").read_text()
    yield from steps[1:]


def _check_done(fleet: Fleet, objects: Objects) -> None:
    """Nothing is left, and each shard has a run of its own."""
    ran = fleet.run(["reconciler", "-e", "production", "plan", "--format", "json"])
    assert json.loads(ran.said)["steps"] == []
    runs = Runs(objects)
    assert sorted(str(each.shard) for each in runs.records()) == ["1/4", "2/4", "3/4", "4/4"]
    assert objects.children("unfinished/") == []
