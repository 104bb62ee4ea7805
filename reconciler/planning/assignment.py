"""Rules → contacts: which contact belongs to which rule, and what changes on it.

A contact belongs to the first rule that matches it. What search returns is held against the rule's filters here (S3):
one contact that does not satisfy them proves that the API ignored a filter, and stops the policy in that campaign.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import structs

from reconciler.api.filters import columns_of, matches
from reconciler.api.shapes import Contact
from reconciler.diagnostics import Diagnostic, Severity, nearest_help
from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.contact import BATCH_FIELDS
from reconciler.kinds.values import comparable
from reconciler.manifests.desired import DesiredPolicy, Rule
from reconciler.planning.live import Pair, created_at
from reconciler.planning.plan import Action, Change, ContactGroup, Load, Place, Reason, Risk
from reconciler.planning.queries import Query

IN_PROGRESS = "processing_in_progress"


@dataclass(frozen=True, slots=True)
class Claimed:
    """The contacts of one rule: those it may change, and those left alone for now."""

    query: Query
    contacts: tuple[Contact, ...]
    deferred: tuple[Contact, ...]


def columns_read(queries: Iterable[Query]) -> frozenset[str]:
    """The attributes of a contact that assigning by these rules reads: what they match by, what they set, the state."""
    columns = {"state"}
    for each in queries:
        columns |= columns_of(each.filters) | each.rule.set.keys()
    return frozenset(columns)


def claim(queries: Sequence[Query], results: Sequence[Sequence[Contact]], statuses: Mapping[int, str]) -> list[Claimed]:
    """Each contact given to the first rule that matches it; IgnoredFilter when a result breaks its rule's filters.

    So it does when of no contact can be said here that it satisfies them (`like` is proved by a probe).

    A contact that by its values belongs to an earlier rule, although that rule's search did not return it, has moved
    while pages were read: it is deferred. So are contacts in progress.
    """
    owned: set[int] = set()
    claimed: list[Claimed] = []
    for index, (query, contacts) in enumerate(zip(queries, results, strict=True)):
        _prove(query, contacts, statuses)
        own = [each for each in contacts if each.contactId not in owned]
        earlier = [each.filters for each in queries[:index]]
        moved = {e.contactId for e in own if any(matches(f, e, statuses) is True for f in earlier)}
        held = [each for each in own if each.contactId in moved or each.state == IN_PROGRESS]
        held_ids = {each.contactId for each in held}
        free = [each for each in own if each.contactId not in held_ids]
        claimed.append(Claimed(query, tuple(sorted(free, key=_by_id)), tuple(held)))
        owned |= {each.contactId for each in own}
    return claimed


class IgnoredFilter(Exception):
    """Search returned a contact that its filters exclude: the API ignored a filter (`proven`), or may have."""

    def __init__(self, rule: Rule, contact_id: int, *, proven: bool) -> None:
        super().__init__(f"rule {rule.name}: contact {contact_id}")
        self.rule, self.contact_id, self.proven = rule, contact_id, proven


def _prove(query: Query, contacts: Sequence[Contact], statuses: Mapping[int, str]) -> None:
    """Holds a search's contacts against its filters: none may break them, and one at least must show that they hold."""
    if not query.filters or not contacts:
        return
    verdicts = {each.contactId: matches(query.filters, each, statuses) for each in contacts}
    broken = [contact_id for contact_id, verdict in verdicts.items() if verdict is False]
    conditions = query.filters.get("customFieldConditions") or ()
    probed = any(each["condition"] == "like" for each in conditions)
    if broken or not (probed or any(verdicts.values())):
        raise IgnoredFilter(query.rule, min(broken or verdicts), proven=bool(broken))


def _by_id(contact: Contact) -> int:
    return contact.contactId


def ignored_filter_fault(policy: DesiredPolicy, pair: Pair, ignored: IgnoredFilter) -> Diagnostic:
    """The diagnostic that stops a policy in a campaign."""
    search = f"{pair.desired.address}: search for rule `{ignored.rule.name}`"
    if ignored.proven:
        detail = (
            f"{search} returned contact {ignored.contact_id}, which does not satisfy the rule's filters: the API "
            f"ignored at least one of them"
        )
    else:
        detail = f"{search} returned contacts of which none can be shown to satisfy the rule's filters"
    advice = "this campaign is left alone; check spelling and case of the values, or match by another filter"
    return Diagnostic(
        "filter-ignored",
        "the API ignored a filter",
        detail,
        span=ignored.rule.span,
        help=advice,
        address=str(policy.address),
    )


def rule_changes(policy: DesiredPolicy, pair: Pair, claimed: Iterable[Claimed]) -> list[Change]:
    """One change per rule: its contacts grouped by what changes, or a change that says why nothing does."""
    return [_rule_change(policy, pair, each) for each in claimed]


def _rule_change(policy: DesiredPolicy, pair: Pair, claimed: Claimed) -> Change:
    rule = claimed.query.rule
    groups = () if rule.skip else tuple(_groups(rule, claimed.contacts))
    changed = sum(len(each.contact_ids) for each in groups)
    reason = Reason.RULE_SKIPS if rule.skip else Reason.RULE_MATCHES if changed else Reason.AS_DESIRED
    running = pair.live.values.get("isPaused") is False
    return Change(
        address=str(policy.address),
        campaign_id=pair.live.id,
        campaign_name=pair.live.name,
        campaign_created_at=created_at(pair.live),
        action=Action.ASSIGN if changed else Action.NONE,
        reason=reason,
        risk=(Risk.MEDIUM if running else Risk.LOW) if changed else Risk.NONE,
        source=Place(rule.span.source.path, rule.span.line),
        risks=("the campaign is running",) if changed and running else (),
        rule=rule.name,
        campaign=str(pair.desired.address),
        matched=len(claimed.contacts) + len(claimed.deferred),
        changed=changed,
        deferred=sum(bool(_differing(rule, each)) for each in claimed.deferred),
        contacts=groups,
        loads=tuple(_loads(rule, claimed.contacts)) if changed else (),
    )


