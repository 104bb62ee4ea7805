"""`--target`, `--selector`, `--valid-for` and the key that signs plans."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from reconciler.planning.saved import digest
from tests.cli.conftest import LOCAL, plan_of
from tests.conftest import Workplace


def _campaigns(plan: dict[str, object]) -> set[object]:
    changes = plan["changes"]
    assert isinstance(changes, list)
    return {each["campaignId"] for each in changes}


def test_one_campaign(project: Workplace) -> None:
    """Nothing of another one is planned, read or blocked; a saved plan says what it is for, and applies."""
    everything = plan_of(project)
    assert "targets" not in everything
    part = plan_of(project, "--target", "Campaign/admissions-bakery", "--out", "part.json")
    assert (_campaigns(part), part["targets"]) == ({6046}, ["Campaign/admissions-bakery"])
    whole = [each for each in everything["changes"] if each["campaignId"] == 6046]
    assert part["changes"] == whole
    assert project.run(*LOCAL, "apply", "part.json").code == 0
    assert plan_of(project, "--target", "admissions-bakery")["steps"] == []
    assert plan_of(project)["steps"] != []


def test_only_the_rules(project: Workplace) -> None:
    """A policy alone leaves the settings of its campaigns as they are."""
    part = plan_of(project, "--target", "AssignmentPolicy/bakery-assignment")
    assert {each["action"] for each in part["changes"]} <= {"assign", "none"}
    assert {each["operation"] for each in part["steps"]} == {"updateContacts"}


def test_the_fault_of_another_campaign_does_not_matter(project: Workplace) -> None:
    """It blocks that campaign, which is not asked for."""
    path = project.folder / "manifests/admissions.yaml"
    path.write_text(path.read_text().replace("mode: predictive", "mode: preview"))
    assert project.run(*LOCAL, "plan").code == 1
    ran = project.run(*LOCAL, "plan", "--target", "enrolment-renewal")
    assert (ran.code, "expectation" in ran.err) == (0, False), ran.err


def test_campaigns_with_a_label(project: Workplace) -> None:
    """All labels must be there."""
    part = plan_of(project, "--selector", "team=admissions")
    assert part["targets"] == ["team=admissions"]
    assert _campaigns(part) < _campaigns(plan_of(project))


def test_apply_takes_a_part(project: Workplace) -> None:
    """Of a fresh plan; a saved one is applied as it was reviewed."""
    assert project.run(*LOCAL, "apply", "--yes", "--target", "admissions-bakery").code == 0
    assert plan_of(project, "--target", "admissions-bakery")["steps"] == []
    assert project.run(*LOCAL, "plan", "--out", "p.json").code == 0
    assert project.run(*LOCAL, "apply", "p.json", "--target", "admissions-bakery").code == 64


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--target", "Campaign/bakery"), 1, "error[unknown-target]"),
        (("--selector", "team=nobody"), 1, "error[nothing-selected]"),
        (("--selector", "team"), 64, "LABEL=VALUE"),
        (("--selector", "team=a", "--selector", "team=b"), 64, "excludes"),
        (("--valid-for", "soon"), 64, "from 1m to 100d"),
        (("--valid-for", "0h"), 64, "from 1m to 100d"),
        (("--valid-for", "101d"), 64, "from 1m to 100d"),
        (("--valid-for", "9" * 400 + "d"), 64, "from 1m to 100d"),
    ],
)
def test_what_selects_nothing(project: Workplace, arguments: tuple[str, ...], code: int, said: str) -> None:
    """It is never taken for everything."""
    ran = project.run(*LOCAL, "plan", *arguments)
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert ran.out == ""


def test_a_plan_lives_as_long_as_it_is_told(project: Workplace) -> None:
    """24 hours unless it is said otherwise."""
    ran = project.run(*LOCAL, "plan", "--out", "p.json", "--valid-for", "90m")
    assert (ran.code, "until 2026-11-23 10:30Z" in ran.err) == (0, True), ran.err
    plan = json.loads((project.folder / "p.json").read_text())
    assert (plan["createdAt"][:16], plan["expiresAt"][:16]) == ("2026-11-23T09:00", "2026-11-23T10:30")


def test_a_signed_plan(project: Workplace) -> None:
    """Where there is a key plans are signed, and only a plan with that signature is applied."""
    keyed = replace(project, variables={"RECONCILER_PLAN_KEY": "secret of the jobs"})
    assert keyed.run(*LOCAL, "plan", "--out", "p.json").code == 0
    text = (project.folder / "p.json").read_text()
    assert '"signature": "hmac-sha256:' in text
    assert "secret of the jobs" not in text
    other = replace(project, variables={"RECONCILER_PLAN_KEY": "other-secret"})
    for command in (("apply", "p.json"), ("show", "p.json")):
        ran = other.run(*LOCAL, *command)
        assert (ran.code, "wrong signature" in ran.err, "other-secret" in ran.err) == (4, True, False), ran.err
    assert project.run(*LOCAL, "plan", "--out", "unsigned.json").code == 0
    ran = keyed.run(*LOCAL, "apply", "unsigned.json")
    assert (ran.code, "not signed" in ran.err) == (4, True)
    assert keyed.run(*LOCAL, "show", "p.json", "--format", "json").out == text
    assert keyed.run(*LOCAL, "apply", "p.json").code == 0


def test_a_key_that_ends_a_line_is_the_same_key(project: Workplace) -> None:
    """As where a secret is read from a file."""
    keyed, read = (replace(project, variables={"RECONCILER_PLAN_KEY": f"secret{end}"}) for end in ("", "\r\n"))
    assert keyed.run(*LOCAL, "plan", "--out", "p.json").code == 0
    assert read.run(*LOCAL, "apply", "p.json").code == 0


def test_an_empty_key_is_refused(project: Workplace) -> None:
    """It would check nothing, and nobody would notice."""
    empty = replace(project, variables={"RECONCILER_PLAN_KEY": " "})
    for command in ("plan", "apply --yes", "apply p.json"):
        ran = empty.run(*LOCAL, *command.split())
        assert (ran.code, "error[empty-key]" in ran.err) == (1, True)


def test_rules_alone_go_by_the_members_that_are_there(project: Workplace) -> None:
    """That an agent whom only the settings would add, which are left out, is no member is told."""
    path = project.folder / "manifests/assignment.yaml"
    path.write_text(path.read_text().replace("bruno: 2", "emma: 2"))
    warned = {
        target: "agent-not-in-campaign" in project.run(*LOCAL, "plan", "--target", target).err
        for target in ("Campaign/admissions-bakery", "AssignmentPolicy/bakery-assignment")
    }
    assert warned == {"Campaign/admissions-bakery": False, "AssignmentPolicy/bakery-assignment": True}


def test_a_saved_plan_knows_its_environment(project: Workplace) -> None:
    """It need not be named again; another one is refused."""
    assert project.run(*LOCAL, "plan", "--out", "p.json", "--target", "admissions-bakery").code == 0
    assert project.run("-e", "production", "apply", "p.json").code == 4
    assert project.run("apply", "p.json").code == 0


def test_a_plan_is_saved_in_a_folder_that_is_there(project: Workplace) -> None:
    """None is made for it: it may be misspelt."""
    ran = project.run(*LOCAL, "plan", "--out", "nowhere/p.json")
    assert (ran.code, "there is no folder nowhere" in ran.err) == (1, True)
    assert not (project.folder / "nowhere").exists()


def test_a_campaign_known_by_its_name_has_to_have_it_still(project: Workplace) -> None:
    """Nothing else ties it to its manifest: a plan whose ids were altered hits no other campaign."""
    assert project.run(*LOCAL, "plan", "--out", "p.json", "--target", "follow-up-incomplete").code == 0
    path = project.folder / "p.json"
    content = json.loads(path.read_text().replace("6050", "6060"))
    content.pop("digest")
    for change in content["changes"]:
        change["campaignCreatedAt"] = None
    path.write_text(json.dumps(content | {"digest": digest(content)}))
    ran = project.run(*LOCAL, "apply", "p.json")
    assert (ran.code, "has another name" in ran.err) == (4, True), ran.err


def test_a_plan_that_asks_for_more_than_the_manifests_is_refused(project: Workplace) -> None:
    """However well its digest fits: nothing is written."""
    assert project.run(*LOCAL, "plan", "--out", "p.json", "--target", "admissions-bakery").code == 0
    path = project.folder / "p.json"
    content = json.loads(path.read_text())
    for change in content["changes"]:
        for each in change["attributes"]:
            each["after"] = 9 if each["name"] == "maxTries" else each["after"]
    for step in content["steps"]:
        if "maxTries" in step.get("body", {}):
            step["body"]["maxTries"] = 9
    content.pop("digest")
    path.write_text(json.dumps(content | {"digest": digest(content)}))
    ran = project.run(*LOCAL, "apply", "p.json")
    assert (ran.code, "sets `maxTries` otherwise than its manifest" in ran.err) == (4, True), ran.err
