"""The seed format: an account as JSON-able data, checked and completed with the values a new object has.

Top level, all of it optional: `users` and `groups` ({name: id}; none named: any id will do), `validatedNumbers` (none
named: those the campaigns display), `wrapupFolders`, `wrapups`, `campaigns`, `contacts`, `generatedContacts`
([{campaignId, count}]: so many made-up ones, called up to `asOf`), `licenses` ({month: document}), `recordings`
({interaction id: seconds of silence, or an MP3 in base64}). Objects have the fields that the API's "Data structure"
sections name, and what is left out gets a plain default.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from reconciler.emulator.errors import SeedError
from reconciler.emulator.fields import (
    JsonObject,
    Reader,
    integer,
    list_of,
    mapping_of,
    month,
    phone,
    recording,
    set_of,
)
from reconciler.emulator.generated import Habits, crowd
from reconciler.emulator.phones import current_phone, phones_of
from reconciler.emulator.structures import (
    BILLED,
    CAMPAIGN,
    CONTACT,
    FOLDER,
    GENERATED,
    LICENSES,
    PURGE_DEFAULTS,
    REQUIRED,
    WRAPUP,
    Table,
)

PARTS = (
    "users", "groups", "validatedNumbers", "wrapupFolders", "wrapups", "campaigns", "contacts", "generatedContacts",
    "licenses", "recordings",
)  # fmt: skip
FIRST_ID = 900_001

_anything = mapping_of(lambda value: value)


@dataclass(frozen=True, slots=True)
class Account:
    """A checked account: every object complete, as the API would show it."""

    users: Mapping[str, int]
    groups: Mapping[str, int]
    validated_numbers: tuple[str, ...]
    wrapup_folders: tuple[JsonObject, ...]
    wrapups: tuple[JsonObject, ...]
    campaigns: tuple[JsonObject, ...]
    contacts: Iterable[JsonObject]
    licenses: Mapping[str, JsonObject] = field(default_factory=dict)
    recordings: Mapping[str, int | bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contacts:
    """The contacts that a seed lists, then those it has generated: made one by one, anew at every reading."""

    listed: tuple[JsonObject, ...]
    orders: tuple[JsonObject, ...]
    campaigns: Mapping[int, JsonObject]
    wrapups: tuple[JsonObject, ...]

    def __iter__(self) -> Iterator[JsonObject]:
        yield from self.listed
        numbers = count(max((item["id"] for item in self.listed), default=FIRST_ID - 1) + 1)
        last = dict.fromkeys(self.campaigns, 0)
        for item in self.listed:
            last[item["campaignId"]] = max(last[item["campaignId"]], item["contactId"])
        defaults = {name: default for name, (_, default) in CONTACT.items()}
        for order in self.orders:
            campaign = self.campaigns[order["campaignId"]]
            habits = Habits.of(self.wrapups, datetime.fromisoformat(order["asOf"]))
            for made in crowd(campaign, order["count"], habits):
                last[campaign["id"]] += 1
                numbered = {"id": next(numbers), "campaignId": campaign["id"], "contactId": last[campaign["id"]]}
                yield _finished(defaults | numbered | made, campaign)


def read_seed(text: bytes) -> Account:
    """The account that a seed file describes; SeedError, saying where, when it describes none."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SeedError(f"the seed is not JSON: {error}") from None
    if not isinstance(data, dict):
        raise SeedError("the seed is not a JSON object")
    return load_account(data)


