"""A snapshot: what the API shows of an account, as a seed without personal data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from reconciler.emulator.fields import JsonObject, Reader, boolean, integer, list_of, text
from reconciler.emulator.structures import CAMPAIGN, FOLDER, REQUIRED, WRAPUP, Table

Document = Mapping[str, Any]
Say = Callable[[str], None]

#: Logins of people.
_LOGINS = frozenset({"createdBy", "lastUpdatedBy"})

#: CAMPAIGNS, Data structure for campaigns: what the two objects among its fields hold.
_INSIDE: Mapping[str, Mapping[str, Reader]] = {
    "autoPurge": {
        "lastAttemptBeforeDays": integer(0),
        "maxTriesReached": boolean,
        "excluded": boolean,
        "notToCall": boolean,
    },
    "deduplicationParams": {
        "excludeDomain": text,
        "excludeSamePhones": boolean,
        "excludeSameValues": list_of(text),
        "enableAgentIncludeExclude": boolean,
    },
}


def seed_of(
    campaigns: Iterable[Document],
    wrapups: Iterable[Document],
    folders: Iterable[Document],
    say: Say = lambda words: None,
) -> JsonObject:
    """A seed that shows these documents again, but for logins, names of people and fields that are not documented.

    No contacts. Users and groups are known by their ids: ``agent-543``. What a seed can't hold gets the default, or
    is left out, and `say` is told where and why, never the value. A null where a seed takes none is just left out.
    """
    kept = [_settled(each) for each in _kept("campaign", campaigns, CAMPAIGN, say)]
    kept_folders = _kept("wrap-up folder", folders, FOLDER, say)
    agents = {number for each in kept for name in ("userIds", "unassignedUserIds") for number in each.get(name, ())}
    groups = {number for each in kept for number in each.get("groupIds", ())}
    return {
        "users": {f"agent-{number}": number for number in sorted(agents)},
        "groups": {f"group-{number}": number for number in sorted(groups)},
        "validatedNumbers": sorted({number for each in kept for number in each.get("displayedPhoneNumbers", ())}),
        "wrapupFolders": kept_folders,
        "wrapups": [_placed(each, kept_folders) for each in _kept("wrap-up code", wrapups, WRAPUP, say)],
        "campaigns": kept,
    }


def _kept(noun: str, documents: Iterable[Document], table: Table, say: Say) -> list[JsonObject]:
    kept: dict[int, JsonObject] = {}
    required = [name for name, (_, default) in table.items() if default is REQUIRED]
    for document in documents:
        read, whys = _read(document, table)
        label = f"{noun} {read.get('id', 'without an id')}"
        for why in whys:
            say(f"{label}: {why}")
        if all(name in read for name in required):
            kept[read["id"]] = read
        else:
            say(f"{label}: left out, a seed needs its {', '.join(required)}")
    return list(kept.values())


def _read(document: Document, table: Table) -> tuple[JsonObject, list[str]]:
    """The fields of `document` that a seed takes, and why it does not take others."""
    read: JsonObject = {}
    whys = []
    for name, (reader, _) in table.items():
        value = _documented(name, document.get(name))
        if value is None or name in _LOGINS:
            continue
        if not _takes(reader, value):
            whys.append(f"{name} is not as the documentation has it, and was dropped")
            value = [each for each in value if _takes(reader, [each])] if isinstance(value, list) else None
        if value is not None:
            read[name] = reader(value)
    return read, whys


def _documented(name: str, value: object) -> object:
    """`value` with whole numbers as such, and of an object the documented part; None for an autoPurge that is off."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if name not in _INSIDE or not isinstance(value, Mapping):
        return value
    if value.get("enabled") is False:
        return None
    return {key: value[key] for key, reader in _INSIDE[name].items() if _takes(reader, value.get(key))}


def _takes(reader: Reader, value: object) -> bool:
    try:
        reader(value)
    except ValueError:
        return False
    return True


def _settled(campaign: JsonObject) -> JsonObject:
    """`campaign` with phone fields that are custom fields."""
    custom = campaign.get("customFields", ())
    return campaign | {"phoneFields": [name for name in campaign.get("phoneFields", ()) if name in custom]}


def _placed(wrapup: JsonObject, folders: Iterable[JsonObject]) -> JsonObject:
    """`wrapup` with the folder that its path names: the API filters by it, and does not show it."""
    found = [each["id"] for each in folders if each.get("folderPath") == wrapup.get("wrapupPath", "")]
    return {"wrapupFolderId": found[0], **wrapup} if len(found) == 1 else wrapup
