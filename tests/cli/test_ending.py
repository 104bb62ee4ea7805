"""A campaign's end as a user brings it about: `lifecycle.ensure` in its manifest, a plan, a review, an apply."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.api.endpoints.campaigns import get_campaign, patch_campaign
from reconciler.errors import NotFound
from tests.cli.conftest import LOCAL, plan_of
from tests.conftest import Workplace

NAME, NEW_NAME = "Réinscriptions 2026-2027", "Réinscriptions 2027 # bound by id, so it can be renamed"


def _ending(project: Workplace, ensure: str) -> Path:
    """The last campaign of the file, bound with its createdAt, is to end; before that its name is put right."""
    path = project.folder / "manifests/follow-up.yaml"
    text = path.read_text().replace(NEW_NAME, NAME)
    path.write_text(f"{text.rstrip()}\n  lifecycle: {{ensure: {ensure}}}\n")
    return path


def _held(project: Workplace) -> dict[str, object]:
    with project.console() as console:
        return dict(console.run(get_campaign(6051)).values)


def test_a_season_ends(project: Workplace) -> None:
    """Archived by one change, deleted by the next; after that the plan is empty as long as the manifest stays."""
    path = _ending(project, "archived")
    shown = project.run(*LOCAL, "plan", "--out", "change.json")
    assert (shown.code, "archives the campaign" in shown.out) == (0, True)
    applied = project.run(*LOCAL, "apply", "change.json")
    assert applied.code == 0, applied.err
    assert (_held(project)["isArchived"], _held(project)["name"]) == (True, NAME)
    assert project.run(*LOCAL, "plan", "--detailed-exitcode").code == 0
    path.write_text(path.read_text().replace("ensure: archived", "ensure: deleted"))
    (step,) = plan_of(project, "--out", "change.json")["steps"]
    assert (step["operation"], step["campaignId"]) == ("deleteCampaign", 6051)
    deleted = project.run(*LOCAL, "apply", "change.json")
    assert (deleted.code, "DELETE campaign 6051" in deleted.err) == (0, True)
    with project.console() as console, pytest.raises(NotFound):
        console.run(get_campaign(6051))
    assert project.run(*LOCAL, "plan", "--detailed-exitcode").code == 0
    assert project.run(*LOCAL, "apply", "change.json").code == 4  # that plan has been applied


def test_a_campaign_that_calls_again_is_not_archived(project: Workplace) -> None:
    """It was let call in the console after the review: exit 4, and what moved."""
    _ending(project, "present")
    assert project.run(*LOCAL, "apply", "--yes").code == 0  # all the rest is as desired now
    with project.console() as console:
        console.run(patch_campaign(6051, {"isPaused": True}))
    path = _ending(project, "archived")
    path.write_text(path.read_text().replace("  lifecycle: {ensure: present}\n", ""))
    assert len(plan_of(project, "--out", "change.json")["steps"]) == 1
    with project.console() as console:
        console.run(patch_campaign(6051, {"isPaused": False}))
    applied = project.run(*LOCAL, "apply", "change.json")
    assert (applied.code, "isPaused: the plan saw True, the account has False" in applied.err) == (4, True)
    assert _held(project)["isArchived"] is False


def test_what_ends_is_held_to_the_limit(project: Workplace) -> None:
    """An ending is a changed campaign (S6): 3, and nothing is written."""
    _ending(project, "deleted")
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace("campaignsChanged: 20", "campaignsChanged: 0"))
    assert project.run(*LOCAL, "apply", "--yes").code == 3
    assert _held(project)["isArchived"] is False


def test_a_name_is_too_little_to_delete_by(project: Workplace) -> None:
    """Offline, before anything is read."""
    _ending(project, "deleted")
    path = project.folder / "reconciler.yaml"
    path.write_text("\n".join(each for each in path.read_text().splitlines() if "enrolment-renewal" not in each))
    ran = project.run(*LOCAL, "validate")
    assert (ran.code, "error[delete-needs-id]" in ran.err) == (1, True)
    assert "add `enrolment-renewal: ID` to spec.environments.local.campaigns" in ran.err


def test_an_ending_without_the_right_name_is_refused(project: Workplace) -> None:
    """The manifest of the example renames the campaign: id and name do not mean the same one yet."""
    path = _ending(project, "deleted")
    path.write_text(path.read_text().replace(NAME, "Réinscriptions 2027"))
    ran = project.run(*LOCAL, "plan")
    assert (ran.code, "error[name-differs]" in ran.err) == (1, True)
    assert 6051 not in {each["campaignId"] for each in plan_of(project)["steps"]}
