"""One contact: get, create, update and delete; and what these do to a contact, which batches share."""

from __future__ import annotations

import json

from reconciler.emulator.call import API_LOGIN, Call
from reconciler.emulator.campaigns import fetch_campaign, fetch_unarchived, require_validated
from reconciler.emulator.database import save_contacts, take_numbers
from reconciler.emulator.errors import ApiError, bad_request, not_found
from reconciler.emulator.fields import (
    JsonObject,
    Reader,
    boolean,
    instant,
    integer,
    mapping_of,
    nullable,
    text,
)
from reconciler.emulator.json_text import dumps
from reconciler.emulator.paging import flag
from reconciler.emulator.phones import current_phone, phones_of
from reconciler.emulator.structures import CONTACT

_maybe_id = nullable(integer(1))

#: CONTACTS V2, POST Update a batch of contacts, data part: what is taken, and what each field takes.
BATCH_UPDATED: dict[str, Reader] = {
    "priority": nullable(integer()),
    "retryDate": nullable(instant),
    "triesNumber": integer(0),
    "excluded": boolean,
    "agentId": _maybe_id,
    "wrapupId": _maybe_id,
    "assignedAgentId": _maybe_id,
    "minCallingDateTime": nullable(instant),
    "maxCallingDateTime": nullable(instant),
    "contactCardDisplayNumber": nullable(text),
    "calendarId": _maybe_id,
    "customFields": mapping_of(nullable(text)),
    "region": nullable(integer()),
}

#: CONTACTS V2, PUT Update contact by Id.
UPDATED: dict[str, Reader] = BATCH_UPDATED | {"comment": nullable(text), "assignedGroupId": _maybe_id}

#: Those that the documentation marks "Soon".
UPDATED_SOON: dict[str, Reader] = {
    "assignedAgentExpirationTime": nullable(instant),
    "assignedGroupExpirationTime": nullable(instant),
}

#: Announced for PUT alone, and shown nowhere: it is read, and nothing comes of it.
REGION_CODE: dict[str, Reader] = {"regionalizationCode": integer()}

#: What a contact has without a campaign's setup ("always sets default campaign priority (10)").
DEFAULT_PRIORITY = 10


def get_contact(call: Call) -> str:
    """CONTACTS V2, GET Get contact by Id."""
    return call.shown(_document(call, fetch_campaign(call)["id"]))


def create_contact(call: Call) -> str:
    """CONTACTS V2, POST Create a contact: answers with the contact that it made."""
    campaign = fetch_unarchived(call)
    given = creation(call, campaign, mapping_of(text))
    ((number, contact_id),) = take_numbers(call.connection, campaign["id"], 1)
    numbered = given | {"id": number, "contactId": contact_id}
    made = created(numbered, given["customFields"], campaign, call.moment)
    save_contacts(call.connection, [made])
    return call.shown(dumps(made))


def put_contact(call: Call) -> str:
    """CONTACTS V2, PUT Update contact by Id.

    The documentation does not say that a contact being processed is refused, so it is overwritten.
    """
    campaign = fetch_campaign(call)
    contact = json.loads(_document(call, campaign["id"]))
    changes = call.taken(call.body, UPDATED | (UPDATED_SOON | REGION_CODE if call.options.soon_fields else {}))
    if not changes:
        raise bad_request("error.bad.format", "The body holds no field that can be updated.")
    require_card_number(call, changes)
    _require_member(campaign, changes)
    shown = {name: value for name, value in changes.items() if name not in REGION_CODE}
    updated = apply(contact, shown, campaign, call.moment)
    save_contacts(call.connection, [updated])
    return call.shown(dumps(updated))


def delete_contact(call: Call) -> str:
    """CONTACTS V2, DELETE Delete contact by Id: an empty answer."""
    contact = json.loads(_document(call, fetch_unarchived(call)["id"]))
    if is_on_a_call(contact):
        raise ApiError(409, "error.contact.on.call", "The contact is on an ongoing call.")
    call.connection.execute("DELETE FROM contacts WHERE id = ?", (contact["id"],))
    return ""


