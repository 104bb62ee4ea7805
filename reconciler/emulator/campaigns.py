"""Campaigns: list, get, update, add custom fields, delete."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from reconciler.emulator.call import API_LOGIN, Call
from reconciler.emulator.database import save_campaign
from reconciler.emulator.errors import bad_request, not_found
from reconciler.emulator.fields import (
    JsonObject,
    Reader,
    boolean,
    choice,
    filled,
    integer,
    list_of,
    mapping_of,
    null_as,
    nullable,
    set_of,
    text,
)
from reconciler.emulator.json_text import dumps
from reconciler.emulator.paging import flag, page_of
from reconciler.emulator.structures import PURGE_DEFAULTS

_PURGE: dict[str, Reader] = {
    "enabled": boolean,
    "lastAttemptBeforeDays": nullable(integer(0)),
    "maxTriesReached": boolean,
    "excluded": boolean,
    "notToCall": boolean,
}
_DEDUPLICATION: dict[str, Reader] = {
    "excludeDomain": choice("all", "file"),
    "excludeSamePhones": boolean,
    "excludeSameValues": list_of(text),
    "enableAgentIncludeExclude": boolean,
}
_any_object = mapping_of(lambda value: value)

#: CAMPAIGNS, PATCH Update campaign by Id: what is taken, and what each field takes.
PATCHED: dict[str, Reader] = {
    "name": filled,
    "isPaused": boolean,
    "isArchived": boolean,
    "folder": nullable(text),
    "userIds": null_as([], set_of(integer(1))),
    "groupIds": null_as([], set_of(integer(1))),
    "displayedPhoneNumbers": set_of(text),
    "minCallingDateOffset": nullable(integer(0, 2)),
    "maxCallingDateOffset": nullable(integer(0)),
    "maxTries": integer(0),
    "nextTryDelay": integer(0),
    "isRecorded": boolean,
    "recordingPercentage": integer(0, 100),
    "calendarId": nullable(integer(1)),
    "soundPlayedContactPickUp": nullable(integer(1)),
    "contactPriority": integer(),
    "globalPriority": nullable(integer(1, 50)),
    "autoPurge": _any_object,
}

#: Those that the documentation marks "Soon" or "Future".
PATCHED_SOON: dict[str, Reader] = {
    "useAgentDisplayedPhoneNumber": boolean,
    "deduplicationParams": _any_object,
}


def list_campaigns(call: Call) -> str:
    """CAMPAIGNS, GET Get campaigns."""
    parameters = call.parameters
    rows = call.connection.execute(
        """
        SELECT document FROM campaigns
        WHERE (:name = '' OR instr(fold(json_extract(document, '$.name')), :name) > 0)
          AND (:mode IS NULL OR json_extract(document, '$.mode') = :mode)
          AND (:paused IS NULL OR json_extract(document, '$.isPaused') = :paused)
          AND (:archived IS NULL OR json_extract(document, '$.isArchived') = :archived)
        ORDER BY id
        """,
        {
            "name": parameters.get("name", "").casefold(),
            "mode": parameters.get("mode"),
            "paused": flag(parameters, "isPaused"),
            "archived": flag(parameters, "isArchived"),
        },
    )
    return page_of(call, "campaigns", [_shown(call, document) for (document,) in rows], max_size=200)


def get_campaign(call: Call) -> str:
    """CAMPAIGNS, GET Get campaign by Id."""
    return _shown(call, _stored(call))


def patch_campaign(call: Call) -> str:
    """CAMPAIGNS, PATCH Update campaign by Id. Nothing is written when one field is refused."""
    campaign = fetch_unarchived(call)
    changes = call.taken(call.body, PATCHED | PATCHED_SOON if call.options.soon_fields else PATCHED)
    if not changes:
        return _shown(call, _stored(call))
    _check_archiving(campaign, changes)
    _check_recording(campaign, changes)
    require_validated(call, changes.get("displayedPhoneNumbers", ()))
    if "autoPurge" in changes:
        changes["autoPurge"] = _purge(call, changes["autoPurge"], campaign["autoPurge"])
    if "deduplicationParams" in changes:
        changes["deduplicationParams"] = call.taken(changes["deduplicationParams"], _DEDUPLICATION)
    for name, table in (("userIds", "users"), ("groupIds", "groups")):
        if name in changes:
            changes[name] = _existing(call, table, changes[name])
    return _written(call, _settled(campaign | changes))


def add_fields(call: Call) -> str:
    """CAMPAIGNS, POST Add campaign custom field(s): all of them, or none when one exists already."""
    campaign = fetch_unarchived(call)
    given = call.taken(call.body, {"newCustomFields": list_of(_any_object)}).get("newCustomFields")
    if not given:
        raise bad_request("error.invalid.parameter", "newCustomFields: names no field.")
    for item in given:
        field = call.taken({"isPhoneNumber": False, "name": None, **item}, {"name": filled, "isPhoneNumber": boolean})
        if field["name"] in campaign["customFields"]:
            raise bad_request("error.custom.field.already.exists", "A custom field of that name exists already.")
        campaign["customFields"].append(field["name"])
        if field["isPhoneNumber"]:
            campaign["phoneFields"].append(field["name"])
    return _written(call, campaign)


def delete_campaign(call: Call) -> str:
    """CAMPAIGNS, DELETE Delete campaign by Id: with its contacts, and only when it is archived."""
    campaign = fetch_campaign(call)
    if not campaign["isArchived"]:
        raise bad_request("error.campaign.not.archived", "Only an archived campaign can be deleted.")
    document = _shown(call, _stored(call))
    call.connection.execute("DELETE FROM contacts WHERE campaignId = ?", (campaign["id"],))
    call.connection.execute("DELETE FROM campaigns WHERE id = ?", (campaign["id"],))
    return document


def fetch_campaign(call: Call) -> JsonObject:
    """The campaign that the path names; ApiError 404 when there is none."""
    campaign: JsonObject = json.loads(_stored(call))
    return campaign


def fetch_unarchived(call: Call) -> JsonObject:
    """The campaign that the path names; ApiError 404 when there is none, 400 when it is archived."""
    campaign = fetch_campaign(call)
    if campaign["isArchived"]:
        raise bad_request("error.campaign.archived", "An archived campaign and its contacts stay as they are.")
    return campaign


def require_validated(call: Call, numbers: Sequence[str]) -> None:
    """ApiError 400 unless every one of the displayed phone `numbers` is validated on the account."""
    known = {number for (number,) in call.connection.execute("SELECT number FROM validated_numbers")}
    if not known.issuperset(numbers):
        raise bad_request("error.invalid.displayed.phone.number", "A displayed phone number is not validated.")


def _stored(call: Call) -> str:
    row = call.connection.execute(
        "SELECT document FROM campaigns WHERE id = ?", (call.number("campaignId"),)
    ).fetchone()
    if row is None:
        raise not_found("campaign")
    return str(row[0])


def _shown(call: Call, document: str) -> str:
    """A campaign's JSON text as this account shows it."""
    if call.options.purge_enabled == "hidden":
        return document
    campaign = json.loads(document)
    purge = campaign["autoPurge"]
    return dumps(campaign | {"autoPurge": {"enabled": purge is not None, **(purge or PURGE_DEFAULTS)}})


