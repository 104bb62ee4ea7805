"""`apply --format` and `--report`: what became of the run, on stdout and in files, however it ends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler.cli.reports import RUN_FORMATS
from reconciler.errors import ProjectError
from reconciler.store.folder import Folder
from reconciler.store.holder import this_process
from reconciler.store.lock import held_lock
from reconciler.store.results import result_schema
from reconciler.store.runs import Runs
from tests.cli.conftest import LOCAL, expect_another_mode
from tests.cli.faulty import arm, press_after
from tests.conftest import Ran, Workplace

REPORTS = tuple(part for each in RUN_FORMATS for part in ("--report", f"{each}=r.{each}"))
REFUSING = "status,code=400,method=PATCH,path=*/campaigns/6049,times=0"


def _read(project: Workplace, name: str) -> str:
    return (project.folder / name).read_text(encoding="utf-8")


def _result(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    jsonschema.validate(found, result_schema())
    return found


def _apply(project: Workplace, *more: str) -> Ran:
    return project.run(*LOCAL, "apply", "--yes", "--format", "json", *REPORTS, *more)


def test_all_formats_in_one_run(project: Workplace) -> None:
    """stdout has the result alone, the plan is shown on stderr; each file tells the same run."""
    ran = _apply(project)
    assert ran.code == 0, ran.err
    result = _result(ran.out)
    assert result == _result(_read(project, "r.json"))
    assert (result["outcome"], len(result["steps"]), result["environment"]) == ("done", 13, "local")
    assert "Plan: 6 campaigns change" in ran.err
    run = result["run"]
    assert f"Run {run}\n" in ran.err
    kept = Runs(Folder(project.folder / ".reconciler")).result(run)
    assert kept is not None
    assert (kept.run, kept.requests, len(kept.steps)) == (run, result["requests"], 13)
    for each in ("text", "markdown"):
        said = _read(project, f"r.{each}")
        assert run in said
        assert f"rollback {run} --out undo.json" in said
        assert "Read back, and as written: all 195 written contacts and every written campaign" in said
        assert "the fields that were added to 2 campaigns" in said


@pytest.mark.parametrize("format_", RUN_FORMATS)
def test_each_format_on_stdout(project: Workplace, format_: str) -> None:
    """Beside text, the report is all that stdout gets; as text it follows the plan."""
    ran = project.run(*LOCAL, "apply", "--yes", "--format", format_, "--report", f"{format_}=report")
    assert ran.code == 0, ran.err
    assert (ran.out == _read(project, "report")) is (format_ != "text")
    assert ("Plan: 6 campaigns" in ran.out, "Plan: 6 campaigns" in ran.err) == (format_ == "text", format_ != "text")
    assert ("\nApplied: 13 done · contacts: 195 written\n" in ran.out) is (format_ == "text")


def test_history_shows_the_same_report(project: Workplace) -> None:
    """What is read from the store is what was told right away."""
    run = _result(_apply(project).out)["run"]
    assert project.run("history", run).out == _read(project, "r.text")
    assert project.run("history", run, "--format", "markdown").out == _read(project, "r.markdown")
    assert project.run("history", "--format", "markdown").code == 64


def test_a_run_that_failed_in_part(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """5; what failed comes first, with its reason, and how to go on."""
    arm(monkeypatch, REFUSING)
    ran = _apply(project)
    assert ran.code == 5
    result = _result(ran.out)
    (failed,) = (each for each in result["steps"] if each["outcome"] == "failed")
    assert (failed["address"], failed["campaignId"]) == ("Campaign/admissions-property", 6049)
    markdown = _read(project, "r.markdown")
    assert "not all applied" in markdown.splitlines()[0]
    assert markdown.index("| **failed** |") < markdown.index("<details>")
    assert "then `reconciler -e local apply` does what is left" in markdown
    text = project.run(*LOCAL, "apply", "--yes").out
    assert "  failed    step 1  Campaign/admissions-property  PATCH displayedPhoneNumbers, maxTries\n" in text
    assert "\nTo go on: mend the cause of the 1 failed step" in text
    assert "\nTo undo: nothing was written" in text


def test_a_value_that_moved_stands_in_every_report(project: Workplace) -> None:
    """4: field by field, in the store, too."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    with project.console() as console:
        from reconciler.api.endpoints.campaigns import patch_campaign

        console.run(patch_campaign(6049, {"maxTries": 9}))
    ran = project.run(*LOCAL, "apply", "change.json", "--format", "json", *REPORTS)
    assert ran.code == 4, ran.err
    result = _result(ran.out)
    (stale,) = (each for each in result["steps"] if each["outcome"] == "stale")
    assert [(each["what"], each["found"]) for each in stale["moved"]] == [("maxTries", 9)]
    for each in ("text", "markdown"):
        assert "maxTries: the plan saw" in _read(project, f"r.{each}")
    assert "maxTries: the plan saw" in project.run("history", result["run"]).out


