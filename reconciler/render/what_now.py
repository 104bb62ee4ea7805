"""The end of a run's report: how to go on, and how to undo what it did."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from reconciler.applying.results import Outcome
from reconciler.planning.plan import Operation
from reconciler.render.runs import RunRows
from reconciler.render.words import count


class Command(str):
    """A command line to type."""

    __slots__ = ()


class Quoted(str):
    """Words that may hold what comes from outside."""

    __slots__ = ()


#: What stands on one line: words of ours, commands and quoted words.
Words = tuple[str, ...]


def what_now(rows: RunRows) -> Iterator[tuple[str, Words]]:
    """What to do next: its name (`To go on`, `To undo`, `What stays`), and the words; nothing where nothing is."""
    for each in _going_on(rows):
        yield "To go on", each
    yield from (("To undo", each) for each in _undoing(rows))
    if lasting := list(_lasting(rows)):
        yield "What stays", (f"{' and '.join(lasting)} (can't be undone)",)


def _going_on(rows: RunRows) -> Iterator[Words]:
    apply, plan = _of_the_same_part(rows, "apply"), _of_the_same_part(rows, "plan", "--out", "change.json")
    counts, contacts = rows.counts, rows.contacts
    if rows.fault:
        yield (Quoted(rows.fault_help) if rows.fault_help else "correct it, then run again",)
        return
    if rows.running:
        where = ", ".join(filter(None, (rows.by, rows.link)))
        yield ("it still runs (", Quoted(where), "): wait, or stop it with Ctrl-C")
        return
    if not rows.finished:
        yield ("this run still runs, or it broke off; in that case ", apply, " waits for what is open and goes on")
        return
    if rows.blocked:
        shown = ", ".join(rows.blocked[:_MOST_NAMED]) + (" …" if len(rows.blocked) > _MOST_NAMED else "")
        yield (Quoted(shown), " could not be planned as a whole: ", _of_the_same_part(rows, "plan"), " says why")
    if rows.outcome == "interrupted":
        yield ("it was interrupted: ", *_mending(counts[Outcome.FAILED]), apply, " goes on from what the account holds")
    else:
        yield from _after_its_end(rows, apply, plan)
    if contacts["deferred"]:
        yield (f"{count(contacts['deferred'], 'contact')} in a call: the next ", apply, " writes them")


def _after_its_end(rows: RunRows, apply: Command, plan: Command) -> Iterator[Words]:
    """What the outcomes of the steps ask for, after a run that came to its end."""
    counts = rows.counts
    if counts[Outcome.FAILED]:
        yield (*_mending(counts[Outcome.FAILED]), apply, " does what is left")
    if counts[Outcome.UNKNOWN]:
        yield (f"of {_them(counts[Outcome.UNKNOWN])} the end is unknown: ", apply, _WAITS)
    if counts[Outcome.STALE]:
        yield ("the account was changed since the plan: plan again and review it, ", plan)
    if counts[Outcome.SKIPPED] and not (counts.keys() & {Outcome.FAILED, Outcome.UNKNOWN, Outcome.STALE}):
        yield (f"{_them(counts[Outcome.SKIPPED])} skipped: ", apply, " tries again")


def _mending(failed: int) -> Words:
    return (f"mend the cause of the {count(failed, 'failed step')}, then ",) if failed else ()


#: So many objects are named.
_MOST_NAMED = 10
_WAITS = " waits for a batch that still runs, reads what the account holds, and does what is left"


def _undoing(rows: RunRows) -> Iterator[Words]:
    if not rows.finished:
        if not rows.running:
            yield ("not before it is settled: ", _of_the_same_part(rows, "apply"), " does that first")
        return
    if not rows.wrote:
        if rows.steps or rows.fault:
            yield ("nothing was written: there is nothing to undo",)
        return
    undo = _command(rows, "rollback", rows.run, "--out", "undo.json")
    yield (undo, ", review that plan, then ", _command(rows, "apply", "undo.json"))


def _lasting(rows: RunRows) -> Iterator[str]:
    """What the API takes back for nobody."""
    written = [each.operation for each in rows.steps if each.wrote]
    if number := written.count(Operation.ADD_FIELDS):
        yield f"the fields that were added to {count(number, 'campaign')}"
    if number := sum(each.archives for each in rows.steps if each.wrote):
        yield f"{count(number, 'archived campaign')}"
    if number := written.count(Operation.DELETE_CAMPAIGN):
        yield f"{count(number, 'deleted campaign')}"


def _them(number: int) -> str:
    return count(number, "step")


def _command(rows: RunRows, *words: str) -> Command:
    """A command line of this tool for the run's environment, as a shell takes it whatever the names are."""
    return command(rows.environment, *words)


def command(environment: str | None, *words: str) -> Command:
    """A command line of this tool for an environment, to be pasted into a shell."""
    return Command(shlex.join(["reconciler", *(["-e", environment] if environment else []), *words]))


def _of_the_same_part(rows: RunRows, *words: str) -> Command:
    """A command that plans what the run was about: its shard alone, where it had one."""
    return _command(rows, *words, *(["--shard", rows.shard] if rows.shard else []))
