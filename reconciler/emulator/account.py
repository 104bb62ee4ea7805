"""The seed format: an account as JSON-able data, checked and completed with the values a new object has.

Top level: `users` and `groups` ({name: id}; none named: any id will do), `validatedNumbers` (none named: those the
campaigns display), `wrapupFolders`, `wrapups`, `campaigns`, `contacts`. Objects have the fields that the API's
"Data structure" sections name, and what is left out gets a plain default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from reconciler.emulator.errors import SeedError
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
from reconciler.emulator.phones import current_phone, phones_of

CREATED = "2023-09-01T07:30:00Z"
MODES = ("automatic", "amd_progressive", "progressive", "predictive", "preview")
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

_id = integer(1)
_maybe_id = nullable(_id)
_maybe_integer = nullable(integer())
_maybe_instant = nullable(instant)
_REQUIRED = object()

Table = Mapping[str, tuple[Reader, Any]]

#: CAMPAIGNS, Data structure for campaigns. Field → reader, default (shared, never changed in place).
CAMPAIGN: Table = {
    "id": (_id, _REQUIRED),
    "name": (filled, _REQUIRED),
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
    "campaignId": (_id, _REQUIRED),
    "contactId": (_id, _REQUIRED),
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
    "id": (_id, _REQUIRED),
    "name": (filled, _REQUIRED),
    "status": (choice(*STATUSES), _REQUIRED),
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
    "id": (_id, _REQUIRED),
    "level": (integer(0), 1),
    "locked": (boolean, False),
    "name": (filled, _REQUIRED),
    "order": (integer(0), 0),
    "parentFolderId": (_maybe_id, None),
    "system": (boolean, False),
    "folderPath": (text, ""),
    "createdBy": (text, "admin"),
    "createdAt": (instant, CREATED),
    "lastUpdatedBy": (text, "admin"),
    "lastUpdatedAt": (instant, CREATED),
}


@dataclass(frozen=True, slots=True)
class Account:
    """A checked account: every object complete, as the API would show it."""

    users: Mapping[str, int]
    groups: Mapping[str, int]
    validated_numbers: tuple[str, ...]
    wrapup_folders: tuple[JsonObject, ...]
    wrapups: tuple[JsonObject, ...]
    campaigns: tuple[JsonObject, ...]
    contacts: tuple[JsonObject, ...]


def load_account(data: Mapping[str, object]) -> Account:
    """The account that `data` describes; SeedError, saying where, when it describes none."""
    known = {"users", "groups", "validatedNumbers", "wrapupFolders", "wrapups", "campaigns", "contacts"}
    for name in sorted(set(data) - known):
        raise SeedError(f"{name}: is not a part of an account")
    campaigns = _objects(data, "campaigns", CAMPAIGN, _campaign)
    displayed = [number for campaign in campaigns for number in campaign["displayedPhoneNumbers"]]
    return Account(
        users=_value("users", data.get("users", {}), mapping_of(_id)),
        groups=_value("groups", data.get("groups", {}), mapping_of(_id)),
        validated_numbers=tuple(_value("validatedNumbers", data.get("validatedNumbers", displayed), set_of(phone))),
        wrapup_folders=_objects(data, "wrapupFolders", FOLDER, lambda _, folder: folder),
        wrapups=_objects(data, "wrapups", WRAPUP, lambda _, wrapup: wrapup),
        campaigns=campaigns,
        contacts=_contacts(data, {campaign["id"]: campaign for campaign in campaigns}),
    )


def _objects(
    data: Mapping[str, object], part: str, table: Table, finish: Callable[[str, JsonObject], JsonObject]
) -> tuple[JsonObject, ...]:
    items = _value(part, data.get(part, ()), list_of(mapping_of(lambda value: value)))
    places = [f"{part}[{index}]" for index in range(len(items))]
    objects = tuple(finish(place, _complete(place, item, table)) for place, item in zip(places, items, strict=True))
    key = "contactId" if part == "contacts" else "id"
    _refuse_repeats(part, ((item.get("campaignId"), item[key]) for item in objects))
    return objects


def _complete(place: str, item: JsonObject, table: Table) -> JsonObject:
    completed = {name: default for name, (_, default) in table.items()}
    for name, value in item.items():
        if name not in table:
            raise SeedError(f"{place}.{name}: is not a field of this object")
        try:
            completed[name] = table[name][0](value)
        except ValueError as error:
            raise SeedError(f"{place}.{name}: {error}") from None
    for name, value in completed.items():
        if value is _REQUIRED:
            raise SeedError(f"{place}.{name}: is required")
    return completed


def _campaign(place: str, campaign: JsonObject) -> JsonObject:
    for name in campaign["phoneFields"]:
        if name not in campaign["customFields"]:
            raise SeedError(f"{place}.phoneFields: {name} is not among the customFields")
    for name in campaign["autoPurge"] or ():
        if name not in PURGE_DEFAULTS:
            raise SeedError(f"{place}.autoPurge.{name}: is not shown by the API; null means off")
    if campaign["autoPurge"] is not None:
        campaign["autoPurge"] = PURGE_DEFAULTS | campaign["autoPurge"]
    return campaign


def _contacts(data: Mapping[str, object], campaigns: Mapping[int, JsonObject]) -> tuple[JsonObject, ...]:
    numbers = count(900_001)

    def finish(place: str, contact: JsonObject) -> JsonObject:
        campaign = campaigns.get(contact["campaignId"])
        if campaign is None:
            raise SeedError(f"{place}.campaignId: no such campaign in this account")
        contact["phones"] = phones_of(contact, campaign)
        contact["currentPhoneName"] = contact["currentPhoneName"] or current_phone(contact)
        if contact["priority"] is None:
            contact["priority"] = campaign["contactPriority"]
        if contact["excluded"] and contact["excludedDetail"] is None:
            contact["excludedDetail"] = "manual"
        contact["id"] = contact["id"] or next(numbers)
        return contact

    contacts = _objects(data, "contacts", CONTACT, finish)
    _refuse_repeats("contacts", (contact["id"] for contact in contacts))
    return contacts


def _value(place: str, value: object, reader: Reader) -> Any:
    try:
        return reader(value)
    except ValueError as error:
        raise SeedError(f"{place}: {error}") from None


def _refuse_repeats(part: str, identities: Iterable[object]) -> None:
    seen = set()
    for index, identity in enumerate(identities):
        if identity in seen:
            raise SeedError(f"{part}[{index}]: repeats the id of another one")
        seen.add(identity)
