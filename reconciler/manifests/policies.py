"""Composed AssignmentPolicy documents → desired policies, with the rules that cross them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from reconciler.diagnostics import Diagnostic, Label, Severity, Span, nearest_help
from reconciler.kinds.contact import MATCH_FILTERS, SET_FIELDS
from reconciler.kinds.field import Availability
from reconciler.manifests.assigning import assign_of
from reconciler.manifests.desired import DesiredCampaign, DesiredPolicy, Rule
from reconciler.manifests.documents import Document
from reconciler.manifests.located import Located
from reconciler.manifests.project import Environment
from reconciler.manifests.references import resolve

_SPEC = frozenset({"campaigns", "selector", "rules"})
_RULE = frozenset({"name", "match", "set", "assign", "skip", "limits"})


def desired_policy(
    document: Document, campaigns: Mapping[str, DesiredCampaign], environment: Environment
) -> tuple[DesiredPolicy, list[Diagnostic]]:
    """The policy that a composed document asks for, and the faults of its values."""
    faults: list[Diagnostic] = []
    spec = document.body.get("spec") or document.body
    rules = spec.get("rules")
    policy = DesiredPolicy(
        address=document.address,
        campaigns=tuple(sorted(_campaigns(document, spec, campaigns, faults))),
        rules=tuple(_rule(each, environment, faults) for each in (rules.elements() if rules else ())),
        span=(document.body.get("metadata", "name") or document.body).span,
    )
    faults += _name_faults(policy)
    faults += _unreachable(policy)
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
    document: Document, spec: Located, campaigns: Mapping[str, DesiredCampaign], faults: list[Diagnostic]
) -> Iterator[str]:
    listed, selector = spec.get("campaigns"), spec.get("selector")
    if listed is not None and listed.value == []:
        detail, advice = f"{document.address} lists no campaign", "list one, or remove the policy"
        faults.append(Diagnostic("policy-scope", "which campaigns?", detail, span=listed.place, help=advice))
    both = listed is not None and selector is not None
    if both or (_lacks(spec, "campaigns", "selector") and _only(spec, _SPEC)):
        detail, advice = f"{document.address} needs either `campaigns` or `selector`", _one(both=both)
        faults.append(Diagnostic("policy-scope", "which campaigns?", detail, span=spec.place, help=advice))
    for each in listed.elements() if listed else ():
        name = str(each.value)
        if name in campaigns:
            faults += _ended(document, each, campaigns[name])
            yield name
        else:
            detail, advice = f"there is no Campaign `{name}`", nearest_help("campaign", name, campaigns)
            faults.append(Diagnostic("unknown-campaign", "unknown campaign", detail, span=each.span, help=advice))
    if selector is not None and listed is None and not _is_broken(selector):
        yield from _selected(document, selector, campaigns, faults)


def _ended(document: Document, named: Located, campaign: DesiredCampaign) -> Iterator[Diagnostic]:
    """The contacts of a campaign on its way out are not worth a write; whoever names it means something else."""
    if campaign.ends:
        detail = f"{document.address} has rules for the contacts of `{named.value}`, which is to be {campaign.ensure}"
        advice = "take it out of the policy's `campaigns`, or let the campaign be present"
        labels = (Label(campaign.spans["lifecycle.ensure"], f"it is to be {campaign.ensure}"),)
        yield Diagnostic(
            "policy-of-ended", "rules for a campaign that ends", detail, span=named.span, help=advice, labels=labels
        )


def _one(*, both: bool) -> str:
    return "keep one of them" if both else "give one of them"


def _is_broken(selector: Located) -> bool:
    """Whether what it selects is not known: it, or one of its labels, has been reported."""
    return selector.broken or any(each.broken for _, each in selector.items())


def _selected(
    document: Document, selector: Located, campaigns: Mapping[str, DesiredCampaign], faults: list[Diagnostic]
) -> Iterator[str]:
    wanted: Mapping[str, str] = selector.plain()
    chosen = [name for name, each in campaigns.items() if wanted and wanted.items() <= each.labels.items()]
    if not chosen:
        detail = f"no campaign carries the labels that {document.address} selects"
        advice = "correct the labels, or list the campaigns by name"
        faults.append(Diagnostic("empty-selector", "selects nothing", detail, span=selector.place, help=advice))
    yield from (name for name in chosen if not campaigns[name].ends)


def _rule(located: Located, environment: Environment, faults: list[Diagnostic]) -> Rule:
    match = located.get("match") or located
    faults += _rule_faults(located)
    return Rule(
        name=name.value if (name := located.get("name")) and isinstance(name.value, str) else "",
        match=None if match.value == "all" else resolve(MATCH_FILTERS, match, environment, faults),
        set=resolve(SET_FIELDS, located.get("set"), environment, faults),
        skip=located.get("skip") is not None,
        limit=(located.get("limits", "contactsChanged") or Located(None, located.span)).plain(),
        span=(located.get("name") or located).place,
        spans=dict(_spans(located, match)),
        assign=assign_of(located, environment, faults),
    )


def _spans(located: Located, match: Located) -> Iterator[tuple[str, Span]]:
    """The places of the filters by their names, and of ``assign`` and ``set.priority`` by theirs."""
    yield from ((name, each.place) for name, each in match.items())
    if (assign := located.get("assign")) is not None:
        yield "assign", assign.place
    if (values := located.get("set")) is not None:
        yield from ((f"set.{name}", each.place) for name, each in values.items())


def _rule_faults(located: Located) -> Iterator[Diagnostic]:
    skips, acts = not _lacks(located, "skip"), not _lacks(located, "set", "assign")
    if skips is acts and (acts or _only(located, _RULE)):
        detail = "a rule sets values (`set`), shares its contacts out (`assign`) or both, or leaves them (`skip: true`)"
        advice = "keep `skip` alone, or remove it" if acts else "add one of them"
        yield Diagnostic("rule-action", "what is the rule to do?", detail, span=located.place, help=advice)
    for name, each in (located.get("match") or located).items():
        field = MATCH_FILTERS.get(name)
        if field is not None and field.available is not Availability.NOW:
            detail = f"the vendor only announces the filter `{name}`: today it would be dropped and match every contact"
            yield Diagnostic("announced-filter", "announced, not available", detail, span=each.place, help="remove it")
    if (ids := located.get("match", "lastWrapupIds")) and located.get("match", "lastWrapups"):
        detail = "`lastWrapups` becomes `lastWrapupIds`: a rule can have one of them"
        yield Diagnostic("rule-filters", "filters do not go together", detail, span=ids.place, help="keep one of them")
    yield from _condition_faults(located.get("match", "customFieldConditions"))


def _lacks(located: Located, *names: str) -> bool:
    return all(located.get(name) is None for name in names)


def _only(located: Located, known: frozenset[str]) -> bool:
    """Whether it holds known keys only: one that is not known may be a misspelt one."""
    return all(name in known for name, _ in located.items())


def _condition_faults(conditions: Located | None) -> Iterator[Diagnostic]:
    for each in conditions.elements() if conditions else ():
        plain: Any = each.plain()
        if isinstance(plain, dict) and _is_null(each.get("value")) and plain.get("condition") not in ("eq", "notEq"):
            detail = f"condition `{plain.get('condition')}` cannot compare with null"
            value = each.get("value") or each
            advice = "null goes with eq and notEq only"
            yield Diagnostic("null-not-allowed", "null is not allowed here", detail, span=value.place, help=advice)


def _is_null(value: Located | None) -> bool:
    return value is not None and value.value is None and not value.broken


def _unreachable(policy: DesiredPolicy) -> Iterator[Diagnostic]:
    """A warning for each rule after one that matches all: no contact is ever left for it."""
    whole = next((number for number, each in enumerate(policy.rules) if each.match is None), len(policy.rules))
    for rule in policy.rules[whole + 1 :]:
        first = policy.rules[whole]
        detail = f"rule `{rule.name}` stands after `{first.name}`, which matches all: no contact is left for it"
        labels = (Label(first.span, "this one matches all"),)
        advice = "move it up, or remove it: a contact belongs to the first rule that matches"
        yield Diagnostic(
            "unreachable-rule",
            "a rule that gets no contact",
            detail,
            Severity.WARNING,
            rule.span,
            advice,
            labels=labels,
        )


def _name_faults(policy: DesiredPolicy) -> Iterator[Diagnostic]:
    seen: dict[str, Rule] = {}
    for rule in (each for each in policy.rules if each.name):
        first = seen.setdefault(rule.name, rule)
        if first is not rule:
            labels = (Label(first.span, "first used here"),)
            detail = f"two rules of {policy.address} are named `{rule.name}`"
            yield Diagnostic("duplicate", "declared twice", detail, span=rule.span, help="rename one", labels=labels)
