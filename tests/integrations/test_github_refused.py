"""What goes wrong on GitHub, or is tried on a team: only what was reviewed is applied, and it is said how to go on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from integrations.github.forge import BY_HAND
from tests.integrations.github_centre import READ, Centre, centre_in
from tests.integrations.github_runner import ROOT
from tests.integrations.test_github_story import results


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """A team with nothing to do yet."""
    with centre_in(tmp_path) as made:
        yield made


def test_a_fork_is_validated_and_planned_without_any_secret(centre: Centre) -> None:
    """Against the last snapshot, once there is one. Its merge has no plan; by hand there is one, for approval."""
    centre.branch("theirs", "maxTries: 5", "maxTries: 8")
    first = centre.pull_request("theirs", fork=True)
    assert results(first) == {"fork": "success"}
    assert "There is no snapshot of the account to plan against" in first["fork"].summary
    assert centre.drift().result == "success"
    jobs = centre.pull_request("theirs", fork=True)
    assert results(jobs) == {"fork": "success"}, jobs["fork"].said
    assert "maxTries" in jobs["fork"].summary
    assert {name for step in jobs["fork"].steps for name in step.secrets} == {"GITHUB_TOKEN"}
    assert (centre.hub.comments, centre.writes) == ({}, [])
    merged = centre.merge()
    assert results(merged) == {"review": "failure"}
    assert f"#5 came from a fork, and no plan of a fork is applied: {BY_HAND}" in merged["review"].said
    assert results(centre.by_hand()) == {"plan": "success", "apply": "success"}
    assert centre.campaign()["maxTries"] == 8


def test_a_fork_that_is_wrong_is_told_where(centre: Centre) -> None:
    """As annotations of its files."""
    centre.branch("theirs", "maxTries: 5", "maxTrys: 8")
    jobs = centre.pull_request("theirs", fork=True)
    assert results(jobs) == {"fork": "failure"}
    assert "::error title=unknown field" in jobs["fork"].said or "file=manifests/all.yaml,line=4" in jobs["fork"].said


def test_a_bot_without_secrets_counts_as_a_fork(centre: Centre) -> None:
    """GitHub gives Dependabot's runs no secrets of the repository."""
    centre.branch("bump", "maxTries: 5", "maxTries: 8")
    assert results(centre.pull_request("bump", author="dependabot[bot]")) == {"fork": "success"}


def test_a_plan_that_is_out_of_date(centre: Centre) -> None:
    """Another merge came between: nothing is written, and the job says how to go on."""
    centre.branch("tries", "maxTries: 5", "maxTries: 8")
    centre.branch("priority", "contactPriority: 10", "contactPriority: 12")
    centre.pull_request("tries", 5)
    centre.pull_request("priority", 6)
    assert results(centre.merge(5)) == {"review": "success", "apply": "success"}
    jobs = centre.merge(6)
    assert results(jobs) == {"review": "success", "apply": "failure"}
    assert "::error title=reconciler apply ended with 4::The plan is out of date" in jobs["apply"].said
    assert "run this workflow by hand (Actions, reconciler, Run workflow): it plans main" in jobs["apply"].summary
    assert centre.writes == ["PATCH"]
    assert results(centre.by_hand()) == {"plan": "success", "apply": "success"}
    assert centre.writes == ["PATCH", "PATCH"]


def test_a_plan_that_failed(centre: Centre) -> None:
    """The comment with the last one says so, and what it leaves is no plan for apply."""
    centre.branch("tries", "maxTries: 5", "maxTries: 8")
    centre.pull_request("tries")
    centre.edit("maxTries: 8", "maxTrys: 8")
    head = centre.commit("wrong")
    centre.git("push", "--quiet", "origin", "tries")
    assert results(centre.pull_request("tries")) == {"plan": "failure"}
    (comment,) = centre.hub.comments[5]
    assert f"> **Outdated**: {head} could not be planned" in comment["body"]
    jobs = centre.merge()
    assert results(jobs) == {"review": "failure"}
    assert (
        f"there is no artifact reconciler-plan-.-production-{head}, or it has expired: {BY_HAND}" in jobs["review"].said
    )


def test_a_commit_that_nobody_has_reviewed(centre: Centre) -> None:
    """One that was pushed to main is not applied; one that changes no manifest runs nothing."""
    centre.edit("maxTries: 5", "maxTries: 8")
    centre.commit("pushed")
    centre.git("push", "--quiet", "origin", "main")
    jobs = centre.pushed()
    assert results(jobs) == {"review": "failure"}
    assert "is no merge of a pull request into main, so no plan was reviewed" in jobs["review"].said
    for name in ("README.md", ".github/workflows/reconciler.yaml"):
        (centre.clone / name).parent.mkdir(parents=True, exist_ok=True)
        centre.write(name, "x\n")
        centre.commit(name)
        centre.git("push", "--quiet", "origin", "main")
        assert centre.pushed() == {}
    assert centre.writes == []


