"""Charts of a plan as tables with a bar in each row: who can't see the bars reads the numbers beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconciler.render.bars import largest
from reconciler.render.blocks import Block
from reconciler.render.markup import Markup, element, joined
from reconciler.render.rows import LimitRow
from reconciler.render.rules import Agent

#: Whose contacts are counted.
AGENTS = "Contacts per agent, of the rules that change some"
#: A chart has so many rows; what comes after is told in another way.
MOST_ROWS = 20


def agents_chart(agents: Sequence[Agent], caption: str) -> Markup:
    """The contacts of each agent, before and after; those after the first twenty in a part of their own."""
    most = largest(agents)
    ordered = sorted(agents, key=lambda each: -max(each.before, each.after)) if len(agents) > MOST_ROWS else agents
    first, rest = ordered[:MOST_ROWS], ordered[MOST_ROWS:]
    shown = _agents_table(first, most, caption)
    if not rest:
        return shown
    title = element("summary", f"{len(rest):,} more agents")
    return joined(shown, element("details", title, _agents_table(rest, most, "The others"), open=True))


def campaigns_chart(blocks: Sequence[Block]) -> Markup:
    """How much changes of each campaign: values of its own, and contacts; those with most first."""
    ordered = sorted(blocks, key=lambda each: (-each.contacts_changed, -each.values_changed))[:MOST_ROWS]
    values = max((each.values_changed for each in ordered), default=0)
    contacts = max((each.contacts_changed for each in ordered), default=0)
    rows = [
        element(
            "tr",
            element("th", element("a", each.name, href=f"#c{each.id}"), scope="row"),
            _number(each.values_changed),
            _bar([(each.values_changed, values, "values")]),
            _number(each.contacts_changed),
            _bar([(each.contacts_changed, contacts, "after")]),
        )
        for each in ordered
    ]
    left = len(blocks) - len(ordered)
    more = element("p", f"and {left:,} more, below", class_="soft") if left else Markup()
    heads = _heads("Campaign", "Values", "", "Contacts", "")
    return joined(_table("Changes per campaign", heads, rows), more)


def limits_chart(limits: Sequence[LimitRow]) -> Markup:
    """How close the plan comes to each limit."""
    return _table("Limits", _heads("Limit", "Planned", "Allowed", ""), [_limit(each) for each in limits])


def _limit(limit: LimitRow) -> Markup:
    owner = element("small", limit.owner) if limit.owner else Markup()
    over = element("strong", "exceeded: apply will stop") if limit.exceeded else Markup()
    used = (1, 1, "over") if limit.exceeded else (limit.used, limit.limit, "after")
    name = element("th", limit.name, owner, over, scope="row")
    return element("tr", name, _number(limit.used), _number(limit.limit), _bar([used]))


def _agents_table(agents: Iterable[Agent], most: int, caption: str) -> Markup:
    rows = [
        element(
            "tr",
            element("th", each.name, scope="row"),
            _number(each.before),
            _number(each.after),
            element("td", _signed(each.after - each.before), class_="n"),
            _bar([(each.before, most, "before"), (each.after, most, "after")] if _fits(each, most) else []),
        )
        for each in agents
    ]
    return _table(caption, _heads("Agent", "Before", "After", "Change", ""), rows)


def _fits(agent: Agent, most: int) -> bool:
    """Whether bars can show it: what nobody has may be far more than the longest of them."""
    return max(agent.before, agent.after) <= most


def _signed(number: int) -> str:
    return f"{number:+,}".replace("-", "−") if number else "="


def _table(caption: str, heads: Markup, rows: Sequence[Markup]) -> Markup:
    return element(
        "table",
        element("caption", caption),
        element("thead", element("tr", heads)),
        element("tbody", *rows),
        class_="chart",
    )


def _heads(*names: str) -> Markup:
    """Column headings; one without a name stands above bars, which only repeat the numbers."""
    first, *others = names
    cells = [
        element("th", each, scope="col", class_=f"n {each.lower()}") if each else element("td", aria_hidden="true")
        for each in others
    ]
    return joined(element("th", first, scope="col"), *cells)


def _number(number: int) -> Markup:
    return element("td", f"{number:,}", class_="n")


def _bar(bars: Sequence[tuple[int, int, str]]) -> Markup:
    """Bars below each other, each (number, the largest one, class), as wide as the cell at most."""
    rects = [
        element("rect", width=f"{100 * number / most if most else 0:.1f}%", height=8, y=index * 10, rx=2, class_=kind)
        for index, (number, most, kind) in enumerate(bars)
    ]
    drawing = element("svg", *rects, height=max(len(bars) * 10 - 2, 0))
    return element("td", drawing, class_="bar", aria_hidden="true")
