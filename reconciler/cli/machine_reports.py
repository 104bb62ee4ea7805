"""Reports for machines: where they go, how older ones are known, and what a step hands to GitHub Actions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from reconciler.cli.session import Session
    from reconciler.diagnostics import Diagnostic
    from reconciler.planning.plan import Plan
    from reconciler.render.github import Handover
    from reconciler.render.machine import Item
    from reconciler.render.rows import PlanRows

#: The formats that go into a file; GITHUB goes where GitHub Actions says.
MACHINES: Final = ("gitlab", "codequality", "sarif", "junit")
GITHUB: Final = "github"
#: Those that are not of a plan alone.
ITEM_MACHINES: Final = ("codequality", "sarif", "junit")
#: How an older report is known: nothing else is written over.
OLDER: Final[Mapping[str, re.Pattern[bytes]]] = {
    "gitlab": re.compile(rb'\{"create": \d+, "update": \d+, "delete": \d+\}\n\Z'),
    "codequality": re.compile(rb'\[\]\n\Z|\[\n  \{\n    "check_name": "reconciler/'),
    "sarif": re.compile(
        rb'\{\n  "\$schema": [^\n]*\n  "version": [^\n]*\n(?: *["{][^\n]*\n){4} *"name": "reconciler",'
    ),
    "junit": re.compile(rb'<\?xml [^\n]*\n<testsuites name="reconciler" '),
}
#: GitHub refuses the summary of a step that is larger, in bytes; a character has at most three for each that
#: JavaScript counts, which is what a summary's length is told in.
MOST_SUMMARY, _BYTES_EACH = 1024 * 1024, 3
_VARIABLES = ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")


def plan_texts(made: Plan, rows: PlanRows, folder: str) -> dict[str, Callable[[], str]]:
    """What makes a plan's report in each format for machines; `folder`: the project's in its repository."""

    from reconciler.render.formats import plan_as

    return {each: partial(plan_as, each, made, rows, folder) for each in MACHINES}


def item_texts(
    items: Sequence[Item], title: str, folder: str, addresses: Sequence[str] = ()
) -> dict[str, Callable[[], str]]:
    """What makes a report of items in each format that takes any; the rest as `render/formats.py` has it."""
    from reconciler.render.formats import items_as

    return {each: partial(items_as, each, items, folder, title, addresses) for each in ITEM_MACHINES}


def github_files(session: Session) -> tuple[Path, Path]:
    """The files for a step's summary and for its outputs; click.BadParameter outside of GitHub Actions."""
    found = [session.variables.get(each) for each in _VARIABLES]
    if not all(found):
        missing = " and ".join(name for name, each in zip(_VARIABLES, found, strict=True) if not each)
        raise click.BadParameter(
            f"`github` is for a step of GitHub Actions, which sets {missing}: elsewhere name a file, as markdown=FILE"
        )
    summary, outputs = (Path(each or "") for each in found)
    return summary, outputs


def hand_over(what: Handover, summary: Path, outputs: Path) -> Diagnostic | None:
    """Appends the summary and the outputs, and prints the annotations to stderr; the fault where a file can't be.

    GitHub's runner reads commands from stderr, too; stdout holds what `--format` says, and nothing else.
    """
    import secrets

    from reconciler.cli import terminal
    from reconciler.diagnostics import Diagnostic
    from reconciler.render.github import outputs_text

    terminal.talk(what.annotations)
    try:
        _append(outputs, outputs_text(what.outputs, lambda: f"end-{secrets.token_hex(16)}"))
        room = MOST_SUMMARY - _size(summary) - 1
        text = what.summary(room // _BYTES_EACH)
        if text and len(text.encode()) <= room:
            _append(summary, text)
        else:
            terminal.talk("note: the summary of this step is full: nothing was added to it\n")
    except OSError as error:
        detail = f"{error.filename}: {error.strerror}"
        return Diagnostic("report-not-written", "a report can't be written", detail, help="see what GitHub's step sets")
    return None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _append(path: Path, text: str) -> None:
    """On a line of its own, whatever an earlier command of the step has left."""
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, 2)
            text = text if file.read(1) == b"\n" else f"\n{text}"
        file.write(text.encode())
