"""What one field of a kind is: its type, what it may hold, and its documentation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Type(StrEnum):
    """The value types of the API and of manifests."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    STRING = "string"
    DATETIME = "datetime"  # ISO 8601
    MOMENT = "moment"  # ISO 8601, or relative to the moment of planning: -72h
    DURATION = "duration"  # seconds, or 90s / 15m / 24h / 2d
    PHONE = "phone"  # E.164 without the plus
    REFERENCE = "reference"  # an id, or a name that the environment or the account knows
    OBJECT = "object"


class Availability(StrEnum):
    """Whether the vendor already offers the field, or only announces it."""

    NOW = "now"
    SOON = "soon"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    `many`: a list of `type`; all lists of the API's settings are sets (no order). `nullable`: null clears it.
    `reference`: whose names it takes (``agents``, ``groups``, ``wrapups``). `fields`: an object's own fields.
    `is_name`: text that is neither empty nor blank. `default`: what it is where the account shows none.
    `docs` is one sentence. The part of the API documentation that a field rests on is named at its table.
    """

    name: str
    type: Type
    docs: str
    many: bool = False
    nullable: bool = False
    minimum: int | None = None
    maximum: int | None = None
    max_items: int | None = None
    choices: tuple[str | bool, ...] = ()
    is_name: bool = False
    default: bool | None = None
    reference: str = ""
    available: Availability = Availability.NOW
    example: object = None
    fields: tuple[Field, ...] = field(default=())


def by_name(fields: Iterable[Field]) -> Mapping[str, Field]:
    """The fields under their names, in their order."""
    return {each.name: each for each in fields}
