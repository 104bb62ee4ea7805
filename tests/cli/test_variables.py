"""`--var` and RECONCILER_VAR_…: which value counts, what is refused, and what they mean to a saved plan."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.conftest import Workplace

LOCAL = ("-e", "local")
NUMBER = "displayedPhoneNumbers"


@pytest.fixture
def project(workplace: Workplace) -> Workplace:
    """The example project, with a fresh account."""
    workplace.example()
    return workplace


def with_process(project: Workplace, **variables: str) -> Workplace:
    """The same, run by a process that has these variables (without their prefix)."""
    return replace(project, variables={f"RECONCILER_VAR_{name}": each for name, each in variables.items()})


def shown(project: Workplace, *options: str) -> str:
    """The line of a campaign's numbers."""
    ran = project.run(*LOCAL, *options, "show-manifest", "admissions-bakery")
    assert ran.code == 0, ran.err
    (line,) = [each for each in ran.out.splitlines() if NUMBER in each]
    return " ".join(line.split())


def test_the_command_line_wins_over_the_process_and_that_over_the_project(project: Workplace) -> None:
    """--var, then RECONCILER_VAR_, then the environment's own."""
    option, process = ("--var", 'mainNumber="33199001004"'), with_process(project, mainNumber='"33199000002"')
    assert shown(project).startswith(f'{NUMBER}: ["33199001001"]')
    assert shown(process).endswith("${mainNumber} from RECONCILER_VAR_mainNumber (not shown)")
    assert shown(process, *option).startswith(f'{NUMBER}: ["33199001004"]')
    assert shown(process, *option).endswith("${mainNumber} from --var mainNumber")


def test_a_variable_that_only_a_manifest_knows_can_be_given(project: Workplace) -> None:
    """The project file need not have it."""
    path = project.folder / "manifests/templates.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("maxTries: 8", "maxTries: ${tries}"), encoding="utf-8")
    assert project.run("validate").code == 1
    assert project.run("--var", "tries=8", "validate").code == 0
    assert with_process(project, TRIES="8").run("validate").code == 0


def test_a_variable_that_only_another_environment_s_overlay_uses_is_known(project: Workplace) -> None:
    """One command line serves every environment."""
    path = project.folder / "overlays/production/admissions.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(": 10", ": ${high}"), encoding="utf-8")
    assert project.run(*LOCAL, "--var", "high=10", "validate").code == 0


@pytest.mark.parametrize("command", [("validate",), ("plan",), ("apply", "--yes"), ("show-manifest", "x")])
def test_a_misspelt_variable_is_refused_by_every_command(project: Workplace, command: tuple[str, ...]) -> None:
    """It would have done nothing; the names that are known are told."""
    ran = project.run(*LOCAL, "--var", "mainNumbr=1", *command)
    assert (ran.code, ran.out) == (64, "")
    assert "`mainNumbr`: no manifest uses such a variable, and no environment has it" in ran.err
    assert "the nearest is `mainNumber` (known: `followUpNumber`, `mainNumber`, `recordedShare`)" in ran.err


def test_a_comment_makes_no_variable_known(project: Workplace) -> None:
    """Only what is read counts."""
    project.write("manifests/note.yaml", "# ${mainNumbr}\n")
    assert project.run("--var", "mainNumbr=1", "validate").code == 64


def test_an_unused_variable_of_the_process_is_not_looked_at(project: Workplace) -> None:
    """It may be another project's, whatever it holds."""
    assert with_process(project, mainNumbr="'", OTHER="").run("validate").code == 0


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["mainNumber"], "`mainNumber`: it is not NAME=VALUE"),
        (["mainNumber="], "`mainNumber`: it is empty"),
        (["mainNumber=1", "mainNumber=2"], "`mainNumber` is given twice"),
        (["\x1b[31m=\x1b"], "`\\x1b[31m`: U+001B is a control character"),
        (["\x1b[31m=1"], "`\\x1b[31m`: no manifest uses such a variable"),
    ],
)
def test_wrong_usage(project: Workplace, options: list[str], why: str) -> None:
    """Exit 64, and nothing of the terminal's is obeyed."""
    ran = project.run(*(part for each in options for part in ("--var", each)), "validate")
    assert (ran.code, why in ran.err, "\x1b" in ran.err) == (64, True, False), ran.err


def test_behind_the_command_it_is_told_where_it_goes(project: Workplace) -> None:
    """As with -e."""
    ran = project.run("validate", "--var", "mainNumber=1")
    assert (ran.code, "reconciler --var … COMMAND" in ran.err) == (64, True)


def test_a_file_that_can_t_be_read_is_told_before_an_unknown_variable(project: Workplace) -> None:
    """The variable may be one that it uses."""
    project.write("manifests/x.yaml", "kind: [\n")
    ran = project.run("--var", "mainNumbr=1", "validate")
    assert (ran.code, "yaml-syntax" in ran.err) == (1, True)


