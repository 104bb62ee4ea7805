"""The kind AssignmentPolicy: rules that say which contacts of a campaign get which values.

A contact belongs to the first rule that matches it.
"""

from __future__ import annotations

from reconciler.kinds.contact import MATCH_FILTERS, SET_FIELDS
from reconciler.kinds.field import Field, Type, by_name
from reconciler.kinds.schema import Schema, array, closed, document, mapping, of_field, of_object, string

#: The limits that a project or a rule may set, each a number of objects that one apply may change.
LIMITS = ("contactsChanged", "campaignsChanged")

#: The largest weight of an agent.
MAX_WEIGHT = 1000

#: How a rule's contacts are spread. `agents` is a list, or an object of weights by name or id.
ASSIGN_FIELDS = by_name((
    Field(
        "agents", Type.REFERENCE, "Agents with weights ({alice: 2, bruno: 1}), or a list of agents who share alike.",
        many=True, reference="agents", example={"alice": 2, "bruno": 1},
    ),
    Field("rebalance", Type.BOOLEAN, "Whether contacts move between these agents until loads are even.", example=True),
    Field("maxPerAgent", Type.INTEGER, "How many of the rule's contacts an agent has at most.", minimum=1, example=300),
))  # fmt: skip


def schema() -> Schema:
    """The JSON Schema of an AssignmentPolicy document."""
    spec = closed(
        {
            "campaigns": array(string("A Campaign's name."), "The campaigns whose contacts the rules are for."),
            "selector": mapping(string("A label's value."), "Or: the campaigns that carry all of these labels."),
            "rules": array(_rule(), "The rules, in order: a contact belongs to the first that matches.", minItems=1),
        },
        ["rules"],
    )
    return document("AssignmentPolicy", spec, "Which contacts of a campaign get which values.")


def _rule() -> Schema:
    return closed(
        {
            "name": string("The rule's name, unique in its policy.", pattern="^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"),
            "match": _match(),
            "set": of_object(SET_FIELDS.values(), description="The values its contacts get.", minProperties=1),
            "assign": _assign(),
            "skip": {"const": True, "description": "Claim the contacts and leave them as they are."},
            "limits": closed({"contactsChanged": limit("contacts")}, description="This rule's own limit."),
        },
        ["name", "match"],
        description="One rule: `set`, `assign` or both of them, or `skip` alone.",
    )


def _match() -> Schema:
    filters = {name: of_field(field) for name, field in MATCH_FILTERS.items()}
    conditions = filters["customFieldConditions"]["items"]
    conditions["required"] = ["customFieldName", "condition", "value"]
    for schema_of_filter in filters.values():
        if "items" in schema_of_filter:
            schema_of_filter["minItems"] = 1  # what the API does with an empty list is not documented
    description = "`all` for the whole campaign, or the API's search filters, combined with AND."
    return closed(filters, description=description, minProperties=1) | {
        "type": ["string", "object"],
        "pattern": "^all$",
    }


def _assign() -> Schema:
    fields = {name: of_field(field) for name, field in ASSIGN_FIELDS.items()}
    weight = {"type": "integer", "minimum": 1, "maximum": MAX_WEIGHT}
    agents = fields["agents"] | {"type": ["object", "array"], "additionalProperties": weight}
    fields["agents"] = agents | {"minItems": 1, "minProperties": 1}
    return closed(fields, ["agents"], description="Agents who share its contacts, by weight.")


def limit(noun: str) -> Schema:
    """A limit: how many of something one apply may change."""
    return {
        "type": "integer",
        "minimum": 0,
        "description": f"How many {noun} one apply may change.",
        "examples": [1000],
    }
