"""Live: the campaigns that the manifests mean, found in the account by binding or by exact name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.api.endpoints.campaigns import get_campaign
from reconciler.api.reading import Reader, all_campaigns
from reconciler.api.shapes import Campaign
from reconciler.diagnostics import Diagnostic, Span, nearest
from reconciler.errors import NotFound, ProjectError
from reconciler.kinds.campaign import Ensure
from reconciler.kinds.values import instant
from reconciler.manifests.desired import Desired, DesiredCampaign
from reconciler.manifests.project import Binding


@dataclass(frozen=True, slots=True)
class Pair:
    """A desired campaign and the live one that it means."""

    desired: DesiredCampaign
    live: Campaign


def read_live(
    reader: Reader, desired: Desired, listed: Sequence[Campaign] | None = None
) -> tuple[dict[str, Pair], list[Diagnostic]]:
    """The pairs by manifest name, and a fault for each campaign that has no partner.

    Reads the campaign list once, never one campaign at a time; not at all when it was `listed` before. ProjectError as
    `paired` raises it.
    """
    if not desired.campaigns:
        return {}, []
    listed = all_campaigns(reader) if listed is None else listed
    return paired([*listed, *_unlisted(reader, desired, listed)], desired)


def _unlisted(reader: Reader, desired: Desired, listed: Sequence[Campaign]) -> Iterator[Campaign]:
    """Campaigns that are to be archived or deleted and that the list has not, asked for by their ids.

    Whether the list holds archived campaigns is not documented; what is deleted is known by NotFound alone.
    """
    known = {each.id for each in listed}
    bound = {each.binding.id for each in desired.campaigns if each.ends and each.binding is not None}
    for found in reader.run_each([get_campaign(each) for each in sorted(bound - known)]):
        if isinstance(found, Campaign):
            yield found
        elif not isinstance(found, NotFound):
            raise found


def paired(account: Sequence[Campaign], desired: Desired) -> tuple[dict[str, Pair], list[Diagnostic]]:
    """The pairs by manifest name among the campaigns of the account, and a fault for each that has no partner.

    One that is to be deleted and is not there has neither. ProjectError when a binding's `createdAt` shows that this is
    another account: then nothing else may be read or written.
    """
    by_id = {each.id: each for each in account}
    _refuse_other_account(desired.campaigns, by_id)
    by_name: dict[str, list[Campaign]] = {}
    for campaign in account:
        by_name.setdefault(campaign.name, []).append(campaign)
    pairs: dict[str, Pair] = {}
    faults: list[Diagnostic] = []
    for each in desired.campaigns:
        found = _found(each, by_id, by_name)
        if isinstance(found, Diagnostic):
            if each.ensure is not Ensure.DELETED:
                faults.append(found)
        elif found.fault:
            faults.append(_unreadable(each, found))
        else:
            pairs[each.address.name] = Pair(each, found)
    faults += _met_twice(pairs)
    blocked = {each.address for each in faults}
    return {name: pair for name, pair in pairs.items() if str(pair.desired.address) not in blocked}, faults


def _refuse_other_account(campaigns: Sequence[DesiredCampaign], by_id: Mapping[int, Campaign]) -> None:
    for each in campaigns:
        binding = each.binding
        live = by_id.get(binding.id) if binding else None
        if binding is None or binding.created_at is None or live is None:
            continue
        created = created_at(live)
        if not same_creation(created, binding.created_at):
            raise ProjectError(
                "this is another account",
                f"{binding.span}: {each.address} is bound to campaign {binding.id} created {binding.created_at}, but "
                f"campaign {binding.id} of this account was created {created or 'at a moment that it does not tell'}",
                "check baseUrl and the token of this environment; nothing was written",
            )


def created_at(campaign: Campaign) -> str | None:
    """When the campaign was created: read-only, so an identity; None where the account does not say."""
    created = campaign.values.get("createdAt")
    return created if isinstance(created, str) else None


def same_creation(found: str | None, known: str) -> bool:
    """Whether a campaign created at `found` is the one known to be created at `known`."""
    try:
        return found is not None and instant(found) == instant(known)
    except ValueError:
        return found == known


def _found(
    campaign: DesiredCampaign, by_id: Mapping[int, Campaign], by_name: Mapping[str, list[Campaign]]
) -> Campaign | Diagnostic:
    if campaign.binding is not None:
        return by_id.get(campaign.binding.id) or _not_there(campaign, campaign.binding)
    name = campaign.live_name or ""
    matches = by_name.get(name, [])
    if len(matches) == 1:
        return matches[0]
    span = campaign.spans.get("name", campaign.span)
    if not matches:
        return _no_such_name(campaign, name, by_name, span)
    ids = ", ".join(str(each) for each in sorted(each.id for each in matches))
    likely = min(matches, key=lambda each: (each.values.get("isArchived") is True, each.id))
    return _fault(
        campaign,
        "ambiguous-campaign",
        "several campaigns have this name",
        f"`{name}` is the name of the campaigns {ids}",
        f"bind one in the environment: campaigns: {{{campaign.address.name}: {likely.id}}}",
        span,
    )


def _not_there(campaign: DesiredCampaign, binding: Binding) -> Diagnostic:
    return _fault(
        campaign,
        "campaign-not-found",
        "campaign does not exist",
        f"the account has no campaign {binding.id}",
        "correct the id in the environment's `campaigns`; a new campaign has to be created in the console",
        binding.span,
    )


def _no_such_name(
    campaign: DesiredCampaign, name: str, by_name: Mapping[str, list[Campaign]], span: Span
) -> Diagnostic:
    if campaign.ends:
        detail = f"the account lists no campaign named `{name}`, and may leave archived ones out of its list"
        advice = (
            f"bind its id in the environment's `campaigns`: {{{campaign.address.name}: ID}}, or remove its manifest"
        )
        return _fault(campaign, "campaign-not-found", "campaign does not exist", detail, advice, span)
    close = nearest(name, by_name)
    hint = f"the nearest is `{close}` ({by_name[close][0].id}): " if close else ""
    return _fault(
        campaign,
        "campaign-not-found",
        "campaign does not exist",
        f"the account has no campaign named `{name}`",
        f"{hint}correct the name, bind an id in the environment's `campaigns`, or create it in the console",
        span,
    )


def _unreadable(campaign: DesiredCampaign, live: Campaign) -> Diagnostic:
    return _fault(
        campaign,
        "campaign-unreadable",
        "the account shows this campaign otherwise than documented",
        f"campaign {live.id} {live.fault}",
        "look at it in the console; if it is right there, ask the vendor's support. It is left alone",
        campaign.span,
    )


def _met_twice(pairs: Mapping[str, Pair]) -> Iterator[Diagnostic]:
    first: dict[int, Pair] = {}
    for pair in pairs.values():
        other = first.setdefault(pair.live.id, pair)
        if other is not pair:
            detail = f"{pair.desired.address} and {other.desired.address} both mean campaign {pair.live.id}"
            for each in (pair, other):
                yield _fault(each.desired, "managed-twice", "managed twice", detail, "keep one", each.desired.span)


def _fault(campaign: DesiredCampaign, code: str, summary: str, detail: str, help_text: str, span: Span) -> Diagnostic:
    return Diagnostic(code, summary, detail, span=span, help=help_text, address=str(campaign.address))
