"""Which plan is applied, and which snapshot a fork gets: none that somebody else could have put there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.github import forge as forges
from tests.integrations.github_server import REPOSITORY, GitHub, serving
from tests.integrations.test_github_forge import HEAD, variables

MERGED, NAME = "c" * 40, f"plans-{HEAD}"


@pytest.fixture
def hub() -> Iterator[GitHub]:
    """GitHub, with a pull request that was merged as the commit of this run."""
    with serving() as made:
        made.pulls = [pull()]
        yield made


def pull(
    head: str = HEAD, merged: str = MERGED, base: str = "main", home: str | None = REPOSITORY
) -> dict[str, object]:
    """A pull request that was merged."""
    repository = {"full_name": home} if home else None
    return {
        "number": 5, "merged_at": "2026-11-23T09:00:00Z", "merge_commit_sha": merged, "base": {"ref": base},
        "head": {"sha": head, "repo": repository},
    }  # fmt: skip


def found(hub: GitHub, capsys: pytest.CaptureFixture[str], branch: str = "") -> tuple[int, str]:
    """What the step that finds a plan (of a branch: a snapshot) ends with, and what it says."""
    given = variables(hub, actions="read", pull_requests="read")
    code = forges.main(["find", "--name", "plans", "--branch", branch], given)
    said = capsys.readouterr()
    return code, said.out or said.err


def test_the_plan_of_the_merged_pull_request(hub: GitHub, capsys: pytest.CaptureFixture[str]) -> None:
    """The newest one of its last commit; not those of other commits, and not one that has expired."""
    runs = [hub.add_run("pull_request", head, "topic") for head in (HEAD, "b" * 40, HEAD, HEAD)]
    for run in runs[:2]:
        hub.add_artifact(run, NAME)
    newest = hub.add_artifact(runs[2], NAME)
    hub.add_artifact(runs[3], NAME, expired=True)
    for number in range(150):
        hub.add_artifact(hub.add_run("push", HEAD, "topic"), f"other {number}")
    assert found(hub, capsys) == (0, f"artifact={newest}\nrun={runs[2]}\n")


@pytest.mark.parametrize(
    ("event", "head", "fork", "file"),
    [
        ("pull_request", HEAD, True, "reconciler"),
        ("pull_request", HEAD, False, "tests"),
        ("push", HEAD, False, "reconciler"),
        ("pull_request", "b" * 40, False, "reconciler"),
    ],
    ids=["a fork", "another workflow", "another event", "another commit"],
)
def test_another_artifact_of_the_same_name_is_not_taken(
    hub: GitHub, capsys: pytest.CaptureFixture[str], event: str, head: str, fork: bool, file: str
) -> None:
    """Even if it is the newest, and the only one."""
    hub.add_artifact(hub.add_run(event, head, "topic", fork=fork, file=file), NAME)
    code, said = found(hub, capsys)
    assert (code, said.startswith(f"::error title=reconciler::there is no artifact {NAME}")) == (1, True)
    assert forges.BY_HAND in said
    own = hub.add_run("pull_request", HEAD, "topic")
    meant = hub.add_artifact(own, NAME)
    hub.add_artifact(hub.add_run(event, head, "topic", fork=fork, file=file), NAME)
    assert found(hub, capsys) == (0, f"artifact={meant}\nrun={own}\n")


@pytest.mark.parametrize(
    ("others", "why"),
    [
        ([], "is no merge of a pull request into main"),
        ([pull(head=MERGED, merged="d" * 40)], "is no merge of a pull request into main"),
        ([pull() | {"merged_at": None}], "is no merge of a pull request into main"),
        ([pull(base="release")], "is no merge of a pull request into main"),
        ([pull(home="mallory/centre")], "#5 came from a fork"),
        ([pull(home=None)], "#5 came from a fork"),
    ],
    ids=["pushed", "another merge", "not merged", "another branch", "a fork", "a fork that is gone"],
)
def test_what_nobody_has_reviewed_is_refused(
    hub: GitHub, capsys: pytest.CaptureFixture[str], others: list[dict[str, object]], why: str
) -> None:
    """With what to do now."""
    hub.pulls = others
    hub.add_artifact(hub.add_run("pull_request", HEAD, "topic"), NAME)
    code, said = found(hub, capsys)
    assert (code, why in said, forges.BY_HAND in said) == (1, True, True)


def test_the_snapshot_of_a_schedule(hub: GitHub, capsys: pytest.CaptureFixture[str]) -> None:
    """The newest of all pages, made by a schedule or by hand on that branch."""
    for _ in range(120):
        newest = hub.add_artifact(hub.add_run("schedule", MERGED, "main", file="drift"), "plans")
    for event, branch, fork in (("pull_request", "main", False), ("schedule", "x", False), ("schedule", "main", True)):
        hub.add_artifact(hub.add_run(event, MERGED, branch, fork=fork), "plans")
    assert found(hub, capsys, "main")[1].startswith(f"artifact={newest}\n")
    assert found(hub, capsys, "release") == (
        1,
        "::error title=reconciler::there is no artifact plans, or it has expired\n",
    )
