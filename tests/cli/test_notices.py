"""Notices to a chat: applied, failed, drifted; off by default, without personal data, and never in the way."""

from __future__ import annotations

import pytest

from reconciler.api.endpoints.campaigns import patch_campaign
from tests.cli.conftest import LOCAL, expect_another_mode
from tests.cli.noticing import SECRET, chat, notices
from tests.conftest import Workplace


def _console(project: Workplace, **fields: object) -> None:
    with project.console() as console:
        console.run(patch_campaign(6046, fields))


def test_a_run_is_told(project: Workplace) -> None:
    """How it ended, with a link to the CI run where there is one; a plan or a refused command tells nothing."""
    with chat() as (url, heard):
        github = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "7"}
        project.variables = {"RECONCILER_WEBHOOK_URL": url, **github}
        project.run(*LOCAL, "plan", "--out", "change.json")
        assert heard == []
        ran = project.run(*LOCAL, "apply", "change.json")
        assert (ran.code, len(heard)) == (0, 1)
        assert heard[0]["event"] == "applied"
        assert heard[0]["text"].startswith(
            "reconciler: Applied: admissions → local: 13 done, 195 contacts written. Run 2"
        )
        assert heard[0]["text"].endswith(" <https://github.com/o/r/actions/runs/7|CI run>")
        assert SECRET not in ran.out + ran.err


def test_a_run_that_failed_is_told(project: Workplace) -> None:
    """Here because the account moved."""
    with chat() as (url, heard):
        project.variables = {"RECONCILER_WEBHOOK_URL": url}
        project.run(*LOCAL, "plan", "--out", "change.json")
        _console(project, maxTries=1)
        assert project.run(*LOCAL, "apply", "change.json").code != 0
        assert [each["event"] for each in heard] == ["failed"]
        assert "Not applied in whole: admissions → local: " in heard[0]["text"]


def test_drift_is_told_once(project: Workplace) -> None:
    """As long as the same differs; anew when something else does, and when it comes back."""
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    with chat() as (url, heard):
        project.variables = {"RECONCILER_WEBHOOK_URL": url}
        assert project.run(*LOCAL, "drift").code == 0
        assert heard == []
        for tries, told in ((9, 1), (9, 1), (10, 2), (8, 2), (10, 3)):
            _console(project, maxTries=tries)
            project.run(*LOCAL, "drift")
            assert len(heard) == told
    assert {each["event"] for each in heard} == {"drifted"}
    assert heard[0]["text"] == ("reconciler: admissions → local: Drift: 1 difference: 1 changed in the console")


def test_only_what_is_wanted_is_told(project: Workplace) -> None:
    """RECONCILER_WEBHOOK_ON names the kinds."""
    with chat() as (url, heard):
        project.variables = {"RECONCILER_WEBHOOK_URL": url, "RECONCILER_WEBHOOK_ON": "failed, drifted"}
        assert project.run(*LOCAL, "apply", "--yes").code == 0
        assert heard == []
        _console(project, maxTries=9)
        project.run(*LOCAL, "drift")
        assert len(heard) == 1


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://example.com/T0SECRET", "the URL of the webhook is no https URL; correct RECONCILER_WEBHOOK_URL"),
        ("T0SECRET", "the URL of the webhook is no https URL; correct RECONCILER_WEBHOOK_URL"),
        ("http://127.0.0.1:9/T0SECRET", "the webhook could not be reached (ConnectError); check"),
    ],
)
def test_a_webhook_that_does_not_work_changes_nothing(project: Workplace, url: str, said: str) -> None:
    """It is said, without the URL, which is a secret; the exit code stays."""
    project.variables = {"RECONCILER_WEBHOOK_URL": url}
    ran = project.run(*LOCAL, "apply", "--yes")
    assert (ran.code, f"warning: nobody was notified: {said}" in ran.err) == (0, True), ran.err
    assert SECRET not in ran.out + ran.err


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_answer_that_is_no_success_is_said(project: Workplace, status: int) -> None:
    """No redirect is followed; and drift that was not told is told the next time."""
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    _console(project, maxTries=9)
    with chat(status) as (url, heard):
        project.variables = {"RECONCILER_WEBHOOK_URL": url}
        for _ in range(2):
            ran = project.run(*LOCAL, "drift")
            assert f"the webhook answered {status}" in ran.err
            assert SECRET not in ran.err
        assert len(heard) == 2


def test_shards_remember_their_own_drift(project: Workplace) -> None:
    """Each tells once, says which it is, and none forgets what another one has told."""
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    _console(project, maxTries=9)
    told = []
    for _ in range(2):
        for shard in ("1/3", "2/3", "3/3"):
            told += notices(project, "drift", "--shard", shard)[1]
    told += notices(project, "drift")[1]
    drift = "Drift: 1 difference: 1 changed in the console"
    assert told == [
        ("drifted", f"reconciler: admissions → local, only shard 2/3: {drift}"),
        ("drifted", f"reconciler: admissions → local: {drift}"),
    ]
    assert notices(project, "drift") == (2, [])


def test_drift_is_told_where_not_all_can_be_compared(project: Workplace) -> None:
    """What was found, and that it is not all; once, and anew once all can be."""
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    _console(project, maxTries=9)
    path = project.folder / "manifests/follow-up.yaml"
    before = path.read_text()
    whole = "reconciler: admissions → local: Drift: 1 difference: 1 changed in the console"
    assert notices(project, "drift") == (2, [("drifted", whole)])
    path.write_text(before.replace("spec:\n", "spec:\n  expect: {mode: preview}\n", 1))
    incomplete = f"{whole}; incomplete, 1 object could not be compared (errors)"
    assert [notices(project, "drift") for _ in range(2)] == [(1, [("drifted", incomplete)]), (1, [])]
    path.write_text(before)
    assert [notices(project, "drift") for _ in range(2)] == [(2, [("drifted", whole)]), (2, [])]


def test_what_can_not_be_compared_is_not_forgotten(project: Workplace) -> None:
    """Drift that was told, and is out of sight for an hour, is the same drift after it."""
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    _console(project, maxTries=9)
    path = project.folder / "manifests/admissions.yaml"
    before = path.read_text()
    assert notices(project, "drift")[0] == 2
    expect_another_mode(project)
    assert notices(project, "drift") == (1, [])
    path.write_text(before)
    assert notices(project, "drift") == (2, [])


def test_a_notice_that_there_is_not_is_said(project: Workplace) -> None:
    """A name that is misspelt would be silence for ever."""
    with chat() as (url, heard):
        project.variables = {"RECONCILER_WEBHOOK_URL": url, "RECONCILER_WEBHOOK_ON": "aplied, failed,"}
        ran = project.run(*LOCAL, "apply", "--yes")
        assert (ran.code, heard) == (0, [])
        said = "warning: RECONCILER_WEBHOOK_ON: there is no notice `aplied`; the nearest one is `applied`\n"
        assert ran.err.count(said) == 1
        project.variables = {"RECONCILER_WEBHOOK_URL": url, "RECONCILER_WEBHOOK_ON": " , "}
        _console(project, maxTries=9)
        assert project.run(*LOCAL, "drift").code == 2
        assert [each["event"] for each in heard] == ["drifted"]
