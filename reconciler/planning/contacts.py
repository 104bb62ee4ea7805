"""The contacts of all policies: searched side by side, claimed by rules, or stopped where a rule can't be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from msgspec import structs

from reconciler.api.endpoints.searches import contact_total
from reconciler.api.endpoints.wrapups import list_wrapups
from reconciler.api.reading import Reader
from reconciler.api.shapes import Wrapup
from reconciler.diagnostics import Diagnostic, has_errors
from reconciler.errors import ApiError, Unauthorized, Unreachable
from reconciler.manifests.desired import Desired, DesiredPolicy
from reconciler.planning import policy_faults
from reconciler.planning.assignment import assigned
from reconciler.planning.claims import IgnoredFilter, claim, refuse_ignored
from reconciler.planning.holding import Left
from reconciler.planning.live import Pair
from reconciler.planning.plan import Change, Resolved, Risk
from reconciler.planning.probes import proved
from reconciler.planning.queries import Query, make_queries, needs_wrapups
from reconciler.planning.searching import Searched, regained, searched
from reconciler.planning.sifting import Sieve


@dataclass(slots=True)
class ContactChanges:
    """What the policies change, the faults, the campaigns (manifest names) that a fault stopped, what relative
    filters meant, and the contacts that are `left` alone in a campaign though they should change.

    A stopped campaign is left alone as a whole: unpausing it, or removing its members, could rest on contacts that
    should have moved before.
    """

    changes: list[Change] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)
    stopped: set[str] = field(default_factory=set)
    moments: list[Resolved] = field(default_factory=list)
    left: dict[str, Left] = field(default_factory=dict)

    def take(self, faults: Sequence[Diagnostic], campaigns: Iterable[str]) -> bool:
        """Notes these faults; an error among them stops the campaigns. Whether it did."""
        self.faults += faults
        if stops := has_errors(faults):
            self.stopped.update(campaigns)
        return stops


@dataclass(frozen=True, slots=True)
class _Scope:
    """One policy in one campaign: its queries there, and about how many contacts the campaign has."""

    policy: DesiredPolicy
    pair: Pair
    queries: Sequence[Query]

    @property
    def name(self) -> str:
        """The campaign's name in the manifests."""
        return self.pair.desired.address.name

    @property
    def campaign_id(self) -> int:
        """The campaign's id in the account."""
        return self.pair.live.id


def plan_contacts(reader: Reader, desired: Desired, pairs: Mapping[str, Pair], now: datetime) -> ContactChanges:
    """What the rules of all policies change on the contacts of `pairs` (by manifest name), as the account is now."""
    found = ContactChanges()
    wrapups = reader.run(list_wrapups()) if needs_wrapups(desired) else []
    statuses = {each.id: each.status for each in wrapups if each.status}
    scopes = _scopes(desired, pairs, wrapups, now, found)
    results = searched(reader, [(each.campaign_id, each.queries) for each in scopes], statuses)
    totals = reader.run_each([contact_total(each.campaign_id) for each in scopes])
    read: list[tuple[_Scope, Sequence[Sieve]]] = []
    for scope, result, total in zip(scopes, results, totals, strict=True):
        if isinstance(result, ApiError):
            found.take([_unread(scope, result)], [scope.name])
        else:
            read.append((scope, result.sieves))
            _assign(reader, scope, result, None if isinstance(total, ApiError) else total, statuses, found)
    found.faults += _unmatched(read)
    return found


def _unread(scope: _Scope, error: ApiError) -> Diagnostic:
    """The fault of a campaign whose contacts can't be read; the error itself where it is the whole account's."""
    if isinstance(error, Unauthorized | Unreachable):
        raise error
    address = str(scope.pair.desired.address)
    advice = f"{address} is left alone as a whole; {error.help}"
    detail = f"{address}: its contacts could not be read. {error.detail}"
    return replace(error.diagnostic(), detail=detail, help=advice, span=scope.policy.span, address=address)


