"""What each field of a manifest is, made from the kinds' own schemas and tables, for people."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from reconciler.kinds import SCHEMAS
from reconciler.kinds.assignment_policy import ASSIGN_FIELDS
from reconciler.kinds.campaign import ASSERTED, SETTINGS
from reconciler.kinds.contact import MATCH_FILTERS, SET_FIELDS
from reconciler.kinds.field import Availability, Field
from reconciler.kinds.schema import DATETIME_PATTERN, DURATION_PATTERN, MOMENT_PATTERN, NAME_PATTERN, PHONE_PATTERN

#: The tables that an object's fields come from, by the object's name.
_TABLES: Mapping[str, Mapping[str, Field]] = {
    "settings": SETTINGS,
    "expect": ASSERTED,
    "match": MATCH_FILTERS,
    "set": SET_FIELDS,
    "assign": ASSIGN_FIELDS,
}
_FORMS = {
    DURATION_PATTERN: "duration: seconds, or 90s, 15m, 24h, 2d",
    MOMENT_PATTERN: "moment: a date-time with zone, or relative to the plan (-72h)",
    DATETIME_PATTERN: "date-time with zone (2026-09-01T07:30:00Z)",
    PHONE_PATTERN: "phone number: E.164 without plus (33123456789)",
    NAME_PATTERN: "name: lower-case letters, digits and dashes, at most 63",
    "^all$": "`all`, or an object",
}
_WORDS = {"integer": "whole number", "boolean": "true or false", "string": "text", "array": "list"}
_NULL = {"settings": "clears it", "set": "clears it", "match": "finds those without one"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A field: its path as it is written down, without `[]` and names of one's own, and its schema.

    `path` is shown: ``AssignmentPolicy.spec.rules[].match.excluded``, ``Project.spec.environments.NAME.baseUrl``.
    """

    path: str
    names: tuple[str, ...]
    schema: Mapping[str, Any]

    @property
    def docs(self) -> str:
        """Its documentation."""
        field = self._field
        return field.docs if field else str(self.schema.get("description", ""))

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields inside of it."""
        return tuple(_inside(self.schema)[0].get("properties", {}))

    @property
    def inside(self) -> str:
        """The path of the object that its fields stand in: ``AssignmentPolicy.spec.rules[]``."""
        return self.path + _inside(self.schema)[1]

    @property
    def _field(self) -> Field | None:
        return _TABLES.get(self._parent, {}).get(self.names[-1])

    @property
    def _parent(self) -> str:
        return self.names[-2] if len(self.names) > 1 else ""

    def facts(self) -> list[tuple[str, str]]:
        """Type, limits and the like as word and value, in the order in which they are shown."""
        found = [("type", _type_words(self.schema)), ("null", self._null()), *_limits(self.schema)]
        if self._field is not None:
            found.append(("available", _availability(self._field, self._parent)))
        if examples := self.schema.get("examples"):
            found.append(("example", f"{self.names[-1]}: {json.dumps(examples[0], ensure_ascii=False)}"))
        return found

    def _null(self) -> str:
        if "null" not in _types(self.schema):
            return "not allowed"
        return _NULL.get(self._parent, "allowed")


@cache
def entries() -> Mapping[tuple[str, ...], Entry]:
    """Every field of every kind, by its names without `spec`, in the order of the schemas."""
    found = [each for kind, schema in SCHEMAS.items() for each in _walk(kind, (kind,), schema)]
    return {_key(each.names): each for each in found}


def entry(text: str) -> Entry | None:
    """The field that is written ``Campaign.settings.maxTries``, with or without `spec`; upper and lower case alike."""
    names = re.sub(r"\[[^\]]*\]", "", text).split(".")
    wanted = tuple(each.lower() for each in _key(names))
    return next((each for key, each in entries().items() if tuple(one.lower() for one in key) == wanted), None)


def written(one: Entry) -> str:
    """The shortest way to write it: ``Campaign.settings.maxTries``."""
    return ".".join(_key(one.names))


def _key(names: Sequence[str]) -> tuple[str, ...]:
    return (names[0], *names[2:]) if len(names) > 2 and names[1].lower() == "spec" else tuple(names)


def _walk(path: str, names: tuple[str, ...], schema: Mapping[str, Any]) -> Iterator[Entry]:
    yield Entry(path, names, schema)
    inside, step = _inside(schema)
    for name, each in inside.get("properties", {}).items():
        yield from _walk(f"{path}{step}.{name}", (*names, name), each)


def _inside(schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The object that a schema's fields belong to, through lists and names of one's own, and that way as written."""
    step = ""
    while "properties" not in schema:
        if "items" in schema:
            schema, step = schema["items"], f"{step}[]"
        elif isinstance(schema.get("additionalProperties"), Mapping):
            schema, step = schema["additionalProperties"], f"{step}.NAME"
        else:
            break
    return schema, step


def _types(schema: Mapping[str, Any]) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _type_words(schema: Mapping[str, Any]) -> str:
    """The type in words: ``list of text``, ``duration: seconds, or 90s …``."""
    if "const" in schema:
        return f"always `{_shown(schema['const'])}`"
    if (form := _FORMS.get(schema.get("pattern", ""))) is not None:
        return form
    types = [each for each in _types(schema) if each != "null"]
    if types == ["array"]:
        return f"list of {_type_words(schema['items'])}" if "items" in schema else "list"
    if isinstance(more := schema.get("additionalProperties"), Mapping):
        listed = f", or list of {_type_words(schema['items'])}" if "items" in schema else ""
        return f"object: names of your own, each with {_type_words(more)}{listed}"
    if "integer" in types and "string" in types and schema.get("minimum") == 1:
        return "id or name"
    return " or ".join(_WORDS.get(each, each) for each in types)


def _limits(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    inner = schema.get("items", schema)
    if choices := [each for each in inner.get("enum", ()) if each is not None]:
        yield "choices", ", ".join(map(_shown, choices))
    for keyword, word in (("minimum", "at least"), ("maximum", "at most")):
        if keyword in schema and "string" not in _types(schema):
            yield word, str(schema[keyword])
    least, most = max(schema.get("minItems", 0), schema.get("minProperties", 0)), schema.get("maxItems")
    if words := [f"at least {least}"] * (least > 0) + [f"at most {most}"] * (most is not None):
        yield "entries", ", ".join(words)
    inside, step = _inside(schema)
    if required := inside.get("required"):
        yield ("each needs" if step else "needs"), ", ".join(required)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _availability(field: Field, table: str) -> str:
    if field.available is Availability.NOW:
        return "now"
    refused = "refused" if table == "match" else "refused unless spec.announcedFields names it"
    return f"announced by the vendor ({field.available}); {refused}"
