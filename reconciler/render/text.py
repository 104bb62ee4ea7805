"""Faults and results for a terminal or a log: readable without colour, the same words with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from rich.text import Text

from reconciler.applying.results import Contacts, Outcome, Result
from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.render.neutral import neutral
from reconciler.render.runs import moved_words
from reconciler.render.words import step_words

#: So many faults are shown, so much of a source line, and so much of what is said about it.
MOST_FAULTS, LONGEST_LINE, MOST_WORDS = 1000, 240, 600
_SEVERITIES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
_OUTCOMES = {
    Outcome.DONE: ("done", "green"),
    Outcome.FAILED: ("failed", "bold red"),
    Outcome.SKIPPED: ("skipped", "yellow"),
    Outcome.DEFERRED: ("deferred", "cyan"),
    Outcome.UNKNOWN: ("unknown", "bold magenta"),
    Outcome.STALE: ("stale", "bold yellow"),
}


def diagnostics_text(diagnostics: Iterable[Diagnostic]) -> Text:
    """Faults in the manner of a compiler: summary, place, the line with carets, one help line.

    Of very many, the first ones; of a very long line, what is around the fault.
    """
    faults = list(diagnostics)
    text = Text("\n").join(_diagnostic(each) for each in faults[:MOST_FAULTS])
    if more := len(faults) - MOST_FAULTS:
        text.append(f"\n… and {more:,} more: mend these first\n" if more > 0 else "")
    return text


def _diagnostic(diagnostic: Diagnostic) -> Text:
    style = _SEVERITIES[diagnostic.severity]
    text = Text()
    text.append(f"{diagnostic.severity}[{diagnostic.code}]", style).append(f": {diagnostic.summary}\n", "bold")
    span, detail = diagnostic.span, neutral(_cut(diagnostic.detail, MOST_WORDS))
    if span is None:
        text.append(f"  {detail}\n" if detail else "")
    else:
        text.append(_excerpt(span, detail, style))
        for label in diagnostic.labels:
            text.append(_excerpt(label.span, neutral(_cut(label.text, MOST_WORDS)), "blue", "::: "))
    if diagnostic.help:
        text.append("help: ", "bold cyan").append(neutral(diagnostic.help) + "\n")
    return text


def _excerpt(span: Span, remark: str, style: str, arrow: str = "--> ") -> Text:
    gutter = len(str(span.line))
    text = Text(" " * gutter)
    text.append(arrow, "blue").append(neutral(str(span)) + "\n")
    before, marked, after = _around(span)
    line = neutral(before + marked + after)
    if not line:
        return text.append(" " * (gutter + 1) + f"{remark}\n")
    start = cell_len(neutral(before))
    width = max(1, cell_len(line[len(neutral(before)) : len(neutral(before)) + len(marked)]))
    text.append(" " * gutter + " |\n", "blue")
    text.append(f"{span.line} | ", "blue").append(line + "\n")
    text.append(" " * gutter + " | ", "blue")
    return text.append(" " * start + "^" * width + " ", style).append(remark + "\n", style)


def _around(span: Span) -> tuple[str, str, str]:
    """What a line holds before, in and after a span; of a long line the part around it, with … at the ends."""
    line = span.source.line(span.line)
    start, end = span.column - 1, span.column - 1 + span.width
    if len(line) <= LONGEST_LINE:
        return line[:start], line[start:end], line[end:]
    first, last = max(0, start - LONGEST_LINE // 3), min(len(line), start + 2 * LONGEST_LINE // 3)
    head, tail = "…" if first else "", "…" if last < len(line) else ""
    return head + line[first:start], line[start : min(end, last)], line[min(end, last) : last] + tail


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def result_text(result: Result, total: int, ended: int | None = None) -> Text:
    """One step that has ended, on one line, and what moved below it.

    `ended`: how many have ended with it; without it, the step's own number is shown.
    """
    word, style = _OUTCOMES[result.outcome]
    text = Text()
    place = f"{ended or result.step.number:>{len(str(total))}}/{total}"
    text.append(f"  {place}  ", "dim").append(f"{word:<8}", style)
    text.append(f"  {step_words(result.step)}")
    if counts := [(name, number) for name, number in _counts(result.contacts) if number]:
        text.append("  " + ", ".join(f"{number:,} {name}" for name, number in counts), "dim")
    text.append(f"  {neutral(result.detail)}\n" if result.detail else "\n", "" if result.help else "dim")
    for moved in result.moved:
        words = moved_words(moved.what, moved.planned, moved.found)
        text.append(f"           {neutral(words)}\n", style)
    if result.help:
        text.append("           help: ", "bold cyan").append(neutral(result.help) + "\n")
    return text


def _counts(contacts: Contacts) -> Iterator[tuple[str, int]]:
    """How many contacts of a step are of each kind that its detail does not tell."""
    yield "written", len(contacts.done)
    yield "failed", len(contacts.failed)
    yield "excluded", contacts.excluded_count
    yield "in a call", len(contacts.deferred)
    yield "moved", len(contacts.moved)
    yield "unknown", len(contacts.unknown)
