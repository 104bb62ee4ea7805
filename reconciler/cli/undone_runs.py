"""A run of the store as what is to be undone: its plan, and what its journal tells of each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.manifests.project import Environment, Project
    from reconciler.planning.plan import Step
    from reconciler.planning.undoing.run import Deed, PastRun
    from reconciler.store.results import RunRecord
    from reconciler.store.runs import Runs
    from reconciler.store.traces import Event

#: Stands for the newest run of an environment.
LAST = "last"
#: So many runs are named to one who asks for a run that is not there.
_NAMED = 12


def asked_run(runs: Runs, run: str, environment: str | None) -> RunRecord:
    """What is known of the run that is asked for; ProjectError when there is none.

    `run`: its id, the beginning of one id alone, or ``last`` for the newest one of the `environment` (None: of all).
    """
    from reconciler.errors import ProjectError

    if run == LAST:
        record = next(runs.records(environment), None)
        if record is None:
            of = f" of `{environment}`" if environment else ""
            advice = "`reconciler history` lists the runs of all environments"
            raise ProjectError("no such run", f"the store remembers no run{of}", advice, "unknown-run")
        return record
    begun = [each for each in runs.ids() if run and each.startswith(run)]
    return known_run(runs, begun[0] if len(begun) == 1 else run)


def known_run(runs: Runs, run: str) -> RunRecord:
    """What is known of the run with this id; ProjectError when there is none."""
    from reconciler.errors import ProjectError

    ids = runs.ids()
    record = runs.record(run) if run in ids else None
    if record is None:
        raise ProjectError("no such run", f"the store remembers no run `{run}`", _nearest(run, ids), "unknown-run")
    return record


def _nearest(run: str, ids: Sequence[str]) -> str:
    """A help line for an id that is not known; `ids`: those that are, newest first."""
    from reconciler.diagnostics import nearest, nearest_help

    if not ids or nearest(run, ids):
        return nearest_help("run", run, ids)
    more = f" and {len(ids) - _NAMED} older ones" if len(ids) > _NAMED else ""
    return f"known: {', '.join(f'`{each}`' for each in ids[:_NAMED])}{more}"


def refuse_elsewhere(record: RunRecord, project: Project, environment: Environment) -> None:
    """ProjectError for a run of another project, environment or account."""
    from reconciler.errors import ProjectError

    for what, there, here in (
        ("project", record.project, project.name),
        ("environment", record.environment, environment.name),
        ("baseUrl", record.base_url, environment.base_url),
    ):
        if there != here:
            detail = f"the {what} of run {record.run} is `{there}`, here it is `{here}`"
            raise ProjectError("this run was elsewhere", detail, "undo it where it was applied", "run-elsewhere")


def past_run(runs: Runs, record: RunRecord) -> PastRun:
    """The run with its plan and what became of each step.

    ProjectError when it has not ended, or when the store does not hold its plan as it was applied any more.
    """
    from reconciler.errors import ProjectError, SavedPlanRefused
    from reconciler.planning.saved import loads
    from reconciler.planning.undoing.run import PastRun

    result, content = runs.result(record.run), runs.plan(record.run)
    if result is None:
        detail = f"run {record.run} has no end yet: it still runs, or it broke off"
        advice = "wait for it; after one that broke off `reconciler apply` first finds out what it left, and then plans"
        raise ProjectError("this run has not ended", detail, advice, "run-unfinished")
    try:
        plan = loads(content or b"", f"the plan of run {record.run}")
    except SavedPlanRefused as fault:
        plan, why = None, fault.detail
    if plan is None or plan.digest != record.plan_digest:
        detail = why if plan is None else f"the plan of run {record.run} is not the one that it applied"
        advice = "undo it by hand: the plan that was saved at the time names the values before"
        raise ProjectError("this run can't be undone", detail, advice, "run-without-plan")
    events = runs.events(record.run, ("sending", "busy", "result"))
    told = {each.number: str(each.outcome) for each in result.steps}
    return PastRun(
        record.run, plan, _deeds(plan.steps, told, {each.number: each.detail for each in result.steps}, events)
    )


def _deeds(
    steps: Sequence[Step], outcomes: Mapping[int, str], details: Mapping[int, str], events: Sequence[Event]
) -> dict[int, Deed]:
    from reconciler.store.traces import contacts_told

    contacts = contacts_told(events)
    sent = {each["step"] for each in events if each["event"] == "sending"}
    return {
        each.number: _contacts_deed(each, contacts.get(each.number), outcomes.get(each.number, ""))
        if each.contact_ids
        else _campaign_deed(outcomes.get(each.number, ""), details.get(each.number, ""), each.number in sent)
        for each in steps
    }


def _campaign_deed(outcome: str, detail: str, was_sent: bool) -> Deed:
    """Of a step that failed after it was sent some values may have stuck."""
    from reconciler.applying.results import ALREADY, Outcome
    from reconciler.planning.undoing.run import Deed

    if outcome == Outcome.DONE:
        return Deed(wrote=detail != ALREADY)
    in_doubt = was_sent and outcome in (Outcome.UNKNOWN, Outcome.FAILED, "")
    return Deed(wrote=None if in_doubt else False)


def _contacts_deed(step: Step, told: Mapping[str, Any] | None, outcome: str) -> Deed:
    """Where the journal does not say which of them, all that the step names are in doubt."""
    from reconciler.applying.results import Outcome
    from reconciler.planning.undoing.run import Deed

    if told is not None:
        return Deed(contacts=frozenset(told.get("done", ())), in_doubt=frozenset(told.get("unknown", ())))
    in_doubt = outcome in (Outcome.DONE, Outcome.FAILED, Outcome.UNKNOWN)
    return Deed(in_doubt=frozenset(step.contact_ids if in_doubt else ()))
