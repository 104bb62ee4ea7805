"""The story of a team that has copied two files: reviewed, applied and watched campaigns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integrations.github_centre import READ, WRITE, Centre, centre_in
from tests.integrations.github_runner import ROOT, Job


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """A team with nothing to do yet."""
    with centre_in(tmp_path) as made:
        yield made


def results(jobs: dict[str, Job]) -> dict[str, str]:
    """How each job ended that was not skipped."""
    return {name: each.result for name, each in jobs.items() if each.result != "skipped"}


def test_the_story(centre: Centre) -> None:
    """Plan, comment, merge, apply, drift by an edit in the console, issue, adopt, and a plan that is empty."""
    hub = centre.hub
    said: list[str] = []

    def went(jobs: dict[str, Job], *names: str) -> None:
        said.extend(each.said + each.summary for each in jobs.values())
        assert results(jobs) == dict.fromkeys(names, "success"), said[-4:]

    # a pull request: one comment, which the next push updates
    centre.branch("tries", "maxTries: 5", "maxTries: 8")
    went(centre.pull_request("tries"), "plan")
    centre.edit("maxTries: 8", "maxTries: 9")
    head = centre.commit("more")
    centre.git("push", "--quiet", "origin", "tries")
    jobs = centre.pull_request("tries")
    went(jobs, "plan")
    (comment,) = hub.comments[5]
    assert f"Of {head}, by [this run](https://github.com/acme/centre/actions/runs/" in comment["body"]
    assert "5 → 9" in comment["body"].replace("`", "")
    assert "### reconciler plan" in jobs["plan"].summary
    assert (centre.writes, centre.campaign()["maxTries"]) == ([], 5)

    # its merge: the plan is shown to who approves, and exactly that one is applied
    jobs = centre.merge()
    went(jobs, "review", "apply")
    artifact = next(each for each in hub.artifacts if each["id"] == int(jobs["review"].outputs["artifact"]))
    assert artifact["name"] == f"reconciler-plan-.-production-{head}"
    assert "### reconciler plan" in jobs["review"].summary
    assert "maxTries" in jobs["review"].summary
    assert "### reconciler apply" in jobs["apply"].summary
    assert (centre.writes, centre.campaign()["maxTries"]) == (["PATCH"], 9)

    # no drift; then somebody edits the campaign in the console: one issue, however often it is looked at
    went({"drift": centre.drift()}, "drift")
    assert hub.issues == []
    centre.console(nextTryDelay=7200)
    for _ in range(2):
        went({"drift": centre.drift()}, "drift")
    (issue,) = hub.issues
    assert (issue["title"], issue["state"]) == ("Drift of centre/production", "open")
    assert "changed in the console" in issue["body"]

    # it is adopted on a branch: its plan is empty, and once it is merged the issue closes itself
    centre.git("switch", "--quiet", "--detach", "origin/main")
    adopted = centre.command("drift", "--adopt", "--branch", "adopted")
    assert adopted.returncode == 0, adopted.stdout + adopted.stderr
    centre.git("push", "--quiet", "origin", "adopted")
    jobs = centre.pull_request("adopted", 6)
    went(jobs, "plan")
    assert "nothing to do" in hub.comments[6][0]["body"]
    went(centre.merge(6), "review", "apply")
    went({"drift": centre.drift()}, "drift")
    assert (issue["state"], hub.comments[issue["number"]][-1]["body"]) == ("closed", "The drift is gone.")
    assert (centre.writes, centre.campaign()["nextTryDelay"]) == (["PATCH", "PATCH"], 7200)  # one is the console's

    texts = [*said, *(each["body"] for some in hub.comments.values() for each in some), issue["body"]]
    texts += [each.read_text() for each in (centre.folder / "runs").glob("artifact-*/*")]
    assert len(texts) > 30
    for secret in (READ, WRITE, *hub.tokens):
        assert not any(secret in each for each in texts)
    assert not any(each.startswith("::error::") for text in texts for each in text.splitlines())  # a campaign's name


@pytest.mark.parametrize("how", ["squash", "rebase"])
def test_however_it_is_merged(centre: Centre, how: str) -> None:
    """The plan is that of the pull request's last commit, which main does not have then."""
    centre.branch("tries", "maxTries: 5", "maxTries: 8")
    centre.pull_request("tries")
    assert results(centre.merge(how=how)) == {"review": "success", "apply": "success"}
    assert centre.campaign()["maxTries"] == 8


def test_each_step_has_no_secret_but_its_own(centre: Centre) -> None:
    """What installs, finds, comments or uploads sees no token of the account; only apply has the one that writes."""
    centre.branch("tries", "maxTries: 5", "maxTries: 8")
    jobs = centre.pull_request("tries")
    merged = centre.merge()
    seen = {
        (name, step.name): list(step.secrets)
        for name, job in [("plan", jobs["plan"]), *merged.items(), ("drift", centre.drift())]
        for step in job.steps
        if step.secrets
    }
    assert seen == {
        ("plan", "Plan"): ["DIABOLOCOM_READ_TOKEN"],
        ("plan", "Comment"): ["GITHUB_TOKEN"],
        ("review", "Find the reviewed plan"): ["GITHUB_TOKEN"],
        ("apply", "Apply"): ["DIABOLOCOM_WRITE_TOKEN"],
        ("drift", "Drift"): ["DIABOLOCOM_READ_TOKEN"],
        ("drift", "Issue"): ["GITHUB_TOKEN"],
        ("drift", "Snapshot"): ["DIABOLOCOM_READ_TOKEN"],
    }


def test_what_is_installed_is_the_version_of_the_action(centre: Centre) -> None:
    """From its own checkout, with the part for buckets where the store is needed; whatever lies in the repository."""
    for name in ("pip/__main__.py", "venv/__main__.py", "argparse.py", "json.py"):
        centre.write(name, "raise SystemExit('not this one')\n")
    centre.branch("tries", "maxTries: 5", "maxTries: 8")
    plan, merged = centre.pull_request("tries")["plan"], centre.merge()
    assert results(merged) == {"review": "success", "apply": "success"}
    installed = {
        name: job.step("Install reconciler").said for name, job in [("plan", plan), *merged.items()] if job.steps
    }
    assert installed == {
        "plan": f"installs {ROOT} \n", "review": f"installs {ROOT} \n", "apply": f"installs {ROOT} [state]\n",
    }  # fmt: skip
