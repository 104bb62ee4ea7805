"""The campaigns of a plan in HTML: each a part that opens, with its values, its rules and its agents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.planning.plan import Risk
from reconciler.render.blocks import Block
from reconciler.render.html_charts import AGENTS, agents_chart
from reconciler.render.lines import Line, Sign
from reconciler.render.markup import Markup, element, joined, with_code
from reconciler.render.risks import RiskRow
from reconciler.render.rules import FIRST_MOVES, Agent, Policy, RuleRow, Shift, moves_left
from reconciler.render.words import count

#: So many of a rule's moves are shown one by one, when they are opened.
_MOST_SHIFTS = 100
#: Members that stay are named as long as they are no more than these.
_MOST_KEPT = 12
_TAGS = {Sign.ADDS: "new", Sign.REMOVES: "removed"}


def campaign(block: Block, *, brief: bool = False) -> Markup:
    """One campaign, open: a script closes those of a large plan. `brief`: without bars, and moves told together."""
    counts = [count(block.values_changed, "value")] if block.values_changed else []
    counts += [count(block.contacts_changed, "contact")] if block.contacts_changed else []
    summary = element(
        "summary",
        element("h3", block.name),
        element("span", f"{block.id} · ", element("code", block.address), class_="soft"),
        element("span", " · ".join([block.verb, *counts]), class_="counts"),
        risk_badge(block.risk),
    )
    risks = element("ul", *map(_point, block.risks), class_="risks") if block.risks else Markup()
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
        return agents_chart(agents, AGENTS)
    loads = (f"{each.name} {each.before:,} → {each.after:,}" for each in agents if each.before != each.after)
    return element("p", f"{AGENTS}: {', '.join(loads)}")


def risk_badge(risk: Risk) -> Markup:
    """The risk as a word; the colour only repeats it."""
    return element("span", f"risk {risk}", class_=f"badge {risk}") if risk is not Risk.NONE else Markup()


def _point(risk: RiskRow) -> Markup:
    about = joined(element("code", risk.values), ": ") if risk.values else Markup()
    return element("li", element("strong", str(risk.risk)), " · ", about, with_code(risk.words), class_=str(risk.risk))


def _lines(lines: Sequence[Line]) -> Markup:
    heads = (element("th", each, scope="col") for each in ("Value", "Before", "After"))
    rows = [element("tr", _name(each), *_cells(each), class_="ignored" if each.ignored else False) for each in lines]
    return element("table", element("thead", element("tr", *heads)), element("tbody", *rows), class_="values")


def _name(line: Line) -> Markup:
    tag = "ignored" if line.ignored else _TAGS.get(line.sign, "")
    mark = joined(" ", element("span", tag, class_=f"tag {tag}")) if tag else Markup()
    return element("th", line.name, mark, _origin(line.place, *line.via), scope="row")


def _cells(line: Line) -> tuple[Markup, Markup]:
    """What is before, and what is after: of a set who goes, and who comes."""
    if not (line.added or line.removed):
        return element("td", line.before or "-"), element("td", line.after)
    names = f": {', '.join(line.kept)}" if len(line.kept) <= _MOST_KEPT else ""
    kept = [element("li", f"{len(line.kept)} unchanged{names}", class_="soft")] if line.kept else []
    gone = [element("li", f"− {each}", class_="removed") for each in line.removed]
    come = [element("li", f"+ {each}", class_="new") for each in line.added]
    nothing = [element("li", "none", class_="soft")]
    before, after = (element("ul", *(some or kept or nothing), class_="moves") for some in (gone, [*come, *kept]))
    return element("td", before), element("td", after)


def _origin(*parts: str) -> Markup:
    shown = " · ".join(each for each in parts if each)
    return element("small", shown) if shown else Markup()


def _policy(policy: Policy, *, brief: bool) -> Markup:
    heads = (element("th", each, scope="col") for each in ("Rule", "Contacts", "Changes"))
    table = element(
        "table",
        element("thead", element("tr", *heads)),
        element("tbody", *(_rule(each, brief=brief) for each in policy.rules)),
        class_="values rules",
    )
    return joined(element("h4", "Contacts, by ", element("code", policy.address)), table)


def _rule(rule: RuleRow, *, brief: bool) -> Markup:
    others = [element("small", rule.others)] if rule.others else []
    moments = [element("small", element("code", name), " is ", element("code", at)) for name, at in rule.moments]
    return element(
        "tr",
        element("th", rule.name, _origin(rule.place), scope="row"),
        element("td", rule.words, *others, *moments),
        element("td", *_shifts(rule, 0 if brief else _MOST_SHIFTS)),
    )


def _shifts(rule: RuleRow, most: int) -> Iterator[Markup]:
    """What moves from what to what; what is told together there, or left out, to be opened: `most` of all."""
    if rule.moves:
        left = moves_left(rule)
        more = [element("li", left)] if left else []
        yield element("ul", *map(_shift, rule.moves[:FIRST_MOVES]), *more, class_="moves")
    if rule.moves[:FIRST_MOVES] != rule.shifts and most:
        rest = len(rule.shifts) - most
        more = [element("li", f"and {rest:,} more, in the plan as JSON")] if rest > 0 else []
        title = element("summary", "each of them")
        yield element(
            "details", title, element("ul", *map(_shift, rule.shifts[:most]), *more, class_="moves"), open=True
        )


def _shift(shift: Shift) -> Markup:
    return element(
        "li",
        f"{count(shift.contacts, 'contact')}, {shift.name}: ",
        element("code", shift.before),
        " → ",
        element("code", shift.after),
    )
