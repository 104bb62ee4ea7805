"""What stops a policy's rules in a campaign, and what has to be said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.diagnostics import Diagnostic, Severity, Span, nearest_help
from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.values import comparable
from reconciler.manifests.desired import DesiredPolicy, Rule
from reconciler.planning.assignment import agents_of
from reconciler.planning.claims import IgnoredFilter
from reconciler.planning.live import Pair
from reconciler.planning.queries import Query
from reconciler.planning.sifting import Sieve

_SOME = 10


def membership_faults(policy: DesiredPolicy, pair: Pair, names: Mapping[int, str] = {}) -> Iterator[Diagnostic]:
    """Whoever gets contacts is a member of the campaign, by the time they are assigned (notes, trap 14).

    `names`: those that the environment gives to agents, by id.
    """
    campaign = pair.desired.address
    users, groups = _members(pair, "userIds"), _members(pair, "groupIds")
    for rule in policy.rules:
        for agent in agents_of(rule):
            if agent not in users:
                who = f"{names[agent]} ({agent})" if agent in names else str(agent)
                yield Diagnostic(
                    "agent-not-in-campaign",
                    "agent is not in the campaign",
                    f"rule `{rule.name}` gives contacts of {campaign} to agent {who}, who is not one of its userIds",
                    Severity.WARNING if groups else Severity.ERROR,
                    _span_of(rule, agent),
                    f"add the agent to the settings.userIds of {campaign}",
                    str(policy.address),
                )
        group = rule.set.get("assignedGroupId")
        if group is not None and group not in groups:
            yield Diagnostic(
                "group-not-in-campaign",
                "group is not in the campaign",
                f"rule `{rule.name}` gives contacts of {campaign} to group {group}, which is not one of its groupIds",
                span=rule.spans.get("set.assignedGroupId", rule.span),
                help=f"add the group to the settings.groupIds of {campaign}",
                address=str(policy.address),
            )


def _span_of(rule: Rule, agent: int) -> Span:
    return rule.assign.spans.get(agent, rule.span) if rule.assign else rule.spans.get("set.assignedAgentId", rule.span)


def strangers(pair: Pair, rule: Rule) -> list[int]:
    """The agents who get contacts of a campaign and are not one of its userIds: perhaps one of its groups has them."""
    users = _members(pair, "userIds")
    return [agent for agent in agents_of(rule) if agent not in users]


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


def ignored_filter_fault(policy: DesiredPolicy, pair: Pair, ignored: IgnoredFilter) -> Diagnostic:
    """The diagnostic that stops a policy in a campaign: a contact came that does not satisfy the filters."""
    detail = (
        f"{pair.desired.address}: search for rule `{ignored.rule.name}` returned contact {ignored.contact_id}, which "
        "does not satisfy the rule's filters: the API ignored at least one of them"
    )
    return _filter_fault(policy, ignored.rule, detail, ignored.rule.span)


def ignored_part_fault(policy: DesiredPolicy, pair: Pair, sieve: Sieve, part: int) -> Diagnostic:
    """The diagnostic that stops a policy in a campaign: a probe that no contact satisfies returned some."""
    rule = sieve.query.rule
    ((name, wanted),) = sieve.judge.parts[part].items()
    what = f"`{name}`"
    if name == "customFieldConditions":
        what = f"`{wanted[0]['condition']}` on `{wanted[0]['customFieldName']}`"
    detail = (
        f"{pair.desired.address}: rule `{rule.name}` matches by {what}, and the API returned contacts for a question "
        "that none can satisfy"
    )
    return _filter_fault(policy, rule, detail, rule.spans.get(name, rule.span))


def _filter_fault(policy: DesiredPolicy, rule: Rule, detail: str, span: Span) -> Diagnostic:
    return Diagnostic(
        "filter-ignored",
        "the API ignored a filter",
        detail,
        span=span,
        help="this campaign is left alone; check spelling and case of the values, or match by another filter",
        address=str(policy.address),
    )


def unproven_warning(policy: DesiredPolicy, pair: Pair, rule: Rule, contacts: int) -> Diagnostic:
    """Contacts of which nothing shows that they satisfy the rule's filters: they are left alone."""
    return Diagnostic(
        "filter-unproven",
        "it can't be shown that a filter was honoured",
        f"{pair.desired.address}: rule `{rule.name}` found {contacts:,} contacts that may or may not satisfy its "
        "filters; they are left as they are",
        Severity.WARNING,
        rule.span,
        "match by another filter, or by values that leave no doubt",
        str(policy.address),
    )


def unsettled_warnings(policy: DesiredPolicy, pair: Pair, sieves: Sequence[Sieve]) -> Iterator[Diagnostic]:
    """A warning for each rule whose values hand its contacts to another rule, which would change them again (S7)."""
    for sieve in sieves:
        rule = sieve.query.rule
        for other in sorted(policy.rules[number].name for number in sieve.unsettled):
            yield Diagnostic(
                "rules-do-not-settle",
                "rules do not settle",
                f"{pair.desired.address}: what rule `{rule.name}` sets makes rule `{other}` change them again",
                Severity.WARNING,
                rule.span,
                "planning after apply will not be empty: let the rules match by values that none of them sets",
                str(policy.address),
            )


def unplaced_warning(policy: DesiredPolicy, pair: Pair, rule: Rule, unplaced: Sequence[int]) -> Diagnostic:
    """Contacts for which no agent had room under `maxPerAgent`."""
    some = ", ".join(map(str, unplaced[:_SOME])) + (" …" if len(unplaced) > _SOME else "")
    return Diagnostic(
        "no-room",
        "no agent has room",
        f"{pair.desired.address}: rule `{rule.name}` has {len(unplaced):,} contacts more than its agents may have; "
        f"they stay as they are: {some}",
        Severity.WARNING,
        rule.spans.get("assign", rule.span),
        "raise maxPerAgent, or list more agents",
        str(policy.address),
    )


def overlap_warning(pair: Pair, rule: Rule) -> Diagnostic:
    """The list that a rule's search reads never held still."""
    return Diagnostic(
        "pages-overlap",
        "a list changed while it was read",
        f"{pair.desired.address}: what rule `{rule.name}` matches changed its order or its members each time it was "
        "read; contacts that were not seen are left for the next run",
        Severity.WARNING,
        rule.span,
        "plan again after apply: it shows what was missed",
        str(pair.desired.address),
    )


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
