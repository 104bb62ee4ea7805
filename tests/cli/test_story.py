"""The main job as a user does it, on the example project and the embedded emulator."""

from __future__ import annotations

import io
import json
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler.api.client import Client
from reconciler.api.endpoints.campaigns import get_campaign, patch_campaign
from reconciler.cli import account
from reconciler.store.lock import environment_lock
from tests.conftest import NOW, Workplace, read_json, ticking

LOCAL = ("-e", "local")
SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


@pytest.fixture
def project(workplace: Workplace) -> Workplace:
    """The example project, with a fresh account."""
    workplace.example()
    return workplace


def _plan(project: Workplace, *arguments: str) -> dict[str, Any]:
    ran = project.run(*LOCAL, "plan", "--format", "json", *arguments)
    assert ran.code in (0, 1, 2), ran.err
    plan = json.loads(ran.out)
    assert isinstance(plan, dict)
    return plan


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
    assert "Applied: 14 done" in applied.out
    again = project.run(*LOCAL, "plan", "--detailed-exitcode")
    assert (again.code, "nothing to do" in again.out) == (0, True)


def test_saved_plan(project: Workplace) -> None:
    """What was saved is applied, and nothing is left to do."""
    saved = project.run(*LOCAL, "plan", "--out", "change.json")
    assert (saved.code, "apply change.json" in saved.err) == (0, True)
    applied = project.run(*LOCAL, "apply", "change.json")
    assert applied.code == 0, applied.err
    assert _plan(project)["steps"] == []


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
    }


def test_plan_is_deterministic(project: Workplace) -> None:
    """Same manifests and account: the same bytes, whatever the order of files."""
    project.clock = ticking()
    first = _plan(project)
    (project.folder / "manifests/admissions.yaml").rename(project.folder / "manifests/zz.yaml")
    project.clock = ticking()
    second = _plan(project)
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


@pytest.mark.parametrize("format_", ["text", "json"])
def test_exit_codes_do_not_depend_on_the_format(project: Workplace, format_: str) -> None:
    """0 with changes, 2 when asked for, 1 with a blocked campaign; JSON parses whatever is warned about."""
    assert project.run(*LOCAL, "plan", "--format", format_).code == 0
    assert project.run(*LOCAL, "plan", "--format", format_, "--detailed-exitcode").code == 2
    _expect_another_mode(project)
    blocked = project.run(*LOCAL, "plan", "--format", format_, "--detailed-exitcode")
    assert (blocked.code, "expectation-failed" in blocked.err) == (1, True)
    if format_ == "json":
        assert [each["code"] for each in json.loads(blocked.out)["diagnostics"]] == ["expectation-failed"]


def _expect_another_mode(project: Workplace) -> None:
    path = project.folder / "manifests/admissions.yaml"
    path.write_text(path.read_text().replace("mode: predictive", "mode: preview"))


def test_a_blocked_campaign_does_not_block_the_others(project: Workplace) -> None:
    """plan shows and saves the rest, apply does the rest and exits 5; contacts of the blocked one are left alone."""
    _expect_another_mode(project)
    addresses = {each["campaignId"] for each in _plan(project, "--out", "change.json")["steps"]}
    assert addresses == {6047, 6048, 6049, 6050, 6051}
    applied = project.run(*LOCAL, "apply", "change.json")
    assert (applied.code, "Applied: " in applied.out) == (5, True)
    assert {each["campaignId"] for each in _plan(project)["steps"]} == set()


def test_a_campaign_that_does_not_exist(project: Workplace) -> None:
    """A missing campaign is an error with the nearest name and the manual step; the others are planned."""
    path = project.folder / "manifests/follow-up.yaml"
    path.write_text(path.read_text().replace("Relance - Dossiers incomplets", "Relance - Dossier incomplets"))
    ran = project.run(*LOCAL, "plan")
    assert ran.code == 1
    assert "campaign-not-found" in ran.err
    assert "manifests/follow-up.yaml:7:" in ran.err
    assert "`Relance - Dossiers incomplets` (6050)" in ran.err
    assert "Plan: incomplete, 1 object could not be planned (errors) · 5 campaigns change" in ran.out


def test_another_account_is_noticed(project: Workplace) -> None:
    """A binding's createdAt that differs: nothing more is read or written."""
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace("2025-06-02T07:30:00Z", "2025-06-02T07:30:01Z"))
    ran = project.run(*LOCAL, "apply", "--yes")
    assert (ran.code, ran.out, "another account" in ran.err) == (1, "", True)


def test_stale_plan(project: Workplace) -> None:
    """A change in the console after planning stops that campaign, field by field, and not the others (exit 4)."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    with project.console() as console:
        console.run(patch_campaign(6047, {"maxCallingDateOffset": 10, "contactPriority": 77}))
    applied = project.run(*LOCAL, "apply", "change.json")
    assert applied.code == 4, applied.err
    assert "maxCallingDateOffset: the plan saw 60, the account has 10" in applied.err
    assert "contactPriority: the plan" not in applied.err, "what the plan does not touch may move"
    assert {each["campaignId"] for each in _plan(project)["steps"]} == {6047}
    with project.console() as console:
        assert console.run(get_campaign(6047)).values["maxCallingDateOffset"] == 10


def test_altered_plan(project: Workplace) -> None:
    """A plan edited by hand is refused before anything is read."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    path = project.folder / "change.json"
    path.write_text(path.read_text().replace('"maxTries": 8', '"maxTries": 9', 1))
    applied = project.run(*LOCAL, "apply", "change.json")
    assert (applied.code, applied.out, "altered" in applied.err) == (4, "", True)


