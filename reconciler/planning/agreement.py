"""Does a saved plan ask for what the manifests ask for, and of no other campaign? Its digest alone does not prove it.

The manifests are at hand when a plan is applied, so every change is held against them: who can write a plan's file can
write its digest, but not make it give a campaign or a contact values that no manifest asks for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.errors import SavedPlanRefused
from reconciler.kinds.campaign import SETTINGS, Ensure
from reconciler.kinds.values import comparable
from reconciler.manifests.desired import Desired, DesiredCampaign, DesiredPolicy, Rule
from reconciler.planning.diff import same, same_inner
from reconciler.planning.holding import OWNERS
from reconciler.planning.live import same_creation
from reconciler.planning.plan import Action, Attribute, Change, Plan

_ENDS = {Action.ARCHIVE: (Ensure.ARCHIVED,), Action.DELETE: (Ensure.DELETED,)}


def refuse_disagreeing(plan: Plan, desired: Desired) -> None:
    """SavedPlanRefused, naming the first fault, when a change is not what the manifests ask for."""
    campaigns = {str(each.address): each for each in desired.campaigns}
    policies = {str(each.address): each for each in desired.policies}
    for change in plan.changes:
        fault = next(_faults(change, campaigns, policies), None)
        if fault is not None:
            detail = f"its change of {change.address} {fault}"
            raise SavedPlanRefused("saved plan was altered", detail, "plan again, and review that plan")


def asks_for(change: Change, desired: Desired) -> bool:
    """Whether the manifests ask for this change."""
    campaigns = {str(each.address): each for each in desired.campaigns}
    return next(_faults(change, campaigns, {str(each.address): each for each in desired.policies}), None) is None


def found_by_name(plan: Plan, desired: Desired) -> frozenset[int]:
    """The campaigns of the plan that nothing but their names ties to the manifests: the account has to agree."""
    unbound = {str(each.address) for each in desired.campaigns if each.binding is None}
    return frozenset(each.campaign_id for each in plan.changes if (each.campaign or each.address) in unbound)


def _faults(
    change: Change, campaigns: Mapping[str, DesiredCampaign], policies: Mapping[str, DesiredPolicy]
) -> Iterator[str]:
    owner = campaigns.get(change.campaign or change.address if change.rule is not None else change.address)
    if owner is None:
        yield "is of an object that no manifest declares"
    elif not _is_same_campaign(change, owner):
        yield f"is of campaign {change.campaign_id}, which the manifests do not mean"
    elif change.rule is not None:
        yield from _rule_faults(change, owner, policies.get(change.address))
    elif change.campaign is not None:
        yield "names a campaign besides, and is of no rule"
    elif change.action in _ENDS and owner.ensure not in _ENDS[change.action]:
        yield f"would {change.action} it, and its manifest does not"
    elif change.action is Action.UPDATE:
        yield from (
            f"sets `{each.name}` otherwise than its manifest"
            for each in change.attributes
            if not _is_asked(each, owner)
        )
    elif change.action is Action.ADD_FIELD:
        yield from _field_faults(change, owner)


def _field_faults(change: Change, campaign: DesiredCampaign) -> Iterator[str]:
    """A field that is added stays as it is for good: its type is the manifest's too, where silence means text."""
    types = {f"customFields.{each.name}": bool(each.is_phone) for each in campaign.custom_fields}
    for each in change.attributes:
        if each.name not in types:
            yield f"adds `{each.name}`, and its manifest does not"
        elif each.ignored or each.before is not None or not _is_type(each.after, types[each.name]):
            yield f"adds `{each.name}` otherwise than its manifest"


def _is_type(after: Any, is_phone: bool) -> bool:
    """Whether a field that is added is one of this type; 1 is not true."""
    return isinstance(after, dict) and after.keys() == {"isPhoneNumber"} and after["isPhoneNumber"] is is_phone


def _is_same_campaign(change: Change, campaign: DesiredCampaign) -> bool:
    if campaign.binding is not None:
        created = campaign.binding.created_at
        known = created is None or same_creation(change.campaign_created_at, created)
        return known and change.campaign_id == campaign.binding.id
    return change.campaign_name == campaign.live_name


def _is_asked(attribute: Attribute, campaign: DesiredCampaign) -> bool:
    name, _, inner = attribute.name.partition(".")
    if name not in campaign.settings or (name in campaign.ignore) != attribute.ignored:
        return False
    wanted: Any = campaign.settings[name]
    if inner:
        return (
            isinstance(wanted, dict)
            and inner in wanted
            and same_inner(SETTINGS[name], inner, wanted[inner], attribute.after)
        )
    return same(SETTINGS[name], wanted, attribute.after) or _stay(attribute, wanted)


def _stay(attribute: Attribute, wanted: Any) -> bool:
    """Whether it is a membership that nobody joins unasked: some may stay until their contacts have moved."""
    if attribute.name not in OWNERS:
        return False
    before, asked, after = (
        set(comparable(SETTINGS[attribute.name], each)) for each in (attribute.before, wanted, attribute.after)
    )
    return asked <= after <= asked | before


def _rule_faults(change: Change, campaign: DesiredCampaign, policy: DesiredPolicy | None) -> Iterator[str]:
    if policy is None or campaign.address.name not in policy.campaigns:
        yield "is of a policy that does not name its campaign"
        return
    rule = next((each for each in policy.rules if each.name == change.rule), None)
    if rule is None:
        yield "is of a rule that its policy does not have"
    elif change.sets.keys() != rule.set.keys() or not all(_is_set(rule.set, *each) for each in change.sets.items()):
        yield "says otherwise than its rule what that sets"
    elif not _has_room(rule, change):
        yield "gives an agent more contacts than its rule allows"
    elif any(not _is_given(rule, name, value) for group in change.contacts for name, value in group.after.items()):
        yield "gives contacts what its rule does not"


def _is_given(rule: Rule, name: str, value: Any) -> bool:
    if rule.assign is not None and name == "assignedAgentId":
        return type(value) is int and value in rule.assign.agents
    return _is_set(rule.set, name, value)


def _has_room(rule: Rule, change: Change) -> bool:
    """Whether no agent is given more contacts than `maxPerAgent`."""
    if rule.assign is None or rule.assign.max_per_agent is None:
        return True
    given = Counter[Any]()
    for group in change.contacts:
        given[group.after.get("assignedAgentId")] += len(group.contact_ids)
    return all(number <= rule.assign.max_per_agent for agent, number in given.items() if agent is not None)


def _is_set(wanted: Mapping[str, Any], name: str, value: Any) -> bool:
    return name in wanted and type(wanted[name]) is type(value) and bool(wanted[name] == value)