def _written(call: Call, campaign: JsonObject) -> str:
    signed = campaign | {"lastUpdatedAt": call.moment, "lastUpdatedBy": API_LOGIN}
    return _shown(call, save_campaign(call.connection, signed))


def _check_archiving(campaign: JsonObject, changes: JsonObject) -> None:
    stays_paused = campaign["isPaused"] and changes.get("isPaused", True)
    if changes.get("isArchived") and not stays_paused:
        raise bad_request("error.campaign.not.paused", "Only a campaign that is already paused can be archived.")


def _check_recording(campaign: JsonObject, changes: JsonObject) -> None:
    if "recordingPercentage" in changes and not (campaign | changes)["isRecorded"]:
        raise bad_request("error.invalid.parameter", "recordingPercentage: only with isRecorded true.")


def _purge(call: Call, given: JsonObject, before: JsonObject | None) -> JsonObject | None:
    """What is kept after a PATCH of autoPurge: None is off. It replaces the object, unless the account merges.

    Left out, `enabled` is then taken for false: the documentation does not say, and this reading loses the setting.
    """
    options = call.taken(given, _PURGE)
    if call.options.auto_purge == "merged":
        options = {"enabled": before is not None, **(before or {}), **options}
    return PURGE_DEFAULTS | options if options.pop("enabled", False) else None


def _existing(call: Call, table: str, ids: list[int]) -> list[int]:
    """Those of `ids` that exist; the others are dropped in silence. An account that names none has them all."""
    known = {number for (number,) in call.connection.execute(f"SELECT id FROM {table}")}
    return [number for number in ids if not known or number in known]


def _settled(campaign: JsonObject) -> dict[str, Any]:
    """`campaign` with what follows from its own fields: no percentage unrecorded, no member unassigned."""
    members = campaign["userIds"]
    return campaign | {
        "unassignedUserIds": [number for number in campaign["unassignedUserIds"] if number not in members],
        "recordingPercentage": campaign["recordingPercentage"] if campaign["isRecorded"] else None,
    }
