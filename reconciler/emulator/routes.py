"""The API's endpoints: one line each. To add one, write its function and add its line.

The first path that fits is taken, so a fixed one stands before one with a name in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from reconciler.emulator import (
    batch_requests,
    campaigns,
    contacts,
    licenses,
    recordings,
    search,
    slices,
    wrapups,
)
from reconciler.emulator.call import Call


class Endpoint(NamedTuple):
    """`answer` takes a call and returns what goes back (JSON text; bytes for audio), or raises ApiError.

    A "write" runs in a transaction of its own, undone when it raises.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    answer: Callable[[Call], str | bytes]
    kind: Literal["read", "write"]
    status: int = 200
    media_type: str = "application/json"


_CAMPAIGNS = "/api/v1/voice/campaigns"
_CONTACTS = "/api/v2/voice/campaigns"
_RECORDINGS = "/api/v1/recordings/interactions"
_WRAPUPS = "/api/v1/account/wrapups"

ENDPOINTS = (
    Endpoint("GET", _CAMPAIGNS, campaigns.list_campaigns, "read"),
    Endpoint("GET", _CAMPAIGNS + "/{campaignId}", campaigns.get_campaign, "read"),
    Endpoint("PATCH", _CAMPAIGNS + "/{campaignId}", campaigns.patch_campaign, "write"),
    Endpoint("DELETE", _CAMPAIGNS + "/{campaignId}", campaigns.delete_campaign, "write"),
    Endpoint("POST", _CAMPAIGNS + "/{campaignId}/field", campaigns.add_fields, "write"),
    Endpoint("GET", _WRAPUPS, wrapups.list_wrapups, "read"),
    Endpoint("GET", _WRAPUPS + "/folders", wrapups.list_folders, "read"),
    Endpoint("GET", _WRAPUPS + "/{wrapupId}", wrapups.get_wrapup, "read"),
    Endpoint("POST", _CONTACTS + "/contacts/search/by-phone", slices.search_by_phone, "read"),
    Endpoint("GET", _CONTACTS + "/{campaignId}/contacts/search/by-date", slices.search_by_date, "read"),
    Endpoint("POST", _CONTACTS + "/{campaignId}/contacts/search", search.search_contacts, "read"),
    Endpoint("POST", _CONTACTS + "/{campaignId}/contacts", contacts.create_contact, "write", 201),
    Endpoint("GET", _CONTACTS + "/{campaignId}/contacts/{contactId}", contacts.get_contact, "read"),
    Endpoint("PUT", _CONTACTS + "/{campaignId}/contacts/{contactId}", contacts.put_contact, "write"),
    Endpoint("DELETE", _CONTACTS + "/{campaignId}/contacts/{contactId}", contacts.delete_contact, "write", 204),
    Endpoint("POST", _CONTACTS + "/{campaignId}/contact-batch/create", batch_requests.create_batch, "write"),
    Endpoint("POST", _CONTACTS + "/{campaignId}/contact-batch/update", batch_requests.update_batch, "write"),
    Endpoint("POST", _CONTACTS + "/{campaignId}/contact-batch/delete", batch_requests.delete_batch, "write"),
    Endpoint("GET", _CONTACTS + "/contact-batch/status/{batchId}", batch_requests.get_batch, "read"),
    Endpoint("GET", "/api/v1/statistic-cold/billing/licenses", licenses.billed_licenses, "read"),
    Endpoint("GET", _RECORDINGS + "/{interactionId}/content", recordings.recording_content, "read", 200, "audio/mpeg"),
)
