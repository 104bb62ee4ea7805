"""A plan in its formats: one on stdout, and any of them into files beside it (`--format`, `--report`)."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from reconciler.diagnostics import Diagnostic
    from reconciler.planning.plan import Plan
    from reconciler.render.rows import PlanRows

#: As `render/formats.py` has them; it is imported only where a plan is rendered.
FORMATS = ("text", "json", "markdown", "html")
#: How an older report in a format is known: nothing else is written over.
_OLDER = {
    "text": re.compile(rb"(?=.*^Plan: ).*^made [^\n]* by reconciler [^\n]*$", re.MULTILINE | re.DOTALL),
    "markdown": re.compile(rb"### reconciler plan [^\n]*\n<!-- reconciler plan: "),
    "html": re.compile(rb"<!doctype html>\n<!-- reconciler plan: "),
}


@dataclass(frozen=True, slots=True)
class Report:
    """A file that is to get the plan in a format."""

    format: str
    path: Path


def format_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options `--format` and `--report` of a command that shows a plan."""
    chosen = click.option(
        "--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True, help="What stdout gets."
    )
    reports = click.option(
        "--report",
        "reports",
        metavar="FORMAT=FILE",
        multiple=True,
        callback=_reports,
        help="Write the plan into a file, too, in any of these formats; repeatable.",
    )
    return chosen(reports(command))


def show_plan(made: Plan, rows: PlanRows, format_: str, *, facts: bool = False) -> None:
    """Prints a plan to stdout; as text it is laid out for the terminal, if there is one. `facts`: when it was made."""
    from reconciler.cli import terminal
    from reconciler.cli.get.printing import terminal_width
    from reconciler.render.formats import FORMATS as RENDERED
    from reconciler.render.plan_text import plan_text

    if format_ == "text":
        terminal.out(plan_text(rows, terminal_width(), facts=facts, plain=not _shows_signs()))
    else:
        terminal.out(RENDERED[format_](made, rows))


def _shows_signs() -> bool:
    """Whether stdout can take arrows and bars: a terminal of another encoding than UTF-8 often can't."""
    try:
        "→≈█▓░·".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def write_reports(made: Plan, rows: PlanRows, reports: Sequence[Report]) -> bool:
    """Writes the reports, each whole or not at all, and tells of those that could not be; whether all were."""
    from reconciler.cli import terminal
    from reconciler.render.formats import FORMATS as RENDERED

    faults = [fault for each in reports if (fault := _written(each, RENDERED[each.format](made, rows)))]
    terminal.report(faults)
    return not faults


def _written(report: Report, text: str) -> Diagnostic | None:
    """The fault that kept a report from being written."""
    from reconciler.diagnostics import Diagnostic
    from reconciler.store.folder import writing

    path = report.path
    try:
        if _may_be_replaced(report):
            with writing(path, 0o666, overwrite=True) as file:
                file.write(text.encode())
            return None
        detail, advice = f"{path} is no report of a plan as {report.format}: it stays", "name a new file"
    except OSError as error:
        missing = not path.parent.is_dir()
        detail = f"{path}: there is no folder {path.parent}" if missing else f"{path}: {error.strerror}"
        advice = "make the folder first" if missing else "choose another file"
    return Diagnostic("report-not-written", "a report can't be written", detail, help=advice)


def _may_be_replaced(report: Report) -> bool:
    """Whether there is nothing at the report's place but an older report: a saved plan for JSON alone."""
    from reconciler.planning.saved import looks_saved

    content = report.path.read_bytes() if report.path.exists() else b""
    if report.format == "json" or not content.strip():
        return looks_saved(content)
    return _OLDER[report.format].match(content) is not None


def _reports(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> list[Report]:
    """`--report FORMAT=FILE`, each file once."""
    others = (context.params.get("out"), context.params.get("file"))
    taken = {_place(each) for each in others if each is not None}
    reports = []
    for each in given:
        format_, _, name = each.partition("=")
        if format_ not in FORMATS or not name:
            raise click.BadParameter(f"`{each}` is not FORMAT=FILE with a FORMAT of {', '.join(FORMATS)}")
        path = Path(name)
        refuse_no_file(path)
        if (place := _place(path)) in taken:
            raise click.BadParameter(f"`{name}` is named twice: each report needs a file of its own")
        taken.add(place)
        reports.append(Report(format_, path))
    return reports


def _place(path: Path) -> str:
    """Two paths that have the same one are the same file; links are not followed, since they are replaced."""
    return os.path.abspath(path)  # noqa: PTH100


def refuse_no_file(path: Path) -> None:
    """click.BadParameter for a folder, a device or a pipe: what is written takes the place of what was there.

    For `-`, too: others write to stdout then.
    """
    if str(path) == "-":
        raise click.BadParameter("`-` is no file: `--format` says what stdout gets")
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "no regular file"
        raise click.BadParameter(f"`{path}` is {what}")
