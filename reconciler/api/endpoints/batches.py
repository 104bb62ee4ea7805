"""Batches: change up to 500 named contacts of a campaign in one task, and ask how far the task is (CONTACTS V2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.api import decode
from reconciler.api.decode import BatchResult
from reconciler.api.filters import Endpoint, check_query
from reconciler.api.request import Flow, Request
from reconciler.errors import UnsafeQuery
from reconciler.kinds.contact import BATCH_FIELDS
from reconciler.model import UNSET

VOICE_CAMPAIGNS = "/api/v2/voice/campaigns"
MAX_CONTACTS = 500


def update_contacts(campaign_id: int, contact_ids: Sequence[int], data: Mapping[str, object]) -> Flow[str]:
    """Set `data` on the contacts named by their contactId: the batch's token ("POST Update a batch of contacts").

    The query is built here and names its contacts, at most 500 (S4). Busy while another batch runs in the campaign.
    UnsafeQuery, with nothing sent, for ids or data that could hit or change more than was meant.
    """
    _check_contacts(contact_ids)
    _check_data(data)
    query: dict[str, object] = {"contactIds": list(contact_ids)}
    check_query(query, Endpoint.BATCH)
    path = f"{VOICE_CAMPAIGNS}/{campaign_id:d}/contact-batch/update"
    request = Request("POST", path, json={"query": query, "data": dict(data)})
    return decode.batch_token(request, (yield request))


def batch_status(token: str) -> Flow[BatchResult]:
    """How far the batch with this token is ("GET Get batch result")."""
    request = Request("GET", f"{VOICE_CAMPAIGNS}/contact-batch/status/{token}")
    return decode.batch_result(request, (yield request))


def _check_contacts(contact_ids: Sequence[int]) -> None:
    if not 0 < len(contact_ids) <= MAX_CONTACTS:
        raise UnsafeQuery("a batch names 1 to 500 contacts; nothing was sent", f"{len(contact_ids):,} were given")
    if not all(type(each) is int and each > 0 for each in contact_ids):
        raise UnsafeQuery("a batch names contacts by their contactId, a positive integer; nothing was sent")
    if len(set(contact_ids)) != len(contact_ids):
        raise UnsafeQuery("a batch names each contact once; nothing was sent")


def _check_data(data: Mapping[str, object]) -> None:
    if not data:
        raise UnsafeQuery("a batch needs data to set; nothing was sent")
    for name, value in data.items():
        if name not in BATCH_FIELDS or value is UNSET:
            raise UnsafeQuery("a batch cannot set this field; nothing was sent", f"`{name}`")
        if value is None and not BATCH_FIELDS[name].nullable:
            raise UnsafeQuery("a batch cannot clear this field; nothing was sent", f"`{name}`")