def test_only_main_applies(centre: Centre) -> None:
    """By hand on another branch, and in the merge queue, there is a plan and nothing else, not even a comment."""
    centre.branch("tries", "maxTries: 5", "maxTries: 8")
    assert results(centre.by_hand(branch="tries")) == {"plan": "success"}
    assert results(centre.by_hand(name="merge_group", branch="tries")) == {"plan": "success"}
    assert centre.by_hand("reconciler-drift", branch="tries")["drift"].result == "skipped"
    assert (centre.writes, centre.hub.comments) == ([], {})


def test_what_was_shown_is_what_is_applied(centre: Centre) -> None:
    """A plan that is put in its place between the two, by a job that is run again, has another id."""
    centre.branch("tries", "maxTries: 5", "maxTries: 8")
    centre.pull_request("tries")
    (shown,) = centre.hub.artifacts

    def swap(job: str) -> None:
        if job == "apply":
            centre.hub.add_artifact(shown["workflow_run"]["id"], shown["name"], Path(shown["folder"]))

    centre.runner.before = swap
    jobs = centre.merge()
    assert results(jobs) == {"review": "success", "apply": "failure"}
    assert (centre.writes, "Unable to download" in jobs["apply"].said) == ([], True)


def test_a_secret_that_is_missing(centre: Centre) -> None:
    """The job fails and says which, and the issue about drift stays as it is."""
    centre.console(maxTries=9)
    centre.drift()
    before = [dict(each) for each in centre.hub.issues]
    centre.runner.secrets = {"DIABOLOCOM_READ_TOKEN": ""}
    drift = centre.drift()
    assert (drift.result, before, len(before)) == ("failure", centre.hub.issues, 1)
    assert "DIABOLOCOM_TOKEN" in drift.said
    assert READ not in drift.said


def test_a_comparison_that_is_not_whole_closes_nothing(centre: Centre) -> None:
    """One campaign can't be found: nobody knows whether the drift is gone."""
    centre.console(maxTries=9)
    centre.drift()
    centre.console(maxTries=5)
    project = (centre.clone / "reconciler.yaml").read_text()
    centre.write("reconciler.yaml", project.replace("childcare: 6048", "childcare: 9999"))
    centre.commit("gone")
    centre.git("push", "--quiet", "origin", "main")
    drift = centre.drift()
    assert "could not be (errors)" in drift.summary
    assert (drift.result, [each["state"] for each in centre.hub.issues]) == ("failure", ["open"])


def test_a_job_that_may_not_comment_fails_and_says_so(centre: Centre) -> None:
    """With GitHub's words; the plan is in the summary, and kept."""
    centre.hub.forbidden = {"pull-requests"}
    centre.branch("tries", "maxTries: 5", "maxTries: 8")
    jobs = centre.pull_request("tries")
    assert results(jobs) == {"plan": "failure"}
    assert "GitHub answered 403 (Resource not accessible by integration)" in jobs["plan"].said
    assert "maxTries" in jobs["plan"].summary
    assert len(centre.hub.artifacts) == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, ""),
        (1, "The log above says why"),
        (3, "Raise the limit or waive the check in a pull request"),
        (4, "The plan is out of date"),
        (5, "Not everything was done: the report says what"),
        (6, "When it has ended, re-run this job"),
        (130, "The log above says why"),
    ],
)
def test_what_to_do_is_said_for_each_exit_code(tmp_path: Path, code: int, words: str) -> None:
    """In the summary and as an annotation; the job ends with that code."""
    steps = yaml.safe_load((ROOT / "integrations/github/apply/action.yml").read_text())["runs"]["steps"]
    (step,) = (each for each in steps if each.get("id") == "apply")
    tool = tmp_path / "reconciler/bin/reconciler"
    tool.parent.mkdir(parents=True)
    (tmp_path / "plan").mkdir()
    tool.write_text(f"#!/bin/sh\nexit {code}\n")
    tool.chmod(0o755)
    files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for each in files.values():
        Path(each).touch()
    variables = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(tmp_path), "GITHUB_WORKSPACE": "/", "DIRECTORY": "."}
    variables |= {"ENVIRONMENT": "production", "GITHUB_WORKFLOW": "reconciler", "GITHUB_REF_NAME": "main"}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(command, env={**variables, **files}, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert Path(files["GITHUB_OUTPUT"]).read_text() == f"code={code}\n"
    summary = Path(files["GITHUB_STEP_SUMMARY"]).read_text()
    assert words in summary
    assert done.stdout == (f"::error title=reconciler apply ended with {code}::{summary[3:]}" if words else "")
