"""What became of a run, for machines."""

from __future__ import annotations

import pytest
from hypothesis import given

from reconciler.applying.results import Outcome
from reconciler.render.machine_runs import run_handover, run_junit
from reconciler.render.neutral import neutral
from tests.render.junit_xml import checked
from tests.render.ran import ran, sample_run, step
from tests.render.sample import TEXTS


@pytest.mark.parametrize(
    ("outcome", "child"),
    [
        (Outcome.DONE, None),
        (Outcome.FAILED, "failure"),
        (Outcome.UNKNOWN, "failure"),
        (Outcome.STALE, "failure"),
        (Outcome.SKIPPED, "skipped"),
        (Outcome.DEFERRED, "skipped"),
    ],
)
def test_a_case_for_each_step(outcome: Outcome, child: str | None) -> None:
    """Failed is what was tried and did not end well; what was not tried, or is deferred, is skipped."""
    root = checked(run_junit(ran(step(1, str(outcome), detail="so it was"))))
    _, case = root.iter("testcase")
    assert [each.tag for each in case] == ([child] if child else [])
    assert child is None or "so it was" in case[0].get("message", "")
    assert case.get("time") == "1.250"


def test_an_outcome_of_a_later_version() -> None:
    """It is not known to be good."""
    root = checked(run_junit(ran(step(1, "halved"))))
    assert root.get("failures") == "1"


def test_what_refused_a_run_fails_it() -> None:
    """And so does what could not be planned, or that it has not ended."""
    for rows in (ran(fault="over a limit", fault_help="x"), ran(blocked=("Campaign/a",)), ran(finished=False)):
        root = checked(run_junit(rows))
        assert root.get("failures") == "1"
    assert checked(run_junit(ran())).get("failures") == "0"


def test_a_handover() -> None:
    """An annotation for each step that did not end well, the worst first; all numbers as outputs."""
    handed = run_handover(ran(step(1, "done", contacts={"done": 3}), step(2, "skipped"), step(3, "failed")))
    assert handed.outputs.items() >= {"steps": "3", "done": "1", "failed": "1", "contacts": "3"}.items()
    starts = [each.split("::")[1] for each in handed.annotations.splitlines()]
    assert starts == ["error title=a step is failed [not-applied]", "error title=a step is skipped [not-applied]"]
    assert handed.summary(65_000).startswith("### reconciler apply")
    assert handed.summary(10) == ""


@given(TEXTS)
def test_hostile_texts(text: str) -> None:
    """S12: well-formed, on lines that are no commands; outputs on one line."""
    said = run_junit(sample_run(text))
    checked(said)
    assert [neutral(line) for line in said.split("\n")] == said.split("\n")
    handed = run_handover(sample_run(text))
    assert all("\n" not in each for each in handed.outputs.values())
    assert all(each.startswith(("::error title=", "::notice title=")) for each in handed.annotations.splitlines())
