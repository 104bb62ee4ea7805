"""Explanations for a terminal: of a code, of a field, and the list of what there is to explain."""

from __future__ import annotations

import textwrap

from rich.text import Text

from reconciler.explanations import STAGES, Explanation
from reconciler.kinds import SCHEMAS
from reconciler.render.fields import Entry, written
from reconciler.render.fields import entry as entry_of

_WIDTH = 96


def explanation_text(code: str, explained: Explanation) -> Text:
    """What the fault means, why it is one, what to do, and an example twice: wrong and right."""
    text = Text()
    text.append(code, "bold red").append(f": {explained.title}\n", "bold")
    text.append(f"\n{_wrapped(explained.why)}\n")
    text.append("\nWhat to do: ", "bold cyan").append(f"{_wrapped(explained.advice, len('What to do: '))}\n")
    if explained.where is not None:
        text.append("\nWrong", "bold red").append(f", {explained.where}:\n\n{_indented(explained.wrong)}")
        text.append("\nRight", "bold green").append(f":\n\n{_indented(explained.right)}")
    return text


def entry_text(entry: Entry) -> Text:
    """A field: its documentation, its type and limits, and the fields inside of it."""
    text = Text()
    text.append(f"{entry.path}\n", "bold")
    text.append(f"\n{_wrapped(entry.docs)}\n" if entry.docs else "")
    text.append("\n")
    for name, value in entry.facts():
        text.append(f"{name:<11}", "cyan").append(f"{_wrapped(value, 11)}\n")
    if entry.fields:
        inside = entry_of(f"{entry.path}.spec") or entry
        text.append(f"{'fields':<11}", "cyan").append(f"{_wrapped(', '.join(inside.fields), 11)}\n")
        text.append(f"\n`reconciler explain {written(entry)}.FIELD` explains one of them.\n", "dim")
    return text


def everything_text() -> Text:
    """The kinds, and every code with its title, by stage."""
    text = Text()
    text.append("Kinds and their fields (reconciler explain Campaign.settings.maxTries)\n", "bold")
    text.append("".join(f"  {kind}\n" for kind in SCHEMAS))
    width = max(len(code) for table in STAGES.values() for code in table)
    for stage, table in STAGES.items():
        text.append(f"\n{stage}\n", "bold")
        for code, each in table.items():
            text.append(f"  {code:<{width}}", "cyan").append(f"  {each.title}\n")
    return text


def _wrapped(text: str, taken: int = 0) -> str:
    """`text` on lines that fit, the later ones below the first, which begins after `taken` columns."""
    lines = textwrap.wrap(text, _WIDTH - taken, break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * taken}".join(lines)


def _indented(example: str) -> str:
    return textwrap.indent(example, "    ")
