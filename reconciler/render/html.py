"""A plan as one HTML file that needs nothing else: no network, no server; readable without its script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from reconciler.diagnostics import Severity
from reconciler.planning.plan import Risk
from reconciler.render.blocks import Block, riskiest_first
from reconciler.render.checks import CheckRow, Verdict, checks_words, stopping
from reconciler.render.html_campaigns import campaign, risk_badge
from reconciler.render.html_charts import AGENTS, agents_chart, campaigns_chart, limits_chart
from reconciler.render.markup import Markup, element, joined, with_code
from reconciler.render.rows import Facts, Fault, PlanRows
from reconciler.render.steps import StepRow
from reconciler.render.words import count

#: From so many campaigns on each is shown without bars and details: the page is to stay small.
_MANY = 200


def plan_html(rows: PlanRows) -> str:
    """The page. All that comes from outside is escaped; style and script are ours alone, and the policy names them."""
    facts = rows.facts
    marker = f"<!-- reconciler plan: {quote(facts.project, safe='')}/{quote(facts.environment, safe='')} -->"
    body = element(
        "body",
        element("a", "Skip to the changes", href="#changes", class_="skip"),
        _header(rows),
        element("main", *_main(rows)),
        element("footer", f"reconciler {facts.tool_version} · digest {facts.digest}"),
        Markup(f"<script>{_asset('report.js')}</script>"),
    )
    page = element("html", _head(rows), "\n", body, lang="en")
    return f"<!doctype html>\n{marker}\n{page}\n"


def _head(rows: PlanRows) -> Markup:
    style, script = _asset("report.css"), _asset("report.js")
    allowed = f"style-src {_hash(style)}; script-src {_hash(script)}"
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{rows.facts.target}: plan{f', risk {rows.risk}' if rows.steps else ''}"),
        Markup(f"<style>{style}</style>"),
    )


def _header(rows: PlanRows) -> Markup:
    facts = rows.facts
    only = element("p", f"Only {', '.join(facts.targets)}") if facts.targets else Markup()
    expired = element("p", f"This plan has expired: plan again before you apply ({facts.expires}).", class_="alert")
    terms = joined(*(element("div", element("dt", name), element("dd", value)) for name, value in _facts(facts)))
    return element(
        "header",
        element("p", "reconciler plan", class_="eyebrow"),
        element("h1", facts.project, element("span", " → ", class_="soft"), facts.environment),
        element("p", rows.totals, " ", risk_badge(rows.risk), class_="lead"),
        only,
        expired if facts.is_expired else Markup(),
        element("dl", terms, class_="facts"),
    )


def _facts(facts: Facts) -> Iterator[tuple[str, str]]:
    yield "Account", facts.base_url
    yield "Made", facts.created
    yield "Good until", facts.expires
    if facts.commit:
        yield "Commit", facts.commit
    if facts.file:
        yield "Apply it with", f"reconciler apply {facts.file}"


def _main(rows: PlanRows) -> Iterator[Markup]:
    if rows.faults:
        yield _faults(rows.faults)
    if rows.checks:
        yield _checks(rows.checks)
    if rows.blocks:
        yield element("section", *_charts(rows), class_="charts", aria_label="In numbers")
    yield _changes(rows)
    if rows.steps:
        yield _steps(rows.steps, count(rows.summary.steps, "step"))


def _charts(rows: PlanRows) -> Iterator[Markup]:
    """The numbers: agents, campaigns, limits; each with a heading, so that a screen reader finds it."""
    if rows.agents:
        yield element("div", element("h2", AGENTS), agents_chart(rows.agents, AGENTS), class_="card")
    if rows.limits:
        yield element("div", element("h2", "Limits"), limits_chart(rows.limits), class_="card")
    yield element("div", element("h2", "Changes per campaign"), campaigns_chart(rows.blocks), class_="card")


def _faults(faults: Sequence[Fault]) -> Markup:
    counts = [(each, sum(fault.severity is each for fault in faults)) for each in Severity]
    title = ", ".join(count(number, severity) for severity, number in counts if number)
    items = (_fault(each) for each in faults)
    return element("section", element("h2", title, id="faults"), element("ul", *items), aria_labelledby="faults")


def _fault(fault: Fault) -> Markup:
    place = " · ".join(each for each in (fault.place, fault.address) if each)
    return element(
        "li",
        element(
            "p", element("strong", str(fault.severity)), " ", with_code(fault.summary), " ", element("code", fault.code)
        ),
        element("p", with_code(fault.detail)) if fault.detail else Markup(),
        element("p", "What to do: ", with_code(fault.help)) if fault.help else Markup(),
        element("small", place) if place else Markup(),
        class_=f"fault {fault.severity}",
    )


def _checks(checks: Sequence[CheckRow]) -> Markup:
    """The project's checks: how many hold, and each that does not."""
    stop = [element("p", "Checks do not hold: apply will stop.", class_="alert")] if stopping(checks) else []
    items = [_check(each) for each in checks if each.failures]
    listed = [element("ul", *items)] if items else []
    words = element("p", checks_words(checks))
    return element("section", element("h2", "Checks", id="checks"), *stop, words, *listed, aria_labelledby="checks")


