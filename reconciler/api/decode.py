"""Answers as typed values. Unknown fields are tolerated; an answer that breaks the contract is Unreadable, unquoted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from reconciler.api.request import Request, Response
from reconciler.errors import Unreadable

T = TypeVar("T")

BATCH_STATUSES = ("ACCEPTED", "IN_PROGRESS", "COMPLETED", "FAILED")
_BATCH_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")


class Contact(msgspec.Struct, frozen=True, gc=False):
    """A contact as the tool needs it ("Data structure for contacts"); a field left out of an answer is None.

    Its repr shows the contactId alone, so that no traceback or log carries personal data (S10).
    """

    contactId: int
    campaignId: int | None = None
    state: str | None = None
    excluded: bool | None = None
    excludedDetail: str | None = None
    priority: int | None = None
    retryDate: str | None = None
    triesNumber: int | None = None
    wrapupId: int | None = None
    agentId: int | None = None
    lastAgentId: int | None = None
    assignedAgentId: int | None = None
    assignedGroupId: int | None = None
    assignedAgentExpirationTime: str | None = None
    assignedGroupExpirationTime: str | None = None
    minCallingDateTime: str | None = None
    maxCallingDateTime: str | None = None
    lastCallTime: str | None = None
    lastCallerType: str | None = None
    createdAt: str | None = None
    lastUpdatedAt: str | None = None
    contactCardDisplayNumber: str | None = None
    calendarId: int | None = None
    region: int | None = None
    purgeDate: str | None = None
    customFields: dict[str, str | None] | None = None
    phones: dict[str, str | None] | None = None

    def __repr__(self) -> str:
        return f"Contact({self.contactId})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("contactId", self.contactId)]


class ContactPage(msgspec.Struct, frozen=True):
    """One page of "POST Search contacts"; the totals are left unread, they are approximate (notes, trap 6)."""

    content: list[Contact]
    number: int | None = None
    last: bool | None = None

    def __repr__(self) -> str:
        return f"ContactPage(number={self.number}, {len(self.content)} contacts)"

    @property
    def is_end(self) -> bool:
        """Whether no page follows."""
        return bool(self.last) or not self.content


class Wrapup(msgspec.Struct, frozen=True):
    """A wrap-up code ("Data structure for wrapup codes")."""

    id: int
    name: str
    status: str | None = None
    wrapupPath: str | None = None
    isSystem: bool | None = None
    isHidden: bool | None = None


class WrapupPage(msgspec.Struct, frozen=True):
    """One page of "GET Get wrapups"."""

    wrapups: list[Wrapup]
    next: str | None = None


class BatchResult(msgspec.Struct, frozen=True):
    """How far a batch is ("GET Get batch result"); only COMPLETED and FAILED are final.

    `failed` are contactIds that were eligible and not modified, `excluded` the contactIds under the API's reasons.
    """

    status: str
    modifiedElementsCount: int | None = None
    failed: list[int] | None = None
    excluded: dict[str, list[int] | None] | None = None

    @property
    def is_final(self) -> bool:
        """Whether it will not change any more."""
        return self.status in ("COMPLETED", "FAILED")


@dataclass(frozen=True, slots=True)
class Campaign:
    """A live campaign: its identity, and every field under its API name in `values`."""

    id: int
    name: str
    values: Mapping[str, object] = field(repr=False)


class CampaignPage(msgspec.Struct, frozen=True):
    """One page of "GET Get campaigns"."""

    campaigns: list[dict[str, Any]]
    next: str | None = None


class _Accepted(msgspec.Struct, frozen=True):
    token: str


def typed(request: Request, response: Response, kind: type[T]) -> T:
    """The body of `response` as a `kind`; Unreadable, naming the place and never the content, when it is not one."""
    if not response.body.strip():
        raise Unreadable(request.label, "an answer without a body came", status=response.status)
    try:
        return msgspec.json.decode(response.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(request.label, f"the answer is not as documented: {error}", status=response.status) from None


def campaign(request: Request, response: Response) -> Campaign:
    """The one campaign in `response`; Unreadable without a usable id and name."""
    return checked_campaign(request, typed(request, response, dict[str, Any]))


def checked_campaign(request: Request, values: dict[str, Any]) -> Campaign:
    """The campaign with these fields; Unreadable when its id is not a positive integer or its name not a text."""
    number, name = values.get("id"), values.get("name")
    if type(number) is not int or number <= 0:
        raise Unreadable(request.label, "a campaign without a usable `id` came")
    if not isinstance(name, str) or not name:
        raise Unreadable(request.label, f"campaign {number} came without a usable `name`")
    return Campaign(number, name, MappingProxyType(values))


def batch_token(request: Request, response: Response) -> str:
    """The token of an accepted batch; Unreadable when it could not stand in a path."""
    token = typed(request, response, _Accepted).token
    if not _BATCH_TOKEN.fullmatch(token):
        raise Unreadable(request.label, "the batch's `token` holds characters that no token has")
    return token


def batch_result(request: Request, response: Response) -> BatchResult:
    """How far a batch is; Unreadable when its status is none of the documented ones."""
    result = typed(request, response, BatchResult)
    if result.status not in BATCH_STATUSES:
        raise Unreadable(request.label, f"the batch's `status` is none of {', '.join(BATCH_STATUSES)}")
    return result
