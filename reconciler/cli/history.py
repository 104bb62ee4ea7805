"""`reconciler history`: the runs that a store remembers, and the report of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.cli.session import Session

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.render.tables import Column, Record
    from reconciler.store.objects import Objects
    from reconciler.store.results import RunRecord, RunResult
    from reconciler.store.runs import Runs
    from reconciler.store.traces import Event

_Value = TypeVar("_Value")

#: What a run is shown to be before it has a result, alive or not, and one of which this version can't read one.
RUNNING, UNFINISHED, UNREADABLE = "running", "unfinished", "unreadable"
#: So many runs are shown unless more are asked for.
SHOWN = 20


@click.command()
@click.argument("run", metavar="[RUN]", required=False)
@click.option("--limit", type=click.IntRange(1, 10_000), default=SHOWN, show_default=True, help="How many runs.")
@click.option(
    "--format", "format_", type=click.Choice(("table", "json", "markdown")), default="table", show_default=True,
    help="What stdout gets; markdown: of one RUN.",
)  # fmt: skip
@click.pass_obj
def history(session: Session, run: str | None, limit: int, format_: str) -> None:
    """List the runs of apply, newest first; with RUN show what became of each step of that one.

    RUN is an id, the beginning of one, or `last`.

    Of all environments, or of the one that -e names. Reads the store and no account.
    """
    from reconciler.cli.files import choose_environment
    from reconciler.cli.stores import open_store
    from reconciler.cli.undone_runs import asked_run
    from reconciler.store.runs import Runs

    if run is None and format_ == "markdown":
        raise click.UsageError("markdown is for the report of one RUN")
    project = session.project()
    environment = choose_environment(project, session.environment).name if session.environment else None
    objects = open_store(session, project)
    runs, still_runs = Runs(objects), partial(_still_runs, objects, session.clock())
    if run is not None:
        _show(runs, asked_run(runs, run, environment), format_, still_runs)
        return
    _list(islice(_past(runs, environment), limit), format_, still_runs)


@dataclass(frozen=True, slots=True)
class _Past:
    """A run: None for a record that this version can't read, and for a result that is not there."""

    run: str
    record: RunRecord | None
    result: RunResult | None
    readable: bool


def _past(runs: Runs, environment: str | None) -> Iterator[_Past]:
    """The runs of an environment (or of all), newest first; with those of which nobody can read whose they are."""
    from concurrent.futures import ThreadPoolExecutor

    from reconciler.store.runs import AT_ONCE

    ids = runs.ids()
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        for start in range(0, len(ids), AT_ONCE):
            for each in pool.map(lambda run: _one(runs, run), ids[start : start + AT_ONCE]):
                if each is not None and (each.record is None or environment in (None, each.record.environment)):
                    yield each


def _one(runs: Runs, run: str) -> _Past | None:
    """A run; None for what a deletion that broke off has left of one."""
    record, known = _read(lambda: runs.record(run))
    if known and record is None:
        return None
    result, has_result = _read(lambda: runs.result(run)) if record is not None else (None, True)
    return _Past(run, record, result, known and has_result)


def _read(read: Callable[[], _Value | None]) -> tuple[_Value | None, bool]:
    """What is read, and whether it could be; a StoreFault comes out when it is the store itself that can't be read."""
    from reconciler.store.objects import StoreFault

    try:
        return read(), True
    except StoreFault as fault:
        if fault.code != "store-unreadable":
            raise
        return None, False


def _list(past: Iterator[_Past], format_: str, still_runs: Callable[[RunRecord], bool]) -> None:
    from reconciler.cli import terminal
    from reconciler.cli.get.printing import terminal_width
    from reconciler.render.records import JsonArray
    from reconciler.render.tables import Table

    rows = [_row(each, still_runs) for each in past]
    table = Table(_columns(any(each["shard"] for each in rows)), terminal_width())
    kind = JsonArray() if format_ == "json" else table
    for piece in (*kind.rows(rows), kind.end()):
        terminal.out(piece)
    if not rows and kind is table:
        terminal.talk("no runs yet\n")
    if table.hidden:
        terminal.talk(f"left out, for want of width: {', '.join(table.hidden)} (--format json has all of it)\n")


