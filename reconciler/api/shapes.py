"""The shapes of answers, one struct each, with the API's own names. Fields that are not named here are tolerated."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, reduce
from types import NoneType
from typing import Any, cast, get_args

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import FieldInfo, fields

#: The `state` of a contact that is being handled just now: nothing is written to it.
IN_PROGRESS = "processing_in_progress"


class Contact(msgspec.Struct, frozen=True, gc=False):
    """A contact ("Data structure for contacts", "GET Get contact by Id"); a field left out of an answer is None.

    `contactId` is its number within its campaign, `id` its number in the whole account: never mix them (notes,
    "Identifiers"). Its repr shows the contactId alone, so that no traceback or log carries personal data (S10).
    """

    contactId: int
    id: int | None = None
    campaignId: int | None = None
    state: str | None = None
    comment: str | None = None
    excluded: bool | None = None
    excludedDetail: str | None = None
    priority: int | None = None
    retryDate: str | None = None
    triesNumber: int | None = None
    wrapupId: int | None = None
    agentId: int | None = None
    agentName: str | None = None
    assignedAgentId: int | None = None
    assignedGroupId: int | None = None
    assignedAgentExpirationTime: str | None = None
    assignedGroupExpirationTime: str | None = None
    duplicateContactIds: list[int] | None = None
    minCallingDateTime: str | None = None
    maxCallingDateTime: str | None = None
    lastCallTime: str | None = None
    lastAttemptTime: str | None = None
    lastAgentId: int | None = None
    lastCallerType: str | None = None
    createdBy: str | None = None
    createdAt: str | None = None
    lastUpdatedBy: str | None = None
    lastUpdatedAt: str | None = None
    contactCardDisplayNumber: str | None = None
    displayedNumberIds: list[str | int] | None = None
    currentPhoneName: str | None = None
    calendarId: int | None = None
    customFields: dict[str, str | None] | None = None
    phones: dict[str, str | None] | None = None
    purgeDate: str | None = None
    region: int | None = None

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


class ContactTotal(msgspec.Struct, frozen=True):
    """About how many contacts "POST Search contacts" finds: approximate (notes, trap 6), for people to see."""

    totalElements: int | None = None


class ContactSlice(msgspec.Struct, frozen=True):
    """One page of "POST Search contacts by phone" and of "GET Search contacts by dates"."""

    contacts: list[Contact]
    next: str | UnsetType | None = UNSET

    def __repr__(self) -> str:
        return f"ContactSlice({len(self.contacts)} contacts)"

    @property
    def total(self) -> None:
        """Not told: its `count` is that of this page."""


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
    """A live campaign: its identity, and every field under its API name in `values`.

    `fault`: what of it is not as documented; such a campaign can be shown, and nothing may rest on it.
    """

    id: int
    name: str
    values: Mapping[str, object] = field(repr=False)
    fault: str = ""


class CampaignPage(msgspec.Struct, frozen=True):
    """One page of "GET Get campaigns"; `count` is that of all pages."""

    campaigns: list[dict[str, Any]]
    count: int | None = None
    next: str | UnsetType | None = UNSET

    @property
    def total(self) -> int | None:
        """How many there are on all pages."""
        return self.count


class Wrapup(msgspec.Struct, frozen=True):
    """A wrap-up code ("Data structure for wrapup codes"). `unpinAfter` is in seconds."""

    id: int
    name: str
    status: str | None = None
    wrapupPath: str | None = None
    isSystem: bool | None = None
    isHidden: bool | None = None
    unpinAfter: int | float | None = None
    createdAt: str | None = None
    createdBy: str | None = None
    lastUpdatedAt: str | None = None
    lastUpdatedBy: str | None = None
    wrapupFolderId: int | None = None


class WrapupPage(msgspec.Struct, frozen=True):
    """One page of "GET Get wrapups"; `count` is that of all pages."""

    wrapups: list[Wrapup]
    count: int | None = None
    next: str | UnsetType | None = UNSET

    @property
    def total(self) -> int | None:
        """How many there are on all pages."""
        return self.count


class WrapupFolder(msgspec.Struct, frozen=True):
    """A folder of wrap-up codes ("GET Get wrapups folders"); the root folders have no `parentFolderId`."""

    id: int
    level: int | None = None
    locked: bool | None = None
    name: str | None = None
    order: int | None = None
    parentFolderId: int | None = None
    system: bool | None = None
    folderPath: str | None = None
    createdBy: str | None = None
    createdAt: str | None = None
    lastUpdatedBy: str | None = None
    lastUpdatedAt: str | None = None


class WrapupFolderPage(msgspec.Struct, frozen=True):
    """One page of "GET Get wrapups folders"; `count` is that of all pages."""

    folders: list[WrapupFolder]
    count: int | None = None
    next: str | UnsetType | None = UNSET

    @property
    def total(self) -> int | None:
        """How many there are on all pages."""
        return self.count


class LicenseDetail(msgspec.Struct, frozen=True):
    """The users billed under one model; `peakDateTime` is of the model "Peak Users" only."""

    model: str | None = None
    count: int | None = None
    users: list[str] | None = None
    peakDateTime: str | None = None


class BilledLicenses(msgspec.Struct, frozen=True):
    """The licenses billed for a month ("GET Get licenses billed")."""

    month: str
    licenseModelBilled: str | None = None
    currentAccountLicenseModel: str | None = None
    details: list[LicenseDetail] | None = None


#: What decisions rest on and every contact has ("Data structure for contacts" names no null for it): an answer has to
#: hold it when it is asked for.
ALWAYS_THERE = frozenset({"contactId", "state", "excluded", "priority", "triesNumber", "customFields", "phones"})

_COLUMNS = {each.name: each for each in fields(Contact)}


@cache
def lean(columns: frozenset[str]) -> type[Contact]:
    """Contact with `contactId`, `campaignId` and these columns alone, so that hundreds of thousands fit into memory.

    Reading any other column is an AttributeError. What every contact has is required among `columns`: decoding an
    answer without it is an error that names it.
    ValueError for what is no column.
    """
    if unknown := columns - _COLUMNS.keys():
        raise ValueError(f"a contact has no {', '.join(sorted(unknown))}")
    required = ALWAYS_THERE & (columns | {"contactId"})
    wanted = [each for name, each in _COLUMNS.items() if name in columns | {"contactId", "campaignId"}]
    kind = msgspec.defstruct(
        "Contact",
        [_required(each) if each.name in required else (each.name, each.type, each.default) for each in wanted],
        namespace={"__repr__": Contact.__repr__, "__rich_repr__": Contact.__rich_repr__},
        frozen=True,
        gc=False,
        kw_only=True,
    )
    return cast(type[Contact], kind)


@cache
def page_of(columns: frozenset[str] | None) -> type[ContactPage]:
    """A page of contacts with these columns; None: with all of them."""
    if columns is None:
        return ContactPage
    content: tuple[str, Any] = ("content", list[lean(columns)])  # type: ignore[misc]
    kind = msgspec.defstruct("ContactPage", [content], bases=(ContactPage,), frozen=True, kw_only=True)
    return cast(type[ContactPage], kind)


def _required(column: FieldInfo) -> tuple[str, Any]:
    kinds = [each for each in get_args(column.type) if each is not NoneType] or [column.type]
    return column.name, reduce(operator.or_, kinds)
