"""The whole stage: a plan's steps, side by side across campaigns and one after another within one."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from reconciler.api.traffic import DeadlineOver, NotSent
from reconciler.applying.account import refuse_other_account
from reconciler.applying.before import Expected, columns_read, contacts_before
from reconciler.applying.clock import Clock
from reconciler.applying.notes import Journal, Notes
from reconciler.applying.pace import Pace
from reconciler.applying.reads import Reads
from reconciler.applying.results import Contacts, Outcome, Report, Result, in_step_order
from reconciler.applying.work import PLAN_AGAIN, Campaigning, Writer
from reconciler.applying.writes import carry_out
from reconciler.errors import ReconcilerError, place_of_bug
from reconciler.manifests.desired import Desired
from reconciler.planning.belonging import Belonging, belonging
from reconciler.planning.coverage import refuse_uncovered
from reconciler.planning.plan import Change, Plan, Step
from reconciler.planning.saved import to_json

_Part = TypeVar("_Part", Change, Step)


class Progress(Protocol):
    """Who wants to know how far the run is; called from several threads. What it raises is not heard."""

    def waiting(self, step: Step, why: str) -> None:
        """The step waits for the API."""

    def going_on(self, step: Step, contacts: int) -> None:
        """The step goes on, and has written so many more contacts."""

    def ended(self, result: Result) -> None:
        """A step has ended."""


@dataclass(frozen=True, slots=True)
class _Run:
    writer: Writer
    plan: Plan
    notes: Notes
    progress: Progress
    clock: Clock
    slots: threading.Semaphore
    #: The changes of each campaign.
    changes: Mapping[int, Sequence[Change]]
    belonging: Belonging
    #: The campaigns that nobody has begun, and the results of all: both are added to and taken from by every thread.
    waiting: deque[Sequence[Step]]
    results: list[Result] = field(default_factory=list)
    sent: set[int] = field(default_factory=set)

    def note(self, step: Step, event: str, token: str) -> None:
        content = {"step": step.number, "address": step.address, "campaignId": step.campaign_id}
        content |= {"operation": str(step.operation)} | ({"batch": token} if token else {})
        if event == "sending":
            self.notes.before(event, content)
            self.sent.add(step.number)
            return
        self.notes.after(event, content)
        with suppress(Exception):
            self.progress.waiting(step, event)

    def going_on(self, step: Step, contacts: int) -> None:
        with suppress(Exception):
            self.progress.going_on(step, contacts)


def apply_plan(
    writer: Writer,
    plan: Plan,
    *,
    journal: Journal,
    progress: Progress,
    parallelism: int = 10,
    by_name: Collection[int] = (),
    pause: Callable[[float], Any] | None = None,
    desired: Desired | None = None,
    check: Callable[[], Any] = lambda: None,
    ended: Callable[[], str] = lambda: "",
) -> Report:
    """Carries out the plan's steps and reports each. `pause` waits so many seconds in place of the clock.

    `by_name`: the campaigns (ids) that only their names tie to the manifests. `desired`: these manifests; with them a
    contact that its rule does not match any more is left alone. `check` raises when nothing more may be sent (the lock
    is lost); the journal asks for it itself where it notes a write. `ended` says why the run is over by itself, so that
    no further step is begun; nothing while it goes on.

    A campaign whose step does not end well keeps its later steps from being tried; the others go on. On
    KeyboardInterrupt no further step is begun, those in flight are ended, and the report says `interrupted`; the second
    one comes out at once, and leaves behind threads that end what is in flight.
    Before the first write: SavedPlanRefused when the steps are not those of the plan's changes, or when this is not the
    account that it was made from; ProjectError when the journal can't be written; and what the client raises.
    """
    refuse_uncovered(plan)
    refuse_other_account(writer, plan, by_name)
    rules = belonging(writer, plan, desired)
    notes, slots = Notes(journal, check), threading.Semaphore(max(1, parallelism))
    changes, steps = _by_campaign(plan.changes), _by_campaign(plan.steps)
    run = _Run(writer, plan, notes, progress, Clock(pause, ended), slots, changes, rules, deque(steps.values()))
    digest = plan.digest or to_json(plan)["digest"]
    notes.before("begin", {"plan": digest, "environment": plan.environment, "steps": len(plan.steps)})
    interrupted = _all_campaigns(run, parallelism)
    report = Report(in_step_order([*run.results, *_unreported(run)]), interrupted)
    notes.after("end", {"interrupted": interrupted} | {str(each): report.count(each) for each in Outcome})
    return report


def _by_campaign(parts: Iterable[_Part]) -> dict[int, list[_Part]]:
    """The changes or steps of each campaign, in their order."""
    by_campaign: dict[int, list[_Part]] = {}
    for part in parts:
        by_campaign.setdefault(part.campaign_id, []).append(part)
    return by_campaign


def _all_campaigns(run: _Run, parallelism: int) -> bool:
    """Works off the campaigns in some threads; whether it was interrupted. Comes back when every step has a result.

    The threads belong to a thread of their own, which no interruption reaches: this one only waits for it.
    """
    threads = min(max(1, parallelism), max(1, len(run.waiting)))
    finished = threading.Event()
    conductor = threading.Thread(target=_conduct, args=(run, threads, finished), name="apply")
    interrupted = False
    while True:
        try:
            if conductor.ident is None:
                _start_unheard(conductor)
            finished.wait()
            return interrupted
        except KeyboardInterrupt:
            run.clock.stop()
            if interrupted:
                raise
            interrupted = True


def _start_unheard(thread: threading.Thread) -> None:
    """Starts a thread; an interruption is heard before or after it, never in the middle."""
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        thread.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)


def _conduct(run: _Run, threads: int, finished: threading.Event) -> None:
    try:
        with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="apply") as pool:
            wait([pool.submit(_work_off, run) for _ in range(threads)])
    finally:
        finished.set()


def _work_off(run: _Run) -> None:
    """Takes one campaign after another until none is left; each is taken by one thread alone."""
    while True:
        try:
            steps = run.waiting.popleft()
        except IndexError:
            return
        _campaign(run, steps)


def _campaign(run: _Run, steps: Sequence[Step]) -> None:
    work = _campaigning(run, steps)
    stopped = False
    left = 0  # contacts that were to be written, and were left as they are
    for step in steps:
        if left and not step.contact_ids:  # what comes after the contacts: removing members, unpausing
            result = Result(
                step, Outcome.SKIPPED, f"{left} contacts of this campaign were left as they are", PLAN_AGAIN
            )
        else:
            result = _step(run, step, work, stopped)
        left += result.contacts.left
        stopped = stopped or result.stops_campaign
        if fault := _note_result(run, result):
            result = replace(result, detail=f"{result.detail} (not in the journal: {fault})".strip())
        run.results.append(result)
        with suppress(Exception):
            run.progress.ended(result)


def _campaigning(run: _Run, steps: Sequence[Step]) -> Campaigning:
    changes = run.changes.get(steps[0].campaign_id, ())
    owners = run.belonging.owners(changes)
    return Campaigning(
        writer=run.writer,
        expected=Expected(changes),
        before=contacts_before(changes),
        belongs=lambda contact: run.belonging.holds(owners[contact.contactId], contact),
        reads=Reads(run.writer, steps, columns_read(changes) | run.belonging.columns(changes)),
        pace=Pace(),
        clock=run.clock,
        slots=run.slots,
        note=run.note,
        hindrance=run.notes.hindrance,
        going_on=run.going_on,
    )


def _step(run: _Run, step: Step, work: Campaigning, stopped: bool) -> Result:
    if run.clock.stopping:
        return _untried(step, Outcome.SKIPPED, run.clock.reason)
    if stopped:
        return _untried(step, Outcome.SKIPPED, "an earlier step of this campaign did not end well")
    begun = run.clock.now()
    result = _carried_out(run, step, work)
    return replace(result, seconds=run.clock.now() - begun)


def _carried_out(run: _Run, step: Step, work: Campaigning) -> Result:
    try:
        return carry_out(step, work)
    except ReconcilerError as error:
        is_late = isinstance(error, NotSent | DeadlineOver) and run.clock.stopping
        outcome = Outcome.SKIPPED if is_late else Outcome.FAILED
        return _untried(step, outcome, f"{error.summary}: {error.detail}", error.help)
    except Exception as error:
        return _bug(step, error, was_sent=step.number in run.sent)


def _untried(step: Step, outcome: Outcome, detail: str, advice: str = "") -> Result:
    """The result of a step that wrote nothing."""
    return Result(step, outcome, detail, advice, contacts=Contacts(untried=step.contact_ids))


def _unreported(run: _Run) -> Iterator[Result]:
    """A result for each step whose thread died of a fault of the tool: no step is ever left out of a report."""
    known = {each.step.number for each in run.results}
    for step in run.plan.steps:
        if step.number not in known:
            was_sent = step.number in run.sent
            outcome, contacts = Outcome.UNKNOWN if was_sent else Outcome.SKIPPED, _perhaps(step, was_sent=was_sent)
            detail = "a fault of reconciler itself ended its campaign"
            yield Result(step, outcome, detail, PLAN_AGAIN, contacts=contacts)


def _bug(step: Step, error: Exception, *, was_sent: bool) -> Result:
    """A fault of the tool ends its step and not the report: where it was, without the values at hand (S10)."""
    outcome = Outcome.UNKNOWN if was_sent else Outcome.FAILED
    detail = f"{type(error).__name__} in {place_of_bug(error)}: a fault of reconciler itself"
    return Result(step, outcome, detail, PLAN_AGAIN, contacts=_perhaps(step, was_sent=was_sent))


def _perhaps(step: Step, *, was_sent: bool) -> Contacts:
    """The contacts of a step of which only this is known."""
    return Contacts(unknown=step.contact_ids) if was_sent else Contacts(untried=step.contact_ids)


def _note_result(run: _Run, result: Result) -> str:
    content: dict[str, Any] = {"step": result.step.number, "address": result.step.address}
    content |= {"campaignId": result.step.campaign_id, "outcome": str(result.outcome), "detail": result.detail}
    content |= {"contacts": contacts} if (contacts := result.contacts.by_kind()) else {}
    content |= {"readBack": result.read_back} if result.read_back else {}
    return run.notes.after("result", content)
