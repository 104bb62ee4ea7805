"""The whole stage: a plan's steps, side by side across campaigns and one after another within one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Protocol

from reconciler.applying.before import Expected
from reconciler.applying.results import Outcome, Report, Result, in_step_order
from reconciler.applying.writes import Campaigning, Wait, Writer, carry_out
from reconciler.errors import ConnectionLost, ReconcilerError
from reconciler.planning.plan import Plan, Step


class Journal(Protocol):
    """Where every write is noted before and after it is sent."""

    def note(self, event: str, content: Mapping[str, Any]) -> None:
        """Writes one event down, durably."""


class Progress(Protocol):
    """Who wants to know how far the run is; called from several threads."""

    def waiting(self, step: Step, why: str) -> None:
        """The step waits for the API."""

    def ended(self, result: Result) -> None:
        """A step has ended."""


@dataclass(frozen=True, slots=True)
class _Run:
    writer: Writer
    plan: Plan
    journal: Journal
    progress: Progress
    wait: Wait
    stop: threading.Event

    def note(self, step: Step, event: str, token: str) -> None:
        content = {"step": step.number, "address": step.address, "campaignId": step.campaign_id}
        content |= {"operation": str(step.operation)} | ({"batch": token} if token else {})
        self.journal.note(event, content)
        if event in ("accepted", "busy"):
            self.progress.waiting(step, event)


def apply_plan(
    writer: Writer,
    plan: Plan,
    *,
    journal: Journal,
    progress: Progress,
    parallelism: int = 10,
    pause: Callable[[float], Any] | None = None,
) -> Report:
    """Carries out the plan's steps and reports each. `pause` waits so many seconds in place of the clock.

    A campaign whose step does not end well keeps its later steps from being tried; the others go on. On
    KeyboardInterrupt no further step is begun, those in flight are ended, and the report says `interrupted`.
    """
    stop = threading.Event()

    def wait_for(seconds: float) -> bool:
        if pause is None:
            return stop.wait(seconds)
        pause(seconds)
        return stop.is_set()

    run = _Run(writer, plan, journal, progress, wait_for, stop)
    journal.note("begin", {"plan": plan.digest, "environment": plan.environment, "steps": len(plan.steps)})
    results, interrupted = _all_campaigns(run, parallelism)
    report = Report(in_step_order(results), interrupted)
    journal.note("end", {"interrupted": interrupted} | {str(each): report.count(each) for each in Outcome})
    return report


def _all_campaigns(run: _Run, parallelism: int) -> tuple[list[Result], bool]:
    by_campaign: dict[int, list[Step]] = {}
    for step in run.plan.steps:
        by_campaign.setdefault(step.campaign_id, []).append(step)
    interrupted = False
    with ThreadPoolExecutor(max_workers=max(1, parallelism), thread_name_prefix="apply") as pool:
        futures = [pool.submit(_campaign, run, steps) for steps in by_campaign.values()]
        try:
            wait(futures)
        except KeyboardInterrupt:
            interrupted = True
            run.stop.set()
            wait(futures)
    return [result for future in futures for result in future.result()], interrupted


def _campaign(run: _Run, steps: Sequence[Step]) -> list[Result]:
    changes = [each for each in run.plan.changes if each.campaign_id == steps[0].campaign_id]
    work = Campaigning(run.writer, run.plan, Expected(changes), run.wait, run.note)
    results: list[Result] = []
    for step in steps:
        results.append(_step(run, step, work, results))
        _note_result(run, results[-1])
        run.progress.ended(results[-1])
    return results


def _step(run: _Run, step: Step, work: Campaigning, earlier: Sequence[Result]) -> Result:
    if stopped := next((each for each in earlier if each.stops_campaign), None):
        return Result(step, Outcome.SKIPPED, f"step {stopped.step.number} of this campaign did not end well")
    if run.stop.is_set():
        return Result(step, Outcome.SKIPPED, "the run was interrupted")
    try:
        return carry_out(step, work)
    except ConnectionLost as error:
        return Result(step, Outcome.UNKNOWN, error.detail, error.help)
    except ReconcilerError as error:
        return Result(step, Outcome.FAILED, f"{error.summary}: {error.detail}", error.help)


def _note_result(run: _Run, result: Result) -> None:
    content: dict[str, Any] = {"step": result.step.number, "address": result.step.address}
    content |= {"campaignId": result.step.campaign_id, "outcome": str(result.outcome), "detail": result.detail}
    content |= {"written": result.written, "failed": result.failed, "deferred": result.deferred, "stale": result.stale}
    run.journal.note("result", content)
