"""A plan as Markdown for a pull request: a summary, then a collapsed block for each campaign, within one comment.

What comes from outside (the account, the manifests, a file) stands in code spans and code blocks only: there neither
Markdown nor HTML, a mention, an issue reference nor a link means anything, on GitHub and on GitLab (S12).
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from urllib.parse import quote

from reconciler.diagnostics import Severity
from reconciler.planning.plan import Risk
from reconciler.render.bars import bar_of, largest
from reconciler.render.blocks import Block, riskiest_first
from reconciler.render.checks import CheckRow, Verdict, checks_words, stopping
from reconciler.render.lines import Line, Sign
from reconciler.render.risks import RiskRow
from reconciler.render.rows import Fault, PlanRows
from reconciler.render.rules import FIRST_MOVES, Agent, Policy, RuleRow, Shift, moves_left
from reconciler.render.steps import StepRow
from reconciler.render.words import count

#: GitHub takes 65,536 characters in a comment; the rest is left to whoever adds a line to it.
MOST = 65_000
#: So much of that at most is for what is wrong, for the steps' part the same.
_MOST_FAULTS = 20_000
#: And so much for checks that do not hold.
_MOST_CHECKS = 10_000
#: So many targets and limits are named one by one.
_MOST_NAMED = 20
#: The longest bar, in characters.
_BAR = 20
_SIGNS = {Sign.CHANGES: "change", Sign.ADDS: "add", Sign.REMOVES: "**remove**", Sign.LEAVES: "keep"}
#: Words that mean nothing to Markdown, to GitHub or to GitLab, whatever stands around them.
_PLAIN = re.compile(r"[^\W\d_][^\W_]*(?:[ ,;()%'→·]+[^\W_]+)*[.)]?")
_SHA = re.compile(r"\b[0-9a-fA-F]{7,}\b")


def plan_markdown(rows: PlanRows, most: int = MOST) -> str:
    """The plan, at most `most` characters long; what does not fit is left out in whole blocks, and counted."""
    head = "\n".join(_head(rows)) + "\n"
    foot = _foot(rows)
    blocks = [_block(each) for each in riskiest_first(rows.blocks)]
    steps = _steps(rows.steps, count(rows.summary.steps, "step"))
    if length(head + "".join(blocks) + steps + foot) <= most:
        return head + "".join(blocks) + steps + foot
    return head + _cut(rows, blocks, steps, most - length(head + foot)) + foot


def summary_line(rows: PlanRows) -> str:
    """A plan in one line of words, for a heading."""
    summary, parts = rows.summary, []
    if errors := _number(rows.faults, Severity.ERROR):
        parts.append(count(errors, "error"))
    if not rows.steps:
        parts.append("nothing to do")
    else:
        parts.append(rows.campaigns)
    if summary.contacts_matched:
        parts.append(f"{summary.contacts_changed:,} of {count(summary.contacts_matched, 'matched contact')}")
    return ", ".join(parts) + (f", risk {rows.risk}" if rows.steps else "")


def code(text: str) -> str:
    """Text as a code span of Markdown; not inside a table: see `cell`."""
    fence = "`" * (max((len(each) for each in re.findall(r"`+", text)), default=0) + 1)
    space = " " if text[:1] == "`" or text[-1:] == "`" or (text[:1] == text[-1:] == " " and text.strip(" ")) else ""
    return f"{fence}{space}{text or '-'}{space}{fence}"


def cell(text: str) -> str:
    """Text as a code span inside a cell of a table, where a bar would end the cell."""
    return code(text.replace("\\|", "\\ |")).replace("|", "\\|")  # parsers differ in what two backslashes and a bar are


def prose(text: str) -> str:
    """Text as it is where it holds nothing but words, else as a code span; not inside a table."""
    return text if _PLAIN.fullmatch(text) and not _SHA.search(text) else code(text)


def _head(rows: PlanRows) -> Iterator[str]:
    facts = rows.facts
    project, environment = _short(facts.project), _short(facts.environment)
    yield f"### reconciler plan · {prose(project)} → {prose(environment)}: {summary_line(rows)}"
    yield f"<!-- reconciler plan: {quote(project, safe='')}/{quote(environment, safe='')} -->"
    yield ""
    if facts.is_expired:
        yield f"> **This plan has expired** ({facts.expires}): plan again before you apply.\n"
    if facts.targets:
        more = f" and {len(facts.targets) - _MOST_NAMED} more" if len(facts.targets) > _MOST_NAMED else ""
        yield f"Only {', '.join(code(_short(each)) for each in facts.targets[:_MOST_NAMED])}{more}.\n"
    yield f"{_totals(rows)}\n"
    for limit in [each for each in rows.limits if each.exceeded][:_MOST_NAMED]:
        yield f"> **Over a limit, apply will stop:** {code(_short(limit.text))}\n"
    yield from _checks(rows.checks)
    yield from _faults(rows.faults)


def _checks(checks: Sequence[CheckRow]) -> Iterator[str]:
    """The project's checks: those that do not hold are never hidden, as far as there is room for them."""
    if not checks:
        return
    stops = "> **Checks do not hold, apply will stop.** " if stopping(checks) else ""
    yield f"{stops}**Checks:** {checks_words(checks)}\n"
    texts = ["\n".join(_check(each)) for each in checks if each.failures]
    shown = [texts[index] for index in fitting(texts, _MOST_CHECKS)]
    yield from [*shown, ""] if shown else []
    if more := len(texts) - len(shown):
        yield f"… and {count(more, 'check')} more: see the plan itself.\n"


