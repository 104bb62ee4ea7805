"""One contact of a campaign: read it, create it, change it, delete it (section CONTACTS V2)."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.api import decode
from reconciler.api.request import Flow, Request
from reconciler.api.shapes import Contact
from reconciler.api.writes import LOOK_FIRST, SEND_AGAIN, check_custom_fields, check_data
from reconciler.errors import OnCall, WriteRefused
from reconciler.kinds.contact import CREATE_FIELDS, UPDATE_FIELDS

VOICE_CAMPAIGNS = "/api/v2/voice/campaigns"


def get_contact(campaign_id: int, contact_id: int) -> Flow[Contact]:
    """The contact with this contactId ("GET Get contact by Id"); NotFound when there is none."""
    request = Request("GET", _path(campaign_id, contact_id))
    return decode.contact(request, (yield request), campaign_id, contact_id)


def create_contact(
    campaign_id: int,
    custom_fields: Mapping[str, str],
    data: Mapping[str, object] = {},
    *,
    priority_mode: bool = False,
    announced: frozenset[str] = frozenset(),
) -> Flow[Contact | None]:
    """Create a contact ("POST Create a contact"): the contact where the answer holds one, its body is not documented.

    `data`: what else to set, of CREATE_FIELDS; of those the vendor only announces, the ones in `announced`.
    `priority_mode`: the campaign's own mode for new contacts sets the priority. Never repeated when its answer is lost:
    that could create it twice. WriteRefused, with nothing sent, for what is not as documented.
    """
    check_custom_fields(custom_fields)
    check_data(data, NEW_CONTACT_FIELDS, announced)
    path = f"{VOICE_CAMPAIGNS}/{campaign_id:d}/contacts"
    body = {**data, "customFields": dict(custom_fields)}
    request = Request("POST", path, priority_params(priority_mode), body, once=True, lost_help=LOOK_FIRST)
    return decode.created_contact(request, (yield request), campaign_id)


def update_contact(
    campaign_id: int, contact_id: int, data: Mapping[str, object], *, announced: frozenset[str] = frozenset()
) -> Flow[None]:
    """Set what `data` holds, of UPDATE_FIELDS, and nothing else ("PUT Update contact by Id").

    `announced`: as `create_contact`. Sending it twice does no harm. WriteRefused, with nothing sent, for what is not
    as documented, or for nothing to set.
    """
    if not data:
        raise WriteRefused("an update of a contact needs a field to set; nothing was sent")
    check_data(data, UPDATE_FIELDS, announced)
    yield Request("PUT", _path(campaign_id, contact_id), json=dict(data), repeatable=True, lost_help=SEND_AGAIN)


def delete_contact(campaign_id: int, contact_id: int) -> Flow[None]:
    """Remove a contact for good ("DELETE Delete contact by Id"); OnCall while it is on a call."""
    yield Request("DELETE", _path(campaign_id, contact_id), conflict=OnCall, lost_help=LOOK_FIRST)


#: What a new contact may hold besides its custom fields, which have a place of their own.
NEW_CONTACT_FIELDS = {name: field for name, field in CREATE_FIELDS.items() if name != "customFields"}


def priority_params(priority_mode: bool) -> Mapping[str, str]:
    """The query parameter of the endpoints that create contacts."""
    return {"priorityMode": "true" if priority_mode else "false"}


def _path(campaign_id: int, contact_id: int) -> str:
    return f"{VOICE_CAMPAIGNS}/{campaign_id:d}/contacts/{contact_id:d}"
