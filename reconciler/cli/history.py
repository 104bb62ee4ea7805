"""`reconciler history`: the runs that a store remembers, and the report of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.session import Session

if TYPE_CHECKING:
    from reconciler.render.tables import Column, Record
    from reconciler.store.results import RunRecord, RunResult
    from reconciler.store.runs import Runs

#: What a run is shown to be before it has a result.
UNFINISHED = "unfinished"
#: So many runs are shown unless more are asked for.
SHOWN = 20


@click.command()
@click.argument("run", metavar="[RUN]", required=False)
@click.option("--limit", type=click.IntRange(1, 10_000), default=SHOWN, show_default=True, help="How many runs.")
@click.option(
    "--format", "format_", type=click.Choice(("table", "json")), default="table", show_default=True,
    help="What stdout gets.",
)  # fmt: skip
@click.pass_obj
def history(session: Session, run: str | None, limit: int, format_: str) -> None:
    """List the runs of apply, newest first; with RUN show what became of each step of that one.

    Of all environments, or of the one that -e names. Reads the store and no account.
    """
    from reconciler.cli.files import choose_environment
    from reconciler.cli.stores import open_store
    from reconciler.store.runs import Runs

    project = session.project()
    environment = choose_environment(project, session.environment).name if session.environment else None
    runs = Runs(open_store(session, project))
    if run is not None:
        _show(runs, _known(runs, run), format_)
        return
    _list(runs, list(islice(runs.records(environment), limit)), format_)


def _list(runs: Runs, records: Sequence[RunRecord], format_: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from reconciler.cli.get.printing import listing, print_list

    with ThreadPoolExecutor(max_workers=8) as pool:
        results = list(pool.map(lambda each: runs.result(each.run), records))
    rows = [_row(*each) for each in zip(records, results, strict=True)]
    print_list(listing(format_, _columns(), ()), [rows], "no runs yet")


def _row(record: RunRecord, result: RunResult | None) -> dict[str, Any]:
    return {
        "run": record.run,
        "startedAt": record.started_at.isoformat(),
        "environment": record.environment,
        "outcome": str(result.outcome) if result else UNFINISHED,
        "steps": result.counts if result else {},
        "seconds": (result.ended_at - record.started_at).total_seconds() if result else None,
        "requests": result.requests if result else None,
        "user": record.holder.user,
        "host": record.holder.host,
        "commit": record.commit,
        "link": record.holder.link,
    }


def _columns() -> list[Column]:
    from reconciler.render.tables import Column, cell, minute, plain

    return [
        Column("run", plain("run")),
        Column("when", lambda row: minute(row["startedAt"])),
        Column("environment", plain("environment")),
        Column("outcome", plain("outcome")),
        Column("steps", _steps),
        Column("took", lambda row: _took(row["seconds"]), right=True),
        Column("by", plain("user")),
        Column("commit", lambda row: cell((row["commit"] or "")[:10] or None)),
        Column("CI run", plain("link")),
    ]


def _steps(row: Record) -> str:
    return ", ".join(f"{number} {outcome}" for outcome, number in row["steps"].items()) or "-"


def _took(length: float | None) -> str:
    """A length of time: seconds below two minutes, to the tenth below ten of them."""
    from reconciler.render.words import span

    if length is None:
        return "-"
    return f"{length:.1f} s" if length < 10 else span(round(length))


def _known(runs: Runs, run: str) -> RunRecord:
    from reconciler.diagnostics import nearest_help
    from reconciler.errors import ProjectError

    ids = runs.ids()
    record = runs.record(run) if run in ids else None
    if record is None:
        advice = nearest_help("run", run, ids)
        raise ProjectError("no such run", f"the store remembers no run `{run}`", advice, "unknown-run")
    return record


def _show(runs: Runs, record: RunRecord, format_: str) -> None:
    from msgspec import to_builtins

    from reconciler.cli import terminal
    from reconciler.render.records import json_text

    ended, result = runs.result(record.run), runs.story(record)
    if format_ == "json":
        whole = {"finished": ended is not None, "run": to_builtins(record), "result": to_builtins(result)}
        terminal.out(json_text(whole | {"events": runs.events(record.run)}, indent=2) + "\n")
        return
    for piece in _report(record, result, finished=ended is not None):
        terminal.out(piece)
    if ended is None:
        terminal.talk("This run has not ended: it still runs, or it broke off. These are the steps that it began.\n")


def _report(record: RunRecord, result: RunResult, *, finished: bool) -> Iterator[Any]:
    from reconciler.render.tables import Column, Table, cell, details, minute, plain

    facts = {
        "run": record.run,
        "environment": f"{record.environment} ({record.base_url})",
        "outcome": str(result.outcome) if finished else UNFINISHED,
        "started": minute(record.started_at.isoformat()),
        "took": _took((result.ended_at - record.started_at).total_seconds()),
        "API calls": cell(result.requests),
        "by": str(record.holder),
        "CI run": cell(record.holder.link),
        "commit": cell(record.commit),
        "plan": record.plan_digest,
    }
    yield details(facts, [Column(name, plain(name)) for name in facts])
    yield "\n"
    columns = [
        Column("step", plain("number"), right=True),
        Column("outcome", plain("outcome")),
        Column("object", plain("address")),
        Column("operation", plain("operation")),
        Column("took", plain("took"), right=True),
        Column("contacts", plain("contacts")),
        Column("detail", plain("detail"), least=20),
    ]
    yield from Table(columns).rows([_step_row(each) for each in result.steps])


def _step_row(step: Any) -> dict[str, Any]:
    from msgspec.structs import asdict

    contacts = ", ".join(f"{number} {kind}" for kind, number in step.contacts.items())
    return asdict(step) | {"took": _took(step.seconds), "contacts": contacts or "-", "detail": step.detail or "-"}
