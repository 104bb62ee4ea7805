"""A whole account → new manifests of the campaigns that no manifest manages yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from reconciler.api.shapes import Campaign
from reconciler.diagnostics import Diagnostic, nearest_help
from reconciler.errors import ProjectError
from reconciler.exporting.manifests import NewManifest, new_manifest, not_exported
from reconciler.exporting.names import chosen_names
from reconciler.manifests.desired import Desired
from reconciler.planning.live import paired


@dataclass(frozen=True, slots=True)
class Exported:
    """The new manifests, and a fault for each campaign that none can be made of.

    `archived`: those that were left out, because the API can't update them. `managed`: how many have a manifest.
    """

    manifests: tuple[NewManifest, ...]
    faults: tuple[Diagnostic, ...]
    archived: tuple[Campaign, ...]
    managed: int


def exported(
    account: Sequence[Campaign],
    desired: Desired,
    wanted: Sequence[str],
    *,
    taken: Collection[str],
    settings: Collection[str],
    whole: bool,
) -> Exported:
    """The manifests of the campaigns that `wanted` names (ids, exact names, patterns; none: of all).

    `taken`: names that no new manifest may have, besides those of the manifests that there are. `settings`: what they
    may name. ProjectError when `wanted` names nothing that can be exported, or when this is another account.
    """
    managed = managed_ids(account, desired)
    left = [each for each in account if each.id not in managed]
    names = chosen_names(left, _bound(desired), {*taken, *_names(desired)})
    chosen = [each for each in left if not wanted or any(is_meant(each, text) for text in wanted)]
    _refuse_unknown(wanted, account, left)
    archived = [each for each in chosen if each.values.get("isArchived") is True]
    made = [
        _made(each, names[each.id], desired, settings, whole=whole)
        for each in sorted(chosen, key=lambda one: names[one.id])
        if each not in archived
    ]
    return Exported(
        tuple(each for each in made if isinstance(each, NewManifest)),
        tuple(each for each in made if isinstance(each, Diagnostic)),
        tuple(archived),
        len(managed),
    )


def managed_ids(account: Sequence[Campaign], desired: Desired) -> set[int]:
    """The campaigns of the account that a manifest means, or may mean."""
    pairs, _ = paired(account, desired)
    names = {each.live_name for each in desired.campaigns if each.binding is None}
    bound = {each.binding.id for each in desired.campaigns if each.binding is not None}
    return {pair.live.id for pair in pairs.values()} | bound | {each.id for each in account if each.name in names}


def is_meant(campaign: Campaign, text: str) -> bool:
    """Whether an id, an exact name or a pattern means this campaign."""
    return text in (str(campaign.id), campaign.name) or fnmatchcase(campaign.name, text)


def _made(
    campaign: Campaign, name: str, desired: Desired, settings: Collection[str], *, whole: bool
) -> NewManifest | Diagnostic:
    if campaign.fault:
        return not_exported(campaign, name, f"it came otherwise than documented, {campaign.fault}")
    return new_manifest(campaign, name, desired.project, desired.environment, settings, whole=whole)


def _bound(desired: Desired) -> dict[int, str]:
    """Names that the environment binds and no manifest has yet, by the campaign's id."""
    there = {each.address.name for each in desired.campaigns}
    bindings = desired.environment.campaigns.items()
    return {binding.id: name for name, binding in bindings if name not in there}


def _names(desired: Desired) -> Iterable[str]:
    """The names of all manifests, and those that any environment binds."""
    yield from (each.address.name for each in desired.campaigns)
    for environment in desired.project.environments.values():
        yield from environment.campaigns


def _refuse_unknown(wanted: Sequence[str], account: Sequence[Campaign], left: Sequence[Campaign]) -> None:
    for text in wanted:
        if any(is_meant(each, text) for each in left):
            continue
        if any(is_meant(each, text) for each in account):
            detail, advice = f"`{text}` has a manifest already", "export --update brings its drift back"
            raise ProjectError("nothing to export", detail, advice, "already-managed")
        detail = f"the account has no campaign `{text}`"
        advice = nearest_help("campaign", text, {each.name for each in account})
        raise ProjectError("campaign does not exist", detail, advice, "campaign-not-found")