def _check(check: CheckRow) -> Markup:
    rows = [
        element("li", element("code", each.about), f": {each.words}", *_waived(each.waived)) for each in check.failures
    ]
    rows += [element("li", f"and {check.more:,} more")] if check.more else []
    kind = {Verdict.FAILED: "error", Verdict.WARNING: "warning"}.get(check.verdict, "note")
    return element(
        "li",
        element("p", element("strong", str(check.verdict)), " ", element("code", check.name), " ", check.message),
        element("ul", *rows),
        element("small", check.place),
        class_=f"fault {kind}",
    )


def _waived(words: str) -> list[Markup]:
    return [element("small", f" ({words})")] if words else []


def _changes(rows: PlanRows) -> Markup:
    ordered = riskiest_first(rows.blocks)
    unchanged = [element("p", f"{count(rows.unchanged, 'object')} unchanged, not shown.", class_="soft")]
    nothing = element("p", "Nothing matches.", id="nothing", hidden=True)
    return element(
        "section",
        element("h2", "Changes" if ordered else "No changes", id="changes", tabindex=-1),
        _filter(ordered) if ordered else Markup(),
        *(joined("\n", campaign(each, brief=len(ordered) > _MANY)) for each in ordered),
        nothing,
        *(unchanged if rows.unchanged else ()),
        aria_labelledby="changes",
    )


def _filter(blocks: Sequence[Block]) -> Markup:
    """What the script shows and works with; without one it stays hidden."""
    risks = [each for each in reversed(Risk) if any(block.risk is each for block in blocks)]
    actions = sorted({each for block in blocks for each in block.actions})
    search = element("label", "Search ", element("input", type="search", id="search", autocomplete="off"))
    buttons = [element("button", text, type="button", id=id_) for id_, text in _BUTTONS]
    status = element("p", count(len(blocks), "campaign"), id="found", role="status", aria_live="polite")
    return element(
        "form", search, _choices("Risk:", "risk", risks), _choices("What happens:", "does", actions), *buttons, status,
        id="filter", role="search", aria_label="Filter the changes", hidden=True,
    )  # fmt: skip


_BUTTONS = (("open-all", "Open all"), ("close-all", "Close all"))


def _choices(legend: str, name: str, values: Sequence[str]) -> Markup:
    """A choice of several: with none of them ticked, all are shown."""
    boxes = (
        element("label", element("input", type="checkbox", name=name, value=each.replace(" ", "-")), f" {each}")
        for each in values
    )
    return element("fieldset", element("legend", legend), *boxes)


def _steps(steps: Sequence[StepRow], number: str) -> Markup:
    heads = (element("th", each, scope="col") for each in ("Step", "Campaign", "For", "Call"))
    rows = (_step(each) for each in steps)
    table = element("table", element("thead", element("tr", *heads)), element("tbody", *rows))
    summary = element("summary", element("h2", f"{number}, in this order inside each campaign"))
    return element("section", element("details", summary, table, id="steps", open=True))


def _step(step: StepRow) -> Markup:
    cells = (element("td", each) for each in (str(step.campaign_id), step.address, step.words))
    return element("tr", element("td", step.numbers, class_="n"), *cells)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _asset(name: str) -> str:
    return files("reconciler.render").joinpath(name).read_text(encoding="utf-8")
