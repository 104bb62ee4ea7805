"""The checks of a Project: what they may ask of a plan's rows, in one table, and their JSON Schema.

A row that `where` selects fails its check while the `freeze` lasts (always, without one) unless `require` holds (never
holds, without one).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from reconciler.kinds.campaign import PATCHED
from reconciler.kinds.field import Field, Type, by_name
from reconciler.kinds.schema import DURATION_PATTERN, NAME_PATTERN, Schema, array, closed, mapping, string


class Of(StrEnum):
    """What a check looks at, row by row."""

    SETTING = "setting"  # a setting that changes
    FIELD = "field"  # a custom field that is added
    CONTACTS = "contacts"  # the contacts of a campaign that a rule changes
    AGENT = "agent"  # an agent of whom the number of contacts changes
    CAMPAIGN = "campaign"  # a campaign of which anything changes


class Comparison(StrEnum):
    """How a fact of a row is held against what a check says."""

    EQUALS = "equals"
    NOT_EQUALS = "notEquals"
    IN = "in"
    NOT_IN = "notIn"
    AT_MOST = "atMost"
    AT_LEAST = "atLeast"
    MATCHES = "matches"
    PRESENT = "present"


#: What rows tell; a list is as its elements. Of `before` and `after` the type is that of the setting.
FACTS: Final[Mapping[str, Field]] = by_name((
    Field("environment", Type.STRING, "The environment that is planned for."),
    Field("campaign", Type.STRING, "The campaign's name in the manifests.", example="admissions-bakery"),
    Field("labels", Type.OBJECT, "The campaign's labels, each by its name.", example={"tier": "gold"}),
    Field(
        "action", Type.STRING, "What happens to it; of a campaign all that happens.",
        choices=("update", "addField", "assign", "archive", "delete"), example="delete",
    ),
    Field("risk", Type.STRING, "The risk of the change.", choices=("none", "low", "medium", "high"), example="high"),
    Field("attribute", Type.STRING, "The setting's name, or that of the custom field.", example="maxTries"),
    Field("before", Type.OBJECT, "Its value before; of an agent the number of contacts.", example=8),
    Field("after", Type.OBJECT, "Its value after; of an agent the number of contacts.", example=False),
    Field("isPhoneNumber", Type.BOOLEAN, "Whether the field that is added holds a phone number."),
    Field("agent", Type.REFERENCE, "The agent, by name or id.", reference="agents", example="alice"),
    Field("gains", Type.INTEGER, "How many contacts more the agent has afterwards; fewer is below 0."),
    Field("policy", Type.STRING, "The policy's name in the manifests.", example="bakery-assignment"),
    Field("rule", Type.STRING, "The rule's name in its policy.", example="gold-to-alice"),
    Field("matched", Type.INTEGER, "How many contacts the rule matches."),
    Field("changed", Type.INTEGER, "How many contacts change."),
    Field("deferred", Type.INTEGER, "How many contacts are left for the next run."),
))  # fmt: skip

_CAMPAIGN = frozenset({"environment", "campaign", "labels", "action", "risk"})
#: The facts that each kind of row has. Those of an agent's changes select what its numbers are the sum of.
ROWS: Final[Mapping[Of, frozenset[str]]] = {
    Of.SETTING: _CAMPAIGN | {"attribute", "before", "after"},
    Of.FIELD: _CAMPAIGN | {"attribute", "isPhoneNumber"},
    Of.CONTACTS: _CAMPAIGN | {"policy", "rule", "matched", "changed", "deferred"},
    Of.AGENT: frozenset({"environment", "agent", "before", "after", "gains"}),
    Of.CAMPAIGN: _CAMPAIGN | {"changed"},
}
#: What besides may stand in the `where` of a check of agents: it selects the changes whose contacts are added up.
SUMMED: Final = frozenset({"campaign", "labels", "policy", "rule"})

#: The settings by the names that they have in a plan: those of an object each for itself.
ATTRIBUTES: Final[Mapping[str, Field]] = {
    **{name: field for name, field in PATCHED.items() if not field.fields},
    **{f"{name}.{each.name}": each for name, field in PATCHED.items() for each in field.fields},
}

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ZONE_PATTERN = "^(UTC|[A-Za-z][A-Za-z_]*(/[A-Za-z0-9_+-]+)+)$"
TIME_PATTERN = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
DAY_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
WAIVED_PATTERN = "^(Campaign|AssignmentPolicy|Agent)/[^/]+$"

_SCALARS = ["string", "integer", "boolean", "null"]


def day(text: str) -> date | None:
    """The day of ``2026-12-24``; None where there is no such day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def minutes(text: str) -> int:
    """The minutes from midnight to ``12:30``; 1440 to ``24:00``."""
    return int(text[:2]) * 60 + int(text[3:])


