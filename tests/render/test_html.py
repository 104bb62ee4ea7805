"""The page of a plan: what it is made of, and that no text becomes a part of it. How it works: tests/browser."""

from __future__ import annotations

import base64
import hashlib
import re
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from msgspec.structs import replace

from reconciler.diagnostics import Severity
from reconciler.planning.findings import Finding
from reconciler.planning.limits import Use
from reconciler.planning.plan import Action, Attribute, Load, Plan, Risk, Summary
from reconciler.render.html import plan_html
from reconciler.render.html_charts import MOST_ROWS
from reconciler.render.markup import Markup, element, joined
from reconciler.render.rows import plan_rows
from reconciler.render.words import Names
from tests.planning.plans import assigning, batch, change, patch, plan_of, updating
from tests.render.pages import Page
from tests.render.sample import HOSTILE, TEXTS, sample_rows, texts_of
from tests.render.spreading import spreading_rows

NAMES = Names()
SAMPLE = Page(plan_html(sample_rows()))


def _page(plan: Plan) -> Page:
    return Page(plan_html(plan_rows(plan, NAMES)))


@settings(deadline=None)
@given(TEXTS.filter(bool))
@example("".join(HOSTILE))
def test_no_text_becomes_a_part_of_the_page(text: str) -> None:
    """S12: the same tags and attributes whatever stands in it; nothing of it in a script, a style or a link."""
    _is_only_text(text)


@pytest.mark.parametrize("text", [each for each in HOSTILE if each])
def test_no_hostile_text_becomes_a_part_of_the_page(text: str) -> None:
    """The same for each of these alone."""
    _is_only_text(text)


def _is_only_text(text: str) -> None:
    page = Page(plan_html(sample_rows(text)))
    assert _but_code(page) == _but_code(SAMPLE), "only backticks make something: code"
    assert page.open == []
    for name in ("href", "id", "class", "content", "data-does", "data-risk"):
        assert page.values[name] == SAMPLE.values[name]
    assert len(page.comments) == 1
    scripts = [each for each in page.texts if "use strict" in each]
    assert scripts == [each for each in SAMPLE.texts if "use strict" in each]


def _but_code(page: Page) -> list[str]:
    return [each for each in page.tags if each not in ("code", "/code")]


def test_backticks_make_code() -> None:
    """In what is told about a fault; one that closes nothing stays."""
    found = Finding("x", Severity.ERROR, "a summary", "`isPaused` is <b>, ` too", "write `x: 1`", None, None)
    html = plan_html(plan_rows(replace(plan_of(), diagnostics=(found,)), NAMES))
    assert "<p><code>isPaused</code> is &lt;b&gt;, ` too</p>" in html
    assert "<p>What to do: write <code>x: 1</code></p>" in html


def test_who_comes_to_a_set_stands_under_after() -> None:
    """And who goes under before; where nobody goes those who stay, or none."""
    sets = (
        Attribute("userIds", [543, 9], [543, 544]),
        Attribute("groupIds", [], [12]),
        Attribute("displayedPhoneNumbers", ["1"], ["1", "2"]),
    )
    html = plan_html(plan_rows(plan_of(change(Action.UPDATE, attributes=sets)), NAMES))
    cells = re.findall(r"<td>(?:<ul class=\"moves\">)?(.*?)(?:</ul>)?</td>", html)
    assert [re.sub("<[^>]+>", "|", each).strip("|").replace("||", ", ") for each in cells] == [
        "− 9", "+ 544, 1 unchanged: 543", "none", "+ 12", "1 unchanged: 1", "+ 2, 1 unchanged: 1",
    ]  # fmt: skip


def test_risks_have_their_own_weight() -> None:
    """A point is as heavy as it is itself, not as the campaign; its value is named."""
    html = plan_html(spreading_rows())
    assert '<li class="high"><strong>high</strong> · <code>isPaused</code>: starts calling</li>' in html
    assert '<li class="medium"><strong>medium</strong> · the campaign is running</li>' in html


def test_rules_in_full() -> None:
    """How many of how many, the moments, what is told together, and each of it."""
    text = "".join(Page(plan_html(spreading_rows())).texts)
    assert "504 of ≈1,240 contacts match, 354 change60 more belong to earlier rules" in text
    assert "lastCallBefore is 2026-11-20T08:00:00Z" in text
    assert "354 contacts, assignedAgentId: nobody → 12 agents" in text
    assert "39 contacts, assignedAgentId: nobody → zoé (546)" in text
    assert "10 contacts, comment: a comment → " in text
    assert "Contacts per agent, of the rules that change some" in text
    assert spreading_rows().totals in text


def test_only_ignored_differences_have_no_risk() -> None:
    """Neither in the title nor as a badge."""
    ignored = (Attribute("isPaused", True, False, ignored=True),)
    html = plan_html(plan_rows(plan_of(change(Action.NONE, attributes=ignored, risk=Risk.NONE)), NAMES))
    assert "<title>tested → test: plan</title>" in html
    assert 'class="badge' not in html


