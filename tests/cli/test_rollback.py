"""`reconciler rollback`: what a run did goes back, and nothing else."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest

from reconciler.api.endpoints.campaigns import delete_campaign
from reconciler.api.endpoints.contacts import delete_contact
from tests.cli.conftest import LOCAL
from tests.cli.test_saved_plans import SCHEMAS
from tests.cli.undoing import apply, edit, held, last, saved, told, undo
from tests.conftest import Workplace, read_json

#: What adding a custom field leaves for good.
FIELDS = frozenset({"customFields", "phoneFields"})


def test_a_run_is_undone(project: Workplace) -> None:
    """Every setting and contact is what it was, but for the custom fields that were added; applied like any plan."""
    project.run(*LOCAL, "plan")  # makes the account
    before = held(project)
    run = apply(project)
    between = held(project)
    ran = undo(project, run)
    assert ran.code == 0, ran.err
    assert held(project) == between, "rollback only reads"
    assert "`reconciler -e local apply undo.json` carries out exactly this plan" in ran.err
    assert "Plan: 6 campaigns change" in ran.out
    plan = saved(project)
    assert (plan["undoes"], {each["reason"] for each in plan["changes"]}) == (run, {"runUndone"})
    jsonschema.validate(plan, dict(read_json(SCHEMAS / "plan.schema.json")))  # type: ignore[call-overload]
    applied = project.run("apply", "undo.json")
    assert applied.code == 0, applied.err
    after = held(project)
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {(6046,), (6048,)}
    for key in changed:
        assert {name for name in before[key] if before[key][name] != after[key][name]} <= FIELDS


def test_what_cannot_be_undone_is_said(project: Workplace) -> None:
    """Added fields, calls and purges that followed, and that the manifests still ask for it."""
    undo(project, apply(project))
    found = told(saved(project))
    assert found["undo-impossible"] == [
        "Campaign/admissions-bakery keeps the custom fields that were added: `Telephone_2`",
        "Campaign/admissions-bakery: contacts that autoPurge has purged since then",
        "Campaign/admissions-childcare keeps the custom fields that were added: `Telephone_2`",
        "Campaign/enrolment-renewal: calls that were made since then",
    ]
    assert "Campaign/admissions-bakery (4)" in found["undo-asked-again"][0]


def test_the_manifests_that_were_reverted_ask_no_more(project: Workplace) -> None:
    """Of what they say otherwise by now nothing is said."""
    run = apply(project)
    path = project.folder / "manifests/admissions.yaml"
    path.write_text(path.read_text().replace("maxTries: 6", "maxTries: 3"))
    undo(project, run)
    assert "Campaign/admissions-property (1)" in told(saved(project))["undo-asked-again"][0]
    assert project.run("apply", "undo.json").code == 0, "an undo is not bound to the manifests"


def test_what_was_changed_since_stays(project: Workplace) -> None:
    """A setting and contacts that somebody has changed are told, field by field, and left alone."""
    run = apply(project)
    (contact, other, gone) = _given(project, run)[:3]
    edit(project, 6049, maxTries=9)
    edit(project, 6046, contact, assignedAgentId=548)
    edit(project, 6046, other, priority=77)
    with project.console() as console:
        console.run(delete_contact(6046, gone))
    undo(project, run)
    found, plan = told(saved(project)), saved(project)
    assert "Campaign/admissions-property: `maxTries` was left at `6` and is `9`" in found["undo-changed-since"]
    rule = "Campaign/admissions-bakery: rule `gold-to-alice`"
    moved = f"{rule}: 2 contacts ({contact}, {other}): assignedAgentId of 1, priority of 1"
    assert moved in found["undo-changed-since"]
    assert f"{rule}: not there any more: 1 contact ({gone})" in found["undo-changed-since"]
    named = {each for change in plan["changes"] for group in change.get("contacts", ()) for each in group["contactIds"]}
    assert not named & {contact, other, gone}
    assert project.run("apply", "undo.json").code == 0
    account = held(project)
    assert (account[6049,]["maxTries"], account[6046, contact]["assignedAgentId"]) == (9, 548)
    assert account[6046, other]["priority"] == 77


def _given(project: Workplace, run: str) -> list[int]:
    """The contacts to which the first rule gave an agent and a priority."""
    plan = json.loads((project.folder / f".reconciler/runs/{run}/plan.json").read_text())
    groups = next(each["contacts"] for each in plan["changes"] if each.get("rule") == "gold-to-alice")
    return sorted(each for group in groups if len(group["after"]) == 2 for each in group["contactIds"])


def test_what_is_as_it_was_already_is_counted(project: Workplace) -> None:
    """Undone by hand: nothing to do there."""
    project.run(*LOCAL, "plan")
    before = held(project)
    run = apply(project)
    edit(project, 6049, maxTries=before[6049,]["maxTries"])
    undo(project, run)
    assert "; 1 setting and 0 contacts are as they were already" in told(saved(project))["undo-of-run"][0]


def test_a_contact_in_a_call_waits(project: Workplace) -> None:
    """It stays, whoever has it stays a member, and the second undo does the rest."""
    run = apply(project)
    contact = _given(project, run)[0]
    edit(project, 6046, contact, state="processing_in_progress")
    undo(project, run)
    plan = saved(project)
    assert told(plan)["undo-deferred"] == [f"Campaign/admissions-bakery: rule `gold-to-alice`: 1 contact ({contact})"]
    assert plan["summary"]["contactsDeferred"] == 1
    assert project.run("apply", "undo.json").code == 0
    edit(project, 6046, contact, state="processing_not_in_progress")
    undo(project, run, "rest.json")
    assert saved(project, "rest.json")["summary"]["contactsChanged"] == 1
    assert project.run("apply", "rest.json").code == 0


def test_undone_twice(project: Workplace) -> None:
    """The second plan is empty, says so, and is applied without a write."""
    run = apply(project)
    undo(project, run)
    assert project.run("apply", "undo.json").code == 0
    ran = undo(project, run, "again.json")
    assert ran.code == 0, ran.err
    assert f"Plan: nothing to do: nothing of run {run} is left to undo" in ran.out
    assert "There is nothing to apply." in ran.err
    assert saved(project, "again.json")["steps"] == []
    before = held(project)
    assert project.run("apply", "again.json").code == 0
    assert held(project) == before


def test_an_undo_is_undone(project: Workplace) -> None:
    """It is a run like any other: the account is as the first run left it."""
    run = apply(project)
    between = held(project)
    undo(project, run)
    apply(project, "undo.json")
    project.run(*LOCAL, "rollback", "last", "--out", "redo.json")
    assert saved(project, "redo.json")["undoes"] == last(project)
    assert project.run("apply", "redo.json").code == 0
    assert held(project) == between
    assert json.loads(project.run(*LOCAL, "plan", "--format", "json").out)["steps"] == []


def test_formats_and_reports(project: Workplace) -> None:
    """As those of `plan`; JSON is what --out writes."""
    run = apply(project)
    ran = project.run("rollback", run, "--format", "json", "--report", "html=undo.html", "--report", "markdown=u.md")
    assert (ran.code, json.loads(ran.out)["undoes"]) == (0, run)
    assert "undo-impossible" in (project.folder / "undo.html").read_text()
    assert "keeps the custom fields" in (project.folder / "u.md").read_text()
    text = project.run("rollback", run)
    assert f"Nothing was written. To carry this out: `reconciler -e local rollback {run} --out undo.json`" in text.err
    assert project.run("rollback", run, "--valid-for", "soon").code == 64


def test_show(project: Workplace) -> None:
    """A saved undo is shown with its limits, though the manifests say something else."""
    undo(project, apply(project))
    ran = project.run("show", "undo.json")
    assert (ran.code, "Limit: campaignsChanged 6 of 20" in ran.out, "manifests have changed" in ran.err) == (
        0,
        True,
        False,
    )


def test_limits_count_for_an_undo(project: Workplace) -> None:
    """S6: a plan over a limit is not applied."""
    undo(project, apply(project))
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace("campaignsChanged: 20", "campaignsChanged: 3"))
    before = held(project)
    assert project.run("apply", "undo.json").code == 3
    assert held(project) == before
    assert project.run("apply", "undo.json", "--allow", "campaignsChanged=6").code == 0


def test_unknown_runs(project: Workplace) -> None:
    """One that the store does not remember, and `last` where there is none."""
    for run, words in (("last", "remembers no run of `local`"), ("nope", "remembers no run `nope`")):
        ran = project.run(*LOCAL, "rollback", run)
        assert (ran.code, words in ran.err, "unknown-run" in ran.err) == (1, True, True)
    run = apply(project)
    assert f"the nearest run is `{run}`" in project.run("rollback", run[:-1] + "x").err
    assert project.run("rollback", "../../secret").code == 1


def test_a_run_of_another_environment(project: Workplace) -> None:
    """Its numbers mean other campaigns there: nothing is read."""
    run = apply(project)
    ran = project.run("-e", "production", "rollback", run)
    assert (ran.code, f"the environment of run {run} is `local`, here it is `production`" in ran.err) == (1, True)
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace("emulator.db", "other.db"))
    ran = project.run("rollback", run)
    assert (ran.code, "the baseUrl of run" in ran.err, "run-elsewhere" in ran.err) == (1, True, True)


def test_another_account(project: Workplace) -> None:
    """A campaign that was created at another moment: nothing is planned."""
    run = apply(project)
    edit(project, 6047, createdAt="2020-01-01T00:00:00Z")
    ran = undo(project, run)
    assert (ran.code, "this is another account" in ran.err) == (1, True)
    assert not (project.folder / "undo.json").exists()


def test_campaigns_that_are_archived_or_gone(project: Workplace) -> None:
    """Nothing of them is undone, and that is said; the rest is."""
    run = apply(project)
    edit(project, 6049, isPaused=True, isArchived=True)
    undo(project, run)
    assert told(saved(project))["undo-impossible"][-2].startswith(
        "Campaign/admissions-property: campaign 6049 is archived by now, and the API can neither update nor un-archive"
    )
    assert 6049 not in {each["campaignId"] for each in saved(project)["changes"]}
    with project.console() as console:
        console.run(delete_campaign(6049))
    undo(project, run)
    assert "campaign 6049 is not there any more" in "".join(told(saved(project))["undo-impossible"])
    assert project.run("apply", "undo.json").code == 0


def test_the_account_moves_between_undo_and_apply(project: Workplace) -> None:
    """An undo goes stale like any plan: exit 4, and that campaign stays."""
    undo(project, apply(project))
    edit(project, 6049, maxTries=9)
    ran = project.run("apply", "undo.json")
    assert (ran.code, "maxTries: the plan saw 6, the account has 9" in ran.err) == (4, True)


@pytest.mark.parametrize("key", ["one", "another"])
def test_signed(project: Workplace, key: str) -> None:
    """With RECONCILER_PLAN_KEY an undo is signed, and applied with that key alone."""
    run = apply(project)
    project.variables = {"RECONCILER_PLAN_KEY": "one"}
    undo(project, run)
    assert saved(project)["signature"].startswith("hmac-sha256:")
    project.variables = {"RECONCILER_PLAN_KEY": key}
    assert project.run("apply", "undo.json").code == (0 if key == "one" else 4)


def test_no_personal_data(project: Workplace) -> None:
    """S10: ids, and what manifests set."""
    run = apply(project)
    edit(project, 6046, _given(project, run)[0], comment="secret words", assignedAgentId=548)
    ran = undo(project, run)
    text = ran.out + ran.err + (project.folder / "undo.json").read_text()
    assert not re.findall(r"\b33639\d+|\b331990[2-9]\d+|\b33199000\d+|@|secret words", text)