def like(pattern: str, text: str) -> bool:
    """Whether text is like the pattern from end to end; * stands for any text, and every other sign for itself.

    Takes time in proportion to the length of both, whatever they are.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    *middle, last = rest
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    place, end = len(first), len(text) - len(last)
    for part in middle:
        if (found := text.find(part, place, end)) < 0:
            return False
        place = found + len(part)
    return True


def checks_schema() -> Schema:
    """The schema of `spec.checks`."""
    return array(_check(), "Rules that every plan is held against; an error among them stops `apply`.")


def _check() -> Schema:
    return closed(
        {
            "name": string("The check's name, unique in the project.", pattern=NAME_PATTERN),
            "of": {
                "type": "string",
                "enum": [str(each) for each in Of],
                "description": "What it looks at: each setting that changes, each field that is added, and so on.",
            },
            "where": _facts("Which of these rows are meant; default: all."),
            "require": _facts("What must hold of them; without it there must be no such row."),
            "freeze": _freeze(),
            "severity": {
                "type": "string",
                "enum": ["error", "warning"],
                "description": "An error (the default) stops `apply`, a warning is told.",
            },
            "message": string("Why: what whoever is stopped reads.", pattern=r"[^\s]"),
            "exceptUndo": {"type": "boolean", "description": "true lets plans of `rollback` through; default false."},
            "waivers": array(_waiver(), "Who may break it all the same, and until when."),
        },
        ["name", "of", "message"],
        description="One rule over the rows of a plan.",
    )


def _facts(docs: str) -> Schema:
    return closed({name: _fact(field) for name, field in FACTS.items()}, description=docs, minProperties=1)


def _fact(field: Field) -> Schema:
    if field.name == "labels":
        return mapping(_condition("A label's value."), field.docs) | {"minProperties": 1, "examples": [field.example]}
    condition = _condition(field.docs)
    return condition | ({"examples": [field.example]} if field.example is not None else {})


def _condition(docs: str) -> Schema:
    """A value, a list of which one must be it, or an object of comparisons that must all hold."""
    scalar: Schema = {"type": _SCALARS}
    number: Schema = {"type": ["integer", "string"], "pattern": DURATION_PATTERN}
    comparisons: Mapping[Comparison, Schema] = {
        Comparison.EQUALS: scalar | {"description": "It is this; of a list, an element is."},
        Comparison.NOT_EQUALS: scalar | {"description": "It is not this; of a list, no element is."},
        Comparison.IN: array(scalar, "It is one of these; of a list, an element is.", minItems=1),
        Comparison.NOT_IN: array(scalar, "It is none of these; of a list, no element is.", minItems=1),
        Comparison.AT_MOST: number | {"description": "It is at most this; of a list, so many elements."},
        Comparison.AT_LEAST: number | {"description": "It is at least this; of a list, so many elements."},
        Comparison.MATCHES: string("It is like this from end to end, where * stands for any text."),
        Comparison.PRESENT: {"type": "boolean", "description": "Whether it has a value at all."},
    }
    properties: dict[str, Any] = {str(name): each for name, each in comparisons.items()}
    types = {"type": [*_SCALARS, "array", "object"], "items": scalar, "minItems": 1, "uniqueItems": True}
    return closed(properties, description=docs, minProperties=1) | types


def _freeze() -> Schema:
    window = closed(
        {
            "days": array({"type": "string", "enum": list(DAYS)}, "Days of the week; default: all.", minItems=1),
            "firstDay": string("The first day, such as 2026-12-24.", pattern=DAY_PATTERN),
            "lastDay": string("The last day, such as 2027-01-02; it is one of them.", pattern=DAY_PATTERN),
            "from": string("The time at which it begins on each day; default 00:00.", pattern=TIME_PATTERN),
            "to": string(
                "The time at which it ends, on the next day where that is earlier; default 24:00.", pattern=TIME_PATTERN
            ),
        },
        description="Days, and the time of each on which it begins and ends.",
        minProperties=1,
    )
    return closed(
        {
            "timeZone": string("The zone whose clocks count.", pattern=ZONE_PATTERN, examples=["Europe/Paris"]),
            "windows": array(window, "When it is frozen.", minItems=1),
        },
        ["timeZone", "windows"],
        description="When the check counts; default: always.",
    )


def _waiver() -> Schema:
    return closed(
        {
            "address": string(
                "Campaign/NAME, AssignmentPolicy/NAME or Agent/NAME.",
                pattern=WAIVED_PATTERN,
                examples=["Campaign/admissions-bakery"],
            ),
            "owner": string("Who answers for it.", pattern=r"[^\s]"),
            "reason": string("Why it is right all the same.", pattern=r"[^\s]"),
            "expires": string("The last day on which it counts (UTC), such as 2026-12-31.", pattern=DAY_PATTERN),
        },
        ["address", "owner", "reason", "expires"],
        description="An exception from the check.",
    )
