"""`reconciler simulate`: applies a plan to a copy of the account, in this process. Writes nothing to the account."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.exits import Exit
from reconciler.cli.part import Part, part_options
from reconciler.cli.plan import make
from reconciler.cli.session import Ended, Session

if TYPE_CHECKING:
    from rich.text import Text

    from reconciler.api.application import Application
    from reconciler.applying.results import Result
    from reconciler.emulator import Account, Options
    from reconciler.manifests.desired import Desired
    from reconciler.planning.plan import Plan
    from reconciler.planning.selection import Selection
    from reconciler.simulating.simulation import Simulation, Terms

#: What to do when planning again is not empty.
HELP = "where every step is done, a rule sets what rules match by: let them match by values that none of them sets"


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="What stdout gets.",
)  # fmt: skip
@part_options
@click.option(
    "--batch-seconds", metavar="SECONDS", type=click.FloatRange(0, 1800), default=5.0, show_default=True,
    help="What a batch is taken to need; its duration is not documented.",
)  # fmt: skip
@click.option("--parallelism", type=click.IntRange(1, 64), default=10, show_default=True, help="Campaigns at once.")
@click.pass_obj
def simulate(
    session: Session, file: Path | None, format_: str, part: Part, batch_seconds: float, parallelism: int
) -> None:
    """Apply a plan to a copy of the account, and plan again there.

    Copies the structure of the account, and of the contacts that the plan is about what its rules read and set: no
    other personal data, and nothing onto a disk. Shows what each step does there, that planning again is then empty,
    and about how many calls and how much time the account would need. Never writes to the account.

    With FILE (from plan --out) that plan is tried, else a fresh one. Exits 0 when every step is done or deferred and
    nothing is left to do, else 1.
    """
    from reconciler.cli import terminal
    from reconciler.simulating.simulation import Terms

    if file is not None:
        part.refuse_beside_file("simulated")
    desired, made, selection = _saved(session, file, part) if file else _fresh(session, part)
    done = _simulated(session, desired, made, selection, Terms(batch_seconds, parallelism)) if made.steps else None
    terminal.out(_json(made, done) if format_ == "json" else _text(made, done))
    if done is not None and done.report.interrupted:
        raise Ended(Exit.INTERRUPTED)
    _tell_limits(made, desired)
    if made.has_errors:
        terminal.talk("Not everything was planned: see the errors above. That part was not simulated.\n")
    if made.has_errors or not (done is None or done.is_settled):
        raise Ended(Exit.ERROR)


def _fresh(session: Session, part: Part) -> tuple[Desired, Plan, Selection]:
    from reconciler.cli import terminal
    from reconciler.planning.selection import selected

    desired, made, diagnostics = make(session, part)
    terminal.report(diagnostics)
    return desired, made, selected(desired, part.targets, part.labels, part.shard)


def _saved(session: Session, file: Path, part: Part) -> tuple[Desired, Plan, Selection]:
    """The plan of a file; SavedPlanRefused where `apply FILE` would not take it either."""
    from reconciler.cli.saved_plans import checked_plan
    from reconciler.planning.selection import selected, shard_of_plan

    desired, made = checked_plan(session, file)
    shard = shard_of_plan(made)
    part.refuse_other_shard(shard)
    labels = dict(each.split("=", 1) for each in made.targets if "=" in each)
    return desired, made, selected(desired, [each for each in made.targets if "=" not in each], labels, shard)


def _simulated(session: Session, desired: Desired, made: Plan, selection: Selection, terms: Terms) -> Simulation:
    """What the account's client reads for the copy it can't write (S1); what is written never leaves this process."""
    from reconciler.planning.agreement import found_by_name
    from reconciler.simulating.measuring import Measured
    from reconciler.simulating.simulation import simulate as simulated

    shards = selection.shard.total if selection.shard else 1
    with session.client(desired.environment, writable=False, shards=shards) as client:
        return simulated(
            Measured(client, time.perf_counter), made, desired, selection, serve=served, now=session.clock(),
            terms=terms, by_name=found_by_name(made, desired),
        )  # fmt: skip


def _tell_limits(made: Plan, desired: Desired) -> None:
    """Nothing is written here, so nothing is stopped; `apply` would be."""
    from reconciler.cli import terminal
    from reconciler.planning.limits import limit_uses

    for use in limit_uses(made, desired, {}):
        if use.exceeded:
            words = f"{use.name} of {use.owner or 'this run'} would be {use.used:,}, the limit is {use.limit:,}"
            terminal.talk(f"note: apply stops before the first write: {words}\n")


@contextmanager
def served(account: Account, options: Options, clock: Callable[[], datetime]) -> Iterator[Application]:
    """The emulator over a database in memory, of which nothing ever gets onto a disk."""
    from reconciler.emulator import open_emulator

    yield open_emulator(None, options=options, seed=account, clock=clock)


def _text(made: Plan, done: Simulation | None) -> Text:
    from rich.text import Text

    from reconciler.render.neutral import neutral
    from reconciler.render.text import result_text
    from reconciler.render.words import count

    if done is None:
        return Text("Nothing to simulate: the plan has no steps\n")
    held = f"{count(done.campaigns, 'campaign')}, {count(done.contacts, 'contact')}"
    text = Text("Copied: ", "bold").append(f"{held}, in memory alone; of a contact what the rules read and set\n")
    for each in done.dropped:
        text.append(f"  {neutral(each)}\n", "yellow")
    for result in done.report.results:
        text.append(result_text(result, len(made.steps)))
    text.append("On the copy: ", "bold green" if done.report.complete else "bold red").append(f"{_outcomes(done)}\n")
    text.append("Planning again: ", "bold green" if done.is_settled else "bold red").append(f"{_again(done)}\n")
    for line in _left(done):
        text.append(f"  {neutral(line)}\n")
    if done.again.steps and done.report.complete:
        text.append("help: ", "bold cyan").append(f"{HELP}\n")
    return text.append("Against the account: ", "bold").append(f"{_estimate(done)}\n")


def _outcomes(done: Simulation) -> str:
    from reconciler.applying.results import Outcome

    return ", ".join(f"{done.report.count(each)} {each}" for each in Outcome if done.report.count(each))


def _again(done: Simulation) -> str:
    from reconciler.render.words import count

    if done.again.steps:
        return f"{count(len(done.again.steps), 'step')} more"
    return "nothing to do" if done.is_settled else "nothing to do, and that shows too little"


def _left(done: Simulation) -> Iterator[str]:
    """What planning again still changes, and what keeps it from being a proof."""
    from reconciler.planning.plan import Action
    from reconciler.render.words import count

    for change in done.again.changes:
        if change.rule is not None and change.changed:
            contacts = count(change.changed, "contact")
            yield f"{change.address} rule {change.rule} still changes {contacts} of {change.campaign}"
        elif change.rule is None and change.action is not Action.NONE:
            names = ", ".join(each.name for each in change.attributes)
            yield f"{change.address} still changes: {names or change.action}"
    for fault in done.faults:
        yield f"{fault.summary}: {fault.detail}"
    for address in done.unlike:
        yield (
            f"{address} is not planned on the copy as on the account: it moved since the plan, or reads filters "
            "otherwise than the emulator"
        )


def _estimate(done: Simulation) -> str:
    from math import ceil

    from reconciler.render.words import count, span

    found = done.estimate
    batches = f"{found.batches:,} {'batch' if found.batches == 1 else 'batches'} of {found.batch_seconds:g} s (assumed)"
    parts = [
        f"{count(found.calls, 'call')} of {found.call_seconds * 1000:,.0f} ms (the median of {found.measured:,} reads)"
    ]
    parts += [batches] if found.batches else []
    return f"{', '.join(parts)}: about {span(ceil(found.seconds))}"


def _json(made: Plan, done: Simulation | None) -> str:
    from reconciler.render.records import json_text

    content = {"formatVersion": 1, "environment": made.environment, "steps": len(made.steps), "settled": True}
    return json_text(content | ({} if done is None else _record(done)), indent=2) + "\n"


def _record(done: Simulation) -> dict[str, Any]:
    """What the text says, for machines: contacts as numbers of them."""
    found = done.estimate
    return {
        "settled": done.is_settled,
        "copied": {"campaigns": done.campaigns, "contacts": done.contacts, "dropped": list(done.dropped)},
        "results": [_result(each) for each in done.report.results],
        "again": {"steps": len(done.again.steps), "left": list(_left(done))},
        "estimate": {
            "calls": found.calls,
            "seconds": round(found.seconds, 1),
            "callSeconds": round(found.call_seconds, 4),
            "callsMeasured": found.measured,
            "batches": found.batches,
            "batchSeconds": found.batch_seconds,
        },
    }


def _result(result: Result) -> dict[str, Any]:
    step, kinds = result.step, result.contacts.by_kind()
    excluded = result.contacts.excluded_count
    counts = {name: excluded if name == "excluded" else len(each) for name, each in kinds.items()}
    return {
        "step": step.number,
        "address": step.address,
        "campaignId": step.campaign_id,
        "operation": str(step.operation),
        "rule": step.rule,
        "outcome": str(result.outcome),
        "detail": result.detail,
        "contacts": counts,
    }
