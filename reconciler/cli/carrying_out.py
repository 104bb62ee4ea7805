"""A plan carried out: under the lock of its environment, with a journal, and a report that outlives the process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.errors import ReconcilerError

if TYPE_CHECKING:
    from reconciler.api.client import Client
    from reconciler.applying.apply import Progress
    from reconciler.applying.results import Report, Result
    from reconciler.cli.interruptions import Interruptions
    from reconciler.cli.run_reports import Told
    from reconciler.cli.session import Session
    from reconciler.manifests.desired import Desired
    from reconciler.planning.plan import Plan, Step
    from reconciler.store.journal import Journal
    from reconciler.store.objects import StoreFault
    from reconciler.store.results import RunResult
    from reconciler.store.runs import Runs


@dataclass(frozen=True, slots=True)
class Carried:
    """What a run came to; `unnoted`: why its end could not be written down, where it could not."""

    run: str
    report: Report
    unnoted: StoreFault | None


def carry_out(
    session: Session, desired: Desired, made: Plan, parallelism: int, interruptions: Interruptions, telling: Told
) -> Carried:
    """Applies the plan under the lock of its environment, once nothing of an earlier run is open any more.

    SavedPlanRefused, with nothing written, when a run has applied this saved plan to its end already. KeyboardInterrupt
    comes out as long as no run was begun; later ones are in the report.
    """
    from reconciler.cli import observing, stores
    from reconciler.cli.baselines import note_applied
    from reconciler.cli.checks import stop_at_checks
    from reconciler.cli.run_results import fault_of, run_result
    from reconciler.render.plan_json import plan_json
    from reconciler.store.holder import this_process
    from reconciler.store.journal import Journal, new_run_id
    from reconciler.store.lock import Times, held_lock
    from reconciler.store.runs import Runs

    objects, name = stores.open_store(session, desired.project), stores.scope_of(made)
    run, holder, runs = new_run_id(session.clock()), this_process(session.variables), Runs(objects)
    times = Times(clock=session.clock, pause=interruptions.sleep)
    with (
        held_lock(objects, name, run, holder, times=times, say=stores.say) as lock,
        session.client(
            desired.environment,
            writable=True,
            parallelism=parallelism,
            shards=stores.shards_of(made),
            observed=observing.exchanges(desired.environment, session.variables),
        ) as client,
    ):
        with interruptions.heard():
            stores.close_left_open(runs, name, client)
            _refuse_applied(runs, made)
            stop_at_checks(session, desired, made)  # a freeze may have begun since
        record = stores.run_record(made, run, holder, session.clock(), lock.fencing)
        interruptions.run = run
        runs.begin(record, plan_json(made).encode())
        telling.begun(runs, record)

        def ended(report: Report) -> RunResult:
            sent, again = client.requests, client.repeated
            return run_result(record, made, report, session.clock(), requests=sent, repeated=again)

        try:
            journal = Journal(objects, run, session.clock, lock)
            report = _applied(client, desired, made, journal, parallelism, interruptions)
        except ReconcilerError as error:
            refused = replace(ended(stores.refused_report(made, error)), fault=fault_of(error))
            telling.ended(refused)
            stores.note_end(runs, record, refused)
            raise
        result = ended(report)
        telling.ended(result)
        unnoted = stores.note_end(runs, record, result)
        note_applied(objects, name, desired, made, _done(report), session.clock(), run)
        if report.complete:
            stores.forget_old_runs(runs, desired.project, made.environment, session.clock())
    return Carried(run, report, unnoted)


def _refuse_applied(runs: Runs, made: Plan) -> None:
    """SavedPlanRefused when a run has applied this plan to its end; one that is not from a file has no digest yet."""
    from reconciler.errors import SavedPlanRefused
    from reconciler.render.neutral import neutral

    if made.digest and (applied := runs.applied(made.digest)):
        detail = f"run {neutral(applied.run)} applied it to its end at {applied.ended_at:%Y-%m-%d %H:%M:%SZ}"
        raise SavedPlanRefused("saved plan was applied already", detail, "plan again, and review that plan")


def note_nothing_to_do(session: Session, desired: Desired, made: Plan) -> None:
    """Notes for `drift` that the account is as this plan's manifests ask: nothing had to be written."""
    from reconciler.cli import stores
    from reconciler.cli.baselines import note_applied

    objects = stores.open_store(session, desired.project)
    note_applied(objects, stores.scope_of(made), desired, made, (), session.clock(), None)


def _done(report: Report) -> set[int]:
    """The numbers of the steps that were carried out whole."""
    from reconciler.applying.results import Outcome

    return {each.step.number for each in report.results if each.outcome is Outcome.DONE and not each.contacts.left}


def _applied(
    client: Client, desired: Desired, made: Plan, journal: Journal, parallelism: int, interruptions: Interruptions
) -> Report:
    from reconciler.applying.apply import apply_plan
    from reconciler.applying.notes import Intents
    from reconciler.cli.progress import progress
    from reconciler.planning.agreement import found_by_name

    ended: list[Result] = []
    client.guard_writes(journal.check_lock)
    try:
        with progress(made.steps, parallelism) as lines, interruptions.heard():
            return apply_plan(
                client,
                made,
                journal=Intents(journal, made),
                progress=_Remembering(lines, ended),
                parallelism=parallelism,
                by_name=found_by_name(made, desired),
                desired=None if made.undoes else desired,  # an undo asks no rule who its contacts are
                check=journal.check_lock,
                ended=client.traffic.ended,
            )
    except KeyboardInterrupt:  # before the first step was begun, or after the last one: in between it is heard there
        return _interrupted(made, ended)


@dataclass(frozen=True, slots=True)
class _Remembering:
    """Progress that is told on, and the results of it."""

    told: Progress
    results: list[Result] = field(default_factory=list)

    def waiting(self, step: Step, why: str) -> None:
        """The step waits for the API."""
        self.told.waiting(step, why)

    def going_on(self, step: Step, contacts: int) -> None:
        """The step goes on, and has written so many more contacts."""
        self.told.going_on(step, contacts)

    def ended(self, result: Result) -> None:
        """A step has ended."""
        self.results.append(result)
        self.told.ended(result)


def _interrupted(made: Plan, ended: list[Result]) -> Report:
    """The report of a run of which these steps have ended, and no other was begun."""
    from reconciler.applying.clock import STOPPED
    from reconciler.applying.results import Contacts, Outcome, Report, Result, in_step_order

    known = {each.step.number for each in ended}
    left = [
        Result(each, Outcome.SKIPPED, STOPPED, contacts=Contacts(untried=each.contact_ids))
        for each in made.steps
        if each.number not in known
    ]
    return Report(in_step_order([*ended, *left]), interrupted=bool(left))
