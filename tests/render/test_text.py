"""Results and faults as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.applying.results import Contacts, Moved, Outcome, Result
from reconciler.diagnostics import Diagnostic, Label, Source, Span
from reconciler.kinds.values import duration, seconds
from reconciler.planning.findings import Finding
from reconciler.render.text import diagnostics_text, result_text
from tests.planning.plans import batch, patch

PATCH = patch(maxTries=8)
BATCH = batch((1, 2, 3), 2)


def test_a_fault_points_at_its_place() -> None:
    """Carets stand under the text, also behind accents and characters of double width."""
    source = Source("m.yaml", "a: 1\nété日: {maxTry: 5}\n")
    span, first = Span(source, 2, 8, 6), Span(source, 1, 1, 1)
    fault = Diagnostic("x", "summary", "detail", span=span, help="do this", labels=(Label(first, "here"),))
    assert diagnostics_text([fault]).plain.splitlines() == [
        "error[x]: summary",
        " --> m.yaml:2:8",
        "  |",
        "2 | été日: {maxTry: 5}",
        "  |         ^^^^^^ detail",
        " ::: m.yaml:1:1",
        "  |",
        "1 | a: 1",
        "  | ^ here",
        "help: do this",
    ]


@pytest.mark.parametrize("column", [1, 50, 300, 5000, 9990])
def test_of_a_long_line_the_part_around_the_fault_is_shown(column: int) -> None:
    """With marks where something is left out, and the caret under the fault."""
    line = "".join(chr(ord("a") + index % 26) for index in range(10_000))
    span = Span(Source("a.yaml", line), 1, column, 4)
    shown = diagnostics_text([Diagnostic("x", "summary", "detail", span=span)]).plain.splitlines()
    assert len(shown[3]) < 260
    start = shown[4].index("^")
    assert shown[3][start : start + 4] == line[column - 1 : column + 3]
    assert (shown[3][4] == "…", shown[3].endswith("…")) == (column > 80, column < 9900)


def test_a_fault_wider_than_what_is_shown_ends_with_it() -> None:
    """A value of a megabyte is not printed for each thing that is wrong with it."""
    span = Span(Source("a.yaml", "x" * 1_000_000), 1, 1, 1_000_000)
    text = diagnostics_text([Diagnostic("x", "summary", "d" * 1_000_000, span=span)]).plain
    assert len(text) < 2000


def test_of_very_many_faults_the_first_are_shown() -> None:
    """And how many more there are."""
    faults = [Diagnostic("x", f"number {number}") for number in range(1003)]
    text = diagnostics_text(faults).plain
    assert text.count("error[x]") == 1000
    assert text.endswith("\n… and 3 more: mend these first\n")


def test_a_fault_without_a_place() -> None:
    """Summary, detail and help; text of the account is neutralised."""
    assert diagnostics_text([Diagnostic("x", "summary", "evil\x1b[0m")]).plain == "error[x]: summary\n  evil\\x1b[0m\n"


def test_results_say_what_happened() -> None:
    """Counts from what happened, what moved value by value, and the next step."""
    stale = Result(PATCH, Outcome.STALE, "changed since the plan: maxTries", "plan again", (Moved("maxTries", 5, 6),))
    assert result_text(stale, 2).plain.splitlines() == [
        "  1/2  stale     Campaign/bakery  PATCH maxTries  changed since the plan: maxTries",
        "           maxTries: the plan saw 5, the account has 6",
        "           help: plan again",
    ]
    partly = Result(BATCH, Outcome.FAILED, "1 contact", contacts=Contacts(done=(1, 2), failed=(3,)))
    words = "AssignmentPolicy/assigning  rule all: batch of 3 contacts in campaign 100"
    assert result_text(partly, 2).plain == f"  2/2  failed    {words}  2 written, 1 failed  1 contact\n"
    others = Contacts(excluded={"duplicate": (1,), "bloctel": (2,)}, deferred=(3,), moved=(4,), unknown=(5,))
    assert (
        "  2 excluded, 1 in a call, 1 moved, 1 unknown\n"
        in result_text(Result(BATCH, Outcome.UNKNOWN, contacts=others), 2).plain
    )


def test_a_finding_keeps_its_place() -> None:
    """A diagnostic in a plan has file, line and column."""
    span = Span(Source("m.yaml", ""), 4, 2)
    finding = Finding.of(Diagnostic("x", "summary", span=span, address="Campaign/a"))
    assert finding.source is not None
    assert (finding.source.file, finding.source.line, finding.source.column) == ("m.yaml", 4, 2)


@given(st.integers(min_value=0, max_value=10**9))
def test_durations_can_be_read_back(given_seconds: int) -> None:
    """What is shown may be written into a manifest and means the same."""
    assert seconds(duration(given_seconds)) == given_seconds
