"""The page of a plan in a real Chromium: it works from a file, without a network, for eyes, keyboard and reader."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from reconciler.planning.limits import Use
from reconciler.planning.plan import Action, Attribute, Load, Plan, Risk
from reconciler.render.html import plan_html
from reconciler.render.rows import plan_rows
from reconciler.render.words import Names
from tests.browser.conftest import Open
from tests.planning.plans import assigning, batch, change, plan_of
from tests.render.sample import HOSTILE, sample_rows
from tests.render.spreading import spreading_rows

LOADS = (Load(543, 3, 26), Load(544, 9, 0), Load(None, 14, 0))
NAMES = Names.of({"alice": 543, "bruno": 544}, {})
#: Rules of axe-core that WCAG 2.2 AA rests on.
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}}


def _plan(campaigns: int = 3) -> Plan:
    """Campaigns of high, medium and low risk in turn; the first has a rule, too."""
    risks = (Risk.HIGH, Risk.MEDIUM, Risk.LOW)
    changes = [
        change(
            Action.UPDATE if number % 2 else Action.ADD_FIELD, campaign_id=number, risk=risks[number % 3],
            campaign_name=f"Métiers {number:02}", attributes=(Attribute("maxTries", 5, 8),), risks=("it is running",),
        )
        for number in range(campaigns)
    ]  # fmt: skip
    rule = assigning([1, 2, 3], 543, campaign_id=0, rule="gold-to-alice", loads=LOADS)
    return plan_of(*changes, rule, steps=[batch([1, 2, 3])])


def _html(campaigns: int = 3) -> str:
    return plan_html(plan_rows(_plan(campaigns), NAMES, [Use("contactsChanged", 3, 10)]))


def _shown(page: Page) -> list[str]:
    return page.locator("details.campaign:visible h3").all_inner_texts()


def test_it_is_drawn(opened: Open) -> None:
    """Style and script are let through by the policy, and each bar is as long as its number says."""
    page = opened(_html())
    assert page.locator("#filter").is_visible()
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"
    bars = page.locator(".card").first.locator("rect").evaluate_all("all => all.map(e => e.getBBox().width)")
    assert [each / max(bars) for each in bars] == pytest.approx([each / 26 for each in (3, 26, 9, 0, 14, 0)], abs=0.01)


def test_what_others_put_in_is_stopped(opened: Open) -> None:
    """The second line of defence: a script or a style that is not ours does not run, were it ever to get in."""
    evil = "<script>document.title = 'evil'</script><p style='color: red'>x</p>"
    page = opened(_html().replace("<main>", f"<main>{evil}"), refused=2)
    assert page.title() != "evil"
    assert page.locator("main > p").evaluate("e => getComputedStyle(e).color") != "rgb(255, 0, 0)"


def test_hostile_names_are_only_names(opened: Open) -> None:
    """S12: nothing of them runs, and they are shown."""
    page = opened(plan_html(sample_rows("".join(each for each in HOSTILE if each.isprintable()))))
    assert page.evaluate("document.scripts.length") == 1
    assert page.locator("img, iframe, object, embed, link").count() == 0
    assert "<script>alert(1)</script>" in page.locator("details.campaign h3").first.inner_text()


def test_search_by_keyboard(opened: Open) -> None:
    """Words without their accents; how many are left is told, and so is that none is."""
    page = opened(_html(12))
    page.locator("#search").focus()
    page.keyboard.type("metiers 03")
    assert _shown(page) == ["Métiers 03"]
    assert page.locator("#found").inner_text() == "1 of 12 campaigns"
    page.keyboard.type(" nowhere")
    assert (_shown(page), page.locator("#nothing").is_visible()) == ([], True)
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    assert (len(_shown(page)), page.locator("#nothing").is_visible()) == (12, False)
    page.keyboard.press("Enter")
    assert page.locator("#found").inner_text() == "12 campaigns", "the form goes nowhere"


def test_what_is_inside_is_found(opened: Open) -> None:
    """Also while it is folded: a rule's name, an agent."""
    page = opened(_html(12))
    page.locator("#search").fill("gold-to-alice")
    assert _shown(page) == ["Métiers 00"]


def test_filters_by_keyboard(opened: Open) -> None:
    """By risk and by what happens; two of a kind are either, two kinds are both."""
    page = opened(_html(6))
    page.locator("#search").focus()
    for keys in ("Tab", "Space"):
        page.keyboard.press(keys)
    assert _shown(page) == ["Métiers 00", "Métiers 03"]
    for keys in ("Tab", "Space"):
        page.keyboard.press(keys)
    assert page.locator("#found").inner_text() == "4 of 6 campaigns"
    page.get_by_label("change contacts").check()
    assert _shown(page) == ["Métiers 00"]


