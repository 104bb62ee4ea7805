"""The project's checks at the moment of writing: what breaks one now stops the run, whatever was so when planned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from reconciler.cli.session import Session, names_of

if TYPE_CHECKING:
    from reconciler.diagnostics import Diagnostic, Span
    from reconciler.manifests.desired import Desired
    from reconciler.planning.checks.results import CheckResult
    from reconciler.planning.plan import Plan
    from reconciler.render.checks import CheckRow

_ADVICE = "change what breaks it, or waive it in the project file: address, owner, reason, expires (docs/checks.md)"


def stop_at_checks(session: Session, desired: Desired, made: Plan, *, tell: bool = False) -> None:
    """ChecksFailed, with a fault for each check, when the plan breaks one now that is an error and is not waived.

    With `tell` warnings, and what is waived, are printed.
    """
    from reconciler.cli import terminal
    from reconciler.errors import ChecksFailed

    if not desired.project.checks:
        return
    found = list(_findings(session, desired, made))
    if faults := [each for each in found if each.is_error]:
        raise ChecksFailed(faults)
    if tell and found:
        terminal.report(found)


def _findings(session: Session, desired: Desired, made: Plan) -> Iterator[Diagnostic]:
    """A fault, a warning or a note for each check that the plan breaks now."""
    from reconciler.planning.checks.evaluation import held
    from reconciler.render.checks import check_rows

    results = held(made, desired, session.clock()).results
    rows = check_rows(results, names_of(desired.environment))
    for check, result, row in zip(desired.project.checks, results, rows, strict=True):
        if result.failures:
            yield _finding(row, result, check.span)


def _finding(row: CheckRow, result: CheckResult, span: Span) -> Diagnostic:
    from reconciler.diagnostics import Diagnostic, Severity
    from reconciler.render.checks import Verdict

    first, counted = row.failures[0], result.broken or result.failures
    address, others = counted[0].address, len(counted) - 1
    detail = f"{first.about}: {first.words}" + (f" (and {others:,} more)" if others else "")
    if row.verdict is Verdict.WAIVED:
        note = Severity.NOTE
        return Diagnostic("check-waived", "a check is waived", f"{detail}; {first.waived}", note, span, address=address)
    is_error = row.verdict is Verdict.FAILED
    severity = Severity.ERROR if is_error else Severity.WARNING
    detail = f"{detail}. {row.message}" + ("; nothing was written" if is_error else "")
    advice = _ADVICE if is_error else ""
    return Diagnostic("check-failed", "a check of the project does not hold", detail, severity, span, advice, address)
