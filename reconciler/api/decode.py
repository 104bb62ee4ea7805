"""Answers as typed values. Unknown fields are tolerated; an answer that breaks the contract is Unreadable, unquoted."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from reconciler.api import campaign_fields
from reconciler.api.request import Request, Response
from reconciler.api.shapes import BatchResult, Campaign, Contact
from reconciler.errors import Unreadable

T = TypeVar("T")

BATCH_STATUSES = ("ACCEPTED", "IN_PROGRESS", "COMPLETED", "FAILED")
_BATCH_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")


class _Accepted(msgspec.Struct, frozen=True):
    token: str


def typed(request: Request, response: Response, kind: type[T]) -> T:
    """The body of `response` as a `kind`; Unreadable, naming the place and never the content, when it is not one."""
    if not response.body.strip():
        raise _unreadable(request, response, "an answer without a body came")
    try:
        return msgspec.json.decode(response.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(request, response, f"the answer is not as documented: {error}") from None


def _unreadable(request: Request, response: Response, detail: str) -> Unreadable:
    return Unreadable(request.label, detail, status=response.status, help=request.lost_help)


def campaign(request: Request, response: Response) -> Campaign:
    """The one campaign in `response`; Unreadable when something of it is not as documented."""
    found = listed_campaign(request, typed(request, response, dict[str, Any]))
    if found.fault:
        raise Unreadable(request.label, f"campaign {found.id} {found.fault}", help=request.lost_help)
    return found


def listed_campaign(request: Request, values: dict[str, Any]) -> Campaign:
    """The campaign with these fields, and what of them is not as documented: its faults are no other campaign's.

    Unreadable when its id is not a positive integer.
    """
    number, name = values.get("id"), values.get("name")
    if type(number) is not int or number <= 0:
        raise Unreadable(request.label, "a campaign without a usable `id` came")
    if not isinstance(name, str) or not name:
        return Campaign(number, "", MappingProxyType(values), "came without a usable `name`")
    fault = campaign_fields.misfit(values)
    return Campaign(number, name, MappingProxyType(values), f"is not as documented: {fault}" if fault else "")


def contact(request: Request, response: Response, campaign_id: int, contact_id: int) -> Contact:
    """The one contact in `response`; Unreadable when it is another one, or of another campaign."""
    found = typed(request, response, Contact)
    if found.contactId != contact_id:
        raise Unreadable(request.label, f"contact {found.contactId} came in its place")
    return of_campaign(request, [found], campaign_id)[0]


def created_contact(request: Request, response: Response, campaign_id: int) -> Contact | None:
    """The contact in the answer to its creation, whose body is not documented; None when it holds none."""
    try:
        found = msgspec.json.decode(response.body, type=Contact)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return of_campaign(request, [found], campaign_id)[0]


def of_campaign(request: Request, contacts: list[Contact], campaign_id: int) -> list[Contact]:
    """`contacts`; Unreadable when one of them says that it is of another campaign: its numbers mean others (S3)."""
    if any(each.campaignId not in (None, campaign_id) for each in contacts):
        raise Unreadable(request.label, "contacts of another campaign came", help=request.lost_help)
    return contacts


def batch_token(request: Request, response: Response) -> str:
    """The token of an accepted batch; Unreadable when it could not stand in a path."""
    token = typed(request, response, _Accepted).token
    if not _BATCH_TOKEN.fullmatch(token):
        raise _unreadable(request, response, "the batch's `token` holds characters that no token has")
    return token


def batch_result(request: Request, response: Response) -> BatchResult:
    """How far a batch is; Unreadable when its status is none of the documented ones."""
    result = typed(request, response, BatchResult)
    if result.status not in BATCH_STATUSES:
        raise Unreadable(request.label, f"the batch's `status` is none of {', '.join(BATCH_STATUSES)}")
    return result
