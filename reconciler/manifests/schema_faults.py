"""Schema faults: a document held against its kind's JSON Schema, in our words. The only import of jsonschema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from reconciler.diagnostics import Diagnostic, Span, nearest_help
from reconciler.kinds import SCHEMAS
from reconciler.kinds.schema import (
    DATETIME_PATTERN,
    DURATION_PATTERN,
    MOMENT_PATTERN,
    NAME_PATTERN,
    PHONE_PATTERN,
)
from reconciler.manifests.documents import Document
from reconciler.manifests.located import Located, Path

_PATTERNS = {
    NAME_PATTERN: "a name of lower-case letters, digits and dashes, at most 63",
    DURATION_PATTERN: "seconds, or a duration such as 90s, 15m, 24h, 2d",
    MOMENT_PATTERN: "a date-time with zone (2026-09-01T07:30:00Z), or one relative to the plan (-72h)",
    DATETIME_PATTERN: "a date-time with zone, such as 2026-09-01T07:30:00Z",
    PHONE_PATTERN: "a phone number in E.164, such as 33123456789",
    "^all$": "`all`, or an object of filters",
    "^file:.+": "file:FOLDER",
}
_TYPES = {
    "boolean": "true or false",
    "integer": "a whole number",
    "string": "text",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
#: Keys that people reach for and that are taken elsewhere, or not yet: the help line for each.
_ELSEWHERE = {
    "assign": "spreading contacts over agents is not built yet: use `set` with one agent per rule",
    "isArchived": "archiving is not a setting: it is not built yet; archive the campaign in the console",
    "mode": "PATCH does not take it: assert it with `expect: {mode: …}`",
    "assignedGroupId": "batches do not take it: assign an agent with `assignedAgentId`",
    "comment": "batches do not take it, and a manifest must not hold personal data",
    "phones": "phones must not go through batches: change them in the console",
    "customFields": "a rule cannot set custom fields yet",
    "purgeDateBefore": "search drops this filter and would return every contact",
    "purgeDateAfter": "search drops this filter and would return every contact",
}


def schema_faults(document: Document, *, patch: bool = False) -> list[Diagnostic]:
    """Every way in which the document breaks its kind's schema.

    A `patch` (an overlay) may leave out what is required and may hold null anywhere: a null takes the entry away.
    """
    body = document.body
    errors = _validator(document.address.kind).iter_errors(body.plain())
    return [
        fault
        for error in errors
        if not (patch and (error.validator == "required" or (error.validator == "type" and error.instance is None)))
        for fault in _faults(error, body, str(document.address))
    ]


@cache
def _validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(SCHEMAS[kind])


def _faults(error: ValidationError, body: Located, address: str) -> Iterator[Diagnostic]:
    path = tuple(error.absolute_path)
    located = body.nearest(path)
    explain = _WORDS.get(str(error.validator), _other)
    for code, summary, detail, help_text, span in explain(error, path, located):
        yield Diagnostic(code, summary, detail, span=span, help=help_text, address=address)


_Fault = tuple[str, str, str, str, Span]


def _unknown(error: ValidationError, path: Path, located: Located) -> Iterator[_Fault]:
    known: Mapping[str, Any] = error.schema["properties"] if isinstance(error.schema, Mapping) else {}
    for name, entry in located.items():
        if name not in known:
            advice = _ELSEWHERE.get(name) or nearest_help("name", name, known)
            detail = f"`{name}` is not a name that {words(path) or 'a document'} takes"
            yield "unknown-field", "unknown field", detail, advice, entry.place


def _missing(error: ValidationError, path: Path, located: Located) -> Iterator[_Fault]:
    required: Any = error.validator_value
    for name in required:
        if located.get(name) is None and f"'{name}'" in error.message:
            detail = f"{words(path) or 'the document'} needs `{name}`"
            yield "missing-field", "a field is missing", detail, f"add `{name}`", located.place


def _type(error: ValidationError, path: Path, located: Located) -> Iterator[_Fault]:
    wanted = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    expected = " or ".join(_TYPES.get(str(each), str(each)) for each in wanted)
    if located.value is None:
        detail = f"{words(path)} cannot be null: the API has no way to clear it"
        advice = f"leave it out to leave it as it is, or give it {expected}"
        yield "null-not-allowed", "null is not allowed here", detail, advice, located.place
    else:
        detail = f"{words(path)} is {found(located)}, expected {expected}"
        yield "wrong-type", "wrong type", detail, _type_advice(located, wanted), located.span


def _type_advice(located: Located, wanted: Sequence[object]) -> str:
    if "string" in wanted and isinstance(located.value, (int, float)):
        return "put it in quotes: it is text"
    if "array" in wanted:
        return "write a list: [ … ]"
    if "boolean" in wanted and str(located.value).lower() in ("yes", "on", "true", "no", "off", "false"):
        return "write true or false"
    if "integer" in wanted and isinstance(located.value, str) and located.value.lstrip("+-").isdigit():
        return "write it without quotes, sign and leading zeros"
    return "give it a value of that type"


def _choice(error: ValidationError, path: Path, located: Located) -> Iterator[_Fault]:
    allowed: Any = error.validator_value
    choices = [_shown(each) for each in ([allowed] if error.validator == "const" else allowed)]
    detail = f"{words(path)} is {found(located)}, expected one of: {', '.join(choices)}"
    advice = nearest_help("value", str(located.value), choices) if len(choices) > 1 else f"write `{choices[0]}`"
    yield "not-a-choice", "not one of the allowed values", detail, advice, located.span


def _shown(value: object) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bound(error: ValidationError, path: Path, located: Located) -> Iterator[_Fault]:
    which = {"minimum": "at least", "maximum": "at most"}[str(error.validator)]
    detail = f"{words(path)} is {found(located)}, it must be {which} {error.validator_value}"
    yield "out-of-range", "out of range", detail, f"give a number that is {which} {error.validator_value}", located.span


def _pattern(error: ValidationError, path: Path, located: Located) -> Iterator[_Fault]:
    if "propertyNames" in error.absolute_schema_path:
        return
    expected = _PATTERNS.get(str(error.validator_value), f"text that fits {error.validator_value}")
    detail = f"{words(path)} is {found(located)}, expected {expected}"
    yield "wrong-form", "wrong form", detail, f"write {expected}", located.span


def _name_of_entry(error: ValidationError, path: Path, located: Located) -> Iterator[_Fault]:
    entry = located.get(str(error.instance)) or located
    detail = f"`{error.instance}` is not a name: lower-case letters, digits and dashes"
    yield "wrong-form", "wrong form", detail, "rename it", entry.place


def _count(error: ValidationError, path: Path, located: Located) -> Iterator[_Fault]:
    count = error.validator_value
    most = str(error.validator).startswith("max")
    detail = f"{words(path)} must hold {'at most' if most else 'at least'} {count}"
    advice = "split it" if most else "add one, or remove it"
    yield "wrong-count", "wrong number of entries", detail, advice, located.place


def _repeated(error: ValidationError, path: Path, located: Located) -> Iterator[_Fault]:
    seen: list[object] = []
    for each in located.elements():
        if (value := each.plain()) in seen:
            detail = f"{found(each)} stands twice in {words(path)}"
            yield "repeated-value", "repeated value", detail, "remove one of them", each.span
        seen.append(value)


def _other(error: ValidationError, path: Path, located: Located) -> Iterator[_Fault]:
    detail = f"{words(path)} does not fit the schema ({error.validator})"
    yield "wrong-value", "wrong value", detail, "see the schema in schemas/", located.place


_WORDS: Mapping[str, Callable[[ValidationError, Path, Located], Iterator[_Fault]]] = {
    "additionalProperties": _unknown,
    "required": _missing,
    "type": _type,
    "enum": _choice,
    "const": _choice,
    "minimum": _bound,
    "maximum": _bound,
    "pattern": _pattern,
    "propertyNames": _name_of_entry,
    "minItems": _count,
    "maxItems": _count,
    "minProperties": _count,
    "minLength": _count,
    "uniqueItems": _repeated,
}


def words(path: Sequence[str | int]) -> str:
    """A path as people write it: `spec.rules[2].match`; empty for the document itself."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return f"`{text.removeprefix('.')}`" if text else ""


def found(located: Located) -> str:
    """What a manifest holds at a place, in few words."""
    if isinstance(located.value, dict):
        return "an object"
    if isinstance(located.value, list):
        return "a list"
    if isinstance(located.value, bool):
        return "`true`" if located.value else "`false`"
    if located.value is None:
        return "null"
    text = str(located.value)
    shown = text if len(text) <= 40 else text[:39] + "…"
    return f"text `{shown}`" if isinstance(located.value, str) else f"`{shown}`"
