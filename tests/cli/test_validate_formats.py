"""`reconciler validate --format`: the same faults and exit codes in every format, and nothing else on stdout."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.cli.validate import FORMATS
from tests.conftest import Workplace

MACHINES = [each for each in FORMATS if each != "text"]
PATH = "manifests/assignment.yaml"


def _broken(workplace: Workplace) -> None:
    """The example with faults in two files."""
    workplace.example()
    for name, right, wrong in (
        (PATH, "        excluded: false", "        exclude: false"),
        ("manifests/templates.yaml", "maxTries:", "maxTrys:"),
    ):
        path = workplace.folder / name
        path.write_text(path.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")


def _json(workplace: Workplace, *before: str) -> Any:
    return json.loads(workplace.run(*before, "validate", "--format", "json").out)


@pytest.mark.parametrize("format_", FORMATS)
def test_exit_codes_are_the_same_in_all(workplace: Workplace, format_: str) -> None:
    """1 without a project and with errors, 0 for a good one."""
    assert workplace.run("validate", "--format", format_).code == 1
    workplace.example()
    assert workplace.run("validate", "--format", format_).code == 0
    assert workplace.run("-e", "nowhere", "validate", "--format", format_).code == 1
    _broken(workplace)
    assert workplace.run("validate", "--format", format_).code == 1


def test_text_is_the_default(workplace: Workplace) -> None:
    """Nothing changes for people."""
    _broken(workplace)
    assert workplace.run("validate") == workplace.run("validate", "--format", "text")


def test_json_has_every_fault_of_every_file(workplace: Workplace) -> None:
    """Once each, although there are two environments, sorted by place."""
    _broken(workplace)
    found = _json(workplace)["diagnostics"]
    assert {each["code"] for each in found} == {"unknown-field"}
    places = [(each["place"]["file"], each["place"]["line"]) for each in found]
    assert places == sorted(set(places))
    assert {file for file, _ in places} == {PATH, "manifests/templates.yaml"}
    (filter_,) = [each for each in found if each["place"]["file"] == PATH]
    assert filter_["help"] == "the nearest filter is `excluded`"
    assert filter_["address"] == "AssignmentPolicy/bakery-assignment"


def test_warnings_are_told_too(workplace: Workplace) -> None:
    """They do not change the exit code."""
    workplace.example()
    path = workplace.folder / "reconciler.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("admissions-beauty: 6047", "admissions-beuty: 6047"))
    ran = workplace.run("validate", "--format", "github")
    assert ran.code == 0
    assert ran.out.startswith("::warning file=reconciler.yaml,line=")


def test_without_faults(workplace: Workplace) -> None:
    """An empty list, an empty run, nothing; what was checked is talk."""
    workplace.example()
    assert _json(workplace) == {"formatVersion": 1, "diagnostics": []}
    assert json.loads(workplace.run("validate", "--format", "sarif").out)["runs"][0]["results"] == []
    ran = workplace.run("validate", "--format", "github")
    assert (ran.out, "local: 6 campaigns" in ran.err) == ("", True)


def test_a_fault_before_the_manifests_is_one_of_the_format(workplace: Workplace) -> None:
    """Without a project, with a broken project file, with a wrong environment: stdout stays parseable."""
    assert [each["code"] for each in _json(workplace)["diagnostics"]] == ["no-project"]
    workplace.write("reconciler.yaml", "kind: Project\nspec: {}\n")
    assert {each["code"] for each in _json(workplace)["diagnostics"]} == {"missing-field"}
    workplace.example()
    assert [each["code"] for each in _json(workplace, "-e", "prod")["diagnostics"]] == ["unknown-environment"]


@pytest.mark.parametrize("format_", MACHINES)
def test_no_colour_for_machines(workplace: Workplace, monkeypatch: pytest.MonkeyPatch, format_: str) -> None:
    """Also where colour is forced."""
    _broken(workplace)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in workplace.run("validate").err
    ran = workplace.run("validate", "--format", format_)
    assert "\x1b" not in ran.out + ran.err


def test_no_secret_in_any_format(workplace: Workplace) -> None:
    """S9: a token that somebody wrote into the project file is repeated nowhere."""
    workplace.example()
    path = workplace.folder / "reconciler.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("tokenEnv: DIABOLOCOM_TOKEN", "tokenEnv: s3cr3t-t0ken"))
    for format_ in FORMATS:
        ran = workplace.run("validate", "--format", format_)
        assert (ran.code, "s3cr3t" in ran.out + ran.err) == (1, False)


def test_github_is_told_where_the_project_is(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Annotations name files from the root of the checkout, whether by -C or by the step's working directory."""
    _broken(workplace)
    monkeypatch.chdir(workplace.folder.parent)
    assert f"file=project/{PATH}," in workplace.run("-C", "project", "validate", "--format", "github").out
    monkeypatch.chdir(workplace.folder)
    workplace.variables = {"GITHUB_WORKSPACE": str(workplace.folder.parent)}
    assert f"file=project/{PATH}," in workplace.run("validate", "--format", "github").out
    workplace.variables = {"GITHUB_WORKSPACE": str(workplace.folder / "manifests")}
    assert f"file={PATH}," in workplace.run("validate", "--format", "github").out


def test_an_unknown_format(workplace: Workplace) -> None:
    """Wrong usage."""
    assert workplace.run("validate", "--format", "xml").code == 64


@pytest.mark.parametrize("format_", MACHINES)
@pytest.mark.parametrize("odd", ["x\udcff.yaml", "é ü.yaml", "a%20b#c.yaml"])
def test_any_file_name_can_be_told(workplace: Workplace, format_: str, odd: str) -> None:
    """Also one that is no UTF-8."""
    _broken(workplace)
    (workplace.folder / "manifests" / odd).write_text("kind: Foo\n", encoding="utf-8")
    ran = workplace.run("validate", "--format", format_)
    assert (ran.code, ran.err) == (1, "")
    if format_ not in ("github", "junit"):
        assert json.loads(ran.out)


@pytest.mark.parametrize("format_", MACHINES)
def test_what_the_system_refuses_is_told_too(workplace: Workplace, format_: str) -> None:
    """A path that can't be: stdout stays what it is to be."""
    workplace.example()
    path = workplace.folder / "reconciler.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("manifests: [manifests]", f"manifests: [{'a' * 300}]"), encoding="utf-8")
    ran = workplace.run("validate", "--format", format_)
    assert (ran.code, "bug" in ran.err) == (1, False)
    assert ran.out
    (workplace.folder / "loop").symlink_to("loop")
    path.write_text(text.replace("[overlays/production]", "[loop]"), encoding="utf-8")
    ran = workplace.run("-e", "local", "validate", "--format", format_)
    assert (ran.code, "bug" in ran.err) == (0, False)


@pytest.mark.parametrize("format_", MACHINES)
def test_a_file_that_can_not_be_looked_at_is_told(
    workplace: Workplace, format_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the system says on the way, stdout holds a report."""
    workplace.example()

    def refused(*_: object) -> bool:
        raise PermissionError(13, "Permission denied", "manifests/a.yaml")

    monkeypatch.setattr("reconciler.cli.files._is_manifest", refused)
    ran = workplace.run("validate", "--format", format_)
    assert (ran.code, "Permission denied" in ran.out) == (1, True)