def test_everything_is_shown_as_it_is() -> None:
    """Each text of the rows stands in the page, word for word."""
    rows = sample_rows('<b>&amp; \' "x"</b>')
    text = "".join(Page(plan_html(rows)).texts)
    for block in rows.blocks:
        for each in texts_of((block.address, block.name, block.lines, block.risks, block.why)):
            assert each.strip() in text


def test_the_page_needs_nothing_else() -> None:
    """No address of anything; what is not named by the policy could not be loaded or run anyway."""
    html = plan_html(sample_rows())
    assert not [each for each in ("src=", "url(", "@import", "http:", "https:") if each in html]
    assert {each for each in SAMPLE.values["href"] if not each.startswith("#")} == set()
    policy = SAMPLE.values["content"][0]
    (style,), (script,) = (
        re.findall("<style>(.*?)</style>", html, re.DOTALL),
        re.findall("<script>(.*?)</script>", html, re.DOTALL),
    )
    hashes = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in (style, script)]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not [each for each in SAMPLE.tags if " style" in each or " on" in each]


def test_landmarks_and_headings() -> None:
    """A screen reader finds its way: one of each landmark, headings in order, and tables with headings."""
    names = [each.split(" ")[0] for each in SAMPLE.tags]
    assert [names.count(each) for each in ("header", "main", "footer", "h1", "title")] == [1] * 5
    levels = [int(each[1]) for each in names if re.fullmatch("h[1-6]", each)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert "html lang" in SAMPLE.tags
    assert names.count("table") == names.count("thead")
    assert SAMPLE.tags.count("p id role aria-live") == 1


def test_the_marker_and_the_title() -> None:
    """As in Markdown; the tab says what it is."""
    html = plan_html(sample_rows())
    assert html.startswith('<!doctype html>\n<!-- reconciler plan: x-1/x-1 -->\n<html lang="en">')
    assert "<title>x-1 → x-1: plan, risk high</title>" in html


def test_an_empty_plan() -> None:
    """Says so, and has nothing to filter."""
    page = _page(plan_of())
    assert "nothing to do: the account is as the manifests say" in "".join(page.texts)
    assert "No changes" in page.texts
    assert not [each for each in page.tags if each.startswith(("form", "table"))]


def test_very_many_agents_and_campaigns() -> None:
    """The first ones in the chart, the other agents in a part that opens, the other campaigns counted."""
    loads = tuple(Load(number, number, 0) for number in range(1, 31))
    changes = [assigning([number], campaign_id=number, loads=loads) for number in range(1, 31)]
    page = _page(plan_of(*changes, steps=[batch([1])]))
    text = "".join(page.texts)
    assert "10 more agents" in text
    assert f"and {30 - MOST_ROWS} more, below" in text


@pytest.mark.parametrize(("used", "width"), [(0, "0.0%"), (25, "25.0%"), (100, "100.0%"), (101, "100.0%")])
def test_how_close_to_a_limit(used: int, width: str) -> None:
    """The bar is as long as the part that is used; over it, it is full and says so in words."""
    plan = plan_of(updating(maxTries=1), steps=[patch()])
    page = Page(plan_html(plan_rows(plan, NAMES, [Use("contactsChanged", used, 100)])))
    assert width in page.values["width"]
    assert ("exceeded: apply will stop" in page.texts) is (used > 100)


def test_a_limit_of_nothing() -> None:
    """No bar can be drawn, and none is."""
    plan = plan_of(updating(maxTries=1), steps=[patch()])
    assert "0.0%" in Page(plan_html(plan_rows(plan, NAMES, [Use("contactsChanged", 0, 0)]))).values["width"]


def test_a_thousand_campaigns_stay_small() -> None:
    """Less than 2 MB, and every one of them is there."""
    attributes = tuple(Attribute(f"setting{number}", "some value", "another one", PLACE) for number in range(6))
    loads = (Load(1, 20, 5), Load(2, 10, 20), Load(None, 5, 10))
    changes = [
        each
        for number in range(1000)
        for each in (
            change(Action.UPDATE, campaign_id=number, campaign_name=f"CA - Métiers {number}", attributes=attributes),
            assigning([number], campaign_id=number, loads=loads),
        )
    ]
    steps = [patch(number, number, maxTries=1) for number in range(2000)]
    plan = replace(plan_of(*changes, steps=steps), summary=Summary.of(tuple(changes), tuple(steps)))
    html = plan_html(plan_rows(plan, NAMES))
    assert len(html.encode()) < 2_000_000
    assert html.count('<details class="campaign"') == 1000


PLACE = updating().source


def test_markup_escapes_what_is_no_markup() -> None:
    """Children and attributes; markup made here stays as it is."""
    assert element("p", "<b>", element("b", "&"), title='"x"', hidden=True, open=False, data_x=1) == (
        '<p title="&quot;x&quot;" hidden data-x="1">&lt;b&gt;<b>&amp;</b></p>'
    )
    assert joined("<", Markup("<br>")) == "&lt;<br>"
