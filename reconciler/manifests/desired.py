"""Desired: what the manifests ask of one environment, resolved and typed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from reconciler.diagnostics import Diagnostic, Span
from reconciler.kinds.campaign import Ensure
from reconciler.manifests.layers import Passed
from reconciler.manifests.project import Binding, Environment, Project
from reconciler.model import Address


@dataclass(frozen=True, slots=True)
class CustomField:
    """A custom field that must exist; `is_phone` is None where the manifest does not say. `passed`: see below."""

    name: str
    is_phone: bool | None
    span: Span
    passed: Passed = ()


@dataclass(frozen=True, slots=True)
class DesiredCampaign:
    """One campaign. `settings` and `expect` hold API values under API names; `spans` their places.

    Also in `spans`, where they are given: ``autoPurge.enabled`` and the like, ``expect.mode``, ``customFields`` and
    ``lifecycle.ensure``. `passed`: under the same names what their values came through.
    """

    address: Address
    labels: Mapping[str, str]
    binding: Binding | None
    settings: Mapping[str, Any]
    custom_fields: tuple[CustomField, ...]
    expect: Mapping[str, Any]
    ignore: frozenset[str]
    spans: Mapping[str, Span]
    span: Span
    ensure: Ensure = Ensure.PRESENT
    passed: Mapping[str, Passed] = field(default_factory=dict)

    @property
    def ends(self) -> bool:
        """Whether it is to be archived or deleted."""
        return self.ensure is not Ensure.PRESENT

    @property
    def live_name(self) -> str | None:
        """The exact name by which the campaign is found when it is not bound."""
        name = self.settings.get("name")
        return name if isinstance(name, str) else None


@dataclass(frozen=True, slots=True)
class Assign:
    """How a rule's contacts are spread over `agents`: id → weight, at least 1.

    A contact of a listed agent stays; with `rebalance` the fewest move that make the loads even. No agent has more than
    `max_per_agent` of the rule's contacts. `spans`: where each agent is written.
    """

    agents: Mapping[int, int]
    rebalance: bool = False
    max_per_agent: int | None = None
    spans: Mapping[int, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `match` holds the filters by API name (None: the whole campaign), `set` the values to write.

    Agents and groups are ids; wrap-up codes are names still (`lastWrapups`), and moments may be relative. `assign`
    spreads the contacts over agents, besides what `set` says of their other values.
    """

    name: str
    match: Mapping[str, Any] | None
    set: Mapping[str, Any]
    skip: bool
    limit: int | None
    span: Span
    spans: Mapping[str, Span]
    assign: Assign | None = None


@dataclass(frozen=True, slots=True)
class DesiredPolicy:
    """The rules for the contacts of `campaigns` (manifest names, sorted)."""

    address: Address
    campaigns: tuple[str, ...]
    rules: tuple[Rule, ...]
    span: Span

    def digests(self) -> dict[str, str]:
        """Of each rule, by its name, a SHA-256 over what it and the rules before it ask for: those claim first.

        How many contacts one run may change is no part of that.
        """
        found, before = {}, hashlib.sha256()
        for rule in self.rules:
            before.update(_text(_meaning_of_rule(replace(rule, limit=None))))
            found[rule.name] = f"sha256:{before.hexdigest()}"
        return found


@dataclass(frozen=True, slots=True)
class Desired:
    """Everything that the manifests ask of one environment."""

    project: Project
    environment: Environment
    campaigns: tuple[DesiredCampaign, ...]
    policies: tuple[DesiredPolicy, ...]
    diagnostics: tuple[Diagnostic, ...]

    def digest(self) -> str:
        """A SHA-256 over what is asked: the same for the same meaning, however it is written or ordered."""
        content = {
            "limits": dict(self.project.limits),
            "campaigns": [_meaning_of_campaign(each) for each in self.campaigns],
            "policies": [_meaning_of_policy(each) for each in self.policies],
        }
        return "sha256:" + hashlib.sha256(_text(content)).hexdigest()


def _meaning_of_campaign(campaign: DesiredCampaign) -> Mapping[str, Any]:
    binding = campaign.binding
    return {
        "address": str(campaign.address),
        "binding": [binding.id, binding.created_at] if binding else None,
        "settings": _without_order(campaign.settings),
        "customFields": [[each.name, each.is_phone] for each in campaign.custom_fields],
        "expect": campaign.expect,
        "ignore": sorted(campaign.ignore),
        "ensure": campaign.ensure,
    }


def _meaning_of_policy(policy: DesiredPolicy) -> Mapping[str, Any]:
    rules = [_meaning_of_rule(each) for each in policy.rules]
    return {"address": str(policy.address), "campaigns": policy.campaigns, "rules": rules}


def _meaning_of_rule(rule: Rule) -> Sequence[Any]:
    match = None if rule.match is None else _without_order(rule.match)
    return [rule.name, match, rule.set, rule.skip, rule.limit, *_meaning_of_assign(rule.assign)]


def _meaning_of_assign(assign: Assign | None) -> Iterator[Any]:
    if assign is not None:
        yield [sorted(assign.agents.items()), assign.rebalance, assign.max_per_agent]


def _without_order(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Lists as sets: none of a campaign's settings and of the filters has an order."""
    return {name: _sorted(each) if isinstance(each, list) else each for name, each in values.items()}


def _sorted(values: list[Any]) -> list[Any]:
    """Elements of one type that has an order by it, all others by their text."""
    return sorted(values) if {*map(type, values)} in ({int}, {str}) else sorted(values, key=_text)


def _text(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted")
