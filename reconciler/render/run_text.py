"""The report of a run as text: for a terminal, a log, or a file of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.text import Text

from reconciler.applying.results import Outcome
from reconciler.render.layout import wrapped
from reconciler.render.runs import RunRows, StepRow, took
from reconciler.render.tables import Column, Table, details, plain
from reconciler.render.what_now import what_now
from reconciler.render.words import minute

#: So many steps that did not end well are shown again below a run that has shown each of them already.
MOST_AGAIN = 20
STYLES: Mapping[str, str] = {
    Outcome.DONE: "green",
    Outcome.FAILED: "bold red",
    Outcome.SKIPPED: "yellow",
    Outcome.DEFERRED: "cyan",
    Outcome.UNKNOWN: "bold magenta",
    Outcome.STALE: "bold yellow",
}


def run_end_text(rows: RunRows, width: int | None = None) -> Text:
    """What stands below a run whose steps were shown while it ran; `width`: of the terminal, if it is one."""
    return _joined(_end(rows), width)


def run_text(rows: RunRows, width: int | None = None) -> Text:
    """The whole report, with each step."""
    return _joined(_whole(rows, width), width)


def _end(rows: RunRows) -> Iterator[Text]:
    yield _headline(rows)
    if not rows.steps:
        return
    yield Text(f"Run {rows.run}: {rows.pace}", "dim")
    trouble = [each for each in rows.worst_first if not each.ended_well]
    yield from [Text()] if trouble else []
    for each in trouble[:MOST_AGAIN]:
        words = [f"step {each.number}", each.address, each.call, each.contact_words]
        line = Text("  ").append(f"{each.outcome:<8}", STYLES.get(each.outcome, ""))
        yield line.append("  " + "  ".join(word for word in words if word))
        yield from _notes(each, 12)
    if more := len(trouble) - MOST_AGAIN:
        yield from [Text(f"  … and {more:,} more: reconciler history {rows.run}")] if more > 0 else []
    yield from _what_now(rows)


def _whole(rows: RunRows, width: int | None) -> Iterator[Text]:
    facts = _facts(rows)
    yield from _lines(details(facts, [Column(name, plain(name)) for name in facts]))
    yield Text()
    yield _headline(rows)
    if rows.steps:
        yield Text()
        yield from _steps(rows.steps, width)
    yield from _what_now(rows)


def _facts(rows: RunRows) -> dict[str, Any]:
    shard = f" (shard {rows.shard})" if rows.shard else ""
    return {
        "run": rows.run or None,
        "project": rows.project or None,
        "environment": f"{rows.environment} ({rows.base_url}){shard}" if rows.base_url else rows.environment + shard,
        "outcome": rows.outcome,
        "started": minute(rows.started),
        "took": took((rows.ended - rows.started).total_seconds()),
        "requests": rows.request_words,
        "by": rows.by or None,
        "CI run": rows.link or None,
        "commit": rows.commit or None,
        "plan": rows.short_digest or None,
        "reconciler": rows.tool_version or None,
    }


def _headline(rows: RunRows) -> Text:
    word, rest = rows.headline
    return Text(f"{word}: ", "bold green" if rows.complete else "bold red").append(rest)


def _steps(steps: Iterable[StepRow], width: int | None) -> Iterator[Text]:
    """A table, and below a row of it what is to be said of that step."""
    shown = list(steps)
    table = Table(
        [
            Column("step", lambda row: str(row["number"]), right=True),
            Column("outcome", lambda row: row["outcome"]),
            Column("took", lambda row: took(row["seconds"]), right=True),
            Column("object", lambda row: row["address"]),
            Column("contacts", lambda row: row["contacts"] or "-"),
            Column("call", lambda row: row["call"], least=12),
        ],
        width,
    )
    heading, body = table.rows([_record(each) for each in shown])
    yield from _lines(heading if isinstance(heading, Text) else Text(heading))
    for step, line in zip(shown, str(body).splitlines(), strict=True):
        at = line.find(step.outcome)
        styled = Text(line)
        styled.stylize(STYLES.get(step.outcome, ""), at, at + len(step.outcome))
        yield styled
        yield from _notes(step, 6)
    if table.hidden:
        yield Text(f"left out, for want of width: {', '.join(table.hidden)}", "dim")


def _record(step: StepRow) -> dict[str, Any]:
    return {
        "number": step.number,
        "outcome": step.outcome,
        "seconds": step.seconds,
        "address": step.address,
        "call": step.call,
        "contacts": step.contact_words,
    }


def _notes(step: StepRow, indent: int) -> Iterator[Text]:
    margin = " " * indent
    if step.detail:
        yield Text(margin + step.detail)
    yield from (Text(margin + each) for each in step.moved)
    if step.help and not step.ended_well:
        yield Text(margin).append("help: ", "bold cyan").append(step.help)


def _what_now(rows: RunRows) -> Iterator[Text]:
    told = [("Read back, and as written", (rows.read_back,))] if rows.read_back else []
    for number, (name, words) in enumerate([*told, *what_now(rows)]):
        if not number:
            yield Text()
        yield Text(f"{name}: ", "bold").append("".join(words))


def _joined(lines: Iterable[Text], width: int | None) -> Text:
    text = Text()
    for line in lines:
        indent = len(line.plain) - len(line.plain.lstrip(" "))
        for part in wrapped(line, width, indent + 2) if line.plain.strip() else [line]:
            text.append(part).append("\n")
    return text


def _lines(text: Text) -> Iterator[Text]:
    yield from text.split("\n")
