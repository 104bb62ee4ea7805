"""The phone fields of a contact: those among its custom fields that its campaign calls phone fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.emulator.fields import PHONE


def phones_of(contact: Mapping[str, Any], campaign: Mapping[str, Any]) -> dict[str, str]:
    """The phone fields that `contact` has, by name (CONTACTS V2, Data structure, `phones`)."""
    fields = contact["customFields"]
    return {name: fields[name] for name in campaign["phoneFields"] if name in fields}


def current_phone(contact: Mapping[str, Any]) -> str | None:
    """The name of the first field with a number that can be dialled; None without one."""
    return next((name for name, number in contact["phones"].items() if PHONE.fullmatch(number)), None)
