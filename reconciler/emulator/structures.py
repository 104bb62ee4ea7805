"""The API's objects, field by field: what each takes, and its value when a seed or a request leaves it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reconciler.emulator.fields import (
    JsonObject,
    Reader,
    boolean,
    choice,
    day,
    filled,
    instant,
    integer,
    list_of,
    mapping_of,
    nullable,
    phone,
    set_of,
    text,
)

CREATED = "2023-09-01T07:30:00Z"
MODES = ("automatic", "amd_progressive", "progressive", "predictive", "preview")
LICENSE_MODEL = "Connected users"
STATUSES = ("arguedpositive", "argued", "nonargued", "unreachable", "tocall")
EXCLUSIONS = (
    "noValidPhone", "duplicate", "bloctel", "manualByAgent", "manual", "excludedByAdmin", "tooShort", "tooLong",
)  # fmt: skip

#: The documentation's autoPurge options, with what each is when it is left out.
PURGE_DEFAULTS: JsonObject = {
    "lastAttemptBeforeDays": None,
    "maxTriesReached": False,
    "excluded": False,
    "notToCall": False,
}

_id = integer(1, 2**53)
_maybe_id = nullable(_id)
_maybe_integer = nullable(integer())
_maybe_instant = nullable(instant)
REQUIRED: Final = object()

Table = Mapping[str, tuple[Reader, Any]]

#: CAMPAIGNS, Data structure for campaigns. Field → reader, default (shared, never changed in place).
CAMPAIGN: Table = {
    "id": (_id, REQUIRED),
    "name": (filled, REQUIRED),
    "isPaused": (boolean, False),
    "isArchived": (boolean, False),
    "folder": (nullable(text), None),
    "mode": (choice(*MODES), "predictive"),
    "userIds": (set_of(_id), ()),
    "unassignedUserIds": (set_of(_id), ()),
    "groupIds": (set_of(_id), ()),
    "customFields": (list_of(filled), ()),
    "createdAt": (instant, CREATED),
    "createdBy": (text, "admin"),
    "lastUpdatedAt": (instant, CREATED),
    "lastUpdatedBy": (text, "admin"),
    "wrapupFolderId": (_maybe_id, None),
    "phoneFields": (list_of(filled), ()),
    "displayedPhoneNumbers": (set_of(phone), ()),
    "useAgentDisplayedPhoneNumber": (boolean, False),
    "minCallingDateOffset": (nullable(integer(0, 2)), None),
    "maxCallingDateOffset": (nullable(integer(0)), None),
    "maxTries": (integer(0), 5),
    "nextTryDelay": (integer(0), 86400),
    "isRecorded": (boolean, False),
    "recordingPercentage": (nullable(integer(0, 100)), None),
    "calendarId": (_maybe_id, None),
    "regionalization": (boolean, False),
    "soundPlayedContactPickUp": (_maybe_id, None),
    "contactPriority": (integer(), 10),
    "personalCallbackPrioritization": (boolean, False),
    "globalPriority": (nullable(integer(1, 50)), None),
    "deduplicationParams": (nullable(mapping_of(lambda value: value)), None),
    "autoPurge": (nullable(mapping_of(lambda value: value)), None),
}

#: CONTACTS V2, Data structure for contacts, and the two more fields of its example.
CONTACT: Table = {
    "id": (_id, None),
    "campaignId": (_id, REQUIRED),
    "contactId": (_id, REQUIRED),
    "state": (choice("processing_not_in_progress", "processing_in_progress"), "processing_not_in_progress"),
    "comment": (nullable(text), None),
    "excluded": (boolean, False),
    "excludedDetail": (nullable(choice(*EXCLUSIONS)), None),
    "priority": (integer(), None),
    "retryDate": (_maybe_instant, None),
    "triesNumber": (integer(0), 0),
    "wrapupId": (_maybe_id, None),
    "agentId": (_maybe_id, None),
    "agentName": (nullable(text), None),
    "assignedAgentId": (_maybe_id, None),
    "assignedGroupId": (_maybe_id, None),
    "assignedAgentExpirationTime": (_maybe_instant, None),
    "assignedGroupExpirationTime": (_maybe_instant, None),
    "duplicateContactIds": (list_of(_id), ()),
    "minCallingDateTime": (_maybe_instant, None),
    "maxCallingDateTime": (_maybe_instant, None),
    "lastCallTime": (_maybe_instant, None),
    "lastAttemptTime": (_maybe_instant, None),
    "lastAgentId": (_maybe_id, None),
    "lastCallerType": (nullable(choice("contact", "agent", "system")), None),
    "createdBy": (text, "admin"),
    "createdAt": (instant, CREATED),
    "lastUpdatedBy": (text, "admin"),
    "lastUpdatedAt": (instant, CREATED),
    "contactCardDisplayNumber": (nullable(phone), None),
    "region": (_maybe_integer, None),
    "displayedNumberIds": (list_of(text), ()),
    "currentPhoneName": (nullable(text), None),
    "calendarId": (_maybe_id, None),
    "customFields": (mapping_of(text), {}),
    "phones": (mapping_of(text), {}),
    "purgeDate": (nullable(day), None),
}

#: WRAPUP CODES, Data structure for wrapup codes, and the folder a code is in (a filter of Get wrapups).
WRAPUP: Table = {
    "id": (_id, REQUIRED),
    "name": (filled, REQUIRED),
    "status": (choice(*STATUSES), REQUIRED),
    "wrapupPath": (text, ""),
    "wrapupFolderId": (_maybe_id, None),
    "isSystem": (boolean, False),
    "isHidden": (boolean, False),
    "unpinAfter": (nullable(integer(0)), None),
    "createdAt": (instant, CREATED),
    "createdBy": (text, "admin"),
    "lastUpdatedAt": (instant, CREATED),
    "lastUpdatedBy": (text, "admin"),
}

#: WRAPUP CODES, Get wrapups folders, response body.
FOLDER: Table = {
    "id": (_id, REQUIRED),
    "level": (integer(0), 1),
    "locked": (boolean, False),
    "name": (filled, REQUIRED),
    "order": (integer(0), 0),
    "parentFolderId": (_maybe_id, None),
    "system": (boolean, False),
    "folderPath": (text, ""),
    "createdBy": (text, "admin"),
    "createdAt": (instant, CREATED),
    "lastUpdatedBy": (text, "admin"),
    "lastUpdatedAt": (instant, CREATED),
}

#: COLD STATISTICS, Get licenses billed, response body without its month, and one of its details.
LICENSES: Table = {
    "licenseModelBilled": (text, LICENSE_MODEL),
    "currentAccountLicenseModel": (text, LICENSE_MODEL),
    "details": (list_of(mapping_of(lambda value: value)), ()),
}
BILLED: Table = {
    "model": (text, LICENSE_MODEL),
    "count": (integer(0), 0),
    "users": (list_of(text), ()),
    "peakDateTime": (_maybe_instant, None),
}

#: Contacts to be made up: how many, of which campaign, and the moment up to which they were called.
GENERATED: Table = {
    "campaignId": (_id, REQUIRED),
    "count": (integer(1), REQUIRED),
    "asOf": (instant, "2026-02-03T09:30:00Z"),
}
