"""The JSON Schemas that editors take: one for every kind of manifest, and one for overlays.

A manifest is checked after its variables were put in, and an editor sees it before: wherever a variable may stand these
schemas take ``${name}`` too. What `validate` accepts they accept, not the other way round. They choose by `if` and
`then`: with a `oneOf` an editor would name no fault at its place, and offer the fields of every kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.kinds import PROJECT, SCHEMAS
from reconciler.kinds.schema import Schema

#: A text that holds a variable, and one that is nothing else: only that becomes a value that is no text.
_WITH_VARIABLE = r"\$\{"
_VARIABLE = r"^\$\{[^}]+\}$"


def manifest_schema() -> Schema:
    """The schema of every manifest, the project's file included."""
    specs = {kind: _spec(kind) for kind in SCHEMAS}
    specs |= {kind: _throughout(spec, _variable) for kind, spec in specs.items() if kind != PROJECT}
    return _by_kind("manifest", "A manifest: the project, a campaign, a template or a policy.", _shared(), specs)


def overlay_schema() -> Schema:
    """The schema of every overlay: needed is only what says which document it changes, and null takes away."""
    shared = _shared()
    labels = shared["properties"]["metadata"]["properties"]
    labels["labels"] = _or_null(_throughout(labels["labels"], _partial, lists=False))
    shared["required"].remove("spec")
    partial = {kind: _throughout(_spec(kind), _partial, lists=False) for kind in SCHEMAS if kind != PROJECT}
    specs = {kind: _throughout(spec, _variable) for kind, spec in partial.items()}
    return _by_kind("overlay", "What changes of a manifest, which is the one of its kind and name.", shared, specs)


def _spec(kind: str) -> Schema:
    schema = SCHEMAS[kind]
    return {"title": kind, "description": schema["description"], **schema["properties"]["spec"]}


def _shared() -> Schema:
    """What the documents of all kinds share, in a copy of its own."""
    found = _throughout(SCHEMAS[PROJECT], dict)
    return found | {"required": list(found["required"])}


def _by_kind(title: str, description: str, shared: Schema, specs: dict[str, Schema]) -> Schema:
    """The schema of a document whose `kind` says what its `spec` holds."""
    kind = {
        "enum": list(specs),
        "description": "What the document describes; `spec` holds the fields of this kind.",
        "enumDescriptions": [SCHEMAS[each]["description"] for each in specs],
    }
    spec = {"type": "object", "description": "What it is to be; its fields depend on `kind`."}
    properties = {**shared["properties"], "kind": kind, "spec": spec}
    top = {"title": title, "description": description, "properties": properties}
    return shared | top | {"allOf": [_where(each) for each in specs], "$defs": specs}


def _where(kind: str) -> Schema:
    return {
        "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
        "then": {"properties": {"spec": {"$ref": f"#/$defs/{kind}"}}},
    }


def _throughout(schema: Schema, change: Callable[[Schema], Schema], *, lists: bool = True) -> Schema:
    """The schema with a change made to it and to all that it holds, but for the elements of its lists on request."""
    found = dict(schema)
    for name in ("items", "additionalProperties") if lists else ("additionalProperties",):
        if isinstance(found.get(name), dict):
            found[name] = _throughout(found[name], change, lists=lists)
    if "properties" in found:
        inner = found["properties"].items()
        found["properties"] = {name: _throughout(each, change, lists=lists) for name, each in inner}
    return change(found)


def _partial(schema: Schema) -> Schema:
    """The schema for a part that is merged: nothing has to be there, and null takes away what needs not be.

    What stands in a list is no part: an overlay replaces lists.
    """
    found = {name: each for name, each in schema.items() if name != "required"}
    if isinstance(found.get("additionalProperties"), dict):
        found["additionalProperties"] = _or_null(found["additionalProperties"])
    if "properties" in found:
        kept, inner = schema.get("required", ()), found["properties"].items()
        found["properties"] = {name: each if name in kept else _or_null(each) for name, each in inner}
    return found


def _or_null(schema: Schema) -> Schema:
    found = dict(schema)
    if "enum" in schema:
        found["enum"] = list(dict.fromkeys([*schema["enum"], None]))
    if "type" in schema:
        found["type"] = list(dict.fromkeys([*_types(schema), "null"]))
    return found


def _variable(schema: Schema) -> Schema:
    """The schema for a value that may be a variable, or for text that may hold one; a variable is never an object."""
    if "enum" in schema or "const" in schema:
        choice = {name: each for name, each in schema.items() if name in ("type", "enum", "const")}
        words = {name: each for name, each in schema.items() if name not in choice}
        variable = {"title": "a variable", "type": "string", "pattern": _VARIABLE}
        return words | {"anyOf": [choice, variable]}
    types = _types(schema)
    if "string" in types:
        return schema | ({"pattern": f"{schema['pattern']}|{_WITH_VARIABLE}"} if "pattern" in schema else {})
    if set(types) <= {"object", "null"}:
        return schema
    said = f'Expected {" or ".join(types)}, or a variable: "${{name}}".'
    return schema | {"type": [*types, "string"], "pattern": _VARIABLE, "patternErrorMessage": said}


def _types(schema: Schema) -> list[str]:
    types: Any = schema["type"]
    return list(types) if isinstance(types, list) else [types]
