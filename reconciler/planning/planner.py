"""The stage as a whole: desired + what the account holds → plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler import __version__
from reconciler.api.decode import Contact, Wrapup
from reconciler.api.endpoints.contacts import search_contacts
from reconciler.api.endpoints.wrapups import list_wrapups
from reconciler.diagnostics import Diagnostic, in_order
from reconciler.manifests.desired import Desired, DesiredPolicy
from reconciler.planning.assignment import (
    IgnoredFilter,
    claim,
    ignored_filter_fault,
    membership_faults,
    rule_changes,
)
from reconciler.planning.campaigns import campaign_changes, campaign_faults
from reconciler.planning.live import Pair, Reader, read_live
from reconciler.planning.plan import Change, Finding, Plan, Step, Summary
from reconciler.planning.probes import probe_faults
from reconciler.planning.queries import Query, make_queries, needs_wrapups
from reconciler.planning.saved import FORMAT_VERSION
from reconciler.planning.steps import make_steps

LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class _Scope:
    """One policy in one campaign: its queries there."""

    policy: DesiredPolicy
    pair: Pair
    queries: Sequence[Query]


def make_plan(reader: Reader, desired: Desired, *, now: datetime, commit: str | None) -> tuple[Plan, list[Diagnostic]]:
    """The plan that brings the account to what is desired, read through `reader`, and the faults with their places.

    Times in rules are relative to `now`. A fault that concerns one campaign blocks that campaign and the policies on
    its contacts; the rest is planned. Raises what the client raises.
    """
    now = now.replace(microsecond=0)
    pairs, faults = read_live(reader, desired)
    changes: list[Change] = []
    sound: dict[str, Pair] = {}
    for name, pair in pairs.items():
        blocking = campaign_faults(pair)
        faults += blocking
        if not blocking:
            sound[name] = pair
            changes += campaign_changes(pair)
    assigned, assign_faults = _plan_contacts(reader, desired, sound, now)
    changes += assigned
    faults += assign_faults
    diagnostics = in_order([*desired.diagnostics, *faults])
    return _plan(desired, make_steps(sound.values(), changes), changes, diagnostics, now, commit), diagnostics


def _plan(
    desired: Desired,
    steps: tuple[Step, ...],
    changes: Sequence[Change],
    diagnostics: Iterable[Diagnostic],
    now: datetime,
    commit: str | None,
) -> Plan:
    return Plan(
        format_version=FORMAT_VERSION,
        project=desired.project.name,
        environment=desired.environment.name,
        base_url=desired.environment.base_url,
        tool_version=__version__,
        commit=commit,
        manifests_digest=desired.digest(),
        created_at=now,
        expires_at=now + LIFETIME,
        summary=Summary.of(tuple(changes), steps),
        changes=tuple(changes),
        steps=steps,
        diagnostics=tuple(Finding.of(each) for each in diagnostics),
    )


def _plan_contacts(
    reader: Reader, desired: Desired, pairs: Mapping[str, Pair], now: datetime
) -> tuple[list[Change], list[Diagnostic]]:
    wrapups = reader.run(list_wrapups()) if needs_wrapups(desired) else []
    faults: list[Diagnostic] = []
    scopes: list[_Scope] = []
    for policy in desired.policies:
        queries, wrong = make_queries(policy, wrapups, now)
        faults += wrong
        for pair in (pairs[name] for name in policy.campaigns if name in pairs and not wrong):
            stopped = list(membership_faults(policy, pair))
            faults += stopped
            if not any(each.is_error for each in stopped):
                scopes.append(_Scope(policy, pair, queries))
    return _assign(reader, scopes, wrapups, faults), faults


def _assign(
    reader: Reader, scopes: Sequence[_Scope], wrapups: Iterable[Wrapup], faults: list[Diagnostic]
) -> list[Change]:
    statuses = {each.id: each.status for each in wrapups if each.status}
    changes: list[Change] = []
    for scope, results in zip(scopes, _search(reader, scopes), strict=True):
        unproven = [each for query in scope.queries for each in probe_faults(reader, scope.policy, scope.pair, query)]
        faults += unproven
        if unproven:
            continue
        try:
            changes += rule_changes(scope.policy, scope.pair, claim(scope.queries, results, statuses))
        except IgnoredFilter as ignored:
            faults.append(ignored_filter_fault(scope.policy, scope.pair, ignored))
    return changes


def _search(reader: Reader, scopes: Sequence[_Scope]) -> list[list[list[Contact]]]:
    """The contacts of every rule of every scope: one search each, side by side."""
    searches = [search_contacts(scope.pair.live.id, query.filters) for scope in scopes for query in scope.queries]
    found = iter(reader.run_all(searches))
    return [[next(found) for _ in scope.queries] for scope in scopes]
