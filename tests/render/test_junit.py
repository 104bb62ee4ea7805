"""JUnit's XML, held against what Jenkins' schema says, and read by a parser that others use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import Failure, JUnitXml, Skipped

from reconciler.diagnostics import Diagnostic, Label, Severity, Source, Span
from reconciler.render.formats import items_as, plan_as
from reconciler.render.junit import Case, cases_of, junit_report
from reconciler.render.machine import item_of
from reconciler.render.neutral import neutral
from tests.planning.plans import assigning, change, plan_of, updating
from tests.render.junit_xml import checked
from tests.render.sample import TEXTS, sample, sample_rows

SPAN = Span(Source("manifests/a.yaml", ""), 7, 3)
FAULT = Diagnostic("x", "s", "detail", span=SPAN, help="do this", address="Campaign/a", labels=(Label(SPAN, "here"),))


def _plan(text: str = "x-1") -> str:
    return plan_as("junit", sample(text), sample_rows(text), "apps")


def test_a_plan() -> None:
    """A case for the run and for each object: failed, skipped or fine, with the rest beside it."""
    plan = plan_of(
        updating(maxTries=3),
        assigning(range(3), deferred=2, matched=9),
        change(updating().action, address="Campaign/beauty"),
    )
    said = plan_as("junit", plan, sample_rows(), "apps")
    cases = {each.get("name"): each for each in checked(said).iter("testcase")}
    assert list(cases) == ["plan", "Campaign/bakery", "AssignmentPolicy/assigning", "Campaign/beauty"]
    failure = cases["plan"].find("failure")
    assert failure is not None
    assert failure.get("type") == "limit-exceeded"
    assert "error[limit-exceeded]: the plan is over a limit" in (failure.text or "")
    skipped = cases["AssignmentPolicy/assigning"].find("skipped")
    assert skipped is not None
    assert "contacts are left for the next run: rule all: 2 contacts" in skipped.get("message", "")
    assert "maxTries: null → 3\n  --> apps/one.yaml:1:1" in (cases["Campaign/bakery"].findtext("system-out") or "")
    assert len(cases["Campaign/beauty"]) == 0


def test_a_parser_reads_the_same() -> None:
    """Counts and outcomes, as junitparser has them."""
    (suite,) = JUnitXml.fromstring(_plan().encode())
    cases = list(suite)
    failed = [each for each in cases if any(isinstance(one, Failure) for one in each.result)]
    skipped = [each for each in cases if any(isinstance(one, Skipped) for one in each.result)]
    assert (suite.tests, suite.failures, suite.skipped) == (len(cases), len(failed), len(skipped))
    assert (len(failed), suite.errors) == (2, 0)
    suite.update_statistics()  # type: ignore[no-untyped-call]
    assert (suite.tests, suite.failures, suite.skipped) == (len(cases), len(failed), len(skipped))


def test_a_fault() -> None:
    """With its place from the root of the repository, its second place, and the next step."""
    (case, other) = cases_of([item_of(FAULT)], [], "g", "rest", "apps")[::-1]
    assert case.failed == (
        "error[x]: s: detail\n  --> apps/manifests/a.yaml:7:3\n  manifests/a.yaml:7:3: here\nhelp: do this",
    )
    assert (case.name, case.kind, other) == ("Campaign/a", "x", Case("g", "rest"))


def test_no_faults() -> None:
    """One case that has passed: a report without cases looks like a job that did nothing."""
    root = checked(items_as("junit", [], "", "validate"))
    assert [each.attrib for each in root.iter("testcase")] == [{"classname": "reconciler validate", "name": "validate"}]


def test_a_step_of_a_run() -> None:
    """Whoever has cases of their own gives them seconds."""
    said = junit_report("run", [Case("Campaign/a", "1 PATCH", seconds=1.25), Case("b", "2", skipped="not\ntried")])
    first, second = checked(said).iter("testcase")
    assert first.attrib == {"classname": "Campaign/a", "name": "1 PATCH", "time": "1.250"}
    assert [each.attrib for each in second] == [{"message": "not\ntried"}]


def test_ten_thousand_faults() -> None:
    """Of one object: one case, which tells the first of them and how many more there are."""
    items = [item_of(Diagnostic("x", "s", f"{each} " + "y" * 100_000, address="C/a")) for each in range(10_000)]
    said = items_as("junit", items, "", "validate")
    assert len(said) < 1_000_000
    _, case = checked(said).iter("testcase")
    assert (case.findtext("failure") or "").endswith("… and 9,900 more")


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.NOTE])
def test_only_errors_fail(severity: Severity) -> None:
    """What stops nothing is told beside."""
    fault = item_of(Diagnostic("x", "s", "d", severity, address="C/a"))
    root = checked(items_as("junit", [fault], "", "validate"))
    assert root.find(".//failure") is None
    assert f"{severity}[x]: s: d" in "".join(root.itertext())


@given(TEXTS)
def test_a_plan_of_hostile_texts(text: str) -> None:
    """S12: it stays well-formed, follows the schema, and a CI log takes no line of it for a command."""
    said = _plan(text)
    checked(said)
    assert [neutral(line) for line in said.split("\n")] == said.split("\n")


@given(st.lists(st.text(alphabet=st.characters()), max_size=3), st.text(alphabet=st.characters()))
def test_any_text_of_a_case(texts: list[str], name: str) -> None:
    """Surrogates, controls and what is no character at all: shown, and never in the XML."""
    checked(junit_report(name, [Case(name, name, tuple(texts), name, tuple(texts), kind=name)]))
