"""Who watches a command beside its talk: the log of JSON lines, and a trace where the environment asks for one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from reconciler.cli import logs

if TYPE_CHECKING:
    from reconciler.api.client import Observed
    from reconciler.api.request import Request
    from reconciler.applying.results import Result
    from reconciler.manifests.project import Environment
    from reconciler.store.results import RunResult
    from reconciler.tracing.spans import Tracing

_tracing: Tracing | None = None


def begin(command: str, variables: Mapping[str, str]) -> None:
    """Begins the trace of a command, where one is asked for; what keeps it from that is a warning."""
    global _tracing
    from reconciler.tracing.wanted import unsupported, wanted

    _tracing = None
    if not wanted(variables):
        return
    if why := unsupported(variables):
        _warn(f"{why}: no traces are sent")
        return
    try:
        from reconciler import __version__
        from reconciler.tracing.spans import Tracing
    except ImportError:
        _warn(
            "the environment asks for traces, and their packages are missing: pip install 'campaign-reconciler[otel]'"
        )
        return
    try:
        _tracing = Tracing(command, __version__, variables)
    except Exception as error:  # of the SDK, about its variables: no reason to end
        _warn(f"no traces are sent: the OTEL_ variables can't be used ({type(error).__name__})")


def end(code: int) -> None:
    """Ends the trace; a collector that does not take it is a warning, and changes no exit code."""
    global _tracing
    tracing, _tracing = _tracing, None
    delivered = True
    with suppress(Exception):
        delivered = tracing is None or tracing.end(int(code))
    if not delivered:
        _warn("the traces did not all reach their collector")


def run_begun(run: str, environment: str) -> None:
    """A run has begun."""
    logs.run_begun(run, environment)
    with suppress(Exception):
        if _tracing is not None:
            _tracing.run_begun(run, environment)


def step_ended(result: Result) -> None:
    """A step has ended in this thread."""
    logs.step(result)
    with suppress(Exception):
        if _tracing is not None:
            from reconciler.cli.run_results import step_result

            kept = step_result(result)
            facts = {
                "reconciler.step": kept.number,
                "reconciler.address": kept.address,
                "reconciler.campaign.id": kept.campaign_id,
                "reconciler.operation": kept.operation,
                "reconciler.outcome": kept.outcome,
                **{f"reconciler.contacts.{kind}": number for kind, number in kept.contacts.items()},
            }
            failed = kept.outcome not in ("done", "deferred", "skipped")
            _tracing.step(kept.campaign_id, kept.seconds, facts, failed=failed)


def run_ended(result: RunResult) -> None:
    """A run has ended."""
    outcome = str(result.outcome)
    logs.event("result", f"run {result.run}: {outcome}", outcome=outcome, steps=result.counts, requests=result.requests)
    with suppress(Exception):
        if _tracing is not None:
            _tracing.run_ended(outcome, failed=outcome != "done")


def exchanges(environment: Environment, variables: Mapping[str, str]) -> Observed | None:
    """Who is to hear of each exchange with an environment's account; None where nobody wants to."""
    debugging, server = logs.is_debugging(variables), environment.base_url
    if _tracing is None and not debugging:
        return None

    def observed(request: Request, status: int | None, seconds: float) -> None:
        if debugging:
            logs.request(request.method, request.path, status, seconds)
        if _tracing is not None:
            _tracing.request(request.method, request.path, status, seconds, server)

    return observed


def _warn(message: str) -> None:
    from reconciler.cli import terminal

    terminal.talk(f"warning: {message}\n", "traces")