@pytest.mark.parametrize("command", [("validate",), ("plan",), ("apply", "--yes"), ("diff-env", "local", "production")])
def test_a_secret_is_in_no_fault(project: Workplace, command: tuple[str, ...]) -> None:
    """The fault points at the use and names the variable of the process."""
    ran = with_process(project, MAINNUMBER="zorglub").run(*LOCAL, *command)
    assert (ran.code, "zorglub" in ran.err + ran.out) == (1, False)
    assert "--> manifests/templates.yaml:11:29" in ran.err
    assert "`${mainNumber}` is from RECONCILER_VAR_MAINNUMBER" in ran.err


def test_a_saved_plan_is_applied_with_the_variables_that_it_was_made_with(project: Workplace) -> None:
    """Their values are part of what the manifests say: with others, or without, the plan is stale (exit 4)."""
    option = ("--var", 'mainNumber="33199001004"')
    assert project.run(*LOCAL, *option, "plan", "--out", "change.json").code == 0
    other = project.run(*LOCAL, "--var", 'mainNumber="33199000002"', "apply", "change.json")
    without = project.run(*LOCAL, "apply", "change.json")
    assert [(each.code, "saved plan is stale" in each.err) for each in (other, without)] == [(4, True), (4, True)]
    same = with_process(project, mainNumber='"33199001004"').run(*LOCAL, "apply", "change.json")
    assert same.code == 0, same.err
    assert project.run(*LOCAL, *option, "plan", "--detailed-exitcode").code == 0
    assert project.run(*LOCAL, "plan", "--detailed-exitcode").code == 2


def test_the_digest_is_over_what_is_asked_for(project: Workplace) -> None:
    """Another value is another digest, where it is used; the same value is the same one, wherever it comes from."""

    def digest(*options: str) -> str:
        return str(json.loads(project.run(*LOCAL, *options, "plan", "--format", "json").out)["manifestsDigest"])

    assert digest("--var", "recordedShare=51") != digest() == digest("--var", "recordedShare=50")


def test_a_plan_points_at_the_use_of_a_variable(project: Workplace) -> None:
    """The source of a change is where a colleague would edit it: template, overlay, or the use of the variable."""
    path = project.folder / "reconciler.yaml"
    text = path.read_text(encoding="utf-8").replace(
        "      campaigns: #", "      overlays: [overlays/production]\n      campaigns: #"
    )
    path.write_text(text, encoding="utf-8")
    options = ("--var", "recordedShare=51", "--var", 'mainNumber="33199001004"')
    made = json.loads(project.run(*LOCAL, *options, "plan", "--format", "json").out)
    places = {
        each["name"]: f"{each['source']['file']}:{each['source']['line']}"
        for change in made["changes"]
        if change["address"] == "Campaign/admissions-bakery" and change["action"] == "update"
        for each in change["attributes"]
    }
    assert places["recordingPercentage"] == "manifests/admissions.yaml:13"
    assert places["displayedPhoneNumbers"] == "manifests/templates.yaml:11"
    assert places["globalPriority"] == "overlays/production/admissions.yaml:9"


@pytest.mark.parametrize("broken", ["a: [", None])
def test_other_environments_files_change_nothing(project: Workplace, broken: str | None) -> None:
    """Broken or not there: a misspelt name is refused all the same, and a name that is used is found."""
    path = project.folder / "manifests/templates.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("maxTries: 8", "maxTries: ${tries}"), encoding="utf-8")
    overlay = project.folder / "overlays/production/admissions.yaml"
    if broken is None:
        overlay.unlink()
        overlay.parent.rmdir()
    else:
        overlay.write_text(broken, encoding="utf-8")
    assert project.run(*LOCAL, "--var", "trys=8", "validate").code == 64
    assert project.run(*LOCAL, "--var", "tries=8", "validate").code == 0
    assert with_process(project, tries="8", unrelated="1").run(*LOCAL, "validate").code == 0


def test_what_could_mean_two_names_is_not_guessed_because_one_is_given(project: Workplace) -> None:
    """The other one would take it."""
    path = project.folder / "reconciler.yaml"
    text = path.read_text(encoding="utf-8").replace(
        "recordedShare: 50", 'main-number: "33199001001", recordedShare: 50'
    )
    path.write_text(text.replace("{mainNumber:", "{main_number: two, mainNumber:"), encoding="utf-8")
    process = with_process(project, MAIN_NUMBER='"33199000002"')
    given = ("--var", 'main-number="33199001001"')
    ran = process.run(*LOCAL, *given, "validate")
    assert (ran.code, "could be `main-number` or `main_number`" in ran.err) == (1, True)
    assert process.run(*LOCAL, *given, "--var", 'main_number="33199001004"', "validate").code == 0


def test_a_template_s_name_is_not_told_either(project: Workplace) -> None:
    """What the process gives is shown nowhere, the heading included."""
    path = project.folder / "manifests/admissions.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("extends: [admissions-defaults]", 'extends: ["${base}"]', 1), encoding="utf-8")
    ran = with_process(project, base="admissions-defaults").run(*LOCAL, "show-manifest", "admissions-bakery")
    assert (ran.code, "templates (${base})" in ran.out) == (0, True)
    assert "admissions-defaults" not in ran.out
