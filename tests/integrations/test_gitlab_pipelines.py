"""The template end to end: review, merge, apply, watch; each script in the runner's shells, against a server each."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.integrations.conftest import MANIFESTS, Place
from tests.integrations.gitlab_runner import git
from tests.integrations.gitlab_server import API_TOKEN, FORK, NOTE_TOKEN, PROJECT, SOMEBODY, USERS
from tests.integrations.gitlab_template import ROOT

PLAN, APPLY, DRIFT = (f"reconciler {each} production" for each in ("plan", "apply", "drift"))
FORKED, SNAPSHOT = "reconciler fork production", "reconciler snapshot production"
KEPT = ".reconciler-ci/"


def test_from_a_branch_to_an_account_that_is_watched(place: Place) -> None:
    """Plan, one note, exactly that plan applied after the merge, drift as one issue, adopted, the issue closed."""
    runner, gitlab = place.runner, place.gitlab
    place.propose(1, sales=8)
    planned = runner.review(1)
    assert list(planned) == [PLAN]
    assert planned[PLAN].code == 0, planned[PLAN].said
    assert planned[PLAN].variables["DIABOLOCOM_TOKEN"] == "read"
    assert json.loads(planned[PLAN].artifacts[f"{KEPT}widget.json"]) == {"create": 0, "update": 1, "delete": 0}
    assert {"plan.json", "plan.md", "plan.html", "quality.json", "plan.xml"} <= _names(planned[PLAN].artifacts)
    (note,) = gitlab.notes[1]
    assert note["author"]["id"] == USERS[NOTE_TOKEN]
    assert "`5` → `8`" in note["body"]
    assert "\n/close" not in note["body"]

    place.propose(1, sales=9)
    runner.review(1)
    assert [each["id"] for each in gitlab.notes[1]] == [note["id"]]
    assert "`5` → `9`" in gitlab.notes[1][0]["body"]
    assert place.asked("PATCH", "POST", "PUT") == 0

    place.merge(1)
    gitlab.asked.clear()
    applied = runner.branch("push")
    assert list(applied) == [APPLY]
    assert applied[APPLY].code == 0, applied[APPLY].said
    assert applied[APPLY].variables["DIABOLOCOM_TOKEN"] == "write"
    assert place.account(101)["maxTries"] == 9
    assert "reconciler run: shop/production" in gitlab.notes[1][1]["body"]
    assert {tokens.get("private-token") for _, path, tokens in gitlab.asked if "storage" in path} == {None}

    assert runner.branch("schedule")[DRIFT].code == 0
    assert gitlab.issues == {}
    _drifts(place)
    _adopted(place)


def _names(artifacts: object) -> set[str]:
    assert isinstance(artifacts, dict)
    return {each.removeprefix(KEPT) for each in artifacts}


def _drifts(place: Place) -> None:
    """A change in the console is one issue, which the next one leaves as it is, and another change updates."""
    gitlab = place.gitlab
    place.console(102, maxTries=6)
    found = place.runner.branch("schedule")[DRIFT]
    assert (found.code, found.allowed) == (2, True), found.said
    (issue,) = gitlab.issues.values()
    assert (issue["title"], issue["labels"], issue["confidential"]) == ("Drift in production", ["drift"], True)
    assert issue["author"]["id"] == USERS[API_TOKEN]
    before, asked = issue["description"], len(gitlab.asked)
    assert f"issue: same {issue['iid']}" in place.runner.branch("schedule")[DRIFT].said
    assert {method for method, _, _ in gitlab.asked[asked:]} == {"GET"}
    place.console(102, maxTries=7)
    assert place.runner.branch("schedule")[DRIFT].code == 2
    assert len(gitlab.issues) == 1
    assert issue["description"] != before
    assert issue["state"] == "opened"


def _adopted(place: Place) -> None:
    """The console's change becomes a branch whose plan is empty; once that is merged, the issue is closed."""
    adopting = ["-C", "centre", "-e", "production", "drift", "--adopt"]
    for name, value in {"user.name": "Alice", "user.email": "alice@example.com"}.items():
        git(place.repository, "config", name, value)
    command = [sys.executable, "-m", "reconciler", *adopting]
    variables = {"DIABOLOCOM_TOKEN": "read", "HOME": str(place.folder), "PATH": place.runner.path}
    done = subprocess.run(command, cwd=place.repository, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "maxTries: 7" in (place.repository / MANIFESTS).read_text()
    place.open(2, git(place.repository, "rev-parse", "HEAD"))
    planned = place.runner.review(2)[PLAN]
    assert json.loads(planned.artifacts[f"{KEPT}widget.json"]) == {"create": 0, "update": 0, "delete": 0}
    place.merge(2, how="ff")
    assert place.runner.branch("push")[APPLY].code == 0
    assert place.runner.branch("schedule")[DRIFT].code == 0
    (issue,) = place.gitlab.issues.values()
    assert (issue["state"], issue["said"]) == ("closed", ["The drift is gone."])


def test_what_no_merge_request_has_planned_is_not_applied(place: Place) -> None:
    """A push, a fork's plan, a plan that failed, and one whose manifests are others by now: nothing is written."""
    runner = place.runner
    place.tries(sales=8)
    place.commit()
    said = runner.branch("push")[APPLY]
    assert (said.code, "is no merge of a merge request" in said.said) == (1, True)

    place.propose(1, source=FORK, sales=9)
    place.gitlab.requests[1]["source_project_id"] = PROJECT
    runner.review(1)  # what a fork's own .gitlab-ci.yml would do in a pipeline of the project
    place.gitlab.requests[1]["source_project_id"] = FORK
    place.merge(1)
    said = runner.branch("push")[APPLY]
    assert (said.code, "!1 comes from a fork" in said.said) == (1, True), said.said

    place.propose(2, sales=10)
    runner.review(2)
    place.gitlab.pipelines[-1].jobs[0].status = "failed"
    place.merge(2)
    said = runner.branch("push")[APPLY]
    assert (said.code, f"no job `{PLAN}` that passed" in said.said) == (1, True)

    place.propose(3, sales=11)
    runner.review(3)
    place.merge(3, how="squash")
    place.tries(sales=11, support=6)
    place.gitlab.requests[3]["squash_commit_sha"] = place.commit("another merge")
    assert runner.branch("push")[APPLY].code == 4
    assert place.asked("PATCH", "POST", "PUT") == 0


def test_a_squashed_merge_request(place: Place) -> None:
    """Its plan is found by the commit that it was squashed to; others that hold that commit are not meant."""
    others = ({"iid": 50, "state": "opened"}, {"iid": 51, "state": "merged", "target_branch": "stable"})
    for each in others:
        place.gitlab.requests[int(str(each["iid"]))] = {}
    place.propose(1, sales=8)
    place.runner.review(1)
    place.merge(1, how="squash")
    for each in others:
        place.gitlab.requests[int(str(each["iid"]))] = {**place.gitlab.requests[1], **each}
    assert place.runner.branch("push")[APPLY].code == 0
    assert place.account(101)["maxTries"] == 8


def test_planned_and_applied_by_hand(place: Place) -> None:
    """From GitLab's page main is planned as it is, and exactly that plan applied; no token of GitLab is needed."""
    place.tries(sales=8)
    place.commit()
    place.runner.protected = {"DIABOLOCOM_WRITE_TOKEN": "write"}
    place.runner.settings = {"DIABOLOCOM_READ_TOKEN": "read"}
    ended = place.runner.branch("web")
    assert {name: each.code for name, each in ended.items()} == {PLAN: 0, APPLY: 0}
    assert place.account(101)["maxTries"] == 8
    assert place.gitlab.asked == []


def test_planned_anew_after_the_merge(place: Place) -> None:
    """With `apply: fresh` a push to main is planned, and that plan applied."""
    place.runner.inputs = {**place.runner.inputs, "apply": "fresh"}
    place.runner.protected = {"DIABOLOCOM_WRITE_TOKEN": "write"}
    place.tries(sales=8)
    place.commit()
    assert {name: each.code for name, each in place.runner.branch("push").items()} == {PLAN: 0, APPLY: 0}
    assert place.account(101)["maxTries"] == 8


def test_a_fork_gets_no_secret_and_no_account(place: Place) -> None:
    """Its plan is made against the snapshot of the main branch; where there is none, it is validated all the same."""
    place.propose(1, source=FORK, sales=8)
    ended = place.runner.review(1, fork=True)
    assert list(ended) == [FORKED]
    assert ended[FORKED].code == 0, ended[FORKED].said
    assert "nothing was planned" in ended[FORKED].said
    git(place.repository, "checkout", "--quiet", "main")
    place.runner.inputs = {**place.runner.inputs, "snapshot": True}
    kept = place.runner.branch("schedule")[SNAPSHOT]
    assert _names(kept.artifacts) == {"snapshot.json"}, kept.said

    before, asked = place.asked(), len(place.gitlab.asked)
    ended = place.runner.review(1, fork=True)
    assert ended[FORKED].code == 0, ended[FORKED].said
    assert json.loads(ended[FORKED].artifacts[f"{KEPT}widget.json"]) == {"create": 0, "update": 1, "delete": 0}
    assert not {"read", "write", NOTE_TOKEN, API_TOKEN} & set(ended[FORKED].variables.values())
    assert {tuple(tokens) for _, _, tokens in place.gitlab.asked[asked:]} == {()}
    assert place.asked() == before


def test_a_fork_of_a_project_that_is_not_public(place: Place) -> None:
    """The snapshot is asked for again with the job's own token."""
    place.runner.inputs = {**place.runner.inputs, "snapshot": True}
    place.runner.branch("web")
    place.gitlab.pipelines[-1].jobs[-1].public = False
    place.propose(1, source=FORK, sales=8)
    ended = place.runner.review(1, fork=True)
    assert f"{KEPT}widget.json" in ended[FORKED].artifacts, ended[FORKED].said


def test_manifests_of_a_fork_that_are_wrong(place: Place) -> None:
    """Its job fails."""
    place.propose(1, source=FORK, sales=-8)
    assert place.runner.review(1, fork=True)[FORKED].code == 1


def test_a_plan_with_errors(place: Place) -> None:
    """The job fails; what could be planned is told in the note. Manifests that can't be read leave it alone."""
    file = place.repository / "centre/reconciler.yaml"
    file.write_text(file.read_text().replace("support: 102", "support: 999"))
    place.propose(1, sales=8)
    ended = place.runner.review(1)[PLAN]
    assert ended.code == 1
    (note,) = place.gitlab.notes[1]
    assert "`5` → `8`" in note["body"]
    place.propose(1, sales=-8)
    before = str(note["body"])
    committed = place.repository / f"{KEPT}plan.md"
    committed.parent.mkdir()
    committed.write_text(before.replace("8", "7"))
    place.open(1, place.commit())
    assert place.runner.review(1)[PLAN].code == 1
    assert place.gitlab.notes[1][0]["body"] == before


def test_somebody_else_s_note_is_left_alone(place: Place) -> None:
    """Even if it carries the marker; and one page of notes is not all of them."""
    place.propose(1, sales=8)
    place.gitlab.notes[1] = [{"id": 1000 + each, "body": "Well done", **SOMEBODY} for each in range(100)]
    place.runner.review(1)
    mine = place.gitlab.notes[1].pop()
    place.gitlab.notes[1] += [{"id": 2000, "body": mine["body"], **SOMEBODY}, mine]
    assert "note: updated" in place.runner.review(1)[PLAN].said
    assert len(place.gitlab.notes[1]) == 102


@pytest.mark.parametrize(("faults", "code"), [([502, 503], 0), ([403], 1), ([500] * 4, 1)])
def test_a_gitlab_that_has_faults(place: Place, faults: list[int], code: int) -> None:
    """Its own are waited for, within limits; a refusal fails the job: an old note misleads. No token is told."""
    place.gitlab.faults = faults
    place.propose(1, sales=8)
    ended = place.runner.review(1)[PLAN]
    assert ended.code == code, ended.said
    assert ("GET /user: GitLab answered" in ended.said) is (code == 1)
    assert NOTE_TOKEN not in ended.said


def test_where_the_image_has_no_reconciler(place: Place, tmp_path: Path) -> None:
    """pip gets the package of the input as one word, whatever stands in it."""
    place.runner.path = str(tmp_path / "bin")
    (tmp_path / "bin").mkdir()
    for name in ("bash", "sh", "mkdir", "rm"):
        (tmp_path / "bin" / name).symlink_to(f"/bin/{name}")
    stub = tmp_path / "bin/pip"
    stub.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/pip.txt\nexit 7\n')
    stub.chmod(0o755)
    place.runner.inputs = {**place.runner.inputs, "package": "campaign-reconciler[state]==1.0 ; $(id)"}
    place.propose(1, sales=8)
    assert place.runner.review(1)[PLAN].code == 7
    assert (tmp_path / "pip.txt").read_text().splitlines()[-1] == "campaign-reconciler[state]==1.0 ; $(id)"


def test_a_fleet(place: Place) -> None:
    """fleet.gitlab-ci.yml: the whole is reviewed, each of four jobs plans its shard, and four apply exactly these."""
    written = yaml.safe_load((ROOT / "integrations/gitlab/fleet.gitlab-ci.yml").read_text(encoding="utf-8"))
    common, variables = written.pop("default"), written.pop("variables")
    place.runner.jobs = {
        name: {**common, **job, "variables": variables | job["variables"]} for name, job in written.items()
    }
    _at_the_root(place)
    place.propose(1, sales=8, support=9)
    reviewed = place.runner.review(1)
    assert list(reviewed) == ["review"]
    assert json.loads(reviewed["review"].artifacts[f"{KEPT}reports/widget.json"])["update"] == 2, reviewed[
        "review"
    ].said
    place.merge(1, how="ff")
    ended = place.runner.branch("push")
    assert list(ended) == [f"{job} {index}/4" for job in ("plan", "apply") for index in range(1, 5)]
    assert {each.code for each in ended.values()} == {0}, [each.said for each in ended.values()]
    assert (place.account(101)["maxTries"], place.account(102)["maxTries"]) == (8, 9)
    shards = [re.findall(r"plan-\d\.json", " ".join(ended[f"plan {index}/4"].artifacts)) for index in range(1, 5)]
    assert shards == [[f"plan-{index}.json"] for index in range(1, 5)]
    assert {each.variables["DIABOLOCOM_TOKEN"] for name, each in ended.items() if "apply" in name} == {"write"}


def _at_the_root(place: Place) -> None:
    """The project is the repository."""
    for each in ("reconciler.yaml", "manifests"):
        (place.repository / each).symlink_to(f"centre/{each}")
    place.commit("at the root")
