"""What a plan holds for machines: faults, limits it is over, checks it breaks, what is risky, each pending change.

Agents go by their ids, and of contacts there are only numbers: these reports are read by more people than a plan is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from reconciler.diagnostics import Label, Severity, Source, Span
from reconciler.kinds.project import FILE_NAME
from reconciler.planning.checks.results import CheckFailure, CheckResult
from reconciler.planning.plan import Action, Attribute, Change, Plan, Risk
from reconciler.render.checks import check_rows
from reconciler.render.lines import lines_of
from reconciler.render.machine import Item, item_of, span_of
from reconciler.render.neutral import neutral
from reconciler.render.risks import RiskRow, risks_of
from reconciler.render.rows import LimitRow
from reconciler.render.words import ACTIONS, Names, count

#: Ids and numbers in the words of a risk: they change from plan to plan.
_COUNTED = re.compile("[0-9]+(?:, ?[0-9]+)*")
_ENDINGS = (Action.ARCHIVE, Action.DELETE)


def plan_items(plan: Plan, limits: Iterable[LimitRow] = ()) -> tuple[Item, ...]:
    """Everything of a plan that a machine may act on, what is wrong first; `limits` as the plan's rows have them."""
    scope = f"{plan.project}/{plan.environment}"
    faults = (item_of(each.diagnostic(), scope) for each in plan.diagnostics)
    over = (_limit(each, plan.changes, scope) for each in limits if each.exceeded)
    checks = (_check(each, one, plan, scope) for each in plan.checks for one in each.failures)
    risks = (item for each in plan.changes for item in _risks(each, scope))
    changes = (item for each in plan.changes for item in _changes(each, scope))
    return (*faults, *over, *checks, *risks, *changes)


def _limit(limit: LimitRow, changes: Sequence[Change], scope: str) -> Item:
    """At the rule that has the limit, else at the project's file."""
    own = [each for each in changes if neutral(f"{each.address} rule {each.rule}") == limit.owner]
    raising = "the limit of a rule stands in the rule" if limit.owner else f"`apply --allow {limit.name}=NUMBER`"
    return Item(
        "limit-exceeded",
        Severity.ERROR,
        "the plan is over a limit",
        f"{limit.text}; apply stops before its first write",
        f"review the plan; where all of it is meant, allow it: {raising}",
        own[0].address if own else "",
        name=f"{limit.name} {limit.owner}",
        scope=scope,
        span=span_of(own[0].source) if own else Span(Source(FILE_NAME, ""), 1, 1),
    )


def _check(check: CheckResult, failure: CheckFailure, plan: Plan, scope: str) -> Item:
    """At the value that breaks it, with the check as second place. Who has waived it is not told, only until when."""
    ((row,),) = (each.failures for each in check_rows([replace(check, failures=(failure,))], Names()))
    span = Span(Source(check.source.file, ""), check.source.line, check.source.column)
    about = f"{failure.subject} {row.words}" if failure.subject else row.words
    if failure.waived:
        code, title, severity = "check-waived", "a check is waived", Severity.NOTE
        about = f"{about} (until {failure.waived.expires})"
    else:
        code, title, severity = "check-failed", "a check fails", check.severity
    return Item(
        code,
        severity,
        title,
        f"{check.name}: {about}: {check.message}",
        "" if failure.waived else "change what breaks it, or waive it in the project file (docs/checks.md)",
        failure.address,
        name=f"check {check.name} {failure.subject} {failure.fact}",
        scope=scope,
        span=_place_of(failure, plan) or span,
        labels=(Label(span, "the check"),),
    )


def _place_of(failure: CheckFailure, plan: Plan) -> Span | None:
    """The line of the value that breaks a check, else of the change it is part of; None where there is none."""
    changes = [each for each in plan.changes if failure.address in (each.address, each.campaign)]
    values = (each.source for change in changes for each in change.attributes if each.name == failure.subject)
    places = (*values, *(each.source for each in changes))
    return next((span_of(each) for each in places if each is not None), None)


def _risks(change: Change, scope: str) -> Iterator[Item]:
    for row in risks_of([change], Names()):
        if row.risk is Risk.HIGH:
            yield Item(
                "high-risk",
                Severity.WARNING,
                "a change of high risk",
                row.text,
                address=change.address,
                name=f"{_part(change)} {row.values} {_COUNTED.sub('#', row.words)}",
                scope=scope,
                span=_span(change, row),
            )


def _span(change: Change, row: RiskRow) -> Span:
    """The line of the first value that a risk is about, else the change's."""
    names = row.values.split(", ")
    places = (each.source for each in change.attributes if each.source and neutral(each.name) in names)
    return span_of(next(places, change.source))


def _changes(change: Change, scope: str) -> Iterator[Item]:
    if change.rule is not None:
        yield from _of_rule(change, scope)
    elif change.action in _ENDINGS:
        yield _pending(change, f"{ACTIONS[change.action]} the campaign", "lifecycle.ensure", scope)
    elif change.action is not Action.NONE:
        for line, each in zip(lines_of(change, Names()), change.attributes, strict=True):
            if not each.ignored:
                yield _pending(change, f"{line.name}: {line.text}", each.name, scope, each)


def _of_rule(change: Change, scope: str) -> Iterator[Item]:
    of = f"contacts of {change.campaign or change.campaign_id}"
    if change.changed:
        text = f"rule {change.rule}: {change.changed:,} of {change.matched:,} matched {of} change"
        yield _pending(change, text, _part(change), scope)
    if change.deferred:
        yield Item(
            "contacts-deferred",
            Severity.NOTE,
            "contacts are left for the next run",
            f"rule {change.rule}: {count(change.deferred, 'contact')} of {change.campaign or change.campaign_id}",
            address=change.address,
            name=_part(change),
            scope=scope,
            span=span_of(change.source),
        )


def _pending(change: Change, text: str, name: str, scope: str, attribute: Attribute | None = None) -> Item:
    place = attribute.source if attribute is not None and attribute.source else change.source
    title = "a change is pending"
    return Item(
        "pending-change", Severity.NOTE, title, text,
        address=change.address, name=name, scope=scope, span=span_of(place),
    )  # fmt: skip


def _part(change: Change) -> str:
    """What of its object a change is about, beside its values."""
    if change.rule is None:
        return str(change.action)
    return f"rule {change.rule} for {change.campaign or change.campaign_id}"
