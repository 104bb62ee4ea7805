"""The report of a run as text."""

from __future__ import annotations

import pytest

from reconciler.render.neutral import neutral
from reconciler.render.run_text import MOST_AGAIN, run_end_text, run_text
from tests.render.ran import ran, sample_run, step
from tests.render.sample import HOSTILE


def test_the_end_of_a_run() -> None:
    """How it ended, what did not end well, and what now; what ended well was shown while it ran."""
    failed = step(2, "failed", detail="the API failed", help="run again later", moved=(("maxTries", 5, None),))
    assert run_end_text(ran(step(1, "done"), failed)).plain.splitlines() == [
        "Not all applied: 1 done, 1 failed",
        "Run 20261123T090000Z-abc123: 2 steps in 2 min, 12 requests (2 of them repeated)",
        "",
        "  failed    step 2  Campaign/bakery  PATCH maxTries",
        "            the API failed",
        "            maxTries: the plan saw 5, the account has null",
        "            help: run again later",
        "",
        "Read back, and as written: every written campaign",
        "To go on: mend the cause of the 1 failed step, then reconciler -e test apply does what is left",
        "To undo: reconciler -e test rollback 20261123T090000Z-abc123 --out undo.json, review that plan, then "
        "reconciler -e test apply undo.json",
    ]


def test_of_many_that_failed_the_first_are_shown_again() -> None:
    """And where the others are."""
    said = run_end_text(ran(*(step(number, "failed") for number in range(1, MOST_AGAIN + 6)))).plain
    assert said.count("  failed    step ") == MOST_AGAIN
    assert "… and 5 more: reconciler history 20261123T090000Z-abc123\n" in said


def test_the_whole_report() -> None:
    """Facts, each step in its order, and below it why."""
    text = run_text(
        ran(step(1, "done", contacts={"done": 3}), step(2, "failed", detail="no"), by="ci", shard="2/4")
    ).plain
    assert text.splitlines()[:18] == [
        "run          20261123T090000Z-abc123",
        "project      tested",
        "environment  test (https://api.example) (shard 2/4)",
        "outcome      partly",
        "started      2026-11-23 09:00Z",
        "took         2 min",
        "requests     12 requests (2 of them repeated)",
        "by           ci",
        "CI run       -",
        "commit       -",
        "plan         sha256:0123456789ab",
        "reconciler   0.1.0",
        "",
        "Not all applied: 1 done, 1 failed · contacts: 3 written",
        "",
        "step  outcome   took  object           contacts   call",
        "   1  done     1.2 s  Campaign/bakery  3 written  PATCH maxTries",
        "   2  failed   1.2 s  Campaign/bakery  -          PATCH maxTries",
    ]
    assert text.splitlines()[18] == "      no"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Whatever the names are."""
    rows = sample_run("Éléonore-" * 8)
    for text in (run_text(rows, width), run_end_text(rows, width)):
        assert max(map(len, text.plain.splitlines())) <= width


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_reaches_the_terminal_as_an_order(text: str) -> None:
    """S12: every line stays a line, and is what `neutral` makes of it."""
    plain = sample_run()
    for render in (run_text, run_end_text):
        said = render(sample_run(text or "x")).plain  # what is not there has no line
        assert len(said.splitlines()) == len(render(plain).plain.splitlines())
        for line in said.splitlines():
            assert neutral(line) == line