def _groups(rule: Rule, contacts: Iterable[Contact]) -> Iterator[ContactGroup]:
    """Contacts grouped by before → after, only with the values that differ, in the order of their first contact."""
    grouped: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    for contact in contacts:
        if before := _differing(rule, contact):
            grouped.setdefault(before, []).append(contact.contactId)
    for before, contact_ids in grouped.items():
        yield ContactGroup(dict(before), {name: rule.set[name] for name, _ in before}, tuple(contact_ids))


def _differing(rule: Rule, contact: Contact) -> tuple[tuple[str, Any], ...]:
    """The values of the contact that the rule would change, by name."""
    return tuple(
        (name, getattr(contact, name))
        for name, value in rule.set.items()
        if comparable(BATCH_FIELDS[name], getattr(contact, name)) != comparable(BATCH_FIELDS[name], value)
    )


def _loads(rule: Rule, contacts: Sequence[Contact]) -> Iterator[Load]:
    if "assignedAgentId" not in rule.set:
        return
    agent = rule.set["assignedAgentId"]
    before = Counter(each.assignedAgentId for each in contacts)
    after = Counter({agent: len(contacts)})
    for each in sorted(before.keys() | after.keys(), key=lambda one: (one is None, one or 0)):
        yield Load(each, before[each], after[each])


def membership_faults(policy: DesiredPolicy, pair: Pair) -> Iterator[Diagnostic]:
    """An agent who gets contacts must be a member of the campaign, by the time they are assigned (notes, trap 14)."""
    members = _members(pair, "userIds")
    severity = Severity.WARNING if _members(pair, "groupIds") else Severity.ERROR
    for rule in policy.rules:
        agent = rule.set.get("assignedAgentId")
        if agent is not None and agent not in members:
            campaign = pair.desired.address
            yield Diagnostic(
                "agent-not-in-campaign",
                "agent is not in the campaign",
                f"rule `{rule.name}` gives contacts of {campaign} to agent {agent}, who is not one of its userIds",
                severity,
                rule.span,
                f"add the agent to the settings.userIds of {campaign}",
                str(policy.address),
            )


def condition_faults(policy: DesiredPolicy, pair: Pair) -> Iterator[Diagnostic]:
    """A condition on a custom field that the campaign has not: the API would drop it, and match every contact."""
    names = pair.live.values.get("customFields")
    known = {str(each) for each in names} if isinstance(names, list) else set()
    added = {each.name for each in pair.desired.custom_fields} - known
    for rule in policy.rules:
        for condition in (rule.match or {}).get("customFieldConditions", ()):
            if (name := condition["customFieldName"]) not in known:
                yield Diagnostic(
                    "unknown-custom-field",
                    "unknown custom field",
                    f"rule `{rule.name}`: {pair.desired.address} has no custom field `{name}`",
                    span=rule.spans.get("customFieldConditions", rule.span),
                    help=(
                        "this project adds the field: apply that first, and the rule after it"
                        if name in added
                        else nearest_help("custom field", name, known)
                    ),
                    address=str(policy.address),
                )


def unsettled_warnings(
    policy: DesiredPolicy, pair: Pair, claimed: Sequence[Claimed], statuses: Mapping[int, str]
) -> Iterator[Diagnostic]:
    """A warning for each rule whose values hand its contacts to another rule, which would change them again (S7)."""
    for each in claimed:
        rule = each.query.rule
        others = {
            other.query.rule.name
            for contact in each.contacts
            if not rule.skip and _differing(rule, contact)
            for other in _next_owner(structs.replace(contact, **rule.set), claimed, statuses)
            if other is not each
        }
        for other_name in sorted(others):
            yield Diagnostic(
                "rules-do-not-settle",
                "rules do not settle",
                f"{pair.desired.address}: what rule `{rule.name}` sets makes rule `{other_name}` change them again",
                Severity.WARNING,
                rule.span,
                "planning after apply will not be empty: let the rules match by values that none of them sets",
                str(policy.address),
            )


def _next_owner(contact: Contact, claimed: Sequence[Claimed], statuses: Mapping[int, str]) -> Iterator[Claimed]:
    """The rule that claims the contact as it will be, if it would change it."""
    owner = next(
        (e for e in claimed if not e.query.filters or matches(e.query.filters, contact, statuses) is True), None
    )
    if owner is not None and not owner.query.rule.skip and _differing(owner.query.rule, contact):
        yield owner


def unmatched_note(policy: DesiredPolicy, query: Query) -> Diagnostic:
    """A rule that matches no contact: perhaps so meant, perhaps a value misspelt."""
    return Diagnostic(
        "rule-matches-nothing",
        "a rule matches no contact",
        f"rule `{query.rule.name}`: search found no contact in {', '.join(policy.campaigns)}",
        Severity.NOTE,
        query.rule.span,
        "check the values that it matches; later rules get these contacts",
        str(policy.address),
    )


def _members(pair: Pair, name: str) -> set[Any]:
    managed = name in pair.desired.settings and name not in pair.desired.ignore
    members: Any = pair.desired.settings[name] if managed else pair.live.values.get(name)
    return set(comparable(SETTINGS[name], members))