def _check(check: CheckRow) -> Iterator[str]:
    verdict = f"**{check.verdict}**" if check.verdict in (Verdict.FAILED, Verdict.WARNING) else str(check.verdict)
    yield f"- {verdict} {code(check.name)}: {prose(_short(check.message))}"
    for each in check.failures:
        waived = f" ({code(_short(each.waived))})" if each.waived else ""
        yield f"  - {code(_short(each.about))}: {code(_short(each.words))}{waived}"
    if check.more:
        yield f"  - and {check.more:,} more"


def _totals(rows: PlanRows) -> str:
    unchanged = f" · {count(rows.unchanged, 'object')} unchanged" if rows.unchanged else ""
    return f"**Plan:** {rows.totals}{unchanged}"


def _faults(faults: Sequence[Fault]) -> Iterator[str]:
    """What is wrong, in words as on a terminal; never hidden, and only so much of it."""
    if not faults:
        return
    counts = [(severity, _number(faults, severity)) for severity in Severity]
    texts = ["\n".join(_fault(each)) for each in faults]
    shown = [texts[index] for index in fitting(texts, _MOST_FAULTS)]
    fence = "`" * max(3, 1 + max(len(each) for each in re.findall(r"`*", "".join(shown))))
    yield f"**{', '.join(count(number, severity) for severity, number in counts if number)}**\n"
    yield "\n".join([f"{fence}text", *shown, fence, ""])
    if more := len(texts) - len(shown):
        yield f"… and {more:,} more: see the plan itself.\n"


def _fault(fault: Fault) -> Iterator[str]:
    yield f"{fault.severity}[{fault.code}]: {fault.summary}"
    if fault.place or fault.address:
        yield f"  --> {' · '.join(each for each in (fault.place, fault.address) if each)}"
    yield from (f"  {_short(each, 600)}" for each in (fault.detail, fault.help and f"help: {fault.help}") if each)


def _block(block: Block) -> str:
    """A campaign: what a reader sees first in the summary, the rest when it is opened."""
    name = f"{_html(block.address)} · {block.id} {_html(block.name)}"
    counts = [count(block.values_changed, "value")] if block.values_changed else []
    counts += [count(block.contacts_changed, "contact")] if block.contacts_changed else []
    lines = [
        "<details>",
        f"<summary>{name} · {' · '.join([block.verb, *counts, *_risk(block.risk)])}</summary>",
        "",
        f"Why: {', '.join(block.why)}.",
        *(["", *(_point(each) for each in block.risks)] if block.risks else []),
        *_lines(block.lines),
        *chain.from_iterable(_policy(each) for each in block.policies),
        *_agents(block.agents),
        "",
        "</details>",
        "",
    ]
    return "\n".join(lines) + "\n"


def _risk(risk: Risk) -> list[str]:
    if risk is Risk.NONE:
        return []
    return [f"<b>risk {risk}</b>" if risk in (Risk.HIGH, Risk.MEDIUM) else f"risk {risk}"]


def _point(risk: RiskRow) -> str:
    weight = f"**{risk.risk}**" if risk.risk in (Risk.HIGH, Risk.MEDIUM) else str(risk.risk)
    about = f"{code(risk.values)}: " if risk.values else ""
    return f"- {weight}: {about}{prose(risk.words)}"


def _lines(lines: Sequence[Line]) -> Iterator[str]:
    if lines:
        yield from ("", "| | value | before → after | from |", "| --- | --- | --- | --- |")
    for each in lines:
        origin = ", ".join(cell(one) for one in (each.place, *each.via) if one)
        ignored = " (ignored: lifecycle.ignoreChanges)" if each.ignored else ""
        yield f"| {_SIGNS[each.sign]} | {cell(each.name)} | {_moved(each)}{ignored} | {origin} |"


def _moved(line: Line) -> str:
    if line.before:
        return f"{cell(line.before)} → {cell(line.after)}"
    moves = [f"+ {cell(each)}" for each in line.added] + [f"− {cell(each)}" for each in line.removed]
    kept = [f"{len(line.kept)} unchanged"] if line.kept else []
    return line.after or ", ".join([*moves, *kept])  # these are words of ours


