"""The baseline: what runs last made of each campaign, by which drift knows whose change a difference is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from reconciler.manifests.desired import Desired, DesiredCampaign
from reconciler.planning.holding import OWNERS, WAITS
from reconciler.planning.plan import Action, Change, Operation, Plan, Step


class Applied(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the account was left with of what the manifests asked for of one campaign.

    `settings`: by a plan's names, ``maxTries`` or ``autoPurge.enabled``. `rules`: of ``AssignmentPolicy/NAME#RULE`` the
    digest of that rule and those before it. `ensure`: null where it is not known. `at`: when; `run`: by which run,
    null where nothing had to be written.
    """

    campaign_id: int
    base_url: str
    at: Annotated[datetime, Meta(tz=True)]
    run: str | None
    settings: dict[str, Any] = {}
    custom_fields: tuple[str, ...] = ()
    ensure: str | None = None
    rules: dict[str, str] = {}


class Baseline(Struct, frozen=True, kw_only=True, rename="camel"):
    """The campaigns of one environment, by address."""

    format_version: Annotated[int, Meta(ge=1, le=1)] = 1
    campaigns: dict[str, Applied] = {}

    def known(self, address: str, campaign_id: int, base_url: str) -> Applied | None:
        """What was left of this campaign; None for another one that had the address, or an account elsewhere."""
        found = self.campaigns.get(address)
        return found if found and (found.campaign_id, found.base_url) == (campaign_id, base_url) else None


def merged(baselines: Collection[Baseline]) -> Baseline:
    """One of several shards' baselines: of each campaign what is newest."""
    found: dict[str, Applied] = {}
    for baseline in baselines:
        for address, applied in baseline.campaigns.items():
            if address not in found or found[address].at < applied.at:
                found[address] = applied
    return Baseline(campaigns=found)


def after_run(
    before: Baseline, desired: Desired, plan: Plan, done: Collection[int], now: datetime, run: str | None
) -> dict[str, Applied]:
    """The campaigns, by address, of which more or something else is known after a run of this plan.

    `done`: the numbers of the steps that were carried out whole. What was not carried out stays as it was known before.
    """
    campaigns = {str(each.address): each for each in desired.campaigns}
    changes: dict[str, list[Change]] = {}
    for change in plan.changes:
        changes.setdefault(change.campaign or change.address, []).append(change)
    found = {}
    for address, own in changes.items():
        if address in campaigns:
            id_ = own[0].campaign_id
            known = before.known(address, id_, plan.base_url)
            started = known or Applied(campaign_id=id_, base_url=plan.base_url, at=now, run=None)
            made = _Made(campaigns[address], own, _steps(plan, id_, done), _waits(plan, address))
            after = made.undone(started) if plan.undoes else made.applied(started, desired)
            if after != known and (known or after.settings or after.ensure or after.rules):
                found[address] = structs.replace(after, at=now, run=run)
    return found


def _steps(plan: Plan, campaign_id: int, done: Collection[int]) -> list[tuple[Step, bool]]:
    """The steps of a campaign, and whether each was carried out."""
    return [(each, each.number in done) for each in plan.steps if each.campaign_id == campaign_id]


def _waits(plan: Plan, address: str) -> bool:
    return any(each.code == WAITS and each.address == address for each in plan.diagnostics)


@dataclass(frozen=True, slots=True)
class _Made:
    """What a run made of one campaign. `waits`: some of its settings are left until contacts have moved."""

    campaign: DesiredCampaign
    changes: Sequence[Change]
    steps: Sequence[tuple[Step, bool]]
    waits: bool

    def applied(self, known: Applied, desired: Desired) -> Applied:
        """After a plan that was made from the manifests."""
        rules = known.rules | dict(self._rules(desired))
        if all(each.rule is not None for each in self.changes):  # its rules alone were planned
            return structs.replace(known, rules=rules)
        if self.campaign.ends:  # nothing besides is compared or written
            return structs.replace(known, ensure=str(self.campaign.ensure) if self._all_done else known.ensure)
        moved = {each.name for change in self.changes for each in change.attributes}
        left = {*OWNERS, "isPaused"} if self.waits else set()
        managed = dict(_attributes(self.campaign))
        settings = {name: each for name, each in known.settings.items() if name in managed}
        settings |= {name: each for name, each in managed.items() if name not in moved | left}
        added = {f"customFields.{name}" for name in self._fields()}
        fields = {each.name for each in self.campaign.custom_fields if f"customFields.{each.name}" not in moved - added}
        return structs.replace(
            known,
            settings=settings | dict(self._written()),
            custom_fields=tuple(sorted(fields)),
            ensure=str(self.campaign.ensure),
            rules={name: each for name, each in rules.items() if name in _names(desired, self.campaign)},
        )

    def undone(self, known: Applied) -> Applied:
        """After a rollback: the account holds what the manifests do not ask for, and nobody else has changed it."""
        settings = known.settings | {name: each for name, each in self._written() if name in known.settings}
        rules = {f"{each.address}#{each.rule}" for each in self.changes if each.rule is not None}
        return structs.replace(
            known, settings=settings, rules={name: each for name, each in known.rules.items() if name not in rules}
        )

    @property
    def _all_done(self) -> bool:
        return all(done for _, done in self.steps)

    def _written(self) -> Iterator[tuple[str, Any]]:
        """The settings that were written, by all of the steps that each needs, with the values they have now."""
        sent = [(step, done) for step, done in self.steps if step.operation is Operation.UPDATE_CAMPAIGN]
        names = {name for step, _ in sent for name in step.body}
        whole = {name for name in names if all(done for step, done in sent if name in step.body)}
        for change in self.changes:
            for each in change.attributes if change.action is Action.UPDATE else ():
                if not each.ignored and each.name.partition(".")[0] in whole:
                    yield each.name, each.after

    def _fields(self) -> set[str]:
        """The custom fields that were added."""
        added = [step for step, done in self.steps if done and step.operation is Operation.ADD_FIELDS]
        return {str(each["name"]) for step in added for each in step.fields}

    def _rules(self, desired: Desired) -> Iterator[tuple[str, str]]:
        """The rules of which no contact is left: each with its digest."""
        digests = _names(desired, self.campaign)
        open_ = {(step.address, step.rule) for step, done in self.steps if not done}
        for each in self.changes:
            name = f"{each.address}#{each.rule}"
            if (
                each.rule is not None
                and not each.deferred
                and (each.address, each.rule) not in open_
                and name in digests
            ):
                yield name, digests[name]


def _names(desired: Desired, campaign: DesiredCampaign) -> dict[str, str]:
    """The rules for the contacts of a campaign, with their digests."""
    own = [each for each in desired.policies if campaign.address.name in each.campaigns]
    return {f"{each.address}#{name}": digest for each in own for name, digest in each.digests().items()}


def _attributes(campaign: DesiredCampaign) -> Iterator[tuple[str, Any]]:
    """The settings that a manifest manages, by a plan's names; those inside of an object one by one."""
    for name, value in campaign.settings.items():
        if name in campaign.ignore:
            continue
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", each) for inner, each in value.items())
        else:
            yield name, value
