"""What is said about each way of breaking a schema: our own words, the exact place, one next step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.diagnostics import Diagnostic, Span, nearest_help
from reconciler.kinds.check import DAY_PATTERN, TIME_PATTERN, WAIVED_PATTERN, ZONE_PATTERN
from reconciler.kinds.project import STORE_PATTERN
from reconciler.kinds.schema import (
    DATETIME_PATTERN,
    DURATION_PATTERN,
    MOMENT_PATTERN,
    NAME_PATTERN,
    PHONE_PATTERN,
    SEEN_PATTERN,
)
from reconciler.manifests.located import Located, Path
from reconciler.manifests.schema_advice import shape_advice, type_advice, unknown_advice

_PATTERNS = {
    NAME_PATTERN: "a name of lower-case letters, digits and dashes, at most 63",
    DURATION_PATTERN: "seconds, or a duration such as 90s, 15m, 24h, 2d",
    MOMENT_PATTERN: "a date-time with zone, such as 2026-09-01T07:30:00Z, or one relative to the plan, such as -72h",
    DATETIME_PATTERN: "a date-time with zone, such as 2026-09-01T07:30:00Z",
    PHONE_PATTERN: "a phone number in E.164, such as 33123456789",
    "^all$": "`all`, or an object of filters",
    DAY_PATTERN: "a day such as 2026-12-24",
    TIME_PATTERN: "a time from 00:00 to 24:00",
    WAIVED_PATTERN: "Campaign/NAME, AssignmentPolicy/NAME or Agent/NAME",
    ZONE_PATTERN: "the name of a time zone, such as Europe/Paris or UTC",
    STORE_PATTERN: "file:FOLDER, or s3://, gs:// or az://BUCKET/PREFIX",
    "^[A-Za-z_][A-Za-z0-9_]*$": "the name of an environment variable, such as DIABOLOCOM_TOKEN",
}
_TYPES = {
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_NOUNS = {"settings": "setting", "match": "filter"}


@dataclass(frozen=True, slots=True)
class Breach:
    """One keyword of a schema that a value breaks.

    `wanted` is what the keyword asks for, `path` where the value is, `known` the names that an object there may hold,
    `name` the one that is missing or wrong, `pattern` the form of text that is taken there,
    `required` whether the value can't be left out.
    """

    keyword: str
    wanted: Any
    path: Path
    known: frozenset[str] = frozenset()
    name: str = ""
    pattern: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class _Fault:
    """What a diagnostic says, without its address."""

    code: str
    summary: str
    detail: str
    help: str
    span: Span


def explained(breach: Breach, body: Located, address: str) -> Iterator[Diagnostic]:
    """A breach as diagnostics: one, or one for each name or value that it concerns."""
    located = body.nearest(breach.path)
    for each in _WORDS.get(breach.keyword, _other)(breach, located):
        yield Diagnostic(each.code, each.summary, each.detail, span=each.span, help=each.help, address=address)


def taken_away(breach: Breach, null: Located, address: str) -> Diagnostic:
    """What is missing because an overlay took it away with this null."""
    detail = f"{words(breach.path) or 'the document'} needs `{breach.name}`, and this null takes it away"
    advice = "remove the null, or give it a value"
    return Diagnostic("missing-field", "a key is missing", detail, span=null.place, help=advice, address=address)


def _unknown(breach: Breach, located: Located) -> Iterator[_Fault]:
    where = next((each for each in reversed(breach.path) if isinstance(each, str)), "")
    noun = _NOUNS.get(where, "key")
    for name, entry in located.items():
        if name not in breach.known:
            advice = unknown_advice(where, name, noun, breach.known)
            detail = f"{words(breach.path) or 'a document'} takes no {noun} `{name}`"
            yield _Fault("unknown-field", f"unknown {noun}", detail, advice, entry.place)


def _missing(breach: Breach, located: Located) -> Iterator[_Fault]:
    detail = f"{words(breach.path) or 'the document'} needs `{breach.name}`"
    yield _Fault("missing-field", "a key is missing", detail, f"add `{breach.name}`", located.place)


def _type(breach: Breach, located: Located) -> Iterator[_Fault]:
    wanted = breach.wanted if isinstance(breach.wanted, list) else [breach.wanted]
    expected = _expected(wanted, _PATTERNS.get(breach.pattern))
    if located.value is None:
        yield _null(breach, located, expected)
    else:
        detail = f"{words(breach.path)} is {found(located)}, expected {expected}"
        advice = type_advice(located, breach.path, wanted, expected, breach.pattern)
        yield _Fault("wrong-type", "wrong type", detail, advice, located.span)


def _expected(types: Sequence[object], form: str | None) -> str:
    if form is not None and "object" in types:
        return form
    text = f"text ({form})" if form else "text"
    return " or ".join(text if each == "string" else _TYPES.get(str(each), str(each)) for each in types)


def _null(breach: Breach, located: Located, expected: str) -> _Fault:
    where = breach.path[-2] if len(breach.path) > 1 else ""
    detail = f"{words(breach.path)} is empty, expected {expected}"
    advice = _or_without(breach, shape_advice(breach.path) or f"write {expected}")
    if where in ("settings", "set"):
        detail = f"{words(breach.path)} cannot be null: the API has no way to clear it"
        advice = f"leave it out to leave it as it is, or give it {expected}"
    if where == "match":
        detail = f"{words(breach.path)} cannot be null: the API does not take null for this filter"
        advice = f"remove the filter, or give it {expected}"
    return _Fault("null-not-allowed", "null is not allowed here", detail, advice, located.place)


def _choice(breach: Breach, located: Located) -> Iterator[_Fault]:
    choices = [_shown(each) for each in breach.wanted]
    detail = f"{words(breach.path)} is {found(located)}, expected one of: {', '.join(choices)}"
    if len(choices) == 1:
        detail = f"{words(breach.path)} is {found(located)}, expected `{choices[0]}`"
    advice = nearest_help("value", str(located.value), choices) if len(choices) > 1 else f"write `{choices[0]}`"
    yield _Fault("not-a-choice", "not one of the allowed values", detail, advice, located.span)


def _constant(breach: Breach, located: Located) -> Iterator[_Fault]:
    wanted = _shown(breach.wanted)
    detail = f"{words(breach.path)} is {found(located)}, there is only `{wanted}`"
    advice = f"write `{wanted}`" if not isinstance(breach.wanted, bool) else f"write `{wanted}`, or leave it out"
    yield _Fault("not-a-choice", "not one of the allowed values", detail, advice, located.span)


def _shown(value: object) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bound(breach: Breach, located: Located) -> Iterator[_Fault]:
    which = {"minimum": "at least", "maximum": "at most"}[breach.keyword]
    detail = f"{words(breach.path)} is {found(located)}, it must be {which} {breach.wanted}"
    advice = f"give a number that is {which} {breach.wanted}"
    yield _Fault("out-of-range", "out of range", detail, advice, located.span)


def _pattern(breach: Breach, located: Located) -> Iterator[_Fault]:
    if breach.wanted == SEEN_PATTERN:
        detail, advice = f"{words(breach.path)} is blank: nobody could see it", _or_without(breach, "write something")
        yield _Fault("wrong-form", "wrong form", detail, advice, located.span)
        return
    expected = _PATTERNS.get(str(breach.wanted), f"text that fits {breach.wanted}")
    detail = f"{words(breach.path)} is {found(located)}, expected {expected}"
    yield _Fault("wrong-form", "wrong form", detail, f"write {expected}", located.span)


def _name_of_entry(breach: Breach, located: Located) -> Iterator[_Fault]:
    entry = located.get(breach.name) or located
    detail = f"`{breach.name}` is not a name: lower-case letters, digits and dashes, at most 63"
    yield _Fault("wrong-form", "wrong form", detail, "rename it", entry.place)


def _empty_text(breach: Breach, located: Located) -> Iterator[_Fault]:
    detail, advice = f"{words(breach.path)} is empty text", _or_without(breach, "write something")
    yield _Fault("wrong-form", "wrong form", detail, advice, located.span)


def _or_without(breach: Breach, advice: str) -> str:
    return advice if breach.required else f"{advice}, or leave it out"


def _too_few(breach: Breach, located: Located) -> Iterator[_Fault]:
    detail = f"{words(breach.path)} is empty, it must hold at least {breach.wanted}"
    advice = "add one" if breach.required else "add one, or remove it"
    if breach.path[-1] == "match":
        detail = f"{words(breach.path)} is empty: that could mean every contact"
        advice = "add a filter, or write `match: all` if the whole campaign is meant"
    yield _Fault("wrong-count", "wrong number of entries", detail, advice, located.place)


def _too_many(breach: Breach, located: Located) -> Iterator[_Fault]:
    detail = f"{words(breach.path)} holds {len(located.elements())}, it may hold at most {breach.wanted}"
    yield _Fault("wrong-count", "wrong number of entries", detail, "split it", located.place)


def _repeated(breach: Breach, located: Located) -> Iterator[_Fault]:
    seen: list[object] = []
    for each in located.elements():
        if each.broken:
            continue
        if (value := _distinct(each.plain())) in seen:
            detail = f"{found(each)} stands twice in {words(breach.path)}"
            yield _Fault("repeated-value", "repeated value", detail, "remove one of them", each.span)
        seen.append(value)


def _distinct(value: object) -> object:
    """So that true is not taken for 1, as Python does."""
    return (type(value), value) if not isinstance(value, (int, float)) or isinstance(value, bool) else value


def _other(breach: Breach, located: Located) -> Iterator[_Fault]:
    detail = f"{words(breach.path)} does not fit the schema ({breach.keyword})"
    yield _Fault("wrong-value", "wrong value", detail, "see the schema in schemas/", located.place)


_WORDS: Mapping[str, Callable[[Breach, Located], Iterator[_Fault]]] = {
    "additionalProperties": _unknown,
    "required": _missing,
    "type": _type,
    "enum": _choice,
    "const": _constant,
    "minimum": _bound,
    "maximum": _bound,
    "pattern": _pattern,
    "propertyNames": _name_of_entry,
    "minLength": _empty_text,
    "minItems": _too_few,
    "minProperties": _too_few,
    "maxItems": _too_many,
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
    text = located.through.text if located.through is not None and located.through.is_secret else str(located.value)
    shown = text if len(text) <= 40 else text[:39] + "…"
    return f"text `{shown}`" if isinstance(located.value, str) else f"`{shown}`"