def test_expired_plan(project: Workplace) -> None:
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


def test_limit(project: Workplace) -> None:
    """Over a limit: the plan is shown as ever, apply stops with 3 before the first write, --allow names the number."""
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace("contactsChanged: 1000", "contactsChanged: 5"))
    shown = project.run(*LOCAL, "plan")
    assert (shown.code, "exceeded: apply will stop" in shown.out) == (0, True)
    stopped = project.run(*LOCAL, "apply", "--yes")
    assert (stopped.code, "--allow contactsChanged=" in stopped.err) == (3, True)
    assert len(_plan(project)["steps"]) == 14
    assert project.run(*LOCAL, "apply", "--yes", "--allow", "contactsChanged=100").code == 0


def test_a_rule_is_held_to_its_own_limit(project: Workplace) -> None:
    """--allow is for the run's limits; a rule's own is raised where it stands."""
    path = project.folder / "manifests/assignment.yaml"
    path.write_text(path.read_text().replace("contactsChanged: 500", "contactsChanged: 50"))
    stopped = project.run(*LOCAL, "apply", "--yes", "--allow", "contactsChanged=5000")
    assert (stopped.code, "others-to-bruno" in stopped.err) == (3, True)


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
    assert (_plan(project)["steps"] == []) is (code == 0)


def test_lock(project: Workplace) -> None:
    """A second apply at the same time is refused with 6; planning goes on."""
    with environment_lock(project.folder / ".reconciler", "local", NOW):
        ran = project.run(*LOCAL, "apply", "--yes")
        assert (ran.code, "another run holds the lock" in ran.err) == (6, True)
        assert project.run(*LOCAL, "plan").code == 0


def test_apply_twice(project: Workplace) -> None:
    """Applied again, a saved plan finds everything as planned and writes nothing."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    project.run(*LOCAL, "apply", "change.json")
    with project.console() as console:
        before = console.run(get_campaign(6047)).values["lastUpdatedAt"]
    again = project.run(*LOCAL, "apply", "change.json")
    assert (again.code, again.err.count("already as planned")) == (0, 14)
    with project.console() as console:
        assert console.run(get_campaign(6047)).values["lastUpdatedAt"] == before


@pytest.mark.parametrize("name", ["reconciler.yaml", "manifests/templates.yaml"])
def test_a_plan_is_saved_over_nothing_but_a_plan(project: Workplace, name: str) -> None:
    """`--out` with the name of a manifest leaves it alone; an older plan is replaced."""
    before = (project.folder / name).read_text()
    refused = project.run(*LOCAL, "plan", "--out", name)
    assert (refused.code, "it stays" in refused.err) == (1, True)
    assert (project.folder / name).read_text() == before
    assert [project.run(*LOCAL, "plan", "--out", "change.json").code for _ in range(2)] == [0, 0]


def test_a_condition_on_a_field_that_is_not_there(project: Workplace) -> None:
    """A custom field misspelt in a rule would be dropped by the API: the campaign is blocked, with the nearest name."""
    path = project.folder / "manifests/assignment.yaml"
    path.write_text(path.read_text().replace("customFieldName: Category", "customFieldName: Categorie"))
    ran = project.run(*LOCAL, "plan")
    assert (ran.code, "unknown-custom-field" in ran.err, "is `Category`" in ran.err) == (1, True, True)
    assert "Plan: incomplete, 1 object could not be planned (errors)" in ran.out
    assert 6046 not in {each["campaignId"] for each in _plan(project)["steps"]}


def test_a_rule_that_matches_nothing_is_noted(project: Workplace) -> None:
    """Perhaps a misspelt value: said with its place, and no error."""
    path = project.folder / "manifests/assignment.yaml"
    path.write_text(path.read_text().replace("value: Gold", "value: Platinum"))
    ran = project.run(*LOCAL, "plan")
    assert (ran.code, "note[rule-matches-nothing]" in ran.err) == (0, True)
    assert "manifests/assignment.yaml:11:" in ran.err


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
    """Applying a plan a second time does not claim to have done it."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    project.run(*LOCAL, "apply", "change.json")
    assert (
        project.run(*LOCAL, "apply", "change.json").out == "Applied: nothing was written, 14 steps already as planned\n"
    )


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
    assert opened == [False, False, True]


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


def test_a_saved_plan_with_a_blocked_campaign_says_so(project: Workplace) -> None:
    """`apply FILE` names what was not planned."""
    _expect_another_mode(project)
    project.run(*LOCAL, "plan", "--out", "change.json")
    applied = project.run(*LOCAL, "apply", "change.json")
    assert (applied.code, "expectation-failed" in applied.err) == (5, True)


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
    assert "rule `gold-to-alice` sets makes rule `others-to-bruno` change them again" in ran.err
