"""One next step for names that are not known, and for values of the wrong type."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from reconciler.diagnostics import nearest, nearest_help
from reconciler.kinds.assignment_policy import ASSIGN_FIELDS
from reconciler.kinds.campaign import ASSERTED, SETTINGS
from reconciler.kinds.contact import MATCH_FILTERS
from reconciler.kinds.field import Availability
from reconciler.manifests.located import Located, Path

_IDENTIFIES = "the API does not let it be changed; the project file's `campaigns` binds a manifest to an id"
#: Keys that people reach for and that are taken elsewhere, or not at all: the help line, by where they stand.
_ELSEWHERE: Mapping[tuple[str, str], str] = {
    ("settings", "isArchived"): "archiving is not a setting: write `lifecycle: {ensure: archived}` under `spec`",
    ("settings", "customFields"): "write it beside `settings`, under `spec`",
    ("settings", "phoneFields"): "use `customFields` under `spec`, with isPhoneNumber: true",
    ("settings", "id"): _IDENTIFIES,
    ("settings", "createdAt"): _IDENTIFIES,
    **{("settings", name): f"PATCH does not take it: assert it with `expect: {{{name}: …}}`" for name in ASSERTED},
    **{("rules", name): "write it under `assign`" for name in ASSIGN_FIELDS},
    ("set", "assign"): "write it beside `set`",
    ("assign", "weights"): "write the weights under `agents`: {alice: 2, bruno: 1}",
    ("set", "phones"): "phones must not go through batches: change them in the console",
    ("set", "customFields"): "a rule cannot set custom fields yet",
    ("match", "all"): "write `match: all`",
}
#: What is not proposed: the vendor only announces it.
_ANNOUNCED = frozenset(
    each.name
    for table in (SETTINGS, MATCH_FILTERS)
    for each in table.values()
    if each.available is not Availability.NOW
)
#: How to write what has the wrong type, by the last two names of its path.
_SHAPES: Mapping[tuple[str, ...], str] = {
    ("rules", "assign"): "write {agents: [alice, bruno]}",
    ("assign", "agents"): "write a list: [alice, bruno], or weights: {alice: 2, bruno: 1}",
}
_QUOTE = "put it in quotes: it is text"
_QUOTE_VARIABLE = "put the variable's value in quotes: it is text"
#: Texts that no number becomes by quotes, by the key that they stand under.
_NO_NUMBERS: Mapping[str, str] = {
    "baseUrl": "write https://… or emulator:FILE",
    "campaigns": "write the name of a Campaign manifest",
    "extends": "write the name of a CampaignTemplate",
}


def unknown_advice(where: str, name: str, noun: str, known: frozenset[str]) -> str:
    """What to write instead of a name that the object under the key `where` does not take."""
    if (advice := _ELSEWHERE.get((where, name))) is not None:
        return advice
    if where == "spec" and "settings" in known and name in SETTINGS:
        return "write it under `settings`"
    if where == "assign" and not nearest(name, known):
        return "write it under `agents`"
    return nearest_help(noun, name, known if nearest(name, known) else known - _ANNOUNCED)


def type_advice(located: Located, path: Path, wanted: Sequence[object], expected: str, pattern: str) -> str:
    """What to do about a value of the wrong type; `pattern` is the form that text would need."""
    value, through = located.value, located.through
    if "string" in wanted and isinstance(value, (int, float)):
        advice = _text_advice(value, path, wanted, expected, pattern)
    else:
        advice = shape_advice(path) or _advice(value, wanted, expected)
    if through is None or re.fullmatch(r"\$\{[^}]*\}", through.text) is None:
        return advice
    return _QUOTE_VARIABLE if advice == _QUOTE else f"correct the variable: {expected} is needed"


def shape_advice(path: Path) -> str:
    """How to write what stands at `path`, where a type alone does not say it; else empty."""
    names = [each for each in path if isinstance(each, str)]
    return _SHAPES.get(tuple(names[-2:]), "")


def _advice(value: object, wanted: Sequence[object], expected: str) -> str:
    if "array" in wanted and not isinstance(value, dict):
        return "write a list: [ … ]"
    if "boolean" in wanted and str(value).lower() in ("yes", "on", "true", "no", "off", "false"):
        return "write true or false, without quotes"
    if "integer" in wanted and isinstance(value, str) and value.lstrip("+-").isdigit():
        return "write it without quotes, sign and leading zeros"
    return f"write {expected}"


def _text_advice(value: float, path: Path, wanted: Sequence[object], expected: str, pattern: str) -> str:
    """For a number, true or false where text belongs: quotes, if the quoted text would fit."""
    key = next((each for each in reversed(path) if isinstance(each, str)), "")
    if key in _NO_NUMBERS:
        return _NO_NUMBERS[key]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    fits = "integer" not in wanted and (not pattern or re.search(pattern, text) is not None)
    return _QUOTE if fits else f"write {expected}"
