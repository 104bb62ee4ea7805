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
from reconciler.render.blocks import Agent, Block, Policy, RuleRow, riskiest_first
from reconciler.render.lines import Line, Sign
from reconciler.render.rows import Fault, PlanRows, StepRow
from reconciler.render.words import count

#: GitHub takes 65,536 characters in a comment; the rest is left to whoever adds a line to it.
MOST = 65_000
#: So much of that at most is for what is wrong, for the steps' part the same.
_MOST_FAULTS = 20_000
#: So many targets and limits are named one by one.
_MOST_NAMED = 20
_SIGNS = {Sign.CHANGES: "change", Sign.ADDS: "add", Sign.REMOVES: "**remove**", Sign.LEAVES: "keep"}
#: Words that mean nothing to Markdown, to GitHub or to GitLab, whatever stands around them.
_PLAIN = re.compile(r"[^\W\d_][^\W_]*(?:[ ,;()%'→·]+[^\W_]+)*[.)]?")
_SHA = re.compile(r"\b[0-9a-fA-F]{7,}\b")


def plan_markdown(rows: PlanRows) -> str:
    """The plan, at most `MOST` characters long; what does not fit is left out in whole blocks, and counted."""
    head = "\n".join(_head(rows)) + "\n"
    foot = _foot(rows)
    blocks = [_block(each) for each in riskiest_first(rows.blocks)]
    steps = _steps(rows.steps)
    if _length(head + "".join(blocks) + steps + foot) <= MOST:
        return head + "".join(blocks) + steps + foot
    return head + _cut(rows, blocks, steps, MOST - _length(head + foot)) + foot


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
    yield from _faults(rows.faults)


def _totals(rows: PlanRows) -> str:
    unchanged = f" · {count(rows.unchanged, 'object')} unchanged" if rows.unchanged else ""
    return f"**Plan:** {rows.totals}{unchanged}"


def _faults(faults: Sequence[Fault]) -> Iterator[str]:
    """What is wrong, in words as on a terminal; never hidden, and only so much of it."""
    if not faults:
        return
    counts = [(severity, _number(faults, severity)) for severity in Severity]
    texts = ["\n".join(_fault(each)) for each in faults]
    shown = _fitting(texts, _MOST_FAULTS)
    fence = "`" * max(3, 1 + max(len(each) for each in re.findall(r"`*", "".join(texts[:shown]))))
    yield f"**{', '.join(count(number, severity) for severity, number in counts if number)}**\n"
    yield "\n".join([f"{fence}text", *texts[:shown], fence, ""])
    if more := len(texts) - shown:
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
    risk = f"<b>risk {block.risk}</b>" if block.risk in (Risk.HIGH, Risk.MEDIUM) else f"risk {block.risk}"
    lines = [
        "<details>",
        f"<summary>{name} · {' · '.join([block.verb, *counts, risk])}</summary>",
        "",
        f"Why: {', '.join(block.why)}.",
        *(["", *(f"- {prose(each)}" for each in block.risks)] if block.risks else []),
        *_lines(block.lines),
        *chain.from_iterable(_policy(each) for each in block.policies),
        *_agents(block.agents),
        "",
        "</details>",
        "",
    ]
    return "\n".join(lines) + "\n"


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
    yield from ("| rule | contacts | get | from |", "| --- | --- | --- | --- |")
    yield from (_rule(each) for each in policy.rules)


def _rule(rule: RuleRow) -> str:
    sets = ", ".join(f"{cell(name)} → {cell(after)}" for name, after in rule.sets)
    return f"| {cell(rule.name)} | {rule.words} | {sets} | {cell(rule.place)} |"


def _agents(agents: Sequence[Agent]) -> Iterator[str]:
    if agents:
        yield from ("", "| these rules' contacts, per agent | before | after | |", "| --- | ---: | ---: | ---: |")
    for each in agents:
        moved = f"{each.after - each.before:+,}" if each.after != each.before else ""
        yield f"| {cell(each.name)} | {each.before:,} | {each.after:,} | {moved} |"


def _steps(steps: Sequence[StepRow]) -> str:
    if not steps:
        return ""
    rows = (f"| {each.number} | {cell(each.address)} | {cell(each.words)} |" for each in steps)
    title = f"<summary>{count(len(steps), 'API call')}, in this order inside each campaign</summary>"
    return "\n".join(
        ["<details>", title, "", "| | for | call |", "| ---: | --- | --- |", *rows, "", "</details>", "", ""]
    )


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
    shown = _fitting(blocks, room - _length(notice))
    return "".join(blocks[:shown]) + _left_out(rows, ordered[shown:], bool(steps))


def _left_out(rows: PlanRows, blocks: Sequence[Block], steps: bool) -> str:
    risks = Counter(each.risk for each in blocks)
    by_risk = ", ".join(f"{risks[each]:,} of risk {each}" for each in reversed(Risk) if risks[each])
    campaigns = f"{count(len(blocks), 'campaign')} ({by_risk})" if blocks else ""
    calls = f"the list of {count(len(rows.steps), 'API call')}" if steps else ""
    where = f"reconciler show {_short(rows.facts.file or 'FILE')}"
    saved = "" if rows.facts.file else ", for a plan saved with " + code("plan --out FILE")
    what = " and ".join(each for each in (campaigns, calls) if each)
    return f"**Left out, for want of room: {what}.** All of it: {code(where)}{saved}\n\n"


def _fitting(texts: Iterable[str], room: int) -> int:
    """How many of the texts, from the first on, fit into so many characters."""
    number = 0
    for each in texts:
        room -= _length(each)
        if room < 0:
            break
        number += 1
    return number


def _length(text: str) -> int:
    """As JavaScript counts, and with it whoever may have to cut."""
    return len(text.encode("utf-16-le")) // 2


def _short(text: str, most: int = 200) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _html(text: str) -> str:
    return f"<code>{html.escape(text)}</code>"


def _number(faults: Iterable[Fault], severity: Severity) -> int:
    return sum(each.severity is severity for each in faults)
