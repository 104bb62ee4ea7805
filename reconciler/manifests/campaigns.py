"""Composed Campaign documents → desired campaigns, with the rules that cross fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from reconciler.diagnostics import Diagnostic, Label, Severity, nearest_help
from reconciler.kinds.campaign import ASSERTED, SETTINGS, Ensure
from reconciler.kinds.field import Availability
from reconciler.manifests.desired import CustomField, DesiredCampaign
from reconciler.manifests.documents import Document
from reconciler.manifests.layers import Layers, passed
from reconciler.manifests.located import Located
from reconciler.manifests.project import Environment, Project
from reconciler.manifests.references import resolve


def desired_campaign(
    document: Document, project: Project, environment: Environment, layers: Layers
) -> tuple[DesiredCampaign, list[Diagnostic]]:
    """The campaign that a composed, schema-valid document asks for, and the faults of its values."""
    faults: list[Diagnostic] = []
    spec = document.body.get("spec") or document.body
    settings = spec.get("settings")
    name = document.body.get("metadata", "name") or document.body
    entries = dict(_entries(spec))
    campaign = DesiredCampaign(
        address=document.address,
        labels=(document.body.get("metadata", "labels") or Located({}, name.span)).plain() or {},
        binding=environment.campaigns.get(document.address.name),
        settings=resolve(SETTINGS, settings, environment, faults),
        custom_fields=tuple(_custom_fields(spec.get("customFields"), layers)),
        expect=resolve(ASSERTED, spec.get("expect"), environment, faults),
        ignore=frozenset(_strings(spec.get("lifecycle", "ignoreChanges"))),
        spans={name: each.place for name, each in entries.items()},
        span=name.span,
        ensure=_ensure(spec.get("lifecycle", "ensure")),
        passed={name: found for name, each in entries.items() if (found := passed(each, layers))},
    )
    faults += _custom_field_faults(spec.get("customFields"))
    faults += [*_cross_faults(campaign), *_announced_faults(campaign, project)]
    faults += [*_unbound(campaign, settings), *_deleted_by_name(campaign, environment)]
    return campaign, [replace(each, address=str(document.address)) for each in faults]


def campaign_set_faults(campaigns: Mapping[str, DesiredCampaign]) -> Iterator[Diagnostic]:
    """Faults between campaigns: two for one live campaign."""
    by_id: dict[int, DesiredCampaign] = {}
    by_name: dict[str, DesiredCampaign] = {}
    for campaign in campaigns.values():
        if campaign.binding is not None:
            first = by_id.setdefault(campaign.binding.id, campaign)
            what, place, other = f"id {campaign.binding.id}", campaign.binding.span, first.binding
            other_place = other.span if other else first.span
        elif campaign.live_name is not None:
            first = by_name.setdefault(campaign.live_name, campaign)
            what = f"the name `{campaign.live_name}`"
            place, other_place = (each.spans.get("name", each.span) for each in (campaign, first))
        else:
            continue
        if first is not campaign:
            detail = f"{campaign.address} and {first.address} both manage the campaign with {what}"
            labels = (Label(other_place, f"{first.address} manages it here"),)
            help_text = "keep one of them"
            yield Diagnostic("managed-twice", "managed twice", detail, span=place, help=help_text, labels=labels)


def binding_faults(campaigns: Mapping[str, DesiredCampaign], environment: Environment) -> Iterator[Diagnostic]:
    """Warnings for the environment's bindings that no manifest has the name of: they may be misspelt."""
    for name, binding in environment.campaigns.items():
        if name not in campaigns:
            detail = f"no Campaign manifest is named `{name}`: its binding does nothing"
            help_text = nearest_help("campaign", name, campaigns)
            yield Diagnostic("unused-binding", "unused binding", detail, Severity.WARNING, binding.span, help_text)


def _custom_fields(located: Located | None, layers: Layers) -> Iterator[CustomField]:
    if located is None:
        return
    for each in located.elements():
        plain = each.plain()
        name = plain.get("name") if isinstance(plain, dict) else plain
        if isinstance(name, str):
            is_phone = plain.get("isPhoneNumber") if isinstance(plain, dict) else None
            origin = each if located.through is None else located  # a variable gave the whole list
            yield CustomField(name, is_phone, each.span, passed(origin, layers))


def _ensure(located: Located | None) -> Ensure:
    return Ensure(str(located.value)) if located is not None and not located.broken else Ensure.PRESENT


