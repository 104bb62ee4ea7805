"""Readers: what a field takes. A reader returns the value as it will be stored, or raises ValueError."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from reconciler.emulator import instants
from reconciler.emulator.errors import bad_request

Reader = Callable[[object], Any]
JsonObject = dict[str, Any]

LARGEST = 2**63 - 1
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
PHONE = re.compile(r"[1-9][0-9]{6,14}")


def integer(minimum: int = -LARGEST, maximum: int = LARGEST) -> Reader:
    """A whole number within the limits; true and false are none."""

    def read(value: object) -> int:
        if type(value) is not int or not minimum <= value <= maximum:
            raise ValueError("must be a whole number within its limits")
        return value

    return read


def boolean(value: object) -> bool:
    """True or false, nothing that looks like them."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def text(value: object) -> str:
    """A string."""
    if not isinstance(value, str):
        raise ValueError("must be a string")
    return value


def filled(value: object) -> str:
    """A string with something in it."""
    if not text(value).strip():
        raise ValueError("must not be empty")
    return text(value)


def choice(*allowed: str) -> Reader:
    """One of the strings `allowed`."""

    def read(value: object) -> str:
        if value not in allowed:
            raise ValueError("must be one of " + ", ".join(allowed))
        return text(value)

    return read


def instant(value: object) -> str:
    """An ISO 8601 date-time, returned in UTC."""
    try:
        return instants.normalised(text(value))
    except ValueError as error:
        raise ValueError("must be an ISO 8601 date-time") from error


def day(value: object) -> str:
    """A date, or the date of a date-time: ``2024-12-01``."""
    try:
        return date.fromisoformat(text(value)[:10]).isoformat()
    except ValueError as error:
        raise ValueError("must be an ISO 8601 date") from error


def month(value: object) -> str:
    """A month: ``2020-08``."""
    if not MONTH.fullmatch(text(value)):
        raise ValueError("must be a month like 2020-08")
    return text(value)


def recording(value: object) -> int | bytes:
    """How many seconds of silence, up to a day; or a sound in base64."""
    if isinstance(value, str):
        return base64.b64decode(value, validate=True)
    seconds: int = integer(0, 86400)(value)
    return seconds


def phone(value: object) -> str:
    """A phone number in E.164 without the plus."""
    if not PHONE.fullmatch(text(value)):
        raise ValueError("must be a phone number in E.164 without the plus")
    return text(value)


def nullable(reader: Reader) -> Reader:
    """What `reader` takes, or null."""
    return lambda value: None if value is None else reader(value)


def list_of(reader: Reader) -> Reader:
    """A list of what `reader` takes."""

    def read(value: object) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise ValueError("must be a list")
        return [reader(item) for item in value]

    return read


def set_of(reader: Reader) -> Reader:
    """A list without repetition, whose order is not kept: the largest comes first."""
    items = list_of(reader)
    return lambda value: sorted(set(items(value)), reverse=True)


def null_as(replacement: object, reader: Reader) -> Reader:
    """What `reader` takes, and null for `replacement`."""
    return lambda value: reader(replacement if value is None else value)


def mapping_of(reader: Reader) -> Reader:
    """An object whose values `reader` takes."""

    def read(value: object) -> JsonObject:
        if not isinstance(value, Mapping):
            raise ValueError("must be an object")
        return {text(name): reader(item) for name, item in value.items()}

    return read


def taken(body: object, readers: Mapping[str, Reader], *, strict: bool = False) -> JsonObject:
    """The fields of `body` that `readers` knows. ApiError 400 for a wrong value, and when `strict` for another field.

    The documentation does not say what an unknown body field gets; silence is the more dangerous reading.
    """
    if not isinstance(body, dict):
        raise bad_request("error.bad.format", "The body must be a JSON object.")
    known = {name: value for name, value in body.items() if name in readers}
    if strict and len(known) < len(body):
        raise bad_request("error.invalid.parameter", "The body holds a field that is not known here.")
    return {name: _read(name, value, readers[name]) for name, value in known.items()}


def _read(name: str, value: object, reader: Reader) -> object:
    try:
        return reader(value)
    except ValueError as error:
        raise bad_request("error.invalid.parameter", f"{name}: {error}.") from None