def test_campaigns_open_and_close(opened: Open) -> None:
    """A few are open, many are folded; each opens by key, all by a button, and one by its link in the chart."""
    assert opened(_html(3)).locator("details.campaign[open]").count() == 3
    page = opened(_html(12))
    unfolded = page.locator("details.campaign[open]")
    assert unfolded.count() == 0
    page.locator("details.campaign > summary").first.press("Enter")
    assert unfolded.count() == 1
    page.get_by_role("button", name="Open all").press("Enter")
    assert unfolded.count() == 12
    page.get_by_role("button", name="Close all").press("Enter")
    page.get_by_role("link", name="Métiers 07").press("Enter")
    assert unfolded.locator("h3").all_inner_texts() == ["Métiers 07"]


def test_the_first_key_skips_to_the_changes(opened: Open) -> None:
    """The link shows itself when it has the focus, and what has the focus is outlined."""
    page = opened(_html())
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("e => e === document.activeElement && e.getBoundingClientRect().left >= 0")
    assert skip.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "changes"


def test_without_script_everything_is_there(opened: Open) -> None:
    """Nothing is folded, and what could not work is not shown."""
    page = opened(_html(12), java_script_enabled=False)
    assert len(_shown(page)) == 12
    assert page.locator("details:not([open])").count() == 0
    assert page.get_by_text("3 contacts, assignedAgentId").is_visible()
    assert not page.locator("#filter").is_visible()


def test_light_and_dark(opened: Open) -> None:
    """As the system wants it: the page itself, and all of it."""
    pages = {scheme: opened(_html(), color_scheme=scheme) for scheme in ("light", "dark")}
    grounds = [each.evaluate("getComputedStyle(document.body).backgroundColor") for each in pages.values()]
    assert grounds == ["rgb(245, 246, 248)", "rgb(17, 21, 27)"]
    pictures = [each.screenshot(full_page=True) for each in pages.values()]
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 400])
def test_it_is_accessible(opened: Open, scheme: str, width: int) -> None:
    """axe-core finds no fault: contrast, names, landmarks, headings, tables."""
    options: dict[str, Any] = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    for rows in (sample_rows("Métiers de Bouche"), spreading_rows()):
        found = Axe().run(opened(plan_html(rows), **options), options=RULES).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


@pytest.mark.parametrize("width", [1200, 400, 320])
def test_nothing_is_wider_than_the_screen(opened: Open, width: int) -> None:
    """Down to a small telephone, with names without a space in them."""
    for rows in (sample_rows("x" * 120), spreading_rows()):
        page = opened(plan_html(rows), viewport={"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_on_a_telephone_cells_stand_below_each_other(opened: Open) -> None:
    """As wide as the campaign, and each says what it is; on a desk they are beside each other."""
    for width, below in ((400, True), (1200, False)):
        page = opened(plan_html(spreading_rows()), viewport={"width": width, "height": 900})
        name, before, after = page.locator(".values tr", has_text="isPaused").first.locator("th, td").all()
        tops = [each.bounding_box()["y"] for each in (name, before, after)]  # type: ignore[index]
        assert (tops[0] < tops[1] < tops[2]) is below
        label = after.evaluate("e => getComputedStyle(e, '::before').content")
        assert label == ('"after "' if below else "none")


def test_what_is_told_together_opens(opened: Open) -> None:
    """Twelve agents are one line, until each of them is asked for."""
    page = opened(plan_html(spreading_rows()))
    assert page.get_by_text("354 contacts, assignedAgentId: nobody → 12 agents").is_visible()
    one = page.get_by_text("39 contacts, assignedAgentId: nobody → zoé (546)")
    assert not one.is_visible()
    page.get_by_text("each of them").press("Enter")
    assert one.is_visible()


def test_bars_of_agents_are_not_dwarfed(opened: Open) -> None:
    """What nobody has is a number alone where it is more than any agent has."""
    page = opened(plan_html(spreading_rows()))
    widths = (
        page.locator(".campaign .chart tr", has_text="håkon")
        .locator("rect")
        .evaluate_all("all => all.map(e => e.getBBox().width / e.ownerSVGElement.getBoundingClientRect().width)")
    )
    assert widths == pytest.approx([30 / 68, 42 / 68], abs=0.01)
    assert page.locator(".campaign .chart tr", has_text="nobody").locator("rect").count() == 0


def test_on_paper_everything_is_open(opened: Open) -> None:
    """What was folded on the screen is printed; the filter is not."""
    page = opened(_html(12))
    before = page.evaluate("document.documentElement.scrollHeight")
    page.emulate_media(media="print")
    assert page.get_by_text("Why: ").first.is_visible()
    assert page.evaluate("document.documentElement.scrollHeight") > before
    assert not page.locator("#filter").is_visible()


def test_very_many_campaigns_are_filtered_at_once(opened: Open) -> None:
    """A thousand campaigns load, and the search answers."""
    page = opened(_html(1000))
    page.locator("#search").fill("metiers 99")
    assert page.locator("#found").inner_text() == "19 of 1,000 campaigns"
