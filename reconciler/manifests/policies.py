"""Composed AssignmentPolicy documents → desired policies, with the rules that cross them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from reconciler.diagnostics import Diagnostic, Label, nearest_help
from reconciler.kinds.contact import BATCH_FIELDS, MATCH_FILTERS
from reconciler.kinds.field import Availability
from reconciler.manifests.desired import DesiredCampaign, DesiredPolicy, Rule
from reconciler.manifests.documents import Document
from reconciler.manifests.located import Located
from reconciler.manifests.project import Environment
from reconciler.manifests.references import resolve


def desired_policy(
    document: Document, known: Collection[str], campaigns: Mapping[str, DesiredCampaign], environment: Environment
) -> tuple[DesiredPolicy, list[Diagnostic]]:
    """The policy that a composed, schema-valid document asks for, and the faults of its values.

    `known` are the names of all campaigns; `campaigns` those without faults.
    """
    faults: list[Diagnostic] = []
    spec = document.body.get("spec") or document.body
    rules = spec.get("rules")
    policy = DesiredPolicy(
        address=document.address,
        campaigns=tuple(_campaigns(document, spec, known, campaigns, faults)),
        rules=tuple(_rule(each, environment, faults) for each in (rules.elements() if rules else ())),
        span=(document.body.get("metadata", "name") or document.body).span,
    )
    faults += _name_faults(policy)
    return policy, [replace(each, address=str(document.address)) for each in faults]


def policy_set_faults(policies: Mapping[str, DesiredPolicy]) -> Iterator[Diagnostic]:
    """Faults between policies: two for one campaign (every contact has one owner)."""
    owners: dict[str, DesiredPolicy] = {}
    for policy in policies.values():
        for campaign in policy.campaigns:
            first = owners.setdefault(campaign, policy)
            if first is not policy:
                detail = f"{policy.address} and {first.address} both assign the contacts of `{campaign}`"
                labels = (Label(first.span, "the other policy"),)
                advice = "put the rules into one policy: every contact has one owner"
                yield Diagnostic("two-policies", "two policies", detail, span=policy.span, help=advice, labels=labels)


def _campaigns(
    document: Document,
    spec: Located,
    known: Collection[str],
    campaigns: Mapping[str, DesiredCampaign],
    faults: list[Diagnostic],
) -> Iterator[str]:
    listed, selector = spec.get("campaigns"), spec.get("selector")
    if (listed is None) == (selector is None):
        detail = f"{document.address} needs either `campaigns` or `selector`"
        faults.append(Diagnostic("policy-scope", "which campaigns?", detail, span=spec.place, help="give one of them"))
    for each in listed.elements() if listed else ():
        name = str(each.value)
        if name in known:
            yield name
        else:
            detail, advice = f"there is no Campaign `{name}`", nearest_help("campaign", name, known)
            faults.append(Diagnostic("unknown-campaign", "unknown campaign", detail, span=each.span, help=advice))
    if selector is not None and listed is None and len(known) == len(campaigns):
        yield from _selected(document, selector, campaigns, faults)


def _selected(
    document: Document, selector: Located, campaigns: Mapping[str, DesiredCampaign], faults: list[Diagnostic]
) -> Iterator[str]:
    wanted: Mapping[str, str] = selector.plain()
    chosen = [name for name, each in campaigns.items() if wanted and wanted.items() <= each.labels.items()]
    if not chosen:
        detail = f"no campaign carries the labels that {document.address} selects"
        advice = "correct the labels, or list the campaigns by name"
        faults.append(Diagnostic("empty-selector", "selects nothing", detail, span=selector.place, help=advice))
    yield from chosen


def _rule(located: Located, environment: Environment, faults: list[Diagnostic]) -> Rule:
    match = located.get("match") or located
    faults += _rule_faults(located)
    return Rule(
        name=str((located.get("name") or located).value),
        match=None if match.value == "all" else resolve(MATCH_FILTERS, match, environment, faults),
        set=resolve(BATCH_FIELDS, located.get("set"), environment, faults),
        skip=located.get("skip") is not None,
        limit=(located.get("limits", "contactsChanged") or Located(None, located.span)).plain(),
        span=(located.get("name") or located).place,
        spans={name: each.place for name, each in match.items()},
    )


def _rule_faults(located: Located) -> Iterator[Diagnostic]:
    if (located.get("set") is None) == (located.get("skip") is None):
        detail = "a rule either sets values (`set`) or leaves its contacts alone (`skip: true`)"
        yield Diagnostic("rule-action", "what is the rule to do?", detail, span=located.place, help="give one of them")
    for name, each in (located.get("match") or located).items():
        field = MATCH_FILTERS.get(name)
        if field is not None and field.available is not Availability.NOW:
            detail = f"the vendor only announces the filter `{name}`: today it would be dropped and match every contact"
            yield Diagnostic("announced-filter", "announced, not available", detail, span=each.place, help="remove it")
    yield from _condition_faults(located.get("match", "customFieldConditions"))


def _condition_faults(conditions: Located | None) -> Iterator[Diagnostic]:
    for each in conditions.elements() if conditions else ():
        plain: Any = each.plain()
        if isinstance(plain, dict) and plain.get("value", "") is None and plain.get("condition") not in ("eq", "notEq"):
            detail = f"condition `{plain.get('condition')}` cannot compare with null"
            value = each.get("value") or each
            advice = "null goes with eq and notEq only"
            yield Diagnostic("null-not-allowed", "null is not allowed here", detail, span=value.place, help=advice)


def _name_faults(policy: DesiredPolicy) -> Iterator[Diagnostic]:
    seen: dict[str, Rule] = {}
    for rule in policy.rules:
        first = seen.setdefault(rule.name, rule)
        if first is not rule:
            labels = (Label(first.span, "first used here"),)
            detail = f"two rules of {policy.address} are named `{rule.name}`"
            yield Diagnostic("duplicate", "declared twice", detail, span=rule.span, help="rename one", labels=labels)