def _row(past: _Past, still_runs: Callable[[RunRecord], bool]) -> dict[str, Any]:
    known, record, result = _known_facts(past.record), past.record, past.result
    open_ = RUNNING if record and not result and still_runs(record) else UNFINISHED
    outcome = str(result.outcome) if result else open_ if past.readable else UNREADABLE
    length = (result.ended_at - record.started_at).total_seconds() if result and record else None
    return {
        "run": past.run,
        "startedAt": known["startedAt"],
        "environment": known["environment"],
        "shard": known["shard"],
        "outcome": outcome,
        "steps": result.counts if result else {},
        "seconds": length,
        "requests": result.requests if result else None,
        **{name: known[name] for name in ("user", "host", "commit", "link")},
    }


def _known_facts(record: RunRecord | None) -> Mapping[str, str | None]:
    if record is None:
        return dict.fromkeys(("startedAt", "environment", "shard", "user", "host", "commit", "link"))
    return {
        "startedAt": record.started_at.isoformat(),
        "environment": record.environment,
        "shard": record.shard,
        "user": record.holder.user,
        "host": record.holder.host,
        "commit": record.commit,
        "link": record.holder.link,
    }


def _columns(with_shards: bool) -> list[Column]:
    from reconciler.render.runs import took
    from reconciler.render.tables import Column, cell, minute, plain

    return [
        Column("run", plain("run")),
        Column("when", lambda row: minute(row["startedAt"])),
        Column("environment", plain("environment"), least=8),
        *([Column("shard", plain("shard"))] if with_shards else []),
        Column("outcome", plain("outcome")),
        Column("steps", _steps, least=6),
        Column("took", lambda row: took(row["seconds"]), right=True),
        Column("by", plain("user"), least=6),
        Column("commit", lambda row: cell((row["commit"] or "")[:10] or None)),
        Column("CI run", plain("link")),
    ]


def _steps(row: Record) -> str:
    from reconciler.render.neutral import neutral

    return ", ".join(f"{number} {neutral(outcome)}" for outcome, number in row["steps"].items()) or "-"


def _still_runs(objects: Objects, now: datetime, record: RunRecord) -> bool:
    """Whether a run holds its lock and shows signs of life; False where that can't be read."""
    from reconciler.store.holder import lives_here
    from reconciler.store.lease import read_lock
    from reconciler.store.objects import StoreFault

    try:
        lock = read_lock(objects, record.scope)[0]
    except StoreFault:
        return False
    if lock is None or not lock.is_held or lock.run != record.run:
        return False
    lives = lives_here(lock.holder)
    return lock.looks_alive(now) if lives is None else lives


def _under_way(result: RunResult, events: Sequence[Event]) -> RunResult:
    """What a run that still runs has done so far: its open steps have not broken off."""
    from msgspec import structs

    ended = {each["step"] for each in events if each["event"] == "result"}
    words = "under way: no answer yet"
    steps = (each if each.number in ended else structs.replace(each, detail=words) for each in result.steps)
    return structs.replace(result, steps=tuple(steps))


def _show(runs: Runs, record: RunRecord, format_: str, still_runs: Callable[[RunRecord], bool]) -> None:
    from msgspec import to_builtins

    from reconciler.cli import terminal
    from reconciler.cli.get.printing import terminal_width
    from reconciler.cli.run_results import rows_of
    from reconciler.render.records import json_text
    from reconciler.render.run_markdown import run_markdown
    from reconciler.render.run_text import run_text

    running = still_runs(record)  # before its result is read: it may end in between
    ended, result = runs.result(record.run), runs.story(record)
    running = running and ended is None
    result = _under_way(result, runs.events(record.run, ("result",))) if running else result
    rows = rows_of(result, record, finished=ended is not None, running=running)
    if format_ == "json":
        whole = {"finished": ended is not None, "run": to_builtins(record), "result": to_builtins(result)}
        terminal.out(json_text(whole | {"events": runs.events(record.run)}, indent=2) + "\n")
    elif format_ == "markdown":
        terminal.out(run_markdown(rows))
    else:
        terminal.out(run_text(rows, terminal_width()))
