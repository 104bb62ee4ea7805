"""What the actions ask of GitHub: one comment, one issue, and never anything of somebody else's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.github import forge as forges
from tests.integrations.github_server import BOT, LONGEST, REPOSITORY, GitHub, serving

PLAN = (
    "### reconciler plan · shop → production: 1 campaign, risk low\n<!-- reconciler plan: shop/production -->\n\nwhat\n"
)
STAGING = PLAN.replace("production", "staging")
DRIFT = "### reconciler drift · shop → production\n<!-- reconciler drift: shop/production sha256:{} -->\n\n**Drift**\n"
HEAD = "a" * 40


@pytest.fixture
def hub() -> Iterator[GitHub]:
    """GitHub, with nothing in it."""
    with serving() as made:
        yield made


def variables(hub: GitHub, **permissions: str) -> dict[str, str]:
    """Those of a job with these permissions."""
    token = hub.token(**{name.replace("_", "-"): value for name, value in permissions.items()})
    return {
        "GITHUB_TOKEN": token, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_API_URL": hub.url, "GITHUB_RUN_ID": "77",
        "GITHUB_SHA": "c" * 40, "GITHUB_REF_NAME": "main",
        "GITHUB_WORKFLOW_REF": f"{REPOSITORY}/.github/workflows/reconciler.yaml@refs/heads/main",
    }  # fmt: skip


def commenting(hub: GitHub, body: Path, environment: str = "production") -> int:
    """The exit code of the step that comments on pull request 5."""
    arguments = ["comment", "--number", "5", "--body", str(body), "--environment", environment, "--head", HEAD]
    return forges.main(arguments, variables(hub, pull_requests="write"))


def by(login: str, body: str, number: int, kind: str = "User") -> dict[str, Any]:
    """A comment or an issue of somebody."""
    user = {"login": login, "type": kind}
    return {"id": number, "number": number, "state": "open", "user": user, "body": body}


def written(folder: Path, text: str) -> Path:
    """A report in a file."""
    path = folder / "report.md"
    path.write_text(text)
    return path


def test_one_comment_is_made_and_then_updated(hub: GitHub, tmp_path: Path) -> None:
    """With the commit and the run below it; another environment has one of its own."""
    assert commenting(hub, written(tmp_path, PLAN)) == 0
    assert commenting(hub, written(tmp_path, STAGING)) == 0
    assert commenting(hub, written(tmp_path, PLAN.replace("what", "another"))) == 0
    first, second = hub.comments[5]
    run = f"https://github.com/{REPOSITORY}/actions/runs/77"
    assert first["body"] == PLAN.replace("what", "another") + f"\n\n---\nOf {HEAD}, by [this run]({run})."
    assert second["body"].startswith(STAGING)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_it_is_found_after_a_hundred_others(hub: GitHub, tmp_path: Path, newline: str) -> None:
    """However GitHub ends its lines."""
    hub.newline = newline
    hub.comments[5] = [by("alice", f"comment {number}", number) for number in range(150)]
    assert commenting(hub, written(tmp_path, PLAN)) == 0
    assert commenting(hub, written(tmp_path, PLAN)) == 0
    assert len(hub.comments[5]) == 151


@pytest.mark.parametrize(
    ("login", "kind", "body"),
    [
        ("mallory", "User", PLAN),
        ("echo[bot]", "Bot", PLAN),
        (BOT["login"], "Bot", f"mallory said:\n{PLAN}"),
    ],
)
def test_what_others_wrote_stays(hub: GitHub, tmp_path: Path, login: str, kind: str, body: str) -> None:
    """A stranger's comment with our marker, another bot's, and one of a job that quotes somebody."""
    hub.comments[5] = [by(login, body, 1, kind)]
    assert commenting(hub, written(tmp_path, PLAN)) == 0
    assert commenting(hub, tmp_path / "no-plan.md") == 0
    assert len(hub.comments[5]) == 2
    assert hub.comments[5][0]["body"] == body
    assert "**Outdated**" in hub.comments[5][1]["body"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_plan_that_failed_is_told_at_the_head_of_the_last_one(hub: GitHub, tmp_path: Path, newline: str) -> None:
    """Once, whatever is pushed; it goes with the next plan. Another environment's stays, and so does silence."""
    hub.newline = newline
    assert commenting(hub, tmp_path / "no-plan.md") == 0
    assert hub.comments == {}
    for text in (PLAN, STAGING):
        commenting(hub, written(tmp_path, text))
    for _ in range(2):
        assert commenting(hub, tmp_path / "no-plan.md") == 0
        assert hub.comments[5][0]["body"].count("> **Outdated**: aaaa") == 1
    assert "Outdated" not in hub.comments[5][1]["body"]
    commenting(hub, written(tmp_path, PLAN))
    assert "Outdated" not in hub.comments[5][0]["body"]


