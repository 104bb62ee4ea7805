"""`drift`: what differs, and whose change it is since a run last applied it; `--adopt` takes the console's over."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import jsonschema
import pytest

from reconciler.api.endpoints.campaigns import patch_campaign
from reconciler.api.endpoints.contacts import update_contact
from reconciler.planning.drift import drift_schema
from tests.cli.conftest import LOCAL, expect_another_mode, plan_of
from tests.conftest import Workplace

BAKERY, CHILDCARE, RENEWAL = 6046, 6048, 6051
TEMPLATES = "manifests/templates.yaml"


@pytest.fixture
def applied(project: Workplace) -> Workplace:
    """The example project, applied and committed."""
    _git(project, "init", "--quiet", "--initial-branch", "main")
    _git(project, "config", "user.name", "Alice")
    _git(project, "config", "user.email", "alice@example.com")
    _git(project, "add", "--all")
    _git(project, "commit", "--quiet", "--message", "first")
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    return project


def _git(project: Workplace, *arguments: str) -> str:
    command = ["git", "-C", str(project.folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _edit(project: Workplace, path: str, before: str, after: str) -> None:
    file = project.folder / path
    content = file.read_text()
    assert before in content
    file.write_text(content.replace(before, after))


def _console(project: Workplace, campaign: int, **fields: object) -> None:
    with project.console() as console:
        console.run(patch_campaign(campaign, fields))


def _drift(project: Workplace, *arguments: str, code: int = 2) -> dict[str, Any]:
    ran = project.run(*LOCAL, "drift", "--format", "json", *arguments)
    assert ran.code == code, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    jsonschema.validate(found, drift_schema())
    return found


def _origins(found: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (each["address"], each["attribute"] or f"rule {each['rule']}"): each["origin"] for each in found["differences"]
    }


def test_nothing_differs_after_an_apply(applied: Workplace) -> None:
    """Exit 0, in words and as JSON."""
    ran = applied.run(*LOCAL, "drift")
    assert (ran.code, ran.out) == (
        0,
        "Drift of admissions in local\n\nNo drift: the account is as the manifests say\n",
    )
    assert _drift(applied, code=0)["differences"] == []


def test_before_the_first_run_nobody_knows(project: Workplace) -> None:
    """Then what differs is shown, and said to be applied by no run yet."""
    found = _drift(project)
    assert set(_origins(found).values()) == {"unknown"}
    assert found["summary"]["unknown"] == len(found["differences"])
    assert "not applied by any run yet" in project.run(*LOCAL, "drift").out


def test_it_is_told_whose_change_a_difference_is(applied: Workplace) -> None:
    """The console's, the manifests', or of both: since the last run."""
    _console(applied, BAKERY, maxTries=9)
    _console(applied, CHILDCARE, contactPriority=33, nextTryDelay=60)
    _edit(applied, "manifests/admissions.yaml", "contactPriority: 10", "contactPriority: 12")
    _edit(applied, "manifests/follow-up.yaml", "Réinscriptions 2027", "Réinscriptions 2028")
    found = _drift(applied)
    assert _origins(found) == {
        ("Campaign/admissions-bakery", "maxTries"): "console",
        ("Campaign/admissions-childcare", "contactPriority"): "both",
        ("Campaign/admissions-childcare", "nextTryDelay"): "console",
        ("Campaign/enrolment-renewal", "name"): "manifests",
    }
    assert found["summary"] == {"manifests": 1, "console": 2, "both": 1, "unknown": 0, "contacts": 0}
    ran = applied.run(*LOCAL, "drift")
    assert "~ maxTries  8 → 9  changed in the console" in ran.out
    assert "console: 10 → 33; manifests: 10 → 12  changed in both" in ran.out
    assert ran.err.strip() == (
        "`apply` brings the account to the manifests; `drift --adopt` takes what was changed in the console into the"
        " manifests"
    )


def test_a_value_that_is_asked_for_anew_is_the_manifests_change(applied: Workplace) -> None:
    """No run has applied it: so the console can't have changed it."""
    _edit(applied, TEMPLATES, "maxTries: 8", "maxTries: 8\n    minCallingDateOffset: 2")
    origins = _origins(_drift(applied))
    assert {origin for (_, name), origin in origins.items() if name == "minCallingDateOffset"} == {"manifests"}


def test_contacts_differ_by_their_rule_or_by_themselves(applied: Workplace) -> None:
    """Where the rule, or one before it, is another one now it is the manifests' change; else the contacts moved."""
    (run,) = (applied.folder / ".reconciler/runs").iterdir()
    changes = json.loads((run / "plan.json").read_text())["changes"]
    gold = next(each for each in changes if each.get("rule") == "gold-to-alice")["contacts"][0]["contactIds"][0]
    with applied.console() as console:
        console.run(update_contact(BAKERY, gold, {"assignedAgentId": 544}))
    found = _drift(applied)
    assert _origins(found) == {("AssignmentPolicy/bakery-assignment", "rule gold-to-alice"): "console"}
    assert found["summary"]["contacts"] == 1
    assert "rule gold-to-alice  1 contact to change  contacts have changed" in applied.run(*LOCAL, "drift").out
    _edit(applied, "manifests/assignment.yaml", "priority: 1", "priority: 2")
    assert _origins(_drift(applied))["AssignmentPolicy/bakery-assignment", "rule gold-to-alice"] == "manifests"