def creation(call: Call, campaign: JsonObject, custom_fields: Reader) -> JsonObject:
    """What new contacts are to be given, read and checked; `custom_fields` reads theirs, which are mandatory."""
    table = UPDATED | {"customFields": custom_fields} | (UPDATED_SOON if call.options.soon_fields else {})
    given = call.taken(call.body, table)
    if "customFields" not in given:
        raise bad_request("error.invalid.parameter", "customFields: is mandatory.")
    require_card_number(call, given)
    _require_member(campaign, given)
    if given.get("priority") is None:
        by_campaign = flag(call.parameters, "priorityMode")
        given["priority"] = campaign["contactPriority"] if by_campaign else DEFAULT_PRIORITY
    return given


def created(given: JsonObject, fields: JsonObject, campaign: JsonObject, moment: str) -> JsonObject:
    """A new contact with what was `given` to it, numbers and all. Custom fields that the campaign lacks are dropped."""
    signed = {"createdBy": API_LOGIN, "createdAt": moment, "lastUpdatedBy": API_LOGIN, "lastUpdatedAt": moment}
    contact = {name: default for name, (_, default) in CONTACT.items()} | given | signed
    contact["campaignId"] = campaign["id"]
    contact["customFields"] = {name: fields[name] for name in campaign["customFields"] if name in fields}
    contact["phones"] = phones_of(contact, campaign)
    contact["currentPhoneName"] = current_phone(contact)
    if contact["currentPhoneName"] is None:
        return contact | {"excluded": True, "excludedDetail": "noValidPhone"}
    return contact | {"excludedDetail": "manual" if contact["excluded"] else None}


def apply(contact: JsonObject, changes: JsonObject, campaign: JsonObject, moment: str) -> JsonObject:
    """`contact` after `changes`, which have been read already. Custom fields left out stay; null takes one away."""
    fields = contact["customFields"] | {
        name: value for name, value in changes.get("customFields", {}).items() if name in campaign["customFields"]
    }
    updated = contact | changes | {"lastUpdatedAt": moment, "lastUpdatedBy": API_LOGIN}
    updated["customFields"] = {name: value for name, value in fields.items() if value is not None}
    updated["phones"] = phones_of(updated, campaign)
    updated["currentPhoneName"] = (
        contact["currentPhoneName"] if contact["currentPhoneName"] in updated["phones"] else current_phone(updated)
    )
    if updated["priority"] is None:
        updated["priority"] = campaign["contactPriority"]
    return updated | _exclusion(contact, updated)


def is_unreachable(contact: JsonObject) -> bool:
    """Whether a contact has no phone that can be dialled, so that it can't be taken back in."""
    return contact["excludedDetail"] == "noValidPhone" and current_phone(contact) is None


def is_on_a_call(contact: JsonObject) -> bool:
    """Whether an agent is with the contact right now."""
    return bool(contact["state"] == "processing_in_progress")


def is_member(campaign: JsonObject, changes: JsonObject) -> bool:
    """Whether the agent and the group that `changes` assign, if any, belong to the campaign."""
    agent, group = changes.get("assignedAgentId"), changes.get("assignedGroupId")
    return agent in (None, *campaign["userIds"]) and group in (None, *campaign["groupIds"])


def require_card_number(call: Call, changes: JsonObject) -> None:
    """ApiError 400 unless the displayed number is validated, and no French mobile (Data structure)."""
    number = changes.get("contactCardDisplayNumber")
    if number is None:
        return
    if number.startswith(("336", "337")):
        raise bad_request("error.invalid.displayed.phone.number", "A French mobile number cannot be displayed.")
    require_validated(call, [number])


def _require_member(campaign: JsonObject, changes: JsonObject) -> None:
    if not is_member(campaign, changes):
        raise bad_request("error.not.assigned.to.campaign", "The agent or group is not assigned to the campaign.")


def _exclusion(before: JsonObject, updated: JsonObject) -> JsonObject:
    """`excluded` and its detail; a contact left without a phone is out, whatever was asked for."""
    if is_unreachable(updated) or (before["phones"] and current_phone(updated) is None):
        return {"excluded": True, "excludedDetail": "noValidPhone"}
    if not updated["excluded"]:
        return {"excluded": False, "excludedDetail": None}
    return {"excluded": True, "excludedDetail": before["excludedDetail"] or "manual"}


def _document(call: Call, campaign_id: int) -> str:
    row = call.connection.execute(
        "SELECT document FROM contacts WHERE campaignId = ? AND contactId = ?",
        (campaign_id, call.number("contactId")),
    ).fetchone()
    if row is None:
        raise not_found("contact")
    return str(row[0])
