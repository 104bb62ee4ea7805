"""The campaigns of a plan in HTML: each a part that opens, with its values, its rules and its agents."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.planning.plan import Risk
from reconciler.render.blocks import Agent, Block, Policy, RuleRow, Shift
from reconciler.render.html_charts import agents_chart
from reconciler.render.lines import Line, Sign
from reconciler.render.markup import Markup, element, joined
from reconciler.render.words import count

#: Of a rule's moves those of most contacts are shown, so many of them.
_MOST_SHIFTS = 30
#: Members that stay are named as long as they are no more than these.
_MOST_KEPT = 12
_AGENTS = "Contacts per agent, of the rules that change some"
_TAGS = {Sign.ADDS: "new", Sign.REMOVES: "removed"}


def campaign(block: Block, *, brief: bool = False) -> Markup:
    """One campaign, open: a script closes those of a large plan. `brief`: without bars and without a rule's moves."""
    counts = [count(block.values_changed, "value")] if block.values_changed else []
    counts += [count(block.contacts_changed, "contact")] if block.contacts_changed else []
    summary = element(
        "summary",
        element("h3", block.name),
        element("span", f"{block.id} · ", element("code", block.address), class_="soft"),
        element("span", " · ".join([block.verb, *counts]), class_="counts"),
        risk_badge(block.risk),
    )
    risks = element("ul", *(element("li", each) for each in block.risks), class_="risks") if block.risks else Markup()
    return element(
        "details",
        summary,
        element("p", f"Why: {', '.join(block.why)}.", class_="soft"),
        risks,
        _lines(block.lines) if block.lines else Markup(),
        *(_policy(each, brief=brief) for each in block.policies),
        _agents(block.agents, brief=brief) if block.agents else Markup(),
        class_="campaign",
        id=f"c{block.id}",
        data_risk=block.risk,
        data_does=" ".join(each.replace(" ", "-") for each in block.actions),
        open=True,
    )


def _agents(agents: Sequence[Agent], *, brief: bool) -> Markup:
    if not brief:
        return agents_chart(agents, _AGENTS)
    loads = (f"{each.name} {each.before:,} → {each.after:,}" for each in agents if each.before != each.after)
    return element("p", f"{_AGENTS}: {', '.join(loads)}")


def risk_badge(risk: Risk) -> Markup:
    """The risk as a word; the colour only repeats it."""
    return element("span", f"risk {risk}", class_=f"badge {risk}") if risk is not Risk.NONE else Markup()


def _lines(lines: Sequence[Line]) -> Markup:
    heads = (element("th", each, scope="col") for each in ("Value", "Before", "After"))
    rows = [element("tr", _name(each), *_cells(each), class_="ignored" if each.ignored else False) for each in lines]
    return element("table", element("thead", element("tr", *heads)), element("tbody", *rows), class_="values")


def _name(line: Line) -> Markup:
    tag = "ignored" if line.ignored else _TAGS.get(line.sign, "")
    mark = joined(" ", element("span", tag, class_=f"tag {tag}")) if tag else Markup()
    return element("th", line.name, mark, _origin(line.place, *line.via), scope="row")


def _cells(line: Line) -> tuple[Markup, ...]:
    if line.before:
        return element("td", line.before), element("td", line.after)
    if line.after:
        return (element("td", line.after, colspan=2),)
    moves = [element("li", f"+ {each}", class_="new") for each in line.added]
    moves += [element("li", f"− {each}", class_="removed") for each in line.removed]
    names = f": {', '.join(line.kept)}" if len(line.kept) <= _MOST_KEPT else ""
    kept = [element("li", f"{len(line.kept)} unchanged{names}", class_="soft")] if line.kept else []
    return (element("td", element("ul", *moves, *kept, class_="moves"), colspan=2),)


def _origin(*parts: str) -> Markup:
    shown = " · ".join(each for each in parts if each)
    return element("small", shown) if shown else Markup()


def _policy(policy: Policy, *, brief: bool) -> Markup:
    heads = (element("th", each, scope="col") for each in ("Rule", "Contacts", "Get"))
    table = element(
        "table",
        element("thead", element("tr", *heads)),
        element("tbody", *(_rule(each, brief=brief) for each in policy.rules)),
        class_="values rules",
    )
    return joined(element("h4", "Contacts, by ", element("code", policy.address)), table)


def _rule(rule: RuleRow, *, brief: bool) -> Markup:
    sets = [element("li", element("code", name), " → ", element("code", after)) for name, after in rule.sets]
    return element(
        "tr",
        element("th", rule.name, _origin(rule.place), scope="row"),
        element("td", rule.words),
        element("td", element("ul", *sets, class_="moves") if sets else Markup(), Markup() if brief else _shifts(rule)),
    )


def _shifts(rule: RuleRow) -> Markup:
    if not rule.shifts:
        return Markup()
    shifts = [_shift(each) for each in rule.shifts[:_MOST_SHIFTS]]
    more = len(rule.shifts) - len(shifts)
    shifts += [element("li", f"and {more:,} more kinds of change")] if more else []
    return element("details", element("summary", "in detail"), element("ul", *shifts, class_="moves"), open=True)


def _shift(shift: Shift) -> Markup:
    return element(
        "li",
        f"{count(shift.contacts, 'contact')}: {shift.name} ",
        element("code", shift.before),
        " → ",
        element("code", shift.after),
    )
