"""A plan for a terminal or a log: readable without colour, the same words with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.text import Text

from reconciler.planning.plan import Risk
from reconciler.render.bars import COMES, GOES, STAYS, bar_of, largest
from reconciler.render.blocks import Block
from reconciler.render.checks import CheckRow, Verdict, checks_words, stopping
from reconciler.render.layout import Row, laid_out, padded, wrapped
from reconciler.render.lines import Line, Sign
from reconciler.render.rows import Facts, PlanRows
from reconciler.render.rules import FIRST_MOVES, Agent, Policy, RuleRow, Shift, moves_left
from reconciler.render.words import count

_SIGNS = {Sign.CHANGES: "yellow", Sign.ADDS: "green", Sign.REMOVES: "red", Sign.LEAVES: "dim"}
_VERDICTS = {Verdict.FAILED: "bold red", Verdict.WARNING: "bold yellow", Verdict.WAIVED: "cyan"}
_RISKS = {Risk.HIGH: "bold red", Risk.MEDIUM: "bold yellow", Risk.LOW: "", Risk.NONE: ""}
#: The most cells that a bar takes, and the fewest that are worth it beside the numbers; and what is before a bar.
_BAR, _SHORTEST_BAR, _INDENT = 40, 12, 8
#: Of so many agents all are shown, of more those alone whose contacts become more or fewer.
_ALL_AGENTS = 20
#: What stands for our own signs where a terminal has ASCII alone: as wide as they are.
_PLAIN = str.maketrans({STAYS: "#", COMES: "+", GOES: "-", "→": ">", "≈": "~", "·": "|", "…": "~", "−": "-"})


def plan_text(rows: PlanRows, width: int | None = None, *, facts: bool = False, plain: bool = False) -> Text:
    """A plan for people. `width`: of the terminal, None where nothing is to be wrapped; `facts`: when it was made.

    `plain`: our own signs and bars are ASCII.
    """
    lines = [Text(f"{rows.facts.target}  {rows.facts.base_url}", "bold")]
    lines += [Text(each, "dim") for each in _facts(rows.facts)] if facts else []
    if rows.facts.targets:
        lines.append(Text(f"only {', '.join(rows.facts.targets)}", "bold"))
    for block in rows.blocks:
        lines += [Text(), *_block(block, width)]
    lines += [Text(), *_end(rows)]
    text = Text("\n").join(each for line in lines for each in wrapped(line, width, 2)).append("\n")
    if plain:
        text.plain = text.plain.translate(_PLAIN)
    return text


def _facts(facts: Facts) -> Iterator[str]:
    commit = f" from commit {facts.commit}" if facts.commit else ""
    yield f"made {facts.created}{commit} by reconciler {facts.tool_version}"
    yield f"{'EXPIRED' if facts.is_expired else 'good until'} {facts.expires} · digest {facts.digest}"


def _end(rows: PlanRows) -> Iterator[Text]:
    notes = [f"bars: {STAYS} stays · {COMES} comes · {GOES} goes"] if rows.agents else []
    notes += [f"{count(rows.unchanged, 'object')} unchanged (not shown)"] if rows.blocks and rows.unchanged else []
    yield from (Text(each, "dim") for each in notes)
    if notes:
        yield Text()
    yield Text().append("Plan: ", "bold").append(rows.totals)
    for each in rows.limits:
        line = Text().append("Limit: ", "bold").append(each.text, "bold red" if each.exceeded else "")
        yield line.append(" - exceeded: apply will stop", "bold red") if each.exceeded else line
    yield from _checks(rows.checks)


def _checks(checks: Sequence[CheckRow]) -> Iterator[Text]:
    """What the project's checks say: in a line, then those that do not hold, with the first rows that break them."""
    if checks:
        line = Text().append("Checks: ", "bold").append(checks_words(checks).partition(": ")[2] or checks_words(checks))
        yield line.append(" - apply will stop", "bold red") if stopping(checks) else line
    for check in (each for each in checks if each.failures):
        head = Text("  ").append(str(check.verdict), _VERDICTS[check.verdict]).append(f" {check.name}: ", "bold")
        yield head.append(check.message).append(f"  {check.place}", "dim")
        for each in check.failures:
            waived = f" ({each.waived})" if each.waived else ""
            yield Text(f"    {each.about}: {each.words}").append(waived, "dim")
        if check.more:
            yield Text(f"    and {check.more:,} more", "dim")


