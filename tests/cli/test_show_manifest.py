"""`show-manifest`: one object as the environment composes it, each value with its origin."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Workplace

LOCAL = ("-e", "local")


@pytest.fixture
def project(workplace: Workplace) -> Workplace:
    """The example project."""
    workplace.example()
    return workplace


def test_what_is_printed(project: Workplace) -> None:
    """Template, overlay and variable, each with its place; names with ids; aligned."""
    ran = project.run("-e", "production", "show-manifest", "Campaign/admissions-bakery")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0].startswith("# Campaign/admissions-bakery in production: ")
    assert (
        lines[4]
        == "  name: admissions-bakery                   # manifests/admissions.yaml:5; admissions-bakery = 6046"
    )
    number, through = 'displayedPhoneNumbers: ["33123456789"]', "${mainNumber} from reconciler.yaml:21"
    assert f"    {number}  # manifests/templates.yaml:11, {through}" in lines
    users = "overlays/production/admissions.yaml:8; alice = 543, bruno = 544"
    assert f"    userIds: [alice, bruno]                 # {users}" in lines
    assert "extends" not in ran.out


def test_what_is_printed_plans_the_same(project: Workplace) -> None:
    """In place of the manifests it asks for the same things: the digest is the same."""

    def digest() -> str:
        return str(json.loads(project.run(*LOCAL, "plan", "--format", "json").out)["manifestsDigest"])

    before = digest()
    names = ["bakery", "beauty", "childcare", "property"]
    addresses = [
        *(f"admissions-{each}" for each in names),
        "follow-up-incomplete",
        "enrolment-renewal",
        "bakery-assignment",
    ]
    texts = [project.run(*LOCAL, "show-manifest", each).out for each in addresses]
    for path in (project.folder / "manifests").iterdir():
        path.unlink()
    project.write("manifests/all.yaml", "---\n".join(texts))
    assert digest() == before


def values(project: Workplace, *arguments: str) -> dict[str, dict[str, Any]]:
    """The values that --format json gives, by their path."""
    ran = project.run(*arguments, "--format", "json")
    assert ran.code == 0, ran.err
    return {each.pop("path"): each for each in json.loads(ran.out)["values"]}


def test_json(project: Workplace) -> None:
    """Value and origin per path; a secret as the use of its variable."""
    found = values(project, *LOCAL, "--var", "recordedShare=7", "show-manifest", "admissions-bakery")
    source = {"file": "manifests/admissions.yaml", "line": 13}
    variables = [{"name": "recordedShare", "from": "--var recordedShare", "secret": False}]
    assert found["spec.settings.recordingPercentage"] == {"value": 7, "source": source, "variables": variables}
    assert found["spec.settings.userIds[2]"]["id"] == 547
    number = found["spec.settings.displayedPhoneNumbers[0]"]
    assert number["variables"] == [{"name": "mainNumber", "source": {"file": "reconciler.yaml", "line": 12}}]
    project.variables = {"RECONCILER_VAR_mainNumber": '"33199000002"'}
    number = values(project, *LOCAL, "show-manifest", "admissions-bakery")["spec.settings.displayedPhoneNumbers[0]"]
    assert ("value" in number, number["secret"]) == (False, "${mainNumber}")
    assert number["variables"] == [{"name": "mainNumber", "from": "RECONCILER_VAR_mainNumber", "secret": True}]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("admissions-bakry", "the nearest object is `admissions-bakery`"),
        ("Campaign/admissions-bakry", "the nearest object is `Campaign/admissions-bakery`"),
        ("Campagne/\x1b[31m", "known: `AssignmentPolicy/bakery-assignment`"),
    ],
)
def test_a_miss_names_the_nearest(project: Workplace, address: str, said: str) -> None:
    """As typed: with the kind, or without."""
    ran = project.run(*LOCAL, "show-manifest", address)
    assert (ran.code, said in ran.err, "\x1b" in ran.err) == (1, True, False), ran.err


def test_a_name_that_two_objects_have_is_not_enough(project: Workplace) -> None:
    """Both addresses are told."""
    path = project.folder / "manifests/assignment.yaml"
    path.write_text(path.read_text().replace("{name: bakery-assignment}", "{name: admissions-bakery}"))
    ran = project.run(*LOCAL, "show-manifest", "admissions-bakery")
    assert ran.code == 1
    assert "name one: AssignmentPolicy/admissions-bakery, Campaign/admissions-bakery" in ran.err
    assert project.run(*LOCAL, "show-manifest", "Campaign/admissions-bakery").code == 0


def test_text_of_a_manifest_is_data(project: Workplace) -> None:
    """S12: nothing of it moves a cursor or gives a CI log a command, and it is still the same text."""
    path = project.folder / "manifests/admissions.yaml"
    hostile = r'"::error::\x1b[31m \u202e##[error] # x"'
    path.write_text(path.read_text(encoding="utf-8").replace("CA - Petite Enfance", hostile), encoding="utf-8")
    for format_ in ("yaml", "json"):
        ran = project.run(*LOCAL, "show-manifest", "admissions-childcare", "--format", format_)
        assert ran.code == 0, ran.err
        assert ran.out.replace("\n", "").isprintable()
        assert "##" not in ran.out
    texts = [each["value"] for each in json.loads(ran.out)["values"]]
    assert "::error::\x1b[31m \u202e##[error] # x" in texts


def test_faults_are_told_as_validate_tells_them(project: Workplace) -> None:
    """What is faulty has no composed form."""
    project.write("manifests/x.yaml", "kind: Campain\n")
    ran = project.run(*LOCAL, "show-manifest", "admissions-bakery")
    assert (ran.code, ran.out, ran.err) == (1, "", project.run(*LOCAL, "validate").err)
