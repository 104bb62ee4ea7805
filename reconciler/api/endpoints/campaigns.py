"""The campaigns: read them, change their settings, add custom fields, delete them (section CAMPAIGNS)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconciler.api import decode, paging
from reconciler.api.endpoints.params import given
from reconciler.api.request import Flow, Request
from reconciler.api.shapes import Campaign, CampaignPage
from reconciler.api.writes import LOOK_FIRST
from reconciler.errors import Unreadable, WriteRefused
from reconciler.model import UNSET

CAMPAIGNS = "/api/v1/voice/campaigns"
PAGE_SIZE = 200

#: The request body of "PATCH Update campaign by Id": nothing else is ever sent (notes, trap 8).
PATCH_FIELDS = frozenset({
    "name", "isPaused", "isArchived", "folder", "userIds", "groupIds", "useAgentDisplayedPhoneNumber",
    "displayedPhoneNumbers", "minCallingDateOffset", "maxCallingDateOffset", "maxTries", "nextTryDelay", "isRecorded",
    "recordingPercentage", "calendarId", "soundPlayedContactPickUp", "contactPriority", "globalPriority",
    "deduplicationParams", "autoPurge",
})  # fmt: skip


def list_campaigns(
    *, name: str | None = None, mode: str | None = None, is_paused: bool | None = None, is_archived: bool | None = None
) -> Flow[list[Campaign]]:
    """Every campaign that the filters leave, each once ("GET Get campaigns": `name` is a part of the name).

    One that is not as documented comes with its `fault`.
    """
    first = first_request(name, mode, is_paused=is_paused, is_archived=is_archived)
    return (yield from paging.linked(first, CampaignPage, campaigns_of(first), lambda each: each.id))


def first_request(
    name: str | None = None, mode: str | None = None, *, is_paused: bool | None = None, is_archived: bool | None = None
) -> Request:
    """The request for the first page of the list."""
    params = given({"name": name, "mode": mode, "isPaused": is_paused, "isArchived": is_archived})
    return Request("GET", CAMPAIGNS, {**params, "pageSize": PAGE_SIZE})


def campaigns_of(request: Request) -> Callable[[CampaignPage], list[Campaign]]:
    """How the campaigns of a page are read; `request` is what messages name."""
    return lambda page: [decode.listed_campaign(request, values) for values in page.campaigns]


def get_campaign(campaign_id: int) -> Flow[Campaign]:
    """The campaign with this id ("GET Get campaign by Id"); NotFound when there is none."""
    request = Request("GET", f"{CAMPAIGNS}/{campaign_id:d}")
    campaign = decode.campaign(request, (yield request))
    if campaign.id != campaign_id:
        raise Unreadable(request.label, f"campaign {campaign.id} came in its place")
    return campaign


def patch_campaign(campaign_id: int, body: Mapping[str, object]) -> Flow[None]:
    """Set the fields in `body`, and only these ("PATCH Update campaign by Id"); its answer's body is not documented.

    WriteRefused when `body` is empty, or holds a field that PATCH does not take or a value that was never set.
    """
    refused = sorted(key for key, value in body.items() if key not in PATCH_FIELDS or value is UNSET)
    if refused or not body:
        what = f"PATCH does not take {', '.join(refused)}" if refused else "there is no field to change"
        raise WriteRefused("a campaign update is not as documented; nothing was sent", what)
    yield Request("PATCH", f"{CAMPAIGNS}/{campaign_id:d}", json=dict(body), repeatable=True)


def add_fields(campaign_id: int, fields: Mapping[str, bool]) -> Flow[Campaign]:
    """Add custom fields, given as name → isPhoneNumber ("POST Add campaign custom field(s)"): the campaign after it.

    Rejected when one of them exists already, so a lost answer is never repeated. WriteRefused without any field.
    """
    if not fields or not all(fields):
        raise WriteRefused("custom fields to add need a name each; nothing was sent")
    new = [{"name": name, "isPhoneNumber": is_phone} for name, is_phone in fields.items()]
    request = Request("POST", f"{CAMPAIGNS}/{campaign_id:d}/field", json={"newCustomFields": new})
    return decode.campaign(request, (yield request))


def delete_campaign(campaign_id: int) -> Flow[None]:
    """Remove an archived campaign for good ("DELETE Delete campaign by Id")."""
    yield Request("DELETE", f"{CAMPAIGNS}/{campaign_id:d}", lost_help=LOOK_FIRST)
