"""The project's checks, held against a plan: what breaks them, who has waived it, and which waivers are of no use.

Asked when a plan is made, and again right before the first write of `apply`: a freeze counts at both moments. A plan
that breaks a check is shown as any other; `apply` stops. All it needs is the plan and the manifests, so that a saved
plan can't say of itself that it is allowed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from msgspec import structs

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.kinds.check import SUMMED, Of
from reconciler.manifests.checks import Check, Condition, Waiver
from reconciler.manifests.desired import Desired
from reconciler.planning.checks.conditions import fact_of, holds, wanted_words
from reconciler.planning.checks.freeze import frozen_by, window_words
from reconciler.planning.checks.names import ids_of, refuse_unknown_names
from reconciler.planning.checks.results import CheckFailure, CheckResult, Waived
from reconciler.planning.checks.rows import Row, Rows
from reconciler.planning.findings import FindingPlace
from reconciler.planning.plan import Plan


@dataclass(slots=True)
class Checked:
    """What the checks say of a plan, each in the project's order, and warnings about their waivers."""

    results: list[CheckResult] = field(default_factory=list)
    notes: list[Diagnostic] = field(default_factory=list)


def held(plan: Plan, desired: Desired, now: datetime) -> Checked:
    """The checks of the project, held against the plan at the moment `now`.

    ManifestsInvalid when one names an agent or a group that the environment does not: it could never find them there.
    """
    refuse_unknown_names(desired.project.checks, desired.environment)
    found, made = Checked(), Rows(plan, desired)
    for check in desired.project.checks:
        rows = list(_selected(check, made, desired))
        failures = () if plan.undoes and check.except_undo else tuple(_failures(check, rows, desired, now))
        span = check.span
        place = FindingPlace(span.source.path, span.line, span.column)
        found.results.append(CheckResult(check.name, check.severity, check.message, place, len(rows), failures))
        found.notes += _waiver_notes(check, rows, failures, desired, _day(now))
    return found


def with_checks(plan: Plan, desired: Desired, now: datetime) -> Plan:
    """The plan with what the checks say of it."""
    return structs.replace(plan, checks=tuple(held(plan, desired, now).results))


def _selected(check: Check, made: Rows, desired: Desired) -> Iterator[Row]:
    """The rows that its `where` selects; of agents some conditions select what their numbers are the sum of."""
    summed = [each for each in check.where if check.of is Of.AGENT and each.path[0] in SUMMED]
    where = [each for each in check.where if each not in summed]
    for row in made.of(check.of, lambda facts: all(holds(each, facts) for each in summed)):
        if all(_holds(row, each, desired) for each in where):
            yield row


def _failures(check: Check, rows: Sequence[Row], desired: Desired, now: datetime) -> Iterator[CheckFailure]:
    while_frozen = ""
    if check.freeze is not None:
        window = frozen_by(check.freeze, now)
        if window is None:
            return
        while_frozen = f": frozen {window_words(window, check.freeze.zone)}"
    for row in rows:
        waived = next((_waived(each) for each in check.waivers if _counts(each, row, _day(now))), None)
        for fact, wanted in _broken(check, row, desired):
            found = fact_of(row.facts, fact) if fact else None
            name = fact.name if fact else ""
            yield CheckFailure(row.address, row.campaign_id, row.subject, name, found, wanted + while_frozen, waived)


def _broken(check: Check, row: Row, desired: Desired) -> Iterator[tuple[Condition | None, str]]:
    """The conditions that a row breaks, in words; none of them where the row itself must not be."""
    for each in check.require:
        if not _holds(row, each, desired):
            yield each, wanted_words(each)
    if not check.require:
        yield None, "must not change"


def _holds(row: Row, condition: Condition, desired: Desired) -> bool:
    return holds(condition, row.facts, row.fields.get(condition.path[0]), ids_of(desired.environment))


def _counts(waiver: Waiver, row: Row, today: date) -> bool:
    return waiver.address in (row.address, *row.also) and today <= waiver.expires


def _waived(waiver: Waiver) -> Waived:
    return Waived(waiver.owner, waiver.reason, waiver.expires.isoformat())


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _waiver_notes(
    check: Check, rows: Sequence[Row], failures: Collection[CheckFailure], desired: Desired, today: date
) -> Iterator[Diagnostic]:
    """A warning for each waiver that has expired, that is of nothing, or that its object needs no more."""
    broken = {each.address for each in failures}
    for waiver in check.waivers:
        own = [row for row in rows if waiver.address in (row.address, *row.also)]
        what = f"check `{check.name}` is waived for {waiver.address}"
        if waiver.expires < today:
            advice = f"remove it, or let {waiver.owner} say until when it is to count"
            yield _waiver_fault(
                "waiver-expired", "a waiver has expired", f"{what} until {waiver.expires}", advice, waiver
            )
        elif not _is_known(waiver.address, desired):
            detail, advice = f"{what}, and there is no such object", "correct the address, or remove it"
            yield _waiver_fault("waiver-unused", "a waiver of no use", detail, advice, waiver)
        elif own and check.freeze is None and not any(row.address in broken for row in own):
            detail, advice = f"{what}, and this plan keeps to it", "remove it if it is needed no more"
            yield _waiver_fault("waiver-unused", "a waiver of no use", detail, advice, waiver)


def _is_known(address: str, desired: Desired) -> bool:
    kind, _, name = address.partition("/")
    if kind == "Agent":
        return name.isdecimal() or any(name in each.agents for each in desired.project.environments.values())
    declared = {str(each.address) for each in desired.campaigns} | {str(each.address) for each in desired.policies}
    return address in declared


def _waiver_fault(code: str, summary: str, detail: str, advice: str, waiver: Waiver) -> Diagnostic:
    return Diagnostic(code, summary, detail, Severity.WARNING, waiver.span, advice)