def test_an_interrupted_run(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """130: the reports are written, with what was done and what was not begun."""
    press_after(monkeypatch, 2)
    ran = _apply(project, "--parallelism", "1")
    assert ran.code == 130, ran.err
    result = _result(ran.out)
    assert (result["outcome"], len(result["steps"])) == ("interrupted", 13)
    assert {each["outcome"] for each in result["steps"]} == {"done", "skipped"}
    assert "it was interrupted: `reconciler -e local apply` goes on" in _read(project, "r.markdown")
    assert re.search(r"Not all applied: \d+ done, \d+ skipped.* - interrupted\n", _read(project, "r.text"))


def test_a_run_that_was_refused(project: Workplace) -> None:
    """By a limit or a lock: there was no run, and the reports say why."""
    with held_lock(Folder(project.folder / ".reconciler"), "local", "20261123T090000Z-abc123", this_process({})):
        ran = _apply(project)
    assert ran.code == 6
    result = _result(ran.out)
    assert (result["run"], result["outcome"], result["fault"]["code"]) == (None, "refused", "lock-held")
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace("contactsChanged: 1000", "contactsChanged: 5"))
    assert _apply(project).code == 3
    assert "**Not applied:** `the plan is over a limit: contactsChanged" in _read(project, "r.markdown")
    assert "Not applied: the plan is over a limit" in _read(project, "r.text")


def test_a_saved_plan_that_is_refused(project: Workplace) -> None:
    """4, before anything is read."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    path = project.folder / "change.json"
    path.write_text(path.read_text().replace('"admissions"', '"others"', 1))
    ran = project.run(*LOCAL, "apply", "change.json", "--format", "json", *REPORTS)
    assert (ran.code, _result(ran.out)["outcome"]) == (4, "refused")


def test_manifests_with_errors(project: Workplace) -> None:
    """stdout stays JSON; the faults are on stderr."""
    (project.folder / "manifests/follow-up.yaml").write_text("kind: Nothing\n")
    ran = _apply(project)
    assert (ran.code, _result(ran.out)["fault"]["code"]) == (1, "manifests-invalid")
    assert "error[" in ran.err


def test_nothing_to_do(project: Workplace) -> None:
    """No run, and nothing to undo; what could not be planned is named."""
    assert _apply(project).code == 0
    ran = _apply(project)
    result = _result(ran.out)
    assert (ran.code, result["run"], result["outcome"], result["steps"]) == (0, None, "done", [])
    assert "nothing to do" in _read(project, "r.markdown").splitlines()[0]
    expect_another_mode(project)
    ran = _apply(project)
    result = _result(ran.out)
    assert (ran.code, result["outcome"], result["blocked"]) == (5, "partly", ["Campaign/admissions-bakery"])
    assert "could not be planned as a whole" in _read(project, "r.text")


def test_what_could_not_be_planned_stands_beside_what_was_done(project: Workplace) -> None:
    """5: the rest was applied."""
    expect_another_mode(project)
    ran = _apply(project)
    assert (ran.code, _result(ran.out)["outcome"]) == (5, "done")
    assert "`Campaign/admissions-bakery` could not be planned as a whole" in _read(project, "r.markdown")


def test_a_fault_of_the_tool_leaves_what_the_journal_knows(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """1, with a report of what was begun."""
    from reconciler.cli import stores

    monkeypatch.setattr(stores, "refused_report", lambda *_: 1 / 0)
    monkeypatch.setattr("reconciler.planning.agreement.found_by_name", lambda *_: 1 / 0)
    ran = _apply(project)
    assert (ran.code, "error[bug]" in ran.err) == (1, True)
    result = _result(ran.out)
    assert (result["outcome"], result["run"] is None) == ("broken off", False)


def test_a_fault_of_the_tool_before_any_run_is_no_interruption(
    project: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report says that nothing was begun, and why."""
    monkeypatch.setattr("reconciler.cli.apply._stop_at_limits", lambda *_: 1 / 0)
    ran = _apply(project)
    assert (ran.code, "error[bug]" in ran.err) == (1, True)
    result = _result(ran.out)
    assert (result["outcome"], result["fault"]["code"], result["run"]) == ("refused", "bug", None)


