"""What a step hands to GitHub Actions: annotations, outputs and its summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.diagnostics import Diagnostic, Label, Severity, Source, Span
from reconciler.render.github import PER_STEP, annotation_commands, outputs_text, plan_handover
from reconciler.render.machine import item_of
from reconciler.render.neutral import neutral
from reconciler.render.rows import plan_rows
from reconciler.render.words import Names
from tests.planning.plans import patch, plan_of, updating
from tests.render.sample import TEXTS, sample, sample_rows

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


def _said(faults: Sequence[Diagnostic], folder: str = "") -> str:
    return annotation_commands([item_of(each) for each in faults], folder)


def test_an_annotation() -> None:
    """Place, title and message, with GitHub's escapes; the folder comes before the file."""
    assert _said([FAULT], "campaigns") == (
        "::error file=campaigns/manifests/a%2Cb%3Ac.yaml,line=2,col=5,endColumn=11,title=unknown setting "
        "[unknown-field]::`spec.settings` takes no setting `maxTry`%0Amanifests/a,b:c.yaml:1:1: first written here%0A"
        "help: the nearest setting is `maxTries`\n"
    )


def test_percent_signs_are_no_escapes() -> None:
    """A text that holds an escape of GitHub's shows it as it is."""
    said = _said([Diagnostic("x", "summary", "100%25 of%0A::error::all", help="50%")])
    assert said == "::error title=summary [x]::100%2525 of%250A::error::all%0Ahelp: 50%25\n"


def test_no_faults_are_no_annotations() -> None:
    """Nothing is printed."""
    assert _said([]) == ""


def test_levels_and_faults_without_a_place() -> None:
    """Warnings and notes by GitHub's names; without a place there is no file."""
    found = [*_many(Severity.NOTE, 1), *_many(Severity.WARNING, 1)]
    assert _said(found).splitlines() == [
        "::warning title=summary [x]::fault 0",
        "::notice title=summary [x]::fault 0",
    ]


def test_no_more_than_github_shows() -> None:
    """The most severe first, ten of each, and one last line that says how many more there are."""
    lines = _said([*_many(Severity.NOTE, 10), *_many(Severity.WARNING, 12), *_many(Severity.ERROR, 25)]).splitlines()
    levels = [each.split(" ")[0] for each in lines]
    assert levels == ["::error"] * PER_STEP + ["::warning"] * PER_STEP + ["::notice"] * PER_STEP
    assert lines[-1].endswith("::18 more messages not shown here: the output of this step has all of them")


def test_ten_of_a_level_are_not_too_many() -> None:
    """No last line where GitHub shows all."""
    assert len(_said(_many(Severity.NOTE, PER_STEP)).splitlines()) == PER_STEP


@given(st.text(), st.text(), st.text())
def test_text_stays_inside_its_annotation(path: str, detail: str, advice: str) -> None:
    """S12: whatever a manifest holds, each fault is one line, with its properties and no others."""
    span = Span(Source(path, ""), 1, 1)
    fault = Diagnostic("x", "summary", detail, span=span, help=advice, labels=(Label(span, detail),))
    said = _said([fault])
    (line,) = said.splitlines()
    assert said == f"{line}\n"
    assert line.startswith("::error file=")
    properties, _, _ = line.removeprefix("::error ").partition("::")
    assert [each.split("=")[0] for each in properties.split(",")] == ["file", "line", "col", "endColumn", "title"]
    assert neutral(line[2:]) == line[2:]


def _read_outputs(text: str) -> dict[str, str]:
    """As GitHub's runner reads the file: NAME=VALUE, or NAME<<END and lines up to END."""
    lines = iter(text.split("\n"))
    found = {}
    for line in lines:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            found[line[:equals]] = line[equals + 1 :]
        else:
            name, end = line.split("<<", 1)
            assert name
            assert end
            found[name] = "\n".join(_until(lines, end))
    return found


def _until(lines: Iterator[str], end: str) -> Iterator[str]:
    for line in lines:
        if line == end:
            return
        yield line
    raise AssertionError(f"no {end}")


_DELIMITERS = ("end-1", "end-2", "end-3")


@given(st.dictionaries(st.sampled_from("abc"), st.text() | st.sampled_from(["x\nend-1\ny=1", "end-2", "a=b<<end-1"])))
def test_outputs_are_read_as_they_were_meant(values: dict[str, str]) -> None:
    """No value ends itself, nor names another output, not even one that knows a delimiter."""
    ends = iter(_DELIMITERS * 9)
    values = {name: value.replace("end-3", "") for name, value in values.items()}  # one that nobody knows
    assert _read_outputs(outputs_text(values, lambda: next(ends))) == values


@given(TEXTS)
def test_what_a_plan_hands_over(text: str) -> None:
    """Of hostile texts, too: the same outputs, each on one line; annotations are commands and nothing else."""
    handed = plan_handover(sample(text), sample_rows(text))
    ends = iter(f"end-{each}" for each in range(99))
    read = _read_outputs(outputs_text(handed.outputs, lambda: next(ends)))
    assert read == handed.outputs
    assert all("\n" not in each for each in read.values())
    counts = {"exitcode": "1", "has-changes": "true", "has-errors": "true", "over-limit": "true", "deferred": "1"}
    assert read.items() >= (counts | {"steps": "3", "errors": "17", "risk": "high"}).items()
    assert all(each.startswith(("::error ", "::warning ", "::notice ")) for each in handed.annotations.splitlines())
    assert len(handed.summary(65_000)) <= 65_000


def test_exit_codes_are_those_of_plan() -> None:
    """0 nothing to do, 2 changes, 1 errors, whether or not there are changes."""
    rows = sample_rows()
    empty, changed = plan_of(), plan_of(updating(maxTries=3), steps=(patch(maxTries=3),))
    broken = replace(changed, diagnostics=sample().diagnostics)
    codes = [plan_handover(each, rows).outputs["exitcode"] for each in (empty, changed, broken)]
    assert codes == ["0", "2", "1"]


def test_pending_changes_are_no_annotations() -> None:
    """There may be thousands; the summary has them, and ten of them would hide what is wrong."""
    plan = plan_of(updating(maxTries=3))
    assert plan_handover(plan, plan_rows(plan, Names())).annotations == ""


def test_a_long_message_is_cut() -> None:
    """GitHub takes so much; more of one would be none of it."""
    (line,) = _said([Diagnostic("x", "s", "y" * 100_000, help="z" * 9)]).splitlines()
    assert len(line) < 4096
