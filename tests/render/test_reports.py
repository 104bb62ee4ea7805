"""Faults for other programs: JSON and the workflow commands of GitHub."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Diagnostic, Label, Severity, Source, Span
from reconciler.render.neutral import neutral
from reconciler.render.reports import PER_STEP, diagnostics_github, diagnostics_json

SOURCE = Source("manifests/a,b:c.yaml", "a: 1\nb: 2\n")
FAULT = Diagnostic(
    "unknown-field",
    "unknown setting",
    "`spec.settings` takes no setting `maxTry`",
    span=Span(SOURCE, 2, 5, 6),
    help="the nearest setting is `maxTries`",
    address="Campaign/bakery",
    labels=(Label(Span(SOURCE, 1, 1), "first written here"),),
)


def _many(severity: Severity, number: int) -> list[Diagnostic]:
    return [Diagnostic("x", "summary", f"fault {each}", severity) for each in range(number)]


def test_json_holds_all_that_is_known() -> None:
    """Every part under its name; nothing is null but an address or a place that there is not."""
    assert json.loads(diagnostics_json([FAULT, Diagnostic("x", "s", severity=Severity.NOTE)])) == {
        "formatVersion": 1,
        "diagnostics": [
            {
                "code": "unknown-field",
                "severity": "error",
                "summary": "unknown setting",
                "detail": "`spec.settings` takes no setting `maxTry`",
                "help": "the nearest setting is `maxTries`",
                "address": "Campaign/bakery",
                "place": {"file": "manifests/a,b:c.yaml", "line": 2, "column": 5, "endColumn": 11},
                "labels": [
                    {
                        "text": "first written here",
                        "place": {"file": "manifests/a,b:c.yaml", "line": 1, "column": 1, "endColumn": 2},
                    }
                ],
            },
            {
                "code": "x", "severity": "note", "summary": "s", "detail": "", "help": "", "address": None,
                "place": None, "labels": [],
            },
        ],
    }  # fmt: skip


def test_json_without_faults() -> None:
    """An empty list, not nothing."""
    assert json.loads(diagnostics_json([])) == {"formatVersion": 1, "diagnostics": []}


def test_an_annotation() -> None:
    """Place, title and message, with GitHub's escapes; the folder comes before the file."""
    assert diagnostics_github([FAULT], "campaigns") == (
        "::error file=campaigns/manifests/a%2Cb%3Ac.yaml,line=2,col=5,endColumn=11,title=unknown setting "
        "[unknown-field]::`spec.settings` takes no setting `maxTry`%0Amanifests/a,b:c.yaml:1:1: first written here%0A"
        "help: the nearest setting is `maxTries`\n"
    )


def test_percent_signs_are_no_escapes() -> None:
    """A text that holds an escape of GitHub's shows it as it is."""
    said = diagnostics_github([Diagnostic("x", "summary", "100%25 of%0A::error::all", help="50%")])
    assert said == "::error title=summary [x]::100%2525 of%250A::error::all%0Ahelp: 50%25\n"


def test_no_faults_are_no_annotations() -> None:
    """Nothing is printed."""
    assert diagnostics_github([]) == ""


def test_levels_and_faults_without_a_place() -> None:
    """Warnings and notes by GitHub's names; without a place there is no file."""
    found = [*_many(Severity.NOTE, 1), *_many(Severity.WARNING, 1)]
    assert diagnostics_github(found).splitlines() == [
        "::warning title=summary [x]::fault 0",
        "::notice title=summary [x]::fault 0",
    ]


def test_no_more_than_github_shows() -> None:
    """The most severe first, ten of each, and one last line that says how many more there are."""
    lines = diagnostics_github(
        [*_many(Severity.NOTE, 10), *_many(Severity.WARNING, 12), *_many(Severity.ERROR, 25)]
    ).splitlines()
    levels = [each.split(" ")[0] for each in lines]
    assert levels == ["::error"] * PER_STEP + ["::warning"] * PER_STEP + ["::notice"] * PER_STEP
    assert lines[-1].endswith("::18 more faults not shown here: `reconciler validate` lists all of them")


def test_ten_of_a_level_are_not_too_many() -> None:
    """No last line where GitHub shows all."""
    assert len(diagnostics_github(_many(Severity.NOTE, PER_STEP)).splitlines()) == PER_STEP


@given(st.text(), st.text(), st.text())
def test_text_stays_inside_its_annotation(path: str, detail: str, advice: str) -> None:
    """S12: whatever a manifest holds, each fault is one line, with its properties and no others."""
    span = Span(Source(path, ""), 1, 1)
    fault = Diagnostic("x", "summary", detail, span=span, help=advice, labels=(Label(span, detail),))
    said = diagnostics_github([fault])
    (line,) = said.splitlines()
    assert said == f"{line}\n"
    assert line.startswith("::error file=")
    properties, _, _ = line.removeprefix("::error ").partition("::")
    assert [each.split("=")[0] for each in properties.split(",")] == ["file", "line", "col", "endColumn", "title"]
    assert neutral(line[2:]) == line[2:]