def test_a_stdout_that_is_full_takes_no_report_with_it(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are there, and the exit code is the run's own where that is the worse one."""

    def full(text: object) -> None:
        raise ProjectError("the output can't be written", "No space left on device", "make room", "output-lost")

    project.run(*LOCAL, "plan")
    arm(monkeypatch, REFUSING)
    monkeypatch.setattr("reconciler.cli.terminal.out", full)
    ran = _apply(project)
    assert (ran.code, "error[output-lost]" in ran.err) == (5, True), ran.err
    assert _result(_read(project, "r.json"))["outcome"] == "partly"


@pytest.mark.parametrize("format_", RUN_FORMATS)
def test_an_older_report_is_replaced(project: Workplace, format_: str) -> None:
    """Of another run, or an empty file, as GitHub makes for a step's summary."""
    (project.folder / "report").touch()
    for _ in range(2):
        assert project.run(*LOCAL, "apply", "--yes", "--report", f"{format_}=report").code == 0
    assert re.search("(?i)nothing to do", _read(project, "report")) or format_ == "json"


@pytest.mark.parametrize("format_", RUN_FORMATS)
@pytest.mark.parametrize("name", ["reconciler.yaml", "plan.report", "change.json"])
def test_nothing_else_is_written_over(project: Workplace, format_: str, name: str) -> None:
    """Not a manifest, not a plan's report, not a saved plan: 1, and everything is applied."""
    plan = "json" if name == "change.json" else format_
    project.run(*LOCAL, "plan", "--report", f"{plan}=plan.report", "--out", "change.json")
    before = _read(project, name)
    ran = project.run(*LOCAL, "apply", "--yes", "--report", f"{format_}={name}", "--report", "text=other")
    assert (ran.code, "error[report-not-written]" in ran.err) == (1, True)
    assert (_read(project, name), "Applied: 13 done" in ran.out) == (before, True)
    assert "Applied: 13 done" in _read(project, "other")


def test_a_report_that_cant_be_written_hides_no_worse_end(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """5 stays 5."""
    arm(monkeypatch, REFUSING)
    ran = project.run(*LOCAL, "apply", "--yes", "--report", "text=no/where")
    assert (ran.code, "there is no folder no" in ran.err) == (5, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--report", "html=a"], "not FORMAT=FILE with a FORMAT of text, json, markdown"),
        (["--format", "html"], "html"),
        (["--report", "text=a", "--report", "json=./a"], "named twice"),
        (["--report", "json=plan.json", "plan.json"], "named twice"),
        (["plan.json", "--report", "json=./plan.json"], "named twice"),
        (["--report", "text=-"], "`-` is no file"),
    ],
)
def test_wrong_usage(workplace: Workplace, arguments: list[str], said: str) -> None:
    """Told before anything is read: there is not even a project."""
    ran = workplace.run("apply", "--yes", *arguments)
    assert (ran.code, said in ran.err, ran.out) == (64, True, "")


def test_no_name_of_a_contact_is_in_a_report(project: Workplace) -> None:
    """S10: nor a phone number, in any of them."""
    _apply(project)
    with project.console() as console:
        from reconciler.api.endpoints.searches import search_contacts

        found = console.run(search_contacts(6046, {"contactIds": [1, 2, 3]}))
    values = {str(value) for each in found for value in (each.customFields or {}).values() if len(str(value or "")) > 5}
    assert values
    for path in project.folder.glob("r.*"):
        assert not [each for each in values if each in Path(path).read_text(encoding="utf-8")]
