"""JSON Schema 2020-12 of every kind, made from the field tables: `schemas/` holds what this writes.

The schemas choose by plain `type` lists and never by `oneOf`, so that a fault is named at its leaf and every schema
can be reduced to a structural CRD schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.kinds.field import Availability, Field, Type

Schema = dict[str, Any]

API_VERSION = "diabolocom.reconciler/v1"
NAME_PATTERN = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
DURATION_PATTERN = r"^(0|[1-9][0-9]*)[smhd]?$"
MOMENT_PATTERN = (
    r"^([+-](0|[1-9][0-9]*)[smhd]|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2}))$"
)
DATETIME_PATTERN = MOMENT_PATTERN.replace(r"[+-](0|[1-9][0-9]*)[smhd]|", "", 1)
PHONE_PATTERN = r"^\+?[1-9][0-9 .-]{3,22}$"
#: Something that can be seen.
SEEN_PATTERN = r"[^\s]"
#: Of text that is a name of its own making: a campaign's, a custom field's.
NAMED: Mapping[str, object] = {"minLength": 1, "pattern": SEEN_PATTERN}

_BASE: Mapping[Type, Schema] = {
    Type.BOOLEAN: {"type": "boolean"},
    Type.INTEGER: {"type": "integer"},
    Type.STRING: {"type": "string"},
    Type.DATETIME: {"type": "string", "pattern": DATETIME_PATTERN},
    Type.MOMENT: {"type": "string", "pattern": MOMENT_PATTERN},
    Type.DURATION: {"type": ["integer", "string"], "pattern": DURATION_PATTERN},
    Type.PHONE: {"type": "string", "pattern": PHONE_PATTERN},
    Type.REFERENCE: {"type": ["integer", "string"], "minimum": 1, "minLength": 1},
}


def of_field(field: Field) -> Schema:
    """The schema of one field, with its documentation, limits and example."""
    value = _value_of(field)
    if field.many:
        value = {"type": "array", "items": value, "uniqueItems": True}
        if field.max_items is not None:
            value["maxItems"] = field.max_items
    if field.nullable:
        value["type"] = [*_types(value), "null"]
        if "enum" in value:
            value["enum"] = [*value["enum"], None]
    value["description"] = _description(field)
    if field.example is not None:
        value["examples"] = [field.example]
    return value


def of_object(fields: Iterable[Field], required: Iterable[str] = (), **more: object) -> Schema:
    """A closed object of these fields."""
    return closed({each.name: of_field(each) for each in fields}, required, **more)


def closed(properties: Schema, required: Iterable[str] = (), **more: object) -> Schema:
    """An object that takes only these properties."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if names := list(required):
        schema["required"] = names
    return schema | more


def string(description: str, **more: object) -> Schema:
    """A string that is not empty."""
    return {"type": "string", "minLength": 1, "description": description} | more


def array(items: Schema, description: str, **more: object) -> Schema:
    """A list without repetitions."""
    return {"type": "array", "items": items, "uniqueItems": True, "description": description} | more


def mapping(values: Schema, description: str) -> Schema:
    """An object with free keys."""
    return {"type": "object", "additionalProperties": values, "description": description}


def document(kind: str, spec: Schema, description: str) -> Schema:
    """The schema of a whole manifest document of `kind`."""
    metadata = closed(
        {
            "name": string("The name of this object: lower case, digits and dashes.", pattern=NAME_PATTERN),
            "labels": mapping(string("A label's value."), "Labels, for selectors."),
        },
        ["name"],
        description="Name and labels.",
    )
    properties = {
        "apiVersion": {"const": API_VERSION, "description": "The version of the manifest language."},
        "kind": {"const": kind, "description": description},
        "metadata": metadata,
        "spec": spec,
    }
    top = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": kind, "description": description}
    return top | closed(properties, ["apiVersion", "kind", "metadata", "spec"])


def _value_of(field: Field) -> Schema:
    if field.fields:
        return of_object(field.fields)
    value = dict(_BASE[field.type])
    if field.minimum is not None:
        value["minimum"] = field.minimum
    if field.maximum is not None:
        value["maximum"] = field.maximum
    if field.is_name:
        value |= NAMED
    if field.choices:
        value["enum"] = list(field.choices)
    return value


def _types(schema: Schema) -> list[str]:
    types = schema["type"]
    return list(types) if isinstance(types, list) else [types]


def _description(field: Field) -> str:
    if field.available is Availability.NOW:
        return field.docs
    refused = "refused, unless it is a setting that spec.announcedFields names"
    return f"{field.docs} Announced by the vendor ({field.available}); {refused}."
