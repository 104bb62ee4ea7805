"""The contacts of all policies: searched side by side, claimed by rules, or stopped where a rule can't be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from reconciler.api.endpoints.searches import search_contacts
from reconciler.api.endpoints.wrapups import list_wrapups
from reconciler.api.reading import Reader
from reconciler.api.shapes import Contact, Wrapup
from reconciler.diagnostics import Diagnostic, Severity, has_errors
from reconciler.errors import ApiError, Unauthorized, Unreachable
from reconciler.manifests.desired import Desired, DesiredPolicy
from reconciler.planning.assignment import (
    IgnoredFilter,
    claim,
    columns_read,
    condition_faults,
    ignored_filter_fault,
    membership_faults,
    rule_changes,
    unmatched_note,
    unsettled_warnings,
)
from reconciler.planning.live import Pair
from reconciler.planning.plan import Change
from reconciler.planning.probes import probe_faults
from reconciler.planning.queries import Query, make_queries, needs_wrapups


@dataclass(slots=True)
class ContactChanges:
    """What the policies change, the faults, and the campaigns (manifest names) that a fault stopped.

    A stopped campaign is left alone as a whole: unpausing it, or removing its members, could rest on contacts that
    should have moved before.
    """

    changes: list[Change] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)
    stopped: set[str] = field(default_factory=set)

    def take(self, faults: Sequence[Diagnostic], campaigns: Iterable[str]) -> bool:
        """Notes these faults; an error among them stops the campaigns. Whether it did."""
        self.faults += faults
        if stops := has_errors(faults):
            self.stopped.update(campaigns)
        return stops


@dataclass(frozen=True, slots=True)
class _Scope:
    """One policy in one campaign: its queries there."""

    policy: DesiredPolicy
    pair: Pair
    queries: Sequence[Query]

    @property
    def name(self) -> str:
        """The campaign's name in the manifests."""
        return self.pair.desired.address.name


def plan_contacts(reader: Reader, desired: Desired, pairs: Mapping[str, Pair], now: datetime) -> ContactChanges:
    """What the rules of all policies change on the contacts of `pairs` (by manifest name), as the account is now."""
    found = ContactChanges()
    wrapups = reader.run(list_wrapups()) if needs_wrapups(desired) else []
    statuses = {each.id: each.status for each in wrapups if each.status}
    scopes = _scopes(desired, pairs, wrapups, now, found)
    searched: list[tuple[_Scope, Sequence[Sequence[Contact]]]] = []
    for scope, results in zip(scopes, _search(reader, scopes, found.faults), strict=True):
        if isinstance(results, ApiError):
            found.take([_unread(scope, results)], [scope.name])
        else:
            searched.append((scope, results))
            _assign(reader, scope, results, statuses, found)
    found.faults += _unmatched(searched)
    return found


def _unread(scope: _Scope, error: ApiError) -> Diagnostic:
    """The fault of a campaign whose contacts can't be read; the error itself where it is the whole account's."""
    if isinstance(error, Unauthorized | Unreachable):
        raise error
    address = str(scope.pair.desired.address)
    advice = f"{address} is left alone as a whole; {error.help}"
    detail = f"{address}: its contacts could not be read. {error.detail}"
    return replace(error.diagnostic(), detail=detail, help=advice, span=scope.policy.span, address=address)


def _unmatched(searched: Iterable[tuple[_Scope, Sequence[Sequence[Contact]]]]) -> Iterator[Diagnostic]:
    """A note for each rule that matches no contact in any of its policy's campaigns."""
    matched: dict[tuple[str, str], bool] = {}
    policies: dict[tuple[str, str], tuple[DesiredPolicy, Query]] = {}
    for scope, results in searched:
        for query, contacts in zip(scope.queries, results, strict=True):
            rule = (str(scope.policy.address), query.rule.name)
            matched[rule] = matched.get(rule, False) or bool(contacts)
            policies[rule] = (scope.policy, query)
    yield from (unmatched_note(*policies[rule]) for rule, any_contact in matched.items() if not any_contact)


def _scopes(
    desired: Desired, pairs: Mapping[str, Pair], wrapups: Iterable[Wrapup], now: datetime, found: ContactChanges
) -> list[_Scope]:
    scopes: list[_Scope] = []
    for policy in desired.policies:
        queries, faults = make_queries(policy, wrapups, now)
        if found.take(faults, policy.campaigns):
            continue
        for name in policy.campaigns:
            pair = pairs.get(name)
            if pair is None:
                continue
            if not found.take([*membership_faults(policy, pair), *condition_faults(policy, pair)], [name]):
                scopes.append(_Scope(policy, pair, queries))
    return scopes


def _search(reader: Reader, scopes: Sequence[_Scope], faults: list[Diagnostic]) -> list[list[list[Contact]] | ApiError]:
    """The contacts of every rule of every scope, or its first error: one search each, side by side.

    Of a contact only what the rules read is kept. A warning for each rule whose pages overlapped goes to `faults`.
    """
    overlaps: set[tuple[int, str]] = set()
    searches = [
        search_contacts(
            scope.pair.live.id,
            query.filters,
            columns=columns_read(scope.queries),
            overlapped=partial(overlaps.add, (scope.pair.live.id, query.rule.name)),
        )
        for scope in scopes
        for query in scope.queries
    ]
    found = iter(reader.run_each(searches))
    results = [_together([next(found) for _ in scope.queries]) for scope in scopes]
    faults += [
        _overlap_warning(scope, query)
        for scope in scopes
        for query in scope.queries
        if (scope.pair.live.id, query.rule.name) in overlaps
    ]
    return results


def _overlap_warning(scope: _Scope, query: Query) -> Diagnostic:
    return Diagnostic(
        "pages-overlap",
        "some contacts came twice, so others may be missing",
        f"{scope.pair.desired.address}: the list that rule `{query.rule.name}` searches changed its order while it was "
        "read, twice",
        Severity.WARNING,
        span=query.rule.span,
        help="plan again after apply: it shows what was missed; a `match` that finds at most 500 contacts is one page",
        address=str(scope.pair.desired.address),
    )


def _together(results: Iterable[list[Contact] | ApiError]) -> list[list[Contact]] | ApiError:
    whole: list[list[Contact]] = []
    for each in results:
        if isinstance(each, ApiError):
            return each
        whole.append(each)
    return whole


def _assign(
    reader: Reader,
    scope: _Scope,
    results: Sequence[Sequence[Contact]],
    statuses: Mapping[int, str],
    found: ContactChanges,
) -> None:
    policy, pair, campaign = scope.policy, scope.pair, [scope.name]
    try:
        unproven = [fault for query in scope.queries for fault in probe_faults(reader, policy, pair, query)]
        if found.take(unproven, campaign):
            return
        claimed = claim(scope.queries, results, statuses)
        found.changes += rule_changes(policy, pair, claimed)
        found.faults += unsettled_warnings(policy, pair, claimed, statuses)
    except ApiError as error:
        found.take([_unread(scope, error)], campaign)
    except IgnoredFilter as ignored:
        found.take([ignored_filter_fault(policy, pair, ignored)], campaign)