def load_account(data: Mapping[str, object]) -> Account:
    """The account that `data` describes; SeedError, saying where, when it describes none."""
    for name in sorted(set(data) - set(PARTS)):
        raise SeedError(f"{name}: is not a part of an account")
    campaigns = _objects(data, "campaigns", CAMPAIGN, _campaign)
    wrapups = _objects(data, "wrapups", WRAPUP, lambda _, wrapup: wrapup)
    displayed = [number for campaign in campaigns for number in campaign["displayedPhoneNumbers"]]
    return Account(
        users=_value("users", data.get("users", {}), mapping_of(integer(1))),
        groups=_value("groups", data.get("groups", {}), mapping_of(integer(1))),
        validated_numbers=tuple(_value("validatedNumbers", data.get("validatedNumbers", displayed), set_of(phone))),
        wrapup_folders=_objects(data, "wrapupFolders", FOLDER, lambda _, folder: folder),
        wrapups=wrapups,
        campaigns=campaigns,
        contacts=_contacts(data, {campaign["id"]: campaign for campaign in campaigns}, wrapups),
        licenses=dict(_license(key, item) for key, item in _entries(data, "licenses", lambda value: value)),
        recordings=dict(_entries(data, "recordings", recording)),
    )


def _objects(
    data: Mapping[str, object], part: str, table: Table, finish: Callable[[str, JsonObject], JsonObject]
) -> tuple[JsonObject, ...]:
    objects = _listed(part, data.get(part, ()), table, finish)
    key = "contactId" if part == "contacts" else "id"
    _refuse_repeats(part, ((item.get("campaignId"), item[key]) for item in objects))
    return objects


def _listed(
    part: str, value: object, table: Table, finish: Callable[[str, JsonObject], JsonObject]
) -> tuple[JsonObject, ...]:
    items = _value(part, value, list_of(_anything))
    places = [f"{part}[{index}]" for index in range(len(items))]
    return tuple(finish(place, _complete(place, item, table)) for place, item in zip(places, items, strict=True))


def _complete(place: str, item: JsonObject, table: Table) -> JsonObject:
    completed = {name: default for name, (_, default) in table.items()}
    for name, value in item.items():
        if name not in table:
            raise SeedError(f"{place}.{name}: is not a field of this object")
        completed[name] = _value(f"{place}.{name}", value, table[name][0])
    for name, value in completed.items():
        if value is REQUIRED:
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


def _contacts(
    data: Mapping[str, object], campaigns: Mapping[int, JsonObject], wrapups: tuple[JsonObject, ...]
) -> Iterable[JsonObject]:
    numbers = count(FIRST_ID)

    def of_a_campaign(place: str, item: JsonObject) -> JsonObject:
        if item["campaignId"] not in campaigns:
            raise SeedError(f"{place}.campaignId: no such campaign in this account")
        return item

    def finish(place: str, contact: JsonObject) -> JsonObject:
        contact = _finished(of_a_campaign(place, contact), campaigns[contact["campaignId"]])
        contact["id"] = contact["id"] or next(numbers)
        return contact

    contacts = _objects(data, "contacts", CONTACT, finish)
    _refuse_repeats("contacts", (contact["id"] for contact in contacts))
    orders = _listed("generatedContacts", data.get("generatedContacts", ()), GENERATED, of_a_campaign)
    return Contacts(contacts, orders, campaigns, wrapups) if orders else contacts


def _finished(contact: JsonObject, campaign: JsonObject) -> JsonObject:
    """`contact` with what follows from its other fields and its campaign."""
    contact["phones"] = phones_of(contact, campaign)
    contact["currentPhoneName"] = contact["currentPhoneName"] or current_phone(contact)
    if contact["priority"] is None:
        contact["priority"] = campaign["contactPriority"]
    if contact["excluded"] and contact["excludedDetail"] is None:
        contact["excludedDetail"] = "manual"
    return contact


def _license(key: str, item: object) -> tuple[str, JsonObject]:
    place = f"licenses.{key}"
    billed = {"month": _value(place, key, month)} | _complete(place, _value(place, item, _anything), LICENSES)
    details = _listed(f"{place}.details", billed["details"], BILLED, lambda _, detail: detail)
    peaks = ({name: value for name, value in detail.items() if value is not None} for detail in details)
    return key, billed | {"details": list(peaks)}


def _entries(data: Mapping[str, object], part: str, reader: Reader) -> Iterator[tuple[str, Any]]:
    for key, value in _value(part, data.get(part, {}), _anything).items():
        yield key, _value(f"{part}.{key}", value, reader)


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