def test_what_a_broken_off_campaign_holds_is_not_taken_for_applied(applied: Workplace) -> None:
    """Its baseline stays that of the last run that carried it out to its end."""
    _edit(applied, "manifests/follow-up.yaml", "Réinscriptions 2027", "Réinscriptions 2028")
    applied.run(*LOCAL, "plan", "--out", "change.json")
    _console(applied, RENEWAL, name="Somebody's")
    assert applied.run(*LOCAL, "apply", "change.json").code == 4
    assert _origins(_drift(applied)) == {("Campaign/enrolment-renewal", "name"): "both"}


def test_a_part_and_errors(applied: Workplace) -> None:
    """`--target` looks at a part; a campaign that can't be compared is exit 1, and told in JSON too."""
    _console(applied, BAKERY, maxTries=9)
    assert _drift(applied, "--target", "admissions-childcare", code=0)["targets"] == ["Campaign/admissions-childcare"]
    expect_another_mode(applied)
    found = _drift(applied, code=1)
    assert [each["code"] for each in found["diagnostics"]] == ["expectation-failed"]
    assert "1 object could not be compared (errors)" in applied.run(*LOCAL, "drift").out


def test_a_fingerprint_is_of_what_differs(applied: Workplace) -> None:
    """The same hour after hour, another one when something else differs: so an alarm rings once."""
    _console(applied, BAKERY, maxTries=9)
    first, again = _drift(applied)["fingerprint"], _drift(applied)["fingerprint"]
    assert first == again
    _edit(applied, "manifests/admissions.yaml", "metadata:", "# a line\nmetadata:")
    assert _drift(applied)["fingerprint"] == first
    _console(applied, BAKERY, maxTries=10)
    assert _drift(applied)["fingerprint"] != first


def test_markdown_can_not_be_broken_out_of(applied: Workplace) -> None:
    """A campaign's name is text in a code span (S12)."""
    _console(applied, RENEWAL, name="x | `y` <b> @all\n# z")
    ran = applied.run(*LOCAL, "drift", "--format", "markdown")
    assert ran.code == 2
    line = next(each for each in ran.out.splitlines() if "enrolment-renewal" in each)
    assert "``Campaign/enrolment-renewal x \\| `y` <b> @all\\n# z (6051)``" in line
    assert ran.out.startswith("### reconciler drift · admissions → local\n<!-- reconciler drift: admissions/local sha")


def test_the_consoles_changes_are_adopted_on_a_branch(applied: Workplace) -> None:
    """One commit with nothing else in it; what is of both stays; after that the console's part is no drift."""
    _console(applied, BAKERY, maxTries=9)
    _console(applied, CHILDCARE, contactPriority=33)
    _edit(applied, "manifests/admissions.yaml", "contactPriority: 10", "contactPriority: 12")
    _git(applied, "commit", "--all", "--quiet", "--message", "second")
    (applied.folder / "note.txt").write_text("mine")
    ran = applied.run(*LOCAL, "drift", "--adopt")
    assert ran.code == 2
    assert "Adopted 1 value in 1 file: commit" in ran.err
    assert "1 difference left: `reconciler drift` shows them." in ran.err
    branch = _git(applied, "rev-parse", "--abbrev-ref", "HEAD")
    assert branch.startswith("drift/local-")
    assert _git(applied, "log", "-1", "--format=%B") == (
        "Adopt what was changed in the console of local\n\n- Campaign/admissions-bakery maxTries: 8 → 9"
    )
    assert _git(applied, "show", "--name-only", "--format=") == "manifests/admissions.yaml"
    assert _git(applied, "status", "--porcelain") == "?? note.txt"
    assert set(_origins(_drift(applied)).values()) == {"both"}


def test_of_one_campaign_only_the_consoles_values_are_adopted(applied: Workplace) -> None:
    """What both have changed stays, in the same file; and what is staged for another commit stays staged."""
    _console(applied, CHILDCARE, contactPriority=33, maxTries=9)
    _edit(applied, "manifests/admissions.yaml", "contactPriority: 10", "contactPriority: 12")
    _git(applied, "commit", "--all", "--quiet", "--message", "second")
    (applied.folder / "note.txt").write_text("mine")
    _git(applied, "add", "note.txt")
    assert applied.run(*LOCAL, "drift", "--adopt").code == 2
    changed = _git(applied, "show", "--format=", "--unified=0")
    assert "+    maxTries: 9" in changed
    assert "contactPriority" not in changed
    assert _git(applied, "show", "--name-only", "--format=") == "manifests/admissions.yaml"
    assert _git(applied, "status", "--porcelain") == "A  note.txt"


