"""The baseline: what a run last made of each campaign, by which drift knows whose change a difference is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from reconciler.diagnostics import Severity
from reconciler.kinds.values import settings_object
from reconciler.manifests.desired import Desired, DesiredCampaign
from reconciler.planning.ending import ENDINGS
from reconciler.planning.plan import Action, Change, Plan


class Applied(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the manifests asked of one campaign when a run had brought the account there.

    `at`: when; `run`: by which run, null where nothing had to be written. `rules`: for ``AssignmentPolicy/NAME#RULE``
    the digest of that rule and those before it.
    """

    campaign_id: int
    at: Annotated[datetime, Meta(tz=True)]
    run: str | None
    settings: dict[str, Any]
    custom_fields: tuple[str, ...]
    ensure: str
    rules: dict[str, str]


class Baseline(Struct, frozen=True, kw_only=True, rename="camel"):
    """The campaigns of one environment, by address."""

    format_version: Annotated[int, Meta(ge=1, le=1)] = 1
    campaigns: dict[str, Applied] = {}


def merged(baselines: Collection[Baseline]) -> Baseline:
    """One of several shards' baselines: of each campaign what is newest."""
    found: dict[str, Applied] = {}
    for baseline in baselines:
        for address, applied in baseline.campaigns.items():
            if address not in found or found[address].at < applied.at:
                found[address] = applied
    return Baseline(campaigns=found)


def after_run(
    before: Baseline, desired: Desired, plan: Plan, left: Collection[int], now: datetime, run: str | None
) -> Baseline:
    """The baseline after a run of this plan. `left`: the campaigns (ids) of which not every step was carried out.

    Those stay as they were known before; and so does, where nothing else became of it, the entry of an earlier run.
    """
    campaigns = {str(each.address): each for each in desired.campaigns}
    found = dict(before.campaigns)
    for address, changes in _by_campaign(plan).items():
        if changes[0].campaign_id in left or address not in campaigns:
            continue
        known = found.get(address)
        if known is not None and known.campaign_id != changes[0].campaign_id:
            known = None
        if plan.undoes is not None:
            after = _undone(known, changes) if known else None
        else:
            after = _applied(known, campaigns[address], desired, changes, now)
        if after is not None and after != known:
            found[address] = structs.replace(after, at=now, run=run)
    return Baseline(campaigns=found)


def _by_campaign(plan: Plan) -> dict[str, list[Change]]:
    """The changes of each campaign, by its address; those of a campaign that could not be planned are not there."""
    blocked = {each.address for each in plan.diagnostics if each.severity is Severity.ERROR}
    found: dict[str, list[Change]] = {}
    for change in plan.changes:
        address = change.campaign or change.address
        if address not in blocked and change.address not in blocked:
            found.setdefault(address, []).append(change)
    return found


def _applied(
    known: Applied | None, campaign: DesiredCampaign, desired: Desired, changes: list[Change], now: datetime
) -> Applied | None:
    rules = dict(_rules(campaign, desired, changes))
    if all(each.rule is not None for each in changes):  # its rules alone were planned
        return structs.replace(known, rules=known.rules | rules) if known else None
    return Applied(
        campaign_id=changes[0].campaign_id,
        at=known.at if known else now,
        run=known.run if known else None,
        settings={name: each for name, each in campaign.settings.items() if name not in campaign.ignore},
        custom_fields=tuple(sorted(each.name for each in campaign.custom_fields)),
        ensure=str(campaign.ensure),
        rules=rules,
    )


def _rules(campaign: DesiredCampaign, desired: Desired, changes: list[Change]) -> Iterator[tuple[str, str]]:
    planned = {(each.address, each.rule) for each in changes if each.rule is not None}
    for policy in desired.policies:
        if campaign.address.name not in policy.campaigns:
            continue
        address = str(policy.address)
        for name, digest in policy.digests().items():
            if (address, name) in planned:
                yield f"{address}#{name}", digest


def _undone(known: Applied, changes: list[Change]) -> Applied:
    """With the values that an undone run had changed as they were before it: the manifests have not asked for them."""
    settings = dict(known.settings)
    for change in changes:
        for each in change.attributes if change.action is Action.UPDATE else ():
            name, _, inner = each.name.partition(".")
            if inner:
                settings[name] = {**settings_object(name, settings.get(name)), inner: each.after}
            elif name in settings:
                settings[name] = each.after
    undone = {f"{each.address}#{each.rule}" for each in changes if each.rule is not None}
    ensure = "" if any(each.action in ENDINGS for each in changes) else known.ensure
    rules = {name: "" if name in undone else digest for name, digest in known.rules.items()}
    return structs.replace(known, settings=settings, ensure=ensure, rules=rules)


def value_of(settings: Mapping[str, Any], attribute: str) -> Any:
    """What settings hold for an attribute (``maxTries``, ``autoPurge.enabled``); null where they hold nothing."""
    name, _, inner = attribute.partition(".")
    return settings_object(name, settings.get(name)).get(inner) if inner else settings.get(name)
