"""The report of a run as Markdown, for a comment or a step's summary: what did not end well first, within one comment.

As in a plan's Markdown, what comes from outside stands in code spans and code blocks only (S12).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from reconciler.applying.results import Outcome
from reconciler.render.markdown import MOST, cell, code, fitting, length, prose
from reconciler.render.runs import RunRows, StepRow, took
from reconciler.render.what_now import Command, Quoted, Words, what_now
from reconciler.render.words import minute

_HEAD = ("| step | outcome | object | call | contacts | took |", "| ---: | --- | --- | --- | --- | ---: |")


def run_markdown(rows: RunRows) -> str:
    """The report, at most `MOST` characters long; what does not fit is left out step by step, and counted."""
    head = "\n".join(_head(rows)) + "\n"
    foot = "\n".join(_foot(rows)) + "\n"
    room = MOST - length(head + foot)
    trouble = [each for each in rows.worst_first if not each.ended_well]
    well = [each for each in rows.steps if each.ended_well]
    parts = _part(trouble, rows.run, room - 500)  # what the other part needs to say that it is left out
    return head + parts + _part(well, rows.run, room - length(parts), "What ended well") + foot


def _head(rows: RunRows) -> Iterator[str]:
    word, rest = rows.headline
    place = f"{prose(rows.project)} → {prose(rows.environment)}"
    said = "" if rows.fault else f" {rest}"
    yield f"### reconciler apply · {place}: {word.lower()}"
    yield f"<!-- reconciler run: {quote(rows.project, safe='')}/{quote(rows.environment, safe='')} -->"
    yield ""
    yield f"**{word}:**{said}\n" if not rows.fault else f"**{word}:** {code(rest)}\n"
    if rows.steps:
        yield f"{rows.pace[0].upper()}{rows.pace[1:]}.\n"
    for name, words in what_now(rows):
        yield f"- **{name}:** {_line(words)}"
    yield ""


def _line(words: Words) -> str:
    return "".join(
        code(each) if isinstance(each, Command) else prose(each) if isinstance(each, Quoted) else each for each in words
    )


def _part(steps: Sequence[StepRow], run: str, room: int, title: str = "") -> str:
    """A table of steps and what is to be said of them, as many as fit; folded where it has a title."""
    if not steps:
        return ""
    open_, close = (f"<details>\n<summary>{title}: {_counted(steps)}</summary>\n\n", "\n</details>\n\n")
    before, after = (open_, close) if title else ("", "\n")
    texts = ["\n".join(_rows(each)) + "\n" for each in steps]
    table = "\n".join(_HEAD) + "\n"
    notice = _left_out(steps, run)
    if length(before + table + "".join(texts) + after) <= room:
        return before + table + "".join(texts) + after
    shown = fitting(texts, room - length(before + table + after + notice))
    left = [each for index, each in enumerate(steps) if index not in set(shown)]
    kept = "".join(texts[index] for index in shown)
    return (before + table + kept + after if shown else "") + _left_out(left, run)


def _counted(steps: Sequence[StepRow]) -> str:
    counts = Counter(each.outcome for each in steps)
    return ", ".join(f"{number:,} {_word(outcome)}" for outcome, number in counts.items())


def _left_out(steps: Sequence[StepRow], run: str) -> str:
    where = code(f"reconciler history {run}")
    return f"**Left out, for want of room: {_counted(steps)}.** All of it: {where}\n\n"


def _rows(step: StepRow) -> Iterator[str]:
    cells = [
        str(step.number),
        _word(step.outcome) if step.ended_well else f"**{_word(step.outcome)}**",
        cell(step.address),
        cell(step.call),
        step.contact_words,
        took(step.seconds),
    ]
    yield f"| {' | '.join(cells)} |"
    told = [step.detail, *step.moved, *([f"help: {step.help}"] if step.help and not step.ended_well else [])]
    if said := "<br>".join(cell(each) for each in told if each):
        yield f"| | | {said} | | | |"


def _word(outcome: str) -> str:
    """An outcome; a word that is none of ours stands in the store, and may be anything."""
    return outcome if outcome in list(Outcome) else cell(outcome)


def _foot(rows: RunRows) -> Iterator[str]:
    if rows.read_back:
        yield f"Read back, and as written: {rows.read_back}.\n"
    facts = [f"Run {code(rows.run)}" if rows.run else "No run", f"begun {minute(rows.started)}"]
    facts += [f"for {code(rows.base_url)}"] if rows.base_url else []
    facts += [f"shard {code(rows.shard)}"] if rows.shard else []
    facts += [f"commit {code(rows.commit)}"] if rows.commit else []
    facts += [f"plan {code(rows.short_digest)}"] if rows.plan_digest else []
    facts += [f"by {code(rows.by)}"] if rows.by else []
    facts += [f"CI run {code(rows.link)}"] if rows.link else []
    yield f"{', '.join(facts)}; reconciler {code(rows.tool_version)}."
