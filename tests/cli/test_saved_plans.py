"""Saved plans: what they hold, and when they are refused."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

from reconciler.api.endpoints.campaigns import get_campaign, patch_campaign
from tests.cli.conftest import LOCAL, expect_another_mode, plan_of
from tests.conftest import NOW, Workplace, read_json, ticking

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


def test_savedplan_of(project: Workplace) -> None:
    """What was saved is applied, and nothing is left to do."""
    saved = project.run(*LOCAL, "plan", "--out", "change.json")
    assert (saved.code, "`reconciler -e local apply change.json` applies" in saved.err) == (0, True)
    applied = project.run(*LOCAL, "apply", "change.json")
    assert applied.code == 0, applied.err
    assert plan_of(project)["steps"] == []


def test_plan_is_described_by_its_schema(project: Workplace) -> None:
    """`schemas/plan.schema.json` describes what --out and --format json write."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    plan = read_json(project.folder / "change.json")
    schema = read_json(SCHEMAS / "plan.schema.json")
    assert isinstance(plan, dict)
    assert isinstance(schema, dict)
    jsonschema.validate(plan, schema)
    assert plan["summary"] == {
        "campaignsChanged": 6,
        "customFieldsAdded": 2,
        "contactsChanged": sum(each.get("changed", 0) for each in plan["changes"]),
        "contactsMatched": 312,
        "contactsDeferred": plan["summary"]["contactsDeferred"],
        "steps": len(plan["steps"]),
        "estimatedCalls": plan["summary"]["estimatedCalls"],
        "estimatedSeconds": plan["summary"]["estimatedSeconds"],
    }
    assert [each["filter"] for each in plan["moments"]] == ["lastCallBefore"]


def test_plan_is_deterministic(project: Workplace) -> None:
    """Same manifests and account: the same bytes, whatever the order of files."""
    project.clock = ticking()
    first = plan_of(project)
    (project.folder / "manifests/admissions.yaml").rename(project.folder / "manifests/zz.yaml")
    project.clock = ticking()
    second = plan_of(project)
    moved = json.dumps(second).replace("manifests/zz.yaml", "manifests/admissions.yaml")
    assert json.loads(moved)["changes"] == first["changes"]
    assert (second["steps"], second["manifestsDigest"]) == (first["steps"], first["manifestsDigest"])


def test_plan_holds_no_personal_data(project: Workplace) -> None:
    """S10: contact ids only; no phone number but the campaigns' own, no name."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    project.run(*LOCAL, "apply", "change.json")
    journal = "".join(each.read_text() for each in (project.folder / ".reconciler/runs").rglob("*.json"))
    text = (project.folder / "change.json").read_text() + journal
    assert not re.findall(r"\b33639\d+|\b331990[2-9]\d+|\b33199000\d+|@", text)
    assert "Last_Name" not in text


def test_staleplan_of(project: Workplace) -> None:
    """A change in the console after planning stops that campaign, field by field, and not the others (exit 4)."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    with project.console() as console:
        console.run(patch_campaign(6047, {"maxCallingDateOffset": 10, "contactPriority": 77}))
    applied = project.run(*LOCAL, "apply", "change.json")
    assert applied.code == 4, applied.err
    assert "maxCallingDateOffset: the plan saw 60, the account has 10" in applied.err
    assert "contactPriority: the plan" not in applied.err, "what the plan does not touch may move"
    assert {each["campaignId"] for each in plan_of(project)["steps"]} == {6047}
    with project.console() as console:
        assert console.run(get_campaign(6047)).values["maxCallingDateOffset"] == 10


def test_alteredplan_of(project: Workplace) -> None:
    """A plan edited by hand is refused before anything is read."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    path = project.folder / "change.json"
    path.write_text(path.read_text().replace('"maxTries": 8', '"maxTries": 9', 1))
    applied = project.run(*LOCAL, "apply", "change.json")
    assert (applied.code, applied.out, "altered" in applied.err) == (4, "", True)


def test_expiredplan_of(project: Workplace) -> None:
    """A plan of yesterday is refused."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    project.clock = ticking(NOW + timedelta(hours=25))
    applied = project.run(*LOCAL, "apply", "change.json")
    assert (applied.code, "expired" in applied.err) == (4, True)


def test_plan_for_another_environment(project: Workplace) -> None:
    """A plan for staging is not applied to production, and no token is asked for."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    applied = project.run("-e", "production", "apply", "change.json")
    assert (applied.code, "its environment is `local`" in applied.err) == (4, True)


def test_plan_of_other_manifests(project: Workplace) -> None:
    """A saved plan goes with the manifests it was made from; their comments may change."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    path = project.folder / "manifests/admissions.yaml"
    path.write_text("# a comment\n" + path.read_text())
    shifted = project.run(*LOCAL, "apply", "change.json")
    assert shifted.code == 0, shifted.err
    path.write_text(path.read_text().replace("maxTries: 6", "maxTries: 7"))
    applied = project.run(*LOCAL, "apply", "change.json")
    assert (applied.code, "manifests say something else" in applied.err) == (4, True)


def test_apply_twice(project: Workplace) -> None:
    """Applied again where nobody remembers it, a saved plan finds everything as planned and writes nothing."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    project.run(*LOCAL, "apply", "change.json")
    with project.console() as console:
        before = console.run(get_campaign(6047)).values["lastUpdatedAt"]
    assert project.run(*LOCAL, "apply", "change.json").code == 4
    shutil.rmtree(project.folder / ".reconciler/applied")
    again = project.run(*LOCAL, "apply", "change.json")
    assert (again.code, again.err.count("already as planned")) == (0, 13)
    with project.console() as console:
        assert console.run(get_campaign(6047)).values["lastUpdatedAt"] == before


@pytest.mark.parametrize("name", ["reconciler.yaml", "manifests/templates.yaml"])
def test_a_plan_is_saved_over_nothing_but_aplan_of(project: Workplace, name: str) -> None:
    """`--out` with the name of a manifest leaves it alone; an older plan is replaced."""
    before = (project.folder / name).read_text()
    refused = project.run(*LOCAL, "plan", "--out", name)
    assert (refused.code, "it stays" in refused.err) == (1, True)
    assert (project.folder / name).read_text() == before
    assert [project.run(*LOCAL, "plan", "--out", "change.json").code for _ in range(2)] == [0, 0]


def test_a_saved_plan_with_a_blocked_campaign_says_so(project: Workplace) -> None:
    """`apply FILE` names what was not planned."""
    expect_another_mode(project)
    project.run(*LOCAL, "plan", "--out", "change.json")
    applied = project.run(*LOCAL, "apply", "change.json")
    assert (applied.code, "expectation-failed" in applied.err) == (5, True)