def _strings(located: Located | None) -> Iterator[str]:
    yield from (str(each.value) for each in (located.elements() if located else ()))


def _entries(spec: Located) -> Iterator[tuple[str, Located]]:
    """What `DesiredCampaign.spans` names, with its value."""
    nothing = Located({}, spec.span)
    for name, each in (spec.get("settings") or nothing).items():
        yield name, each
        if isinstance(each.value, dict):
            yield from ((f"{name}.{inner}", value) for inner, value in each.value.items())
    yield from ((f"expect.{name}", each) for name, each in (spec.get("expect") or nothing).items())
    if (fields := spec.get("customFields")) is not None:
        yield "customFields", fields
    if (ensure := spec.get("lifecycle", "ensure")) is not None:
        yield "lifecycle.ensure", ensure


def _cross_faults(campaign: DesiredCampaign) -> Iterator[Diagnostic]:
    settings: Mapping[str, Any] = campaign.settings
    if "recordingPercentage" in settings and settings.get("isRecorded") is False:
        detail = "the API takes `recordingPercentage` only where `isRecorded` is true, and here it is false"
        yield _fault(campaign, "recordingPercentage", detail, "remove recordingPercentage, or set isRecorded: true")
    first, last = settings.get("minCallingDateOffset"), settings.get("maxCallingDateOffset")
    if first is not None and last is not None and last < first:
        detail = f"contacts could be called from day {first} to day {last}: never"
        yield _fault(campaign, "maxCallingDateOffset", detail, f"give maxCallingDateOffset {first} or more")


def _custom_field_faults(located: Located | None) -> Iterator[Diagnostic]:
    """Custom fields listed twice in two ways; the schema has found those listed twice in the same way."""
    names, written_so_far = set(), set()
    for each in located.elements() if located else ():
        name = each.get("name") or each
        if isinstance(name.value, str):
            if name.value in names and repr(each.plain()) not in written_so_far:
                detail = f"custom field `{name.value}` is listed twice"
                yield Diagnostic("repeated-value", "repeated value", detail, span=each.span, help="remove one of them")
            names.add(name.value)
            written_so_far.add(repr(each.plain()))


def _unbound(campaign: DesiredCampaign, settings: Located | None) -> Iterator[Diagnostic]:
    """A fault when nothing says which live campaign is meant; none when that may only be misspelt."""
    if settings is None or settings.broken or campaign.binding is not None or campaign.ensure is Ensure.DELETED:
        return
    if settings.get("name") is None and {name for name, _ in settings.items()} <= SETTINGS.keys():
        yield Diagnostic(
            "unbound-campaign",
            "campaign is not bound",
            f"nothing says which live campaign {campaign.address} is",
            span=campaign.span,
            help=f"add `{campaign.address.name}: ID` to the environment's `campaigns`, or give settings.name",
        )


def _deleted_by_name(campaign: DesiredCampaign, environment: Environment) -> Iterator[Diagnostic]:
    """A name is too weak to delete by: it may be another campaign's, or another account's."""
    if campaign.ensure is Ensure.DELETED and campaign.binding is None:
        yield Diagnostic(
            "delete-needs-id",
            "deleting needs the campaign's id",
            f"{campaign.address} is to be deleted, and environment `{environment.name}` does not bind it to an id",
            span=campaign.spans["lifecycle.ensure"],
            help=(
                f"add `{campaign.address.name}: ID` to spec.environments.{environment.name}.campaigns; "
                "`reconciler get campaigns` shows the ids"
            ),
        )


def _fault(campaign: DesiredCampaign, setting: str, detail: str, help_text: str) -> Diagnostic:
    span = campaign.spans.get(setting, campaign.span)
    return Diagnostic("settings-conflict", "settings do not go together", detail, span=span, help=help_text)


def _announced_faults(campaign: DesiredCampaign, project: Project) -> Iterator[Diagnostic]:
    for name in campaign.settings:
        field = SETTINGS[name]
        if field.available is not Availability.NOW and name not in project.announced:
            detail = f"the vendor only announces `{name}` ({field.available}): it may not do anything yet"
            advice = f"remove it, or add `announcedFields: [{name}]` to the project's spec"
            span = campaign.spans.get(name, campaign.span)
            yield Diagnostic("announced-field", "announced, not available", detail, span=span, help=advice)
