"""The main job as a user does it, on the example project and the embedded emulator."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest

from reconciler.api.client import Client
from reconciler.cli import account
from reconciler.store.folder import Folder
from reconciler.store.holder import this_process
from reconciler.store.lock import held_lock
from tests.cli.conftest import LOCAL, expect_another_mode, plan_of
from tests.conftest import Workplace


def test_demo(workplace: Workplace) -> None:
    """The demo plays the story, ends with what to try next, and never overwrites an older one."""
    first, second = workplace.run("demo"), workplace.run("demo")
    assert (first.code, second.code) == (0, 0)
    assert "Plan: 6 campaigns change · 2 custom fields to add" in first.out
    assert "Plan: nothing to do" in first.out
    assert "Try next:" in first.out
    assert {each.name for each in workplace.folder.iterdir()} == {"reconciler-demo", "reconciler-demo-2"}


def test_demo_does_not_touch_a_folder_that_exists(workplace: Workplace) -> None:
    """A folder that is named and exists is refused."""
    workplace.write("mine/reconciler.yaml", "mine")
    ran = workplace.run("demo", "mine")
    assert (ran.code, "already" in ran.err) == (1, True)
    assert (workplace.folder / "mine/reconciler.yaml").read_text() == "mine"


def test_plan_apply_plan_is_empty(project: Workplace) -> None:
    """S7, through the command line: without a saved plan."""
    assert project.run(*LOCAL, "plan", "--detailed-exitcode").code == 2
    applied = project.run(*LOCAL, "apply", "--yes")
    assert applied.code == 0, applied.err
    assert "Applied: 13 done" in applied.out
    again = project.run(*LOCAL, "plan", "--detailed-exitcode")
    assert (again.code, "nothing to do" in again.out) == (0, True)


@pytest.mark.parametrize("format_", ["text", "json"])
def test_exit_codes_do_not_depend_on_the_format(project: Workplace, format_: str) -> None:
    """0 with changes, 2 when asked for, 1 with a blocked campaign; JSON parses whatever is warned about."""
    assert project.run(*LOCAL, "plan", "--format", format_).code == 0
    assert project.run(*LOCAL, "plan", "--format", format_, "--detailed-exitcode").code == 2
    expect_another_mode(project)
    blocked = project.run(*LOCAL, "plan", "--format", format_, "--detailed-exitcode")
    assert (blocked.code, "expectation-failed" in blocked.err) == (1, True)
    if format_ == "json":
        assert [each["code"] for each in json.loads(blocked.out)["diagnostics"]] == ["expectation-failed"]


def test_a_blocked_campaign_does_not_block_the_others(project: Workplace) -> None:
    """plan shows and saves the rest, apply does the rest and exits 5; contacts of the blocked one are left alone."""
    expect_another_mode(project)
    addresses = {each["campaignId"] for each in plan_of(project, "--out", "change.json")["steps"]}
    assert addresses == {6047, 6048, 6049, 6050, 6051}
    applied = project.run(*LOCAL, "apply", "change.json")
    assert (applied.code, "Applied: " in applied.out) == (5, True)
    assert {each["campaignId"] for each in plan_of(project)["steps"]} == set()


def test_a_campaign_that_does_not_exist(project: Workplace) -> None:
    """A missing campaign is an error with the nearest name and the manual step; the others are planned."""
    path = project.folder / "manifests/follow-up.yaml"
    path.write_text(path.read_text().replace("Relance - Dossiers incomplets", "Relance - Dossier incomplets"))
    ran = project.run(*LOCAL, "plan")
    assert ran.code == 1
    assert "campaign-not-found" in ran.err
    assert "manifests/follow-up.yaml:8:" in ran.err
    assert "`Relance - Dossiers incomplets` (6050)" in ran.err
    assert "Plan: incomplete, 1 object could not be planned (errors) · 5 campaigns change" in ran.out


def test_another_account_is_noticed(project: Workplace) -> None:
    """A binding's createdAt that differs: nothing more is read or written."""
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace("2025-06-02T07:30:00Z", "2025-06-02T07:30:01Z"))
    ran = project.run(*LOCAL, "apply", "--yes")
    assert (ran.code, ran.out, "another account" in ran.err) == (1, "", True)


def test_limit(project: Workplace) -> None:
    """Over a limit: the plan is shown as ever, apply stops with 3 before the first write, --allow names the number."""
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace("contactsChanged: 1000", "contactsChanged: 5"))
    shown = project.run(*LOCAL, "plan")
    assert (shown.code, "exceeded: apply will stop" in shown.out) == (0, True)
    stopped = project.run(*LOCAL, "apply", "--yes")
    assert (stopped.code, "--allow contactsChanged=" in stopped.err) == (3, True)
    assert len(plan_of(project)["steps"]) == 13
    allowed = project.run(*LOCAL, "apply", "--yes", "--allow", "contactsChanged=100")
    assert (allowed.code, "exceeded" in allowed.out) == (0, False)
    assert "Limit: contactsChanged 26 of 100 (--allow)" in allowed.out


def test_a_rule_is_held_to_its_own_limit(project: Workplace) -> None:
    """--allow is for the run's limits; a rule's own is raised where it stands."""
    path = project.folder / "manifests/assignment.yaml"
    path.write_text(path.read_text().replace("contactsChanged: 500", "contactsChanged: 50"))
    stopped = project.run(*LOCAL, "apply", "--yes", "--allow", "contactsChanged=5000")
    assert (stopped.code, "others-shared" in stopped.err) == (3, True)


