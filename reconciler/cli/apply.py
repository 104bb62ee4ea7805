"""`reconciler apply`: makes the account what the plan says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.deadline import deadline_option
from reconciler.cli.exits import Exit
from reconciler.cli.part import Part, part_options
from reconciler.cli.plan import make, rows_of
from reconciler.cli.reports import Report, run_format_options
from reconciler.cli.session import Ended, Session

if TYPE_CHECKING:
    from reconciler.applying.results import Report as Results
    from reconciler.cli.carrying_out import Carried
    from reconciler.cli.notices import Noticed
    from reconciler.cli.run_reports import Told
    from reconciler.manifests.desired import Desired
    from reconciler.planning.plan import Plan

LIMITS = ("contactsChanged", "campaignsChanged")


def _limits(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, int]:
    """`--allow NAME=NUMBER`, as a mapping."""
    allowed = {}
    for each in given:
        name, _, number = each.partition("=")
        if name not in LIMITS or not (number.isascii() and number.isdecimal()):
            raise click.BadParameter(f"`{each}` is not NAME=NUMBER with a NAME of {', '.join(LIMITS)}")
        allowed[name] = int(number)
    return allowed


@click.command()
@click.argument("file", required=False, is_eager=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option(
    "--allow",
    metavar="NAME=NUMBER",
    multiple=True,
    callback=_limits,
    help="Raise a limit for this run: contactsChanged, campaignsChanged.",
)
@part_options
@click.option("--parallelism", type=click.IntRange(1, 64), default=10, show_default=True, help="Campaigns at once.")
@deadline_option
@run_format_options
@click.pass_obj
def apply(
    session: Session,
    file: Path | None,
    yes: bool,
    allow: Mapping[str, int],
    part: Part,
    parallelism: int,
    format_: str,
    reports: Sequence[Report],
) -> None:
    """Make the account what the manifests say.

    With FILE (from plan --out) exactly that plan is applied, as reviewed, to its own environment; where
    RECONCILER_PLAN_KEY is set, only if it is signed with that key. Without FILE a fresh plan is made, shown, and
    applied once you say yes. Ctrl-C ends what is on its way, begins nothing more and reports; a second one leaves at
    once.
    """
    from reconciler.cli import terminal
    from reconciler.cli.checks import stop_at_checks
    from reconciler.cli.notices import noticed
    from reconciler.cli.run_reports import told

    if file is None and not yes and not terminal.can_ask():
        raise click.UsageError("there is no terminal to ask on: give --yes, or a saved plan as FILE")
    if file is not None:
        part.refuse_beside_file("applied")
    with noticed(session) as notice, told(session, format_, reports) as telling:
        desired, made = _saved(session, file, part) if file else _fresh(session, part, allow, telling)
        telling.planned(made)
        notice.plan = made
        if made.steps:
            _stop_at_limits(made, desired, allow)
            stop_at_checks(session, desired, made, tell=file is not None)
            if file is None and not yes:
                _ask(made, telling, notice)
        _carry_out(session, desired, made, parallelism, telling, notice)


def _carry_out(
    session: Session, desired: Desired, made: Plan, parallelism: int, telling: Told, notice: Noticed
) -> None:
    """Applies a plan that nothing stands against; Ended when not everything was done."""
    from reconciler.cli import terminal
    from reconciler.cli.carrying_out import carry_out, note_nothing_to_do
    from reconciler.cli.interruptions import Interruptions

    if made.steps:
        with Interruptions() as interruptions:  # a report is never broken off
            try:
                carried = carry_out(session, desired, made, parallelism, interruptions, telling)
                notice.report = carried.report
                telling.tell()
                _finish(made, carried)
            finally:
                notice.run = interruptions.run
        if not interruptions.kept and made.undoes is None:
            _tell_unsettled(session, desired, made, carried.report)
    elif not made.digest:  # a saved plan may be of long ago
        note_nothing_to_do(session, desired, made)
    if made.has_errors:
        terminal.talk("Not everything was planned: see the errors above. That part was left alone.\n")
        raise Ended(Exit.PARTLY)


def _fresh(session: Session, part: Part, allow: Mapping[str, int], telling: Told) -> tuple[Desired, Plan]:
    from reconciler.cli import terminal
    from reconciler.cli.files import choose_environment
    from reconciler.cli.stores import close_before_planning

    project = session.project()
    close_before_planning(session, project, choose_environment(project, session.environment), part.shard)
    desired, made, diagnostics = make(session, part)
    terminal.report(diagnostics)
    telling.show_plan(made, rows_of(made, desired, allowed=allow))
    return desired, made


def _saved(session: Session, file: Path, part: Part) -> tuple[Desired, Plan]:
    from reconciler.cli import terminal
    from reconciler.cli.saved_plans import checked_plan
    from reconciler.planning.selection import shard_of_plan
    from reconciler.render.words import count

    desired, made = checked_plan(session, file)
    part.refuse_other_shard(shard_of_plan(made))
    terminal.talk(f"Applying {file} to `{made.environment}`: {count(len(made.steps), 'step')}, as reviewed.\n")
    return desired, made


def _stop_at_limits(made: Plan, desired: Desired, allow: Mapping[str, int]) -> None:
    from reconciler.errors import LimitExceeded
    from reconciler.planning.limits import limit_uses

    exceeded = [use for use in limit_uses(made, desired, allow) if use.exceeded]
    if exceeded:
        found = (
            f"{use.name} of {use.owner or 'this run'} would be {use.used:,}, the limit is {use.limit:,}"
            for use in exceeded
        )
        allowing = " ".join(f"--allow {use.name}={use.used}" for use in exceeded if not use.owner)
        advice = [f"{allowing} allows it for one run"] if allowing else []
        advice += ["a rule's own limit is raised in the rule"] if any(use.owner for use in exceeded) else []
        detail = "; ".join([*found, "nothing was written"])
        raise LimitExceeded("the plan is over a limit", detail, "review the plan; " + "; ".join(advice))


def _ask(made: Plan, telling: Told, notice: Noticed) -> None:
    from reconciler.cli import terminal

    answer = click.prompt(
        f"\nApply this to `{made.environment}`? Only 'yes' does", default="", show_default=False, err=True
    )
    if answer != "yes":
        terminal.talk("Not applied: nothing was written.\n")
        telling.not_confirmed()
        notice.leave_out()
        raise Ended(Exit.ERROR)


def _finish(made: Plan, carried: Carried) -> None:
    """Exits when the run did not end as planned, or when its end could not be noted."""
    from reconciler.store.objects import store_fault

    report = carried.report
    if report.interrupted:
        raise Ended(Exit.INTERRUPTED)
    if report.only_stale and not made.has_errors:
        raise Ended(Exit.STALE)
    if not report.complete:
        raise Ended(Exit.PARTLY)
    if (fault := carried.unnoted) is not None:
        detail = f"run {carried.run} did what is said above; {fault.detail}"
        advice = "see that the store can be written again, then run `apply`: it looks at what that run left"
        raise store_fault("store", "the end of the run could not be noted", detail, advice)


def _tell_unsettled(session: Session, desired: Desired, made: Plan, report: Results) -> None:
    """Warns of rules that would change again what has just been written, where only planning again shows it."""
    from reconciler.cli import terminal
    from reconciler.cli.stores import shards_of
    from reconciler.errors import ReconcilerError
    from reconciler.planning.settled import unsettled

    written: dict[int, list[int]] = {}
    for result in report.results:
        written.setdefault(result.step.campaign_id, []).extend(result.contacts.done)
    if not any(written.values()):
        return
    try:
        with session.client(desired.environment, writable=False, shards=shards_of(made)) as client:
            terminal.report(unsettled(client, desired, written, made.changes, session.clock()))
    except (ReconcilerError, KeyboardInterrupt) as error:
        why = error.summary if isinstance(error, ReconcilerError) else "interrupted"
        terminal.talk(f"Applied; whether the rules leave it at that was not found out: {why}\n")
