"""A plan or a run in its formats: one on stdout, and any of them into files beside it (`--format`, `--report`)."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.machine_reports import GITHUB, ITEM_MACHINES, MACHINES, OLDER

if TYPE_CHECKING:
    from reconciler.diagnostics import Diagnostic
    from reconciler.planning.plan import Plan
    from reconciler.render.github import Handover
    from reconciler.render.rows import PlanRows

#: As `render/formats.py` has them; it is imported only where a plan is rendered.
FORMATS = ("text", "json", "markdown", "html")
#: Those of a run.
RUN_FORMATS = ("text", "json", "markdown")
#: How an older report in a format is known: nothing else is written over.
_OLDER = {
    "text": re.compile(rb"(?=.*^Plan: ).*^made [^\n]* by reconciler [^\n]*$", re.MULTILINE | re.DOTALL),
    "markdown": re.compile(rb"### reconciler plan [^\n]*\n<!-- reconciler plan: "),
    "html": re.compile(rb"<!doctype html>\n<!-- reconciler plan: "),
}
_OLDER_RUN = {
    "text": re.compile(rb"run  [^\n]*\nproject  [^\n]*\n.*^reconciler  [^\n]*\n\n", re.MULTILINE | re.DOTALL),
    "markdown": re.compile(rb"### reconciler apply [^\n]*\n<!-- reconciler run: "),
}
_OLDER_DRIFT = {
    "text": re.compile(rb"Drift of [^\n]* in [^\n]*\n\n"),
    "markdown": re.compile(rb"### reconciler drift [^\n]*\n<!-- reconciler drift: "),
}
_OF_A_DRIFT = {"formatVersion", "fingerprint", "differences"}
_OF_A_RUN = {"formatVersion", "run", "outcome", "startedAt", "endedAt", "steps"}


@dataclass(frozen=True, slots=True)
class Report:
    """A file that is to get a plan, or what became of a run, in a format.

    `folder`: where the project is in its repository; `outputs`: what later steps get, beside the summary of this one.
    """

    format: str
    path: Path
    folder: str = ""
    outputs: Path | None = None


def format_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options `--format` and `--report` of a command that shows a plan."""
    return _options(command, FORMATS, "the plan", (*FORMATS, *MACHINES, GITHUB))


def run_format_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same of a command that carries out a plan."""
    return _options(command, RUN_FORMATS, "what became of each step", (*RUN_FORMATS, "junit", GITHUB))


def _options(
    command: Callable[..., Any], formats: Sequence[str], what: str, reported: Sequence[str]
) -> Callable[..., Any]:
    chosen = click.option(
        "--format", "format_", type=click.Choice(formats), default="text", show_default=True, help="What stdout gets."
    )
    return chosen(_report_option(what, reported)(command))


def _report_option(what: str, formats: Sequence[str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        "--report",
        "reports",
        metavar="FORMAT=FILE",
        multiple=True,
        callback=_reports(formats),
        help=f"Write {what} into a file, too: {_listed(formats)}; repeatable.",
    )


def _listed(formats: Sequence[str]) -> str:
    """The formats in words; `github` takes no file."""
    files = ", ".join(each for each in formats if each != GITHUB)
    return f"{files}; or `{GITHUB}`, without a file, in GitHub Actions" if GITHUB in formats else files


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
    """Writes the reports of a plan, each whole or not at all, and tells of those that could not be; whether all were.

    A saved plan is written over by JSON alone.
    """
    from reconciler.cli.machine_reports import plan_texts
    from reconciler.planning.saved import looks_saved
    from reconciler.render.formats import FORMATS as RENDERED

    def handover() -> Handover:
        from reconciler.render.github import plan_handover

        return plan_handover(made, rows, folder)

    folder = reports[0].folder if reports else ""
    texts = {each: (lambda each=each: RENDERED[each](made, rows)) for each in FORMATS}
    older = _Older("a plan", {**_OLDER, **OLDER}, looks_saved)
    return _write(reports, {**texts, **plan_texts(made, rows, folder)}, older, handover)


def write_run_reports(
    texts: Mapping[str, Callable[[], str]],
    reports: Sequence[Report],
    handover: Callable[[], Handover] | None = None,
) -> bool:
    """The same for a run; `texts`: what makes the report in each format, `handover` what GitHub Actions gets."""
    return _write(reports, texts, _Older("a run", {**_OLDER_RUN, **OLDER}, _looks(_OF_A_RUN)), handover)


def drift_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same options of a command that compares the account with the manifests."""
    return _options(command, RUN_FORMATS, "what differs", (*RUN_FORMATS, *ITEM_MACHINES, GITHUB))


