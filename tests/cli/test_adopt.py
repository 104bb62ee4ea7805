"""`drift --adopt`: what is taken over, what is said and committed, and what is left."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.api.endpoints.contacts import update_contact
from reconciler.api.shapes import Campaign
from reconciler.cli import export
from tests.cli.adopting import (
    ADMISSIONS,
    BAKERY,
    CHILDCARE,
    adopt,
    apply_and_commit,
    branches,
    commit,
    console,
    edit,
    git,
)
from tests.cli.conftest import LOCAL, plan_of
from tests.conftest import Workplace


@pytest.fixture
def applied(project: Workplace) -> Workplace:
    """The example project, applied and committed."""
    apply_and_commit(project)
    return project


def _differences(project: Workplace) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(project.run(*LOCAL, "drift", "--format", "json").out)["differences"]
    return found


def test_the_consoles_changes_are_adopted_on_a_branch(applied: Workplace) -> None:
    """One commit with nothing else in it; what is of both stays; after that the console's part is no drift."""
    console(applied, BAKERY, maxTries=9)
    console(applied, CHILDCARE, contactPriority=33)
    edit(applied, ADMISSIONS, "contactPriority: 10", "contactPriority: 12")
    commit(applied)
    (applied.folder / "note.txt").write_text("mine")
    ran = adopt(applied)
    assert ran.code == 2
    assert "Adopted 1 value in 1 file: commit" in ran.err
    assert "It is checked out. Review it, then: git push --set-upstream origin drift/local-" in ran.err
    assert "1 difference left: `reconciler drift` shows them." in ran.err
    assert git(applied, "symbolic-ref", "HEAD").startswith("refs/heads/drift/local-")
    assert git(applied, "log", "-1", "--format=%B").strip() == (
        "Adopt what was changed in the console of local\n\n- Campaign/admissions-bakery maxTries"
    )
    assert git(applied, "show", "--name-only", "--format=") == ADMISSIONS
    assert git(applied, "status", "--porcelain") == "?? note.txt"
    assert {each["origin"] for each in _differences(applied)} == {"both"}


def test_of_one_campaign_only_the_consoles_values_are_adopted(applied: Workplace) -> None:
    """What both have changed stays, in the same file; and what is staged for another commit stays staged."""
    console(applied, CHILDCARE, contactPriority=33, maxTries=9)
    edit(applied, ADMISSIONS, "contactPriority: 10", "contactPriority: 12")
    commit(applied)
    (applied.folder / "note.txt").write_text("mine")
    git(applied, "add", "note.txt")
    assert adopt(applied).code == 2
    changed = git(applied, "show", "--format=", "--unified=0")
    assert "+    maxTries: 9" in changed
    assert "contactPriority" not in changed
    assert git(applied, "show", "--name-only", "--format=") == ADMISSIONS
    assert git(applied, "status", "--porcelain") == "A  note.txt"


def test_planning_is_empty_after_adopting_all(applied: Workplace) -> None:
    """Then the exit code is 0."""
    console(applied, BAKERY, maxTries=9)
    ran = adopt(applied, "--branch", "from-the-console")
    assert ran.code == 0, ran.err
    assert git(applied, "symbolic-ref", "--short", "HEAD") == "from-the-console"
    assert plan_of(applied)["steps"] == []


def test_other_environments_are_told_of(applied: Workplace) -> None:
    """A manifest that every environment reads says it for all of them."""
    console(applied, BAKERY, maxTries=9)
    assert f"note: {ADMISSIONS}: these values are for production too\n" in adopt(applied).err


def test_no_value_stands_in_the_message(applied: Workplace) -> None:
    """Forges obey words of a commit's message, and people of the console are not to command them."""
    console(applied, BAKERY, folder="x [skip ci] closes #1 @everyone")
    assert adopt(applied).code == 0
    assert git(applied, "log", "-1", "--format=%B").strip() == (
        "Adopt what was changed in the console of local\n\n- Campaign/admissions-bakery folder"
    )
    assert "x [skip ci] closes #1 @everyone" in (applied.folder / ADMISSIONS).read_text()


def test_what_one_value_settles_is_not_left(applied: Workplace) -> None:
    """An autoPurge that is off differs in each of its entries; that it is off is all that there is to adopt."""
    console(applied, BAKERY, autoPurge={"enabled": False})
    assert len(_differences(applied)) == 2
    ran = adopt(applied)
    assert (ran.code, "left" in ran.err) == (0, False), ran.err
    assert _differences(applied) == []


def test_nothing_to_adopt(applied: Workplace) -> None:
    """Where only the manifests have moved."""
    edit(applied, "manifests/follow-up.yaml", "Réinscriptions 2027", "Réinscriptions 2028")
    ran = adopt(applied)
    assert (ran.code, "Nothing to adopt: nothing was changed in the console alone" in ran.err) == (2, True)
    assert branches(applied) == ["main"]


def test_contacts_are_nothing_to_adopt(applied: Workplace) -> None:
    """No manifest says what a contact holds: that is said, and it is left."""
    (run,) = (applied.folder / ".reconciler/runs").iterdir()
    changes = json.loads((run / "plan.json").read_text())["changes"]
    gold = next(each for each in changes if each.get("rule") == "gold-to-alice")["contacts"][0]["contactIds"][0]
    with applied.console() as account:
        account.run(update_contact(BAKERY, gold, {"assignedAgentId": 544}))
    ran = adopt(applied)
    assert ran.code == 2
    assert "Nothing to adopt: what was changed in the console alone can't be written into a manifest.\n" in ran.err
    assert "1 difference left: `reconciler drift` shows them.\n" in ran.err
    assert branches(applied) == ["main"]


def test_contacts_are_left_beside_what_is_adopted(applied: Workplace) -> None:
    """They count as left, whatever is adopted of the same campaign."""
    test_contacts_are_nothing_to_adopt(applied)
    console(applied, BAKERY, maxTries=9)
    ran = adopt(applied)
    assert (ran.code, "1 difference left" in ran.err) == (2, True)
    assert [each["rule"] for each in _differences(applied)] == ["gold-to-alice"]


@pytest.mark.parametrize("now", [10, 8])
def test_only_what_was_shown_is_adopted(applied: Workplace, monkeypatch: pytest.MonkeyPatch, now: int) -> None:
    """Somebody goes on changing it in the console, or takes it back, between showing and adopting."""
    console(applied, BAKERY, maxTries=9)
    read = export.read_account

    def later(*arguments: Any) -> list[Campaign]:
        console(applied, BAKERY, maxTries=now)
        return read(*arguments)

    monkeypatch.setattr(export, "read_account", later)
    ran = adopt(applied)
    assert (ran.code, "error[account-moved]: the account was changed meanwhile\n" in ran.err) == (1, True)
    assert "Campaign/admissions-bakery maxTries is not as it was shown any more" in ran.err
    assert branches(applied) == ["main"]


def test_without_git_nothing_is_adopted(project: Workplace) -> None:
    """And `--branch` alone is a slip."""
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    console(project, BAKERY, maxTries=9)
    before = (project.folder / ADMISSIONS).read_text()
    ran = adopt(project)
    assert (ran.code, "error[git]: git rev-parse failed" in ran.err) == (1, True)
    assert (project.folder / ADMISSIONS).read_text() == before
    assert project.run(*LOCAL, "drift", "--branch", "x").code == 64
