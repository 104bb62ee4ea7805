"""The copy: an account of the emulator that holds what was read, and no personal data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from msgspec import to_builtins

from reconciler.api.shapes import Campaign, Contact, Wrapup
from reconciler.emulator import Account, load_account
from reconciler.emulator.account import FIRST_ID
from reconciler.emulator.fields import Reader
from reconciler.emulator.phones import current_phone, phones_of
from reconciler.emulator.snapshot import seed_of
from reconciler.emulator.structures import CONTACT, REQUIRED, WRAPUP, Table
from reconciler.planning.plan import Plan
from reconciler.simulating.originals import Crowd, Originals

Document = dict[str, Any]

#: Columns of a contact that hold others inside, of which only some are kept.
_INSIDE = ("customFields", "phones")
_LOGINS = ("createdBy", "lastUpdatedBy")


@dataclass(frozen=True, slots=True)
class Replica:
    """`account` is the copy; `dropped` says in words what of the campaigns that matter it can't hold."""

    account: Account
    dropped: tuple[str, ...]


def replica_of(originals: Originals, plan: Plan) -> Replica:
    """The copy of what was read. Agents and groups are all known to it, and so are the numbers that the plan shows."""
    touched = {each.campaign_id for each in plan.steps}
    dropped: list[str] = []
    bare = _structure([each for each in originals.campaigns if each.id in touched], dropped)
    bare += _structure([each for each in originals.campaigns if each.id not in touched], [])
    account = load_account({"campaigns": bare})
    campaigns = {each["id"]: each for each in account.campaigns}
    copied = replace(
        account,
        validated_numbers=tuple({*account.validated_numbers, *_shown_numbers(plan)}),
        wrapups=tuple(_wrapup(each) for each in originals.wrapups),
        contacts=_Contacts([each for each in originals.crowds if each.campaign.id in campaigns], campaigns),
    )
    return Replica(copied, tuple(dropped))


def _structure(campaigns: Sequence[Campaign], dropped: list[str]) -> list[Document]:
    kept: list[Document] = seed_of([each.values for each in campaigns], (), (), dropped.append)["campaigns"]
    return kept


def _shown_numbers(plan: Plan) -> Iterator[str]:
    """The phone numbers that the plan wants to be shown: the API does not tell which ones are validated."""
    for step in plan.steps:
        yield from step.body.get("displayedPhoneNumbers") or ()
        if number := step.data.get("contactCardDisplayNumber"):
            yield number


def _wrapup(wrapup: Wrapup) -> Document:
    known = {name: each for name, each in to_builtins(wrapup).items() if each is not None and name not in _LOGINS}
    return {**_defaults(WRAPUP), "status": "", **{name: each for name, each in known.items() if name in WRAPUP}}


def _defaults(table: Table) -> Document:
    return {name: default for name, (_, default) in table.items() if default is not REQUIRED}


@dataclass(frozen=True, slots=True)
class _Contacts:
    """The contacts, made one by one, anew at every reading: they are never all there twice."""

    crowds: Sequence[Crowd]
    campaigns: Mapping[int, Document]

    def __iter__(self) -> Iterator[Document]:
        numbers = count(FIRST_ID)
        for crowd in self.crowds:
            shape = _Shape.of(crowd, self.campaigns[crowd.campaign.id])
            for contact in crowd.contacts.values():
                yield shape.document(contact, next(numbers))


@dataclass(frozen=True, slots=True)
class _Shape:
    """What of a campaign's contacts is kept: columns, custom fields by name, and phone numbers that rules look for."""

    campaign: Document
    blank: Document
    columns: Mapping[str, Reader]
    fields: frozenset[str]
    numbers: frozenset[str]

    @classmethod
    def of(cls, crowd: Crowd, campaign: Document) -> _Shape:
        filters = [query.filters for query in crowd.queries]
        conditions = [condition for each in filters for condition in each.get("customFieldConditions") or ()]
        blank = {**_defaults(CONTACT), "campaignId": campaign["id"], "priority": campaign["contactPriority"]}
        return cls(
            campaign,
            blank,
            {name: CONTACT[name][0] for name in sorted(crowd.columns - {*_INSIDE})},
            frozenset(each["customFieldName"] for each in conditions),
            frozenset(number for each in filters for number in each.get("phones") or ()),
        )

    def document(self, contact: Contact, number: int) -> Document:
        """The contact as the copy holds it, under another `id`."""
        values = {name: _taken(reader, getattr(contact, name)) for name, reader in self.columns.items()}
        known = {name: each for name, each in values.items() if each is not None}
        made = {**self.blank, **known, "id": number, "contactId": contact.contactId}
        made["customFields"] = self._custom_fields(contact)
        made["phones"] = phones_of(made, self.campaign)
        made["currentPhoneName"] = current_phone(made)
        return made

    def _custom_fields(self, contact: Contact) -> dict[str, str]:
        held = (getattr(contact, "customFields", None) or {}).items() if self.fields else ()
        kept = {name: text for name, text in held if name in self.fields and text is not None}
        phones = (getattr(contact, "phones", None) or {}).items() if self.numbers else ()
        digits = {name: re.sub(r"[+ ().-]", "", text) for name, text in phones if text}
        return kept | {name: text for name, text in digits.items() if text in self.numbers}


def _taken(reader: Reader, value: Any) -> Any:
    """The value as the emulator keeps it (instants in UTC); what it does not take stays as the account has it."""
    try:
        return None if value is None else reader(value)
    except ValueError:
        return value
