"""Markdown for a pull request: what it says, that it fits, and that no name gets out of its place."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from reconciler.diagnostics import Severity
from reconciler.planning.findings import Finding
from reconciler.planning.limits import Use
from reconciler.planning.plan import Action, Attribute, Change, Plan, Risk
from reconciler.render.markdown import MOST, _block, cell, code, plan_markdown, prose
from reconciler.render.rows import plan_rows
from reconciler.render.words import Names
from tests.planning.plans import change, patch, plan_of, updating
from tests.render.pages import markdown_skeleton
from tests.render.sample import HOSTILE, TEXTS, sample, sample_rows
from tests.render.spreading import spreading_rows

GITHUB = 65_536
NAMES = Names()
SKELETON, _ = markdown_skeleton(plan_markdown(sample_rows()))


def _markdown(plan: Plan, **more: Any) -> str:
    return plan_markdown(plan_rows(plan, NAMES, **more))


def test_the_first_line_is_the_whole_story() -> None:
    """Project, environment, how many campaigns, contacts, and the worst risk; the marker comes next."""
    lines = plan_markdown(sample_rows()).splitlines()
    assert lines[0] == (
        "### reconciler plan · `x-1` → `x-1`: 1 error, 2 campaigns change, 1 of them deleted, "
        "5 of 1,200 matched contacts, risk high"
    )
    assert lines[1] == "<!-- reconciler plan: x-1/x-1 -->"


def test_nothing_to_do() -> None:
    """An empty plan says so, and folds nothing."""
    text = _markdown(plan_of())
    assert text.startswith("### reconciler plan · tested → test: nothing to do\n")
    assert "<details>" not in text


def test_a_campaign_is_a_block() -> None:
    """What it is about in the summary, the rest inside."""
    attributes = (Attribute("maxTries", 5, 8), Attribute("userIds", [1, 2], [2, 3]))
    risky = change(Action.UPDATE, attributes=attributes, risk=Risk.HIGH, risks=("starts calling",))
    text = _markdown(plan_of(risky, steps=[patch()]))
    block = text[text.index("<details>") : text.index("</details>")].splitlines()
    assert block == [
        "<details>",
        "<summary><code>Campaign/bakery</code> · 100 <code>A</code> · update · 2 values · <b>risk high</b></summary>",
        "",
        "Why: settings differ from the manifest.",
        "",
        "- **high**: starts calling",
        "",
        "| | value | before → after | from |",
        "| --- | --- | --- | --- |",
        "| change | `maxTries` | `5` → `8` |  |",
        "| change | `userIds` | + `3`, − `1`, 1 unchanged |  |",
        "",
    ]


def test_rules_and_agents() -> None:
    """How many of how many, what they get, and who has them then, in numbers and bars."""
    said = plan_markdown(spreading_rows()).splitlines()
    assert (
        "| `others-shared` | 504 of ≈1,240 contacts match, 354 change<br>60 more belong to earlier rules | "
        "354 contacts, `assignedAgentId`: `nobody` → `12 agents` | `one.yaml:1` |"
    ) in said
    (gold,) = (each for each in said if each.startswith("| `gold-to-éléonore` |"))
    assert "<br>2 in a call now" not in gold
    assert "; 2 in a call now, deferred to the next run<br>`lastCallBefore` is `2026-11-20T08:00:00Z`<br>" in gold
    assert gold.count("contacts, `comment`: `a comment` → ") == 1
    assert "Contacts per agent, of the rules that change some (█ stays, ▓ comes, ░ goes):" in said
    assert "| `zoé (546)` | 3 | 42 | +39 | `█▓▓▓▓▓▓▓▓▓▓▓` |" in said
    assert "| `nobody` | 369 | 1 | -368 |  |" in said


def test_the_steps_of_a_rule_are_one_line() -> None:
    """With their numbers, the campaign, and what is sent."""
    said = plan_markdown(spreading_rows())
    assert "<summary>17 steps, in this order inside each campaign</summary>" in said
    assert (
        "| 4-15 | 6046 | `AssignmentPolicy/assigning` | `rule others-shared: 12 batches, 354 contacts` |\n"
        "| 16 | 6046 | `Campaign/bakery` | `PATCH userIds` |\n"
    ) in said


def test_only_ignored_differences_have_no_risk() -> None:
    """Nothing to do is not risky."""
    ignored = (Attribute("isPaused", True, False, ignored=True),)
    said = _markdown(plan_of(change(Action.NONE, attributes=ignored, risk=Risk.NONE)))
    assert "· left as it is</summary>" in said
    assert "risk" not in said


def test_errors_and_exceeded_limits_are_seen_at_once() -> None:
    """Not folded, and before the campaigns."""
    head = plan_markdown(sample_rows()).partition("<details>")[0]
    assert "**1 error, 1 warning**" in head
    assert "error[x-1]: x-1\n  --> x-1:1:1 · x-1\n  x-1\n  help: x-1" in head
    assert "**Over a limit, apply will stop:** `contactsChanged 5 of 4 (AssignmentPolicy/x-1 rule x-1)`" in head


def test_an_expired_plan_says_so() -> None:
    """Before anything else."""
    plan = plan_of(updating(maxTries=1))
    assert "**This plan has expired**" in _markdown(plan, now=plan.expires_at)
    assert "expired" not in _markdown(plan, now=plan.created_at)


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
    parts, bare = markdown_skeleton(plan_markdown(sample_rows(text)))
    assert parts == SKELETON
    for each in bare:
        assert not re.search(r"[@#<>\[\]`|$~*_\\]|://|www\.|GH-|:\w+:|\b[0-9a-f]{7,}\b", each), each


@pytest.mark.parametrize("text", HOSTILE)
def test_a_span_shows_what_it_was_given(text: str) -> None:
    """In a table, too, but for what parsers do not agree upon: a backslash before a bar gets a space."""
    printable = re.sub(r"[^ -~]", "", text)
    shown = printable or "-"
    parser = MarkdownIt("commonmark").enable("table")
    (inline,) = (each for each in parser.parse(f"x {code(printable)}") if each.type == "inline")
    assert [each.content for each in inline.children or () if each.type == "code_inline"] == [shown]
    row = parser.parse(f"| a | b |\n| - | - |\n| {cell(printable)} | {cell(printable)} |")
    cells = [each for each in row if each.type == "inline"][2:]
    expected = re.sub(r"\\(?=\|)", r"\\ ", shown)
    assert [[one.content for one in each.children or ()] for each in cells] == [[expected], [expected]]


@pytest.mark.parametrize(
    ("text", "is_prose"),
    [
        ("the campaign is running", True), ("purges contacts, which can't be undone", True),
        ("removes david (546) from userIds; contacts assigned to them stay assigned", True),
        ("fixes #1", False), ("see GH-1", False), ("by @everyone", False), ("www.evil.example", False),
        ("commit 0123456789abcdef", False), ("1) x", False), ("", False),
    ],
)  # fmt: skip
def test_only_words_are_prose(text: str, is_prose: bool) -> None:
    """What GitHub or GitLab could make something of goes into a code span."""
    assert prose(text) == (text if is_prose else code(text))


SIZES = st.lists(st.tuples(st.sampled_from(list(Risk)), st.integers(0, 9000)), min_size=1, max_size=40)


@settings(deadline=None, max_examples=40)
@given(SIZES, st.integers(0, 40), TEXTS)
def test_it_fits_and_says_what_is_left_out(sizes: list[tuple[Risk, int]], faults: int, text: str) -> None:
    """However much there is: within GitHub's limit as JavaScript counts, and no campaign goes uncounted."""
    plan = _large(sizes, faults, text)
    rows = plan_rows(plan, NAMES, [Use("contactsChanged", 2, 1, owner=text * 500)] * 50, file=text)
    said = plan_markdown(rows)
    assert len(said.encode("utf-16-le")) // 2 <= MOST < GITHUB
    shown = len(re.findall(r"^<summary><code>", said, re.MULTILINE))
    left = re.search(r"\*\*Left out, for want of room: (?:([\d,]+) campaigns? \((.*?)\))?", said)
    assert shown + int((left[1] or "0") if left else 0) == len(sizes)
    if left and left[2]:
        counted = {risk: int(number) for number, risk in re.findall(r"(\d+) of risk (\w+)", left[2])}
        assert sum(counted.values()) == int(left[1])
        blocks = [_block(each) for each in rows.blocks]
        unused = MOST - len(said.encode("utf-16-le")) // 2 - 200  # at the most what counting them may take
        assert all(len(each.encode("utf-16-le")) // 2 > unused for each in blocks if each not in said)
    assert said == plan_markdown(rows)


def _large(sizes: list[tuple[Risk, int]], faults: int, text: str) -> Plan:
    changes = [_sized(number, *each, text) for number, each in enumerate(sizes)]
    finding = Finding("x", Severity.WARNING, text, text * 100, text * 100, None, None)
    steps = [patch(number) for number in range(1, 100)]
    plan = replace(plan_of(*changes, steps=steps), diagnostics=(finding,) * faults, targets=(text * 100,) * faults)
    return replace(plan, project=text * 100, base_url=text * 100)


def _sized(number: int, risk: Risk, size: int, text: str) -> Change:
    attribute = Attribute("name", text, "🥐 " * (size // 2))
    return change(Action.UPDATE, campaign_id=number, risk=risk, attributes=(attribute,))


def _shown_risks(said: str) -> list[str]:
    return re.findall(r"risk (\w+)(?:</b>)?</summary>", said)


def test_what_is_left_out_can_be_seen() -> None:
    """The command stands there, with the file if the plan is saved."""
    plan = _large([(Risk.LOW, 9000)] * 20, 0, "x")
    assert "All of it: `reconciler show change.json`\n" in _markdown(plan, file="change.json")
    assert "All of it: `reconciler show FILE`, for a plan saved with `plan --out FILE`\n" in _markdown(plan)


def test_what_still_fits_is_shown() -> None:
    """A campaign that is too large leaves its room to smaller ones after it."""
    said = _markdown(_large([(Risk.HIGH, 90_000), (Risk.LOW, 100), (Risk.LOW, 100)], 0, "x"))
    assert _shown_risks(said) == ["low", "low"]
    assert "Left out, for want of room: 1 campaign (1 of risk high)" in said


def test_the_riskiest_come_first() -> None:
    """What needs a look is what is kept."""
    said = _markdown(_large([(Risk.LOW, 1), (Risk.HIGH, 1), (Risk.MEDIUM, 1), (Risk.HIGH, 1)], 0, "x"))
    assert _shown_risks(said) == ["high", "high", "medium", "low"]
    assert "Left out" not in said
    assert _markdown(sample()) == _markdown(sample())
