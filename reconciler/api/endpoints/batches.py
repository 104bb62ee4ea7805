"""Batches: create, change or delete many contacts of a campaign in one task, and ask how far it is (CONTACTS V2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.api import decode
from reconciler.api.endpoints.contacts import NEW_CONTACT_FIELDS, VOICE_CAMPAIGNS, priority_params
from reconciler.api.filters import Endpoint, check_query
from reconciler.api.request import Flow, Request
from reconciler.api.shapes import BatchResult
from reconciler.api.writes import LOOK_FIRST, check_contact_ids, check_custom_fields, check_data
from reconciler.errors import WriteRefused
from reconciler.kinds.contact import BATCH_FIELDS

MAX_CONTACTS = 500
#: "POST Create a batch of contacts": "Max 300 contacts per request".
MAX_CREATED = 300


def create_contacts(
    campaign_id: int,
    contacts: Sequence[Mapping[str, str]],
    data: Mapping[str, object] = {},
    *,
    priority_mode: bool = False,
    announced: frozenset[str] = frozenset(),
) -> Flow[str]:
    """Create 1 to 300 contacts, given as their custom fields: the batch's token ("POST Create a batch of contacts").

    `data` holds for all of them; it, `priority_mode` and `announced` as `create_contact`. Never repeated when its
    answer is lost (notes, trap 18). WriteRefused, with nothing sent, for what is not as documented.
    """
    if not 0 < len(contacts) <= MAX_CREATED:
        detail = f"{len(contacts):,} were given"
        raise WriteRefused(f"a batch creates 1 to {MAX_CREATED} contacts; nothing was sent", detail)
    for index, each in enumerate(contacts):
        check_custom_fields(each, f"customFields[{index}]")
    check_data(data, NEW_CONTACT_FIELDS, announced)
    body = {**data, "customFields": [dict(each) for each in contacts]}
    return (yield from _accepted(campaign_id, "create", body, priority_params(priority_mode)))


def update_contacts(campaign_id: int, contact_ids: Sequence[int], data: Mapping[str, object]) -> Flow[str]:
    """Set `data` on the contacts named by their contactId: the batch's token ("POST Update a batch of contacts").

    The query is built here and names its contacts, at most 500 (S4). Busy while another batch runs in the campaign.
    UnsafeQuery for ids that could hit more than was meant, WriteRefused for data that is not as documented; with
    nothing sent.
    """
    query = _naming(contact_ids)
    if not data:
        raise WriteRefused("a batch needs data to set; nothing was sent")
    check_data(data, BATCH_FIELDS)
    return (yield from _accepted(campaign_id, "update", {"query": query, "data": dict(data)}))


def delete_contacts(campaign_id: int, contact_ids: Sequence[int]) -> Flow[str]:
    """Remove the contacts named by their contactId for good: the batch's token ("POST Delete a batch of contacts").

    The filters are built here and name the contacts, at most 500 (S4): the API deletes the whole campaign when it drops
    them. Whether they are the body itself or its `query`, as in an update, is not documented, and a part in the wrong
    place would be dropped: they stand in both. Busy while another batch runs in the campaign. UnsafeQuery, with nothing
    sent, as `update_contacts`.
    """
    naming = _naming(contact_ids)
    return (yield from _accepted(campaign_id, "delete", {**naming, "query": naming}))


def batch_status(token: str) -> Flow[BatchResult]:
    """How far the batch with this token is ("GET Get batch result")."""
    request = Request("GET", f"{VOICE_CAMPAIGNS}/contact-batch/status/{token}")
    return decode.batch_result(request, (yield request))


def _naming(contact_ids: Sequence[int]) -> dict[str, object]:
    check_contact_ids(contact_ids, MAX_CONTACTS)
    query: dict[str, object] = {"contactIds": list(contact_ids)}
    check_query(query, Endpoint.BATCH)
    return query


def _accepted(
    campaign_id: int, what: str, body: Mapping[str, object], params: Mapping[str, str] | None = None
) -> Flow[str]:
    path = f"{VOICE_CAMPAIGNS}/{campaign_id:d}/contact-batch/{what}"
    request = Request("POST", path, params or {}, body, once=what == "create", lost_help=LOOK_FIRST)
    return decode.batch_token(request, (yield request))