def test_a_long_report_is_cut_and_says_so(hub: GitHub, tmp_path: Path) -> None:
    """At the end of a line, below what GitHub takes, with its foot; also where a note is added later."""
    commenting(hub, written(tmp_path, PLAN + "a line of forty characters, with its end\n" * 3000))
    body = hub.comments[5][0]["body"]
    assert LONGEST - 200 < len(body) <= LONGEST
    assert "with its end\n\n\n… and more: cut here" in body
    assert body.endswith("actions/runs/77).")
    commenting(hub, tmp_path / "no-plan.md")
    assert "**Outdated**" in hub.comments[5][0]["body"]


def test_a_text_that_is_no_report_is_refused(hub: GitHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It could never be found again."""
    assert commenting(hub, written(tmp_path, "hello\n")) == 1
    assert capsys.readouterr().err.startswith("::error title=reconciler::the report is none of reconciler")
    assert hub.comments == {}


def drifting(hub: GitHub, folder: Path, fingerprint: str, *, drifted: bool = True, more: str = "") -> int:
    """The exit code of the step that keeps the issue."""
    body = written(folder, DRIFT.format(fingerprint) + more)
    arguments = ["issue", "--body", str(body), "--label", "drift", "--drifted", str(drifted).lower()]
    return forges.main(arguments, variables(hub, issues="write"))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_one_issue_lives_as_long_as_the_drift(hub: GitHub, tmp_path: Path, newline: str) -> None:
    """Opened once, edited in silence, commented when something else differs, closed, and opened anew."""
    hub.newline = newline
    assert drifting(hub, tmp_path, "11", drifted=False) == 0
    assert hub.issues == []
    assert [drifting(hub, tmp_path, "11") for _ in range(3)] == [0, 0, 0]
    (issue,) = hub.issues
    assert (issue["title"], issue["labels"], issue["state"]) == ("Drift of shop/production", ["drift"], "open")
    assert "`reconciler -e production drift --adopt`" in issue["body"]
    assert [each for each in hub.heard if each[0] == "PATCH"] == []
    drifting(hub, tmp_path, "11", more="one more contact\n")
    assert ("one more contact" in issue["body"], hub.comments) == (True, {})
    drifting(hub, tmp_path, "22")
    assert [each["body"] for each in hub.comments[issue["number"]]] == ["Something else differs now: see above."]
    drifting(hub, tmp_path, "00", drifted=False)
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    assert hub.comments[issue["number"]][-1]["body"] == "The drift is gone."
    drifting(hub, tmp_path, "11")
    assert [each["state"] for each in hub.issues] == ["closed", "open"]


def test_others_issues_stay(hub: GitHub, tmp_path: Path) -> None:
    """A stranger's with our marker, another environment's, a pull request; ours is found behind them."""
    stranger, staging = by("mallory", DRIFT.format("11"), 1), by(BOT["login"], DRIFT.format("11"), 2, "Bot")
    staging["body"] = staging["body"].replace("production", "staging")
    request = by(BOT["login"], DRIFT.format("11"), 3, "Bot") | {"pull_request": {}}
    hub.issues = [stranger, staging, request, *(by("bob", "x", number) for number in range(200, 350))]
    before = [dict(each) for each in hub.issues]
    drifting(hub, tmp_path, "11")
    drifting(hub, tmp_path, "22")
    drifting(hub, tmp_path, "22", drifted=False)
    assert (hub.issues[:-1], len(hub.issues)) == (before, len(before) + 1)


def test_it_is_a_script_of_its_own() -> None:
    """Nothing but Python's own library: the runner has no other package when it runs."""
    source = Path(forges.__file__).read_text()
    assert "import reconciler" not in source
    assert os.access(forges.__file__, os.R_OK)