def test_planning_is_empty_after_adopting_all(applied: Workplace) -> None:
    """Then the exit code is 0."""
    _console(applied, BAKERY, maxTries=9)
    ran = applied.run(*LOCAL, "drift", "--adopt", "--branch", "from-the-console")
    assert ran.code == 0, ran.err
    assert _git(applied, "rev-parse", "--abbrev-ref", "HEAD") == "from-the-console"
    assert plan_of(applied)["steps"] == []


@pytest.mark.parametrize("staged", [False, True])
def test_uncommitted_files_are_not_touched(applied: Workplace, staged: bool) -> None:
    """Neither changed nor staged ones; nothing happens, and no branch is left."""
    _console(applied, BAKERY, maxTries=9)
    _edit(applied, "manifests/admissions.yaml", "metadata:", "# mine\nmetadata:")
    if staged:
        _git(applied, "add", "--all")
    before = _git(applied, "status", "--porcelain"), (applied.folder / "manifests/admissions.yaml").read_text()
    ran = applied.run(*LOCAL, "drift", "--adopt")
    assert ran.code == 1
    assert "error[uncommitted]: a file has uncommitted changes\n  manifests/admissions.yaml is not as" in ran.err
    assert before == (
        _git(applied, "status", "--porcelain"),
        (applied.folder / "manifests/admissions.yaml").read_text(),
    )
    assert _git(applied, "branch", "--format=%(refname:short)") == "main"


def test_a_branch_that_is_there_stays(applied: Workplace) -> None:
    """Perhaps it is the same drift, adopted an hour ago."""
    _console(applied, BAKERY, maxTries=9)
    _git(applied, "branch", "mine")
    ran = applied.run(*LOCAL, "drift", "--adopt", "--branch", "mine")
    assert (ran.code, "error[branch-exists]" in ran.err) == (1, True)
    ran = applied.run(*LOCAL, "drift", "--adopt", "--branch", "no..branch")
    assert (ran.code, "error[git]: git check-ref-format failed" in ran.err) == (1, True)
    assert _git(applied, "status", "--porcelain") == ""


def test_a_commit_that_is_refused_leaves_all_as_it_was(applied: Workplace) -> None:
    """A hook of the repository says no: files, branch and index are those from before."""
    _console(applied, BAKERY, maxTries=9)
    hook = applied.folder / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    ran = applied.run(*LOCAL, "drift", "--adopt")
    assert (ran.code, "git commit failed\n  not today\n" in ran.err) == (1, True), ran.err
    assert _git(applied, "branch", "--format=%(refname:short)") == "main"
    assert _git(applied, "status", "--porcelain") == ""


def test_without_git_nothing_is_adopted(project: Workplace) -> None:
    """And `--branch` alone is a slip."""
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    _console(project, BAKERY, maxTries=9)
    before = (project.folder / "manifests/admissions.yaml").read_text()
    ran = project.run(*LOCAL, "drift", "--adopt")
    assert (ran.code, "error[git]: git rev-parse failed" in ran.err) == (1, True)
    assert (project.folder / "manifests/admissions.yaml").read_text() == before
    assert project.run(*LOCAL, "drift", "--branch", "x").code == 64


def test_nothing_to_adopt(applied: Workplace) -> None:
    """Where only the manifests have moved."""
    _edit(applied, "manifests/follow-up.yaml", "Réinscriptions 2027", "Réinscriptions 2028")
    ran = applied.run(*LOCAL, "drift", "--adopt")
    assert (ran.code, "Nothing to adopt" in ran.err) == (2, True)
    assert _git(applied, "rev-parse", "--abbrev-ref", "HEAD") == "main"


def test_an_apply_that_finds_nothing_to_do_is_a_baseline_too(applied: Workplace) -> None:
    """An account that was brought there by hand is known from then on."""
    for each in (applied.folder / ".reconciler/baselines/local").iterdir():
        each.unlink()
    _console(applied, BAKERY, maxTries=9)
    assert set(_origins(_drift(applied)).values()) == {"unknown"}
    _console(applied, BAKERY, maxTries=8)
    assert applied.run(*LOCAL, "apply", "--yes").code == 0
    _console(applied, BAKERY, maxTries=9)
    assert set(_origins(_drift(applied)).values()) == {"console"}


def test_a_baseline_that_can_not_be_read_is_said(applied: Workplace) -> None:
    """Drift needs it; apply goes on without it."""
    (applied.folder / ".reconciler/baselines/local/local.json").write_text("{")
    ran = applied.run(*LOCAL, "drift")
    assert (ran.code, "error[store-unreadable]" in ran.err) == (1, True)
    ran = applied.run(*LOCAL, "apply", "--yes")
    assert (ran.code, "what was applied could not be noted" in ran.err) == (0, True)