def _block(block: Block, width: int | None) -> Iterator[Text]:
    head = Text().append(block.address, "bold").append(f'  {block.id} "{block.name}"')
    yield head.append(f"  risk {block.risk}", _RISKS[block.risk]) if block.risk is not Risk.NONE else head
    yield from wrapped(Text(f"  {block.verb}: {', '.join(block.why)}"), width, 4)
    yield from laid_out([_line(each) for each in block.lines], 2, width)
    for policy in block.policies:
        yield from _policy(policy, width)
    for risk in block.risks:
        point = Text().append("  ! ", "magenta").append(str(risk.risk), _RISKS[risk.risk]).append(f" · {risk.text}")
        yield from wrapped(point, width, 4)
    if len(block.steps) > 1:
        order = ", then ".join(each.words for each in block.steps)
        yield from wrapped(Text(f"  in this order: {order}", "dim"), width, 4)


def _line(line: Line) -> Row:
    style = "dim" if line.ignored else ""
    moves = [(f"+ {each}", "green") for each in line.added] + [(f"- {each}", "red") for each in line.removed]
    if moves:
        moves += [(f"({len(line.kept)} unchanged)", "dim")] if line.kept else []
        value = Text("  ", style).join(Text(*each) for each in moves)
    else:
        value = Text(line.after, style)
    if line.ignored:
        value.append("  (ignored: lifecycle.ignoreChanges)", style)
    return Row(Text(f"{line.sign} {line.name}", _SIGNS[line.sign]), value, line.before, line.origin)


def _policy(policy: Policy, width: int | None) -> Iterator[Text]:
    yield Text(f"  {policy.address}", "bold")
    yield from laid_out([_rule(each, width) for each in policy.rules], 4, width)


def _rule(rule: RuleRow, width: int | None) -> Row:
    below = [Text(rule.others, "" if rule.changed else "dim")] if rule.others else []
    below += [Text(f"{name} is {moment}", "dim") for name, moment in rule.moments]
    below += [*_moves(rule), *_agents(rule.agents, width)]
    head = Text(f"{rule.sign} {rule.name}", _SIGNS[rule.sign])
    return Row(head, Text(rule.words, "" if rule.changed else "dim"), origin=rule.place, below=tuple(below))


def _moves(rule: RuleRow) -> Iterator[Text]:
    """How many contacts get what; the first kinds of it."""
    first = rule.moves[:FIRST_MOVES]
    digits = max((len(f"{each.contacts:,}") for each in first), default=0)
    yield from (_move(each, digits) for each in first)
    if left := moves_left(rule):
        yield Text(f"{' ' * digits} {left}", "dim")


def _move(shift: Shift, digits: int) -> Text:
    noun = "contact, " if shift.contacts == 1 else "contacts,"
    return Text(f"{shift.contacts:>{digits},} {noun} {shift.name}: {shift.before} → {shift.after}")


def _agents(agents: Sequence[Agent], width: int | None) -> Iterator[Text]:
    """A line for each agent: numbers, and a bar of what stays, comes and goes; below them where there is no room."""
    shown = agents if len(agents) <= _ALL_AGENTS else [each for each in agents if each.before != each.after]
    if not shown:
        return
    yield Text("contacts of this rule per agent, before → after:", "dim")
    names = max(cell_len(each.name) for each in shown)
    most, digits = largest(shown), max(len(f"{max(each.before, each.after):,}") for each in shown)
    room = _BAR if width is None else min(_BAR, width - _INDENT - names - 2 * digits - 7)
    for each in shown:
        moved = f"{each.before:>{digits},} → {each.after:>{digits},}"
        if room >= _SHORTEST_BAR:
            yield padded(Text(each.name), names).append(f"  {moved}").append(_bar(each, most, room))
        else:
            yield Text(each.name)
            yield Text(f"  {moved}").append(_bar(each, most, (width or 0) - _INDENT - 2 * digits - 7))
    if still := len(agents) - len(shown):
        yield Text(f"{count(still, 'agent')} unchanged", "dim")


def _bar(agent: Agent, most: int, room: int) -> Text:
    bar = bar_of(agent, most, max(room, 1))
    return Text("  " if str(bar) else "").append(bar.stays).append(bar.comes, "green").append(bar.goes, "red")