@pytest.mark.parametrize(
    "arguments", [("apply",), ("plann",), ("plan", "--format", "xml"), ("apply", "--allow", "all")]
)
def test_wrong_usage(project: Workplace, arguments: tuple[str, ...]) -> None:
    """64, with one line that says what is wrong (apply without a terminal among it)."""
    ran = project.run(*LOCAL, *arguments)
    assert (ran.code, ran.out, "Error: " in ran.err) == (64, "", True)


@pytest.mark.parametrize(("answer", "code"), [("yes\n", 0), ("no\n", 1), ("y\n", 1), ("", 130)])
def test_apply_asks(project: Workplace, monkeypatch: pytest.MonkeyPatch, answer: str, code: int) -> None:
    """Only `yes` applies; anything else, and the end of input, writes nothing."""
    terminal = io.StringIO(answer)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    ran = project.run(*LOCAL, "apply")
    assert (ran.code, "Only 'yes' does" in ran.err) == (code, True)
    assert (plan_of(project)["steps"] == []) is (code == 0)


def test_lock(project: Workplace) -> None:
    """A second apply at the same time is refused with 6; planning goes on."""
    with held_lock(Folder(project.folder / ".reconciler"), "local", "20261123T090000Z-abc123", this_process({})):
        ran = project.run(*LOCAL, "apply", "--yes")
        assert (ran.code, "another run holds the lock" in ran.err) == (6, True)
        assert project.run(*LOCAL, "plan").code == 0


def test_a_condition_on_a_field_that_is_not_there(project: Workplace) -> None:
    """A custom field misspelt in a rule would be dropped by the API: the campaign is blocked, with the nearest name."""
    path = project.folder / "manifests/assignment.yaml"
    path.write_text(path.read_text().replace("customFieldName: Category", "customFieldName: Categorie"))
    ran = project.run(*LOCAL, "plan")
    assert (ran.code, "unknown-custom-field" in ran.err, "is `Category`" in ran.err) == (1, True, True)
    assert "Plan: incomplete, 1 object could not be planned (errors)" in ran.out
    assert 6046 not in {each["campaignId"] for each in plan_of(project)["steps"]}


def test_a_rule_that_matches_nothing_is_noted(project: Workplace) -> None:
    """Perhaps a misspelt value: said with its place, and no error."""
    path = project.folder / "manifests/assignment.yaml"
    path.write_text(path.read_text().replace("value: Gold", "value: Platinum"))
    ran = project.run(*LOCAL, "plan")
    assert (ran.code, "note[rule-matches-nothing]" in ran.err) == (0, True)
    assert "manifests/assignment.yaml:12:" in ran.err


def test_allow_only_raises(project: Workplace) -> None:
    """A smaller number than the limit takes nothing away; several limits are told at once."""
    assert project.run(*LOCAL, "plan").code == 0
    path = project.folder / "reconciler.yaml"
    path.write_text(
        path.read_text().replace(
            "contactsChanged: 1000, campaignsChanged: 20", "contactsChanged: 5, campaignsChanged: 2"
        )
    )
    stopped = project.run(*LOCAL, "apply", "--yes", "--allow", "contactsChanged=1")
    assert (stopped.code, "the limit is 5" in stopped.err, "the limit is 2" in stopped.err) == (3, True, True)
    allowed = project.run(*LOCAL, "apply", "--yes", "--allow", "contactsChanged=26", "--allow", "campaignsChanged=6")
    assert allowed.code == 0, allowed.err


def test_nothing_written_is_said(project: Workplace) -> None:
    """Applying what another run has done meanwhile does not claim to have done it."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    project.run(*LOCAL, "apply", "--yes")
    out = project.run(*LOCAL, "apply", "change.json").out
    assert out.startswith("Applied: nothing was written, 13 steps already as planned\n")


def test_planning_gets_a_client_that_cannot_write(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """S1 at the command: plan opens no client that could write, and apply without FILE plans with one that can't."""
    opened: list[bool] = []
    real = Client

    def spy(*arguments: Any, writable: bool, **more: Any) -> Any:
        opened.append(writable)
        return real(*arguments, writable=writable, **more)

    monkeypatch.setattr(account, "Client", spy)
    project.run(*LOCAL, "plan", "--out", "change.json")
    assert opened == [False]
    project.run(*LOCAL, "apply", "--yes")
    assert opened == [False, False, True, False]  # and to see, afterwards, whether the rules leave it at that


def test_demo_plays_in_its_own_folder_whatever_c_says(project: Workplace) -> None:
    """`-C` and a project in the current folder are left alone by the demo."""
    ran = project.run("-C", str(project.folder), "demo", "played")
    assert ran.code == 0, ran.err
    assert (project.folder / "played/.reconciler").is_dir()
    assert not (project.folder / ".reconciler").exists()


def test_no_variable_answers_for_the_user(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """S6: --yes and --allow are typed, never found in the environment."""
    monkeypatch.setenv("RECONCILER_APPLY_YES", "1")
    assert project.run(*LOCAL, "apply").code == 64


def test_a_step_that_fails_exits_5(project: Workplace) -> None:
    """The API refuses a number that is not validated: that campaign fails, the others are done."""
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace('"33199001004", recordedShare', '"33199009999", recordedShare'))
    applied = project.run(*LOCAL, "apply", "--yes")
    assert (applied.code, "Not all applied" in applied.out) == (5, True)


def test_rules_that_do_not_settle_are_warned_about(project: Workplace) -> None:
    """What one rule sets makes another rule match: said before it is written, not found out afterwards."""
    path = project.folder / "manifests/assignment.yaml"
    path.write_text(path.read_text().replace("        excluded: false\n", "        assignedAgentIds: null\n"))
    ran = project.run(*LOCAL, "plan")
    assert (ran.code, "warning[rules-do-not-settle]" in ran.err) == (0, True)
    assert "rule `gold-to-alice` sets makes rule `others-shared` change them again" in ran.err
