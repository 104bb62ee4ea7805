"""The documented types of a campaign's fields ("Data structure for campaigns"); any of them may be left out."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

_Truth: TypeAlias = bool | UnsetType | None
_Whole: TypeAlias = int | UnsetType | None
_Text: TypeAlias = str | UnsetType | None
_Ids: TypeAlias = list[int] | UnsetType | None
_Texts: TypeAlias = list[str] | UnsetType | None


class AutoPurgeFields(msgspec.Struct, frozen=True):
    """The setting `autoPurge`; `enabled` stands in PATCH alone (notes, trap 12)."""

    enabled: _Truth = UNSET
    lastAttemptBeforeDays: _Whole = UNSET
    maxTriesReached: _Truth = UNSET
    excluded: _Truth = UNSET
    notToCall: _Truth = UNSET


class CampaignFields(msgspec.Struct, frozen=True):
    """Every documented field but `id` and `name`. Null passes unless the documentation says "Not null"."""

    isPaused: _Truth = UNSET
    isArchived: _Truth = UNSET
    folder: _Text = UNSET
    mode: _Text = UNSET
    userIds: _Ids = UNSET
    unassignedUserIds: _Ids = UNSET
    groupIds: _Ids = UNSET
    customFields: _Texts = UNSET
    createdAt: _Text = UNSET
    createdBy: _Text = UNSET
    lastUpdatedAt: _Text = UNSET
    lastUpdatedBy: _Text = UNSET
    wrapupFolderId: _Whole = UNSET
    phoneFields: _Texts = UNSET
    displayedPhoneNumbers: _Texts = UNSET
    useAgentDisplayedPhoneNumber: _Truth = UNSET
    minCallingDateOffset: _Whole = UNSET
    maxCallingDateOffset: _Whole = UNSET
    maxTries: int | UnsetType = UNSET
    nextTryDelay: int | UnsetType = UNSET
    isRecorded: _Truth = UNSET
    recordingPercentage: _Whole = UNSET
    calendarId: _Whole = UNSET
    regionalization: _Truth = UNSET
    soundPlayedContactPickUp: _Whole = UNSET
    contactPriority: _Whole = UNSET
    personalCallbackPrioritization: _Truth = UNSET
    globalPriority: _Whole = UNSET
    deduplicationParams: dict[str, Any] | UnsetType | None = UNSET
    autoPurge: AutoPurgeFields | UnsetType | None = UNSET


def misfit(values: dict[str, Any]) -> str:
    """Which documented field of these has another type than documented, never the value; empty when none has."""
    try:
        msgspec.convert(values, CampaignFields)
    except msgspec.ValidationError as error:
        return str(error)
    return ""
