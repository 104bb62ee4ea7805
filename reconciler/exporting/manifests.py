"""Live campaigns that no manifest manages → new manifests and bindings, proved to plan to nothing (S7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from reconciler.api.shapes import Campaign
from reconciler.diagnostics import Diagnostic
from reconciler.errors import ManifestsInvalid
from reconciler.exporting.content import Content, campaign_content, faulty_entries
from reconciler.exporting.proof import remaining
from reconciler.kinds import CAMPAIGN
from reconciler.kinds.values import instant
from reconciler.manifests.project import Binding, Environment, Project
from reconciler.manifests.writing import written_document
from reconciler.model import Address
from reconciler.planning.live import created_at


@dataclass(frozen=True, slots=True)
class NewManifest:
    """A manifest to write: its name, its text without a modeline, and the campaign that it is bound to.

    `left_out`: what of the campaign a manifest can't say, by its path.
    """

    name: str
    text: str
    campaign: Campaign
    left_out: tuple[str, ...] = ()

    @property
    def binding(self) -> Content | int:
        """What the environment's `campaigns` holds for it."""
        return binding_of(self.campaign)


def binding_of(campaign: Campaign) -> Content | int:
    """A binding to a live campaign: its id, with the `createdAt` that proves the account where it tells one."""
    created = created_at(campaign)
    return campaign.id if created is None or not _is_instant(created) else {"id": campaign.id, "createdAt": created}


def new_manifest(
    campaign: Campaign,
    name: str,
    project: Project,
    environment: Environment,
    settings: Collection[str],
    *,
    whole: bool = False,
) -> NewManifest | Diagnostic:
    """The manifest `name` of a live campaign, or why there can be none.

    What the manifests' rules refuse (the account may hold it all the same) is left out. Before it is returned, the
    manifest is read and planned against the campaign: it asks for nothing.
    """
    content = campaign_content(campaign, name, environment, settings, whole=whole)
    left_out = _unfit(content)
    _settle(content["spec"]["settings"])
    text = written_document(content)
    bound = replace(environment, campaigns={name: _binding(campaign, environment)})
    try:
        differences = remaining(project, bound, {f"{name}.yaml": text.encode()}, [campaign])
    except ManifestsInvalid as invalid:
        differences = [each.detail for each in invalid.diagnostics if each.is_error]
    if differences:
        return not_exported(campaign, name, differences[0])
    return NewManifest(name, text, campaign, tuple(left_out))


def _unfit(content: Content) -> list[str]:
    """Takes away what does not fit the kind's schema; the paths of it."""
    gone: list[str] = []
    while faulty := faulty_entries(content):
        for section, key in sorted(faulty, key=lambda each: str(each[1]), reverse=True):
            held = content["spec"][section]
            gone.append(f"{section}.{key}" if isinstance(key, str) else f"{section}[{key}]")
            del held[key]
            if not held and section != "settings":
                del content["spec"][section]
    return gone


def _settle(settings: Content) -> None:
    """Takes away what the account holds beside something that it has no meaning with, and that nobody may ask for."""
    if settings.get("isRecorded") is not True:
        settings.pop("recordingPercentage", None)
    first, last = settings.get("minCallingDateOffset"), settings.get("maxCallingDateOffset")
    if first is not None and last is not None and last < first:
        del settings["maxCallingDateOffset"]


def _binding(campaign: Campaign, environment: Environment) -> Binding:
    return Binding(campaign.id, created_at(campaign), environment.span)


def _is_instant(text: str) -> bool:
    try:
        instant(text)
    except (ValueError, OverflowError):
        return False
    return True


def not_exported(campaign: Campaign, name: str, why: str) -> Diagnostic:
    """The fault of a campaign that no manifest can be made of."""
    detail = f"campaign {campaign.id} can't be described by a manifest: {why}"
    advice = "write its manifest by hand, or correct the campaign in the console; it is left as it is"
    return Diagnostic(
        "not-exported", "campaign can't be exported", detail, help=advice, address=str(Address(CAMPAIGN, name))
    )
