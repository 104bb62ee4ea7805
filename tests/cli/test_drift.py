"""`drift`: what differs, and whose change it is since a run last applied it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from reconciler.api.endpoints.campaigns import patch_campaign
from reconciler.api.endpoints.contacts import update_contact
from reconciler.planning.drift import drift_schema
from tests.cli.conftest import LOCAL, expect_another_mode
from tests.conftest import Workplace

BAKERY, CHILDCARE, RENEWAL = 6046, 6048, 6051
TEMPLATES = "manifests/templates.yaml"


@pytest.fixture
def applied(project: Workplace) -> Workplace:
    """The example project, applied."""
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    return project


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
    said = "No drift in what could be compared; 1 object could not be (errors)"
    assert said in applied.run(*LOCAL, "drift").out


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