def write_drift_reports(
    texts: Mapping[str, Callable[[], str]], reports: Sequence[Report], handover: Callable[[], Handover]
) -> bool:
    """The same for drift; `texts`: what makes the report in each format, `handover` what GitHub Actions gets."""
    return _write(reports, texts, _Older("drift", {**_OLDER_DRIFT, **OLDER}, _looks(_OF_A_DRIFT)), handover)


@dataclass(frozen=True, slots=True)
class _Older:
    """How an older report of a kind is known, in each format."""

    noun: str
    patterns: Mapping[str, re.Pattern[bytes]]
    json: Callable[[bytes], bool]

    def may_be_replaced(self, report: Report) -> bool:
        """Whether there is nothing at the report's place but an older one."""
        content = report.path.read_bytes() if report.path.exists() else b""
        if not content.strip():
            return True
        return self.json(content) if report.format == "json" else bool(self.patterns[report.format].match(content))


def _looks(keys: Set[str]) -> Callable[[bytes], bool]:
    """Whether a file's content is a JSON object that has these keys."""

    def look(content: bytes) -> bool:
        import msgspec

        try:
            data = msgspec.json.decode(content)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return False
        return isinstance(data, dict) and data.keys() >= keys

    return look


def _write(
    reports: Sequence[Report],
    texts: Mapping[str, Callable[[], str]],
    older: _Older,
    handover: Callable[[], Handover] | None = None,
) -> bool:
    from reconciler.cli import terminal
    from reconciler.cli.machine_reports import hand_over

    faults = []
    for each in reports:
        if each.outputs is not None and handover is not None:
            fault = hand_over(handover(), each.path, each.outputs)
        else:
            fault = _written(each, texts[each.format], older)
        faults += [fault] if fault else []
    terminal.report(faults)
    return not faults


def _written(report: Report, text: Callable[[], str], older: _Older) -> Diagnostic | None:
    """The fault that kept a report from being written."""
    from reconciler.diagnostics import Diagnostic
    from reconciler.store.folder import writing

    path = report.path
    try:
        if older.may_be_replaced(report):
            with writing(path, 0o666, overwrite=True) as file:
                file.write(text().encode())
            return None
        detail, advice = f"{path} is no report of {older.noun} as {report.format}: it stays", "name a new file"
    except OSError as error:
        missing = not path.parent.is_dir()
        detail = f"{path}: there is no folder {path.parent}" if missing else f"{path}: {error.strerror}"
        advice = "make the folder first" if missing else "choose another file"
    return Diagnostic("report-not-written", "a report can't be written", detail, help=advice)


def _reports(formats: Sequence[str]) -> Callable[[click.Context, click.Parameter, tuple[str, ...]], list[Report]]:
    """`--report FORMAT=FILE`, each file once; `--report github` has its files from GitHub Actions."""

    def read(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> list[Report]:
        others = (context.params.get("out"), context.params.get("file"))
        taken = {_place(each) for each in others if each is not None}
        reports: list[Report] = []
        for each in given:
            if each == GITHUB and GITHUB in formats:
                reports += [] if any(one.outputs for one in reports) else [_for_github(context)]
                continue
            format_, _, name = each.partition("=")
            if format_ not in formats or format_ == GITHUB or not name:
                raise click.BadParameter(f"`{each}` is not FORMAT=FILE with a FORMAT of {_listed(formats)}")
            path = Path(name)
            refuse_no_file(path)
            if (place := _place(path)) in taken:
                raise click.BadParameter(f"`{name}` is named twice: each report needs a file of its own")
            taken.add(place)
            reports.append(Report(format_, path, _folder(context)))
        return reports

    return read


def _for_github(context: click.Context) -> Report:
    from reconciler.cli.machine_reports import github_files

    summary, outputs = github_files(context.obj)
    return Report(GITHUB, summary, _folder(context), outputs)


def _folder(context: click.Context) -> str:
    from reconciler.cli.checkout import folder_in_repository

    return folder_in_repository(context.obj)


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
