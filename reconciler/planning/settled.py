"""After apply: do the rules leave the contacts alone that they have just written? Planning them again tells (S7)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from reconciler.api.reading import Reader
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.manifests.desired import Desired, DesiredPolicy, Rule
from reconciler.planning.plan import Change
from reconciler.planning.planner import make_plan
from reconciler.planning.selection import Selection
from reconciler.planning.settling import may_not_settle


def unsettled(
    reader: Reader, desired: Desired, written: Mapping[int, Collection[int]], changes: Collection[Change], now: datetime
) -> list[Diagnostic]:
    """A warning for each rule that would change contacts again which have just been written.

    `written`: campaign id → the contactIds that were; `changes`: those of the plan that was applied. Only policies of
    which a rule writes what one matches by are planned again, in the campaigns where something was written. Raises what
    the client raises.
    """
    names = {each.campaign for each in changes if each.rule is not None and written.get(each.campaign_id)}
    policies = tuple(_policies(desired, {name.partition("/")[2] for name in names if name}))
    if not policies:
        return []
    rules = {(str(policy.address), rule.name): rule for policy in policies for rule in policy.rules}
    again, _ = make_plan(reader, desired, now=now, commit=None, selection=Selection(("again",), frozenset(), policies))
    return [
        _warning(each, rules[each.address, each.rule or ""], both)
        for each in again.changes
        if (both := _ids(each) & {*written.get(each.campaign_id, ())})
    ]


def _policies(desired: Desired, campaigns: Collection[str]) -> Iterator[DesiredPolicy]:
    for policy in desired.policies:
        touched = tuple(name for name in policy.campaigns if name in campaigns)
        if touched and may_not_settle(policy):
            yield replace(policy, campaigns=touched)


def _ids(change: Change) -> set[int]:
    return {contact_id for group in change.contacts for contact_id in group.contact_ids}


def _warning(change: Change, rule: Rule, contact_ids: set[int]) -> Diagnostic:
    some = ", ".join(str(each) for each in sorted(contact_ids)[:10]) + (" …" if len(contact_ids) > 10 else "")
    return Diagnostic(
        "rules-do-not-settle",
        "rules do not settle",
        f"{change.campaign}: rule `{rule.name}` would change {len(contact_ids):,} contacts again that were just "
        f"written: {some}",
        Severity.WARNING,
        rule.span,
        "the next plan is not empty: let the rules match by values that none of them sets",
        change.address,
    )
