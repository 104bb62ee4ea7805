"""A plan for a terminal or a log: readable without colour, the same words with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.text import Text

from reconciler.planning.plan import Risk
from reconciler.render.blocks import Agent, Block, Policy, RuleRow
from reconciler.render.layout import Row, laid_out, padded, wrapped
from reconciler.render.lines import Line, Sign
from reconciler.render.rows import Facts, PlanRows
from reconciler.render.words import count

_SIGNS = {Sign.CHANGES: "yellow", Sign.ADDS: "green", Sign.REMOVES: "red", Sign.LEAVES: "dim"}
_RISKS = {Risk.HIGH: "bold red", Risk.MEDIUM: "bold yellow", Risk.LOW: "", Risk.NONE: ""}
#: The most cells that a bar takes, and the fewest that are worth it.
_BAR, _SHORTEST_BAR = 24, 8


def plan_text(rows: PlanRows, width: int | None = None, *, facts: bool = False) -> Text:
    """A plan for people. `width`: of the terminal, None where nothing is to be wrapped; `facts`: when it was made."""
    lines = [Text(f"{rows.facts.target}  {rows.facts.base_url}", "bold")]
    lines += [Text(each, "dim") for each in _facts(rows.facts)] if facts else []
    if rows.facts.targets:
        lines.append(Text(f"only {', '.join(rows.facts.targets)}", "bold"))
    for block in rows.blocks:
        lines += [Text(), *_block(block, width)]
    lines += [Text(), *_end(rows)]
    broken = [each for line in lines for each in wrapped(line, width, 2)]
    return Text("\n").join(broken).append("\n")


def _facts(facts: Facts) -> Iterator[str]:
    commit = f" from commit {facts.commit}" if facts.commit else ""
    yield f"made {facts.created}{commit} by reconciler {facts.tool_version}"
    yield f"{'EXPIRED' if facts.is_expired else 'good until'} {facts.expires} · digest {facts.digest}"


def _end(rows: PlanRows) -> Iterator[Text]:
    if rows.blocks and rows.unchanged:
        yield Text(f"{count(rows.unchanged, 'object')} unchanged (not shown)", "dim")
        yield Text()
    yield Text("Plan: ", "bold").append(Text(rows.totals, ""))
    for each in rows.limits:
        line = Text("Limit: ", "bold").append(Text(each.text, "bold red" if each.exceeded else ""))
        yield line.append(" - exceeded: apply will stop", "bold red") if each.exceeded else line


def _block(block: Block, width: int | None) -> Iterator[Text]:
    head = Text(block.address, "bold").append(Text(f'  {block.id} "{block.name}"', ""))
    yield head.append(f"  risk {block.risk}", _RISKS[block.risk]) if block.risk is not Risk.NONE else head
    yield Text(f"  {block.verb}: {', '.join(block.why)}")
    yield from laid_out([_line(each) for each in block.lines], 2, width)
    for policy in block.policies:
        yield from _policy(policy, width)
    for risk in block.risks:
        yield from wrapped(Text("  ! ", "magenta").append(risk), width, 4)


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
    sets = f": {', '.join(f'{name} → {after}' for name, after in rule.sets)}" if rule.sets else ""
    value = Text(f"{rule.words}{sets}", "" if rule.changed else "dim")
    head = Text(f"{rule.sign} {rule.name}", _SIGNS[rule.sign])
    return Row(head, value, origin=rule.place, below=tuple(_agents(rule.agents, width)))


def _agents(agents: Sequence[Agent], width: int | None) -> Iterator[Text]:
    """A line for each agent whose number of contacts changes: numbers, and a bar of what stays, comes and goes."""
    moving = [each for each in agents if each.before != each.after]
    still = len(agents) - len(moving)
    names = max((cell_len(each.name) for each in moving), default=0)
    digits = max((len(f"{max(each.before, each.after):,}") for each in moving), default=0)
    most = max((max(each.before, each.after) for each in moving), default=0)
    room = _BAR if width is None else min(_BAR, width - 8 - names - 2 * digits - 7)
    for each in moving:
        line = padded(Text(each.name), names).append(f"  {each.before:>{digits},} → {each.after:>{digits},}")
        yield line.append("  ").append(_bar(each, most, room)) if room >= _SHORTEST_BAR else line
    if still:
        yield Text(f"{count(still, 'agent')} unchanged", "dim")


def _bar(agent: Agent, most: int, room: int) -> Text:
    """Out of `room` cells for `most` contacts: █ stays, ▓ comes, ░ goes; one cell at least for any."""
    before, after = (max(round(number * room / most), number > 0) for number in (agent.before, agent.after))
    bar = Text("█" * min(before, after))
    return bar.append("▓" * (after - before), "green").append("░" * (before - after), "red")
