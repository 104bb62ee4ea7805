"""The report of a run as Markdown: what it says, that it fits, and that no name gets out of its place."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.applying.results import Outcome
from reconciler.render.markdown import MOST
from reconciler.render.run_markdown import run_markdown
from tests.render.pages import markdown_skeleton
from tests.render.ran import ran, sample_run, step
from tests.render.sample import HOSTILE, TEXTS

SKELETON, _ = markdown_skeleton(run_markdown(sample_run()))
REFUSED, _ = markdown_skeleton(run_markdown(sample_run(fault="x-1", fault_help="x-1", steps=())))


def test_the_whole_story() -> None:
    """The outcome, what failed before anything else, what now; what ended well is folded."""
    failed = step(2, "failed", detail="the API failed", help="run again later")
    said = run_markdown(ran(step(1, "done", contacts={"done": 3}), failed)).splitlines()
    assert said == [
        "### reconciler apply · tested → test: not all applied",
        "<!-- reconciler run: tested/test -->",
        "",
        "**Not all applied:** 1 done, 1 failed · contacts: 3 written",
        "",
        "2 steps in 2 min, 12 requests (2 of them repeated).",
        "",
        "- **To go on:** mend the cause of the 1 failed step, then `reconciler -e test apply` does what is left",
        "- **To undo:** `reconciler -e test rollback 20261123T090000Z-abc123 --out undo.json`, review that plan, then"
        " `reconciler -e test apply undo.json`",
        "",
        "| step | outcome | object | call | contacts | took |",
        "| ---: | --- | --- | --- | --- | ---: |",
        "| 2 | **failed** | `Campaign/bakery` | `PATCH maxTries` |  | 1.2 s |",
        "| | | `the API failed`<br>`help: run again later` | | | |",
        "",
        "<details>",
        "<summary>What ended well: 1 done</summary>",
        "",
        "| step | outcome | object | call | contacts | took |",
        "| ---: | --- | --- | --- | --- | ---: |",
        "| 1 | done | `Campaign/bakery` | `PATCH maxTries` | 3 written | 1.2 s |",
        "",
        "</details>",
        "",
        "Read back, and as written: all 3 written contacts.",
        "",
        "Run `20261123T090000Z-abc123`, begun 2026-11-23 09:00Z, for `https://api.example`, plan `sha256:0123456789ab`;"
        " reconciler `0.1.0`.",
    ]


def test_what_was_refused() -> None:
    """The fault, its help, and that nothing was written."""
    rows = ran(run="", outcome="refused", fault="the plan is over a limit: contactsChanged", fault_help="--allow x=1")
    said = run_markdown(rows)
    assert "### reconciler apply · tested → test: not applied\n" in said
    assert "**Not applied:** `the plan is over a limit: contactsChanged`\n" in said
    assert "- **To go on:** `--allow x=1`\n" in said
    assert "nothing was written: there is nothing to undo" in said
    assert "No run, begun " in said


@settings(deadline=None)
@given(TEXTS)
@example("".join(HOSTILE))
def test_no_text_gets_out_of_its_place(text: str) -> None:
    """S12: the page has the same parts whatever stands in it, and outside of code there are only our own words."""
    _stays_in_its_place(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_hostile_text_gets_out_of_its_place(text: str) -> None:
    """The same for each of these alone."""
    _stays_in_its_place(text)


def _stays_in_its_place(text: str) -> None:
    text = text or "x"  # what is not there is left out
    refused = sample_run(text, fault=text, fault_help=text, steps=())
    for rows, skeleton in ((sample_run(text), SKELETON), (refused, REFUSED)):
        parts, bare = markdown_skeleton(run_markdown(rows))
        assert parts == skeleton
        for each in bare:
            assert not re.search(r"[@#<>\[\]`|$~*_\\]|://|www\.|GH-|:\w+:|\b[0-9a-f]{7,}\b", each), each


@pytest.mark.parametrize("text", HOSTILE)
def test_an_outcome_of_the_store_is_only_text(text: str) -> None:
    """A word that is none of ours is no markup either."""
    parts, _ = markdown_skeleton(run_markdown(ran(step(1, text or "x"))))
    assert parts == markdown_skeleton(run_markdown(ran(step(1, "x"))))[0]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(list(Outcome)), st.integers(0, 300)), min_size=1, max_size=400), TEXTS)
def test_it_fits_and_says_what_is_left_out(steps: list[tuple[Outcome, int]], text: str) -> None:
    """However much there is: within GitHub's limit as JavaScript counts, and no step goes uncounted."""
    many = [step(number, str(each), detail="🥐 " * size) for number, (each, size) in enumerate(steps, 1)]
    said = run_markdown(ran(*many, fault=text * 500, blocked=(text * 300,) * 50, project=text * 300))
    assert len(said.encode("utf-16-le")) // 2 <= MOST
    shown = len(re.findall(r"^\| [0-9]+ \|", said, re.MULTILINE))
    left = re.findall(r"\*\*Left out, for want of room: (.*?)\.\*\*", said)
    assert shown + sum(int(number) for each in left for number in re.findall(r"\d+", each)) == len(steps)


def test_what_failed_is_kept() -> None:
    """Before what was skipped, and that before what ended well."""
    many = [
        step(number, outcome, detail="x" * 500) for number, outcome in enumerate(["done", "skipped", "failed"] * 60, 1)
    ]
    said = run_markdown(ran(*many))
    assert len(re.findall(r"^\| [0-9]+ \| \*\*failed\*\*", said, re.MULTILINE)) == 60
    assert re.search(r"\*\*Left out, for want of room: [0-9]+ skipped\.\*\* All of it: `reconciler history 2026", said)
    assert "**Left out, for want of room: 60 done.**" in said