def _unmatched(read: Iterable[tuple[_Scope, Sequence[Sieve]]]) -> Iterator[Diagnostic]:
    """A note for each rule that matches no contact in any of its policy's campaigns."""
    matched: dict[tuple[str, str], bool] = {}
    policies: dict[tuple[str, str], tuple[DesiredPolicy, Query]] = {}
    for scope, sieves in read:
        for sieve in sieves:
            rule = (str(scope.policy.address), sieve.query.rule.name)
            matched[rule] = matched.get(rule, False) or bool(sieve.ids)
            policies[rule] = (scope.policy, sieve.query)
    notes = policy_faults.unmatched_note
    yield from (notes(*policies[rule]) for rule, any_contact in matched.items() if not any_contact)


def _scopes(
    desired: Desired, pairs: Mapping[str, Pair], wrapups: Iterable[Wrapup], now: datetime, found: ContactChanges
) -> list[_Scope]:
    scopes: list[_Scope] = []
    names = {number: name for name, number in desired.environment.agents.items()}
    for policy in desired.policies:
        queries, faults = make_queries(policy, wrapups, now)
        if found.take(faults, policy.campaigns):
            continue
        found.moments += (
            Resolved(str(policy.address), each.rule.name, name, moment)
            for each in queries
            for name, moment in each.moments.items()
        )
        for pair in (pairs[name] for name in policy.campaigns if name in pairs):
            members = policy_faults.membership_faults(policy, pair, names)
            unfit = [*members, *policy_faults.condition_faults(policy, pair)]
            if not found.take(unfit, [pair.desired.address.name]):
                scopes.append(_Scope(policy, pair, queries))
    return scopes


def _assign(
    reader: Reader,
    scope: _Scope,
    result: Searched,
    total: int | None,
    statuses: Mapping[int, str],
    found: ContactChanges,
) -> None:
    """Gives the contacts of one campaign to the rules, once it is proved that the API honoured their filters."""
    policy, pair, sieves = scope.policy, scope.pair, result.sieves
    try:
        refuse_ignored(sieves)
        unproven = _unproven(reader, scope, sieves, statuses, found)
        if scope.name in found.stopped:
            return
        lost = regained(reader, scope.campaign_id, sieves, statuses)
    except ApiError as error:
        found.take([_unread(scope, error)], [scope.name])
        return
    except IgnoredFilter as ignored:
        found.take([policy_faults.ignored_filter_fault(policy, pair, ignored)], [scope.name])
        return
    for claimed in claim(sieves, lost, unproven):
        rule, outcome = claimed.query.rule, assigned(policy, pair, claimed, total)
        found.changes.append(_with_risk(outcome.change, policy_faults.strangers(pair, rule)))
        if outcome.left.contacts:
            whole = found.left.setdefault(scope.name, Left())
            whole.contacts += outcome.left.contacts
            for setting, owners in outcome.left.owners.items():
                whole.owners.setdefault(setting, set()).update(owners)
        if outcome.unplaced:
            found.faults.append(policy_faults.unplaced_warning(policy, pair, rule, outcome.unplaced))
        if claimed.unproven:
            found.faults.append(policy_faults.unproven_warning(policy, pair, rule, claimed.unproven))
    restless = (policy.rules[number] for number in sorted(result.restless))
    found.faults += [policy_faults.overlap_warning(pair, rule) for rule in restless]
    found.faults += policy_faults.unsettled_warnings(policy, pair, sieves)


def _with_risk(change: Change, strangers: Sequence[int]) -> Change:
    """The change; where it gives contacts to agents who may be no members, that is the risk."""
    receive = {group.after.get("assignedAgentId") for group in change.contacts}
    given = [agent for agent in strangers if agent in receive]
    if not given:
        return change
    words = f"gives contacts to {', '.join(map(str, given))}, who may be no members: then the API refuses them"
    return structs.replace(change, risk=Risk.HIGH, risks=(words, *change.risks))


def _unproven(
    reader: Reader, scope: _Scope, sieves: Sequence[Sieve], statuses: Mapping[int, str], found: ContactChanges
) -> dict[int, frozenset[int]]:
    """For each rule (number) the parts of its filters that nothing can prove; one that is ignored is a fault."""
    unproven: dict[int, frozenset[int]] = {}
    for number, sieve in enumerate(sieves):
        if sieve.ids:
            ignored, unproven[number] = proved(reader, scope.campaign_id, sieve, statuses)
            faults = [policy_faults.ignored_part_fault(scope.policy, scope.pair, sieve, part) for part in ignored]
            found.take(faults, [scope.name])
    return unproven