def _policy(policy: Policy) -> Iterator[str]:
    yield from ("", f"Contacts, by {code(policy.address)}:", "")
    yield from ("| rule | contacts | change | from |", "| --- | --- | --- | --- |")
    yield from (_rule(each) for each in policy.rules)


def _rule(rule: RuleRow) -> str:
    words = [
        rule.words,
        *filter(None, [rule.others]),
        *(f"{cell(name)} is {cell(moment)}" for name, moment in rule.moments),
    ]
    moves = [*(_move(each) for each in rule.moves[:FIRST_MOVES]), *filter(None, [moves_left(rule)])]
    return f"| {cell(rule.name)} | {'<br>'.join(words)} | {'<br>'.join(moves)} | {cell(rule.place)} |"


def _move(shift: Shift) -> str:
    return f"{count(shift.contacts, 'contact')}, {cell(shift.name)}: {cell(shift.before)} → {cell(shift.after)}"


def _agents(agents: Sequence[Agent]) -> Iterator[str]:
    if agents:
        yield from ("", "Contacts per agent, of the rules that change some (█ stays, ▓ comes, ░ goes):", "")
        yield from ("| agent | before | after | change | |", "| --- | ---: | ---: | ---: | --- |")
    most = largest(agents)
    for each in agents:
        moved = f"{each.after - each.before:+,}" if each.after != each.before else ""
        bar = str(bar_of(each, most, _BAR))
        yield f"| {cell(each.name)} | {each.before:,} | {each.after:,} | {moved} | {code(bar) if bar else ''} |"


def _steps(steps: Sequence[StepRow], number: str) -> str:
    if not steps:
        return ""
    rows = (f"| {each.numbers} | {each.campaign_id} | {cell(each.address)} | {cell(each.words)} |" for each in steps)
    title = f"<summary>{number}, in this order inside each campaign</summary>"
    head = ("| | campaign | for | call |", "| ---: | ---: | --- | --- |")
    return "\n".join(["<details>", title, "", *head, *rows, "", "</details>", "", ""])


def _foot(rows: PlanRows) -> str:
    facts = rows.facts
    commit = f" from commit {code(facts.commit)}" if facts.commit else ""
    kept = [each for each in rows.limits if not each.exceeded][:_MOST_NAMED]
    limits = "".join(f"Limit: {code(_short(each.text))}  \n" for each in kept)
    made = f"Made {facts.created}{commit} for {code(_short(facts.base_url))}"
    tool = f"by reconciler {code(_short(facts.tool_version))}"
    return f"{limits}{made} {tool}; good until {facts.expires}; digest {code(facts.digest)}.\n"


def _cut(rows: PlanRows, blocks: Sequence[str], steps: str, room: int) -> str:
    """As many whole blocks as fit, and what was left out; the steps go first."""
    ordered = riskiest_first(rows.blocks)
    notice = _left_out(rows, ordered, bool(steps))
    shown = fitting(blocks, room - length(notice))
    left = [ordered[index] for index in sorted({*range(len(ordered))} - {*shown})]
    return "".join(blocks[index] for index in shown) + _left_out(rows, left, bool(steps))


def _left_out(rows: PlanRows, blocks: Sequence[Block], steps: bool) -> str:
    risks = Counter(each.risk for each in blocks)
    by_risk = ", ".join(f"{risks[each]:,} of risk {each}" for each in reversed(Risk) if risks[each])
    campaigns = f"{count(len(blocks), 'campaign')} ({by_risk})" if blocks else ""
    calls = f"the list of {count(rows.summary.steps, 'step')}" if steps else ""
    where = f"reconciler show {_short(rows.facts.file or 'FILE')}"
    saved = "" if rows.facts.file else ", for a plan saved with " + code("plan --out FILE")
    what = " and ".join(each for each in (campaigns, calls) if each)
    return f"**Left out, for want of room: {what}.** All of it: {code(where)}{saved}\n\n"


def fitting(texts: Iterable[str], room: int) -> list[int]:
    """Which of the texts, by their places, fit into so many characters: each that still does, from the first on."""
    shown = []
    for index, each in enumerate(texts):
        if length(each) <= room:
            room -= length(each)
            shown.append(index)
    return shown


def length(text: str) -> int:
    """As JavaScript counts, and with it whoever may have to cut."""
    return len(text.encode("utf-16-le")) // 2


def _short(text: str, most: int = 200) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _html(text: str) -> str:
    return f"<code>{html.escape(text)}</code>"


def _number(faults: Iterable[Fault], severity: Severity) -> int:
    return sum(each.severity is severity for each in faults)
