"""What the schema of a project can't say of its checks.

A check that can never find anything looks like one that always holds. So whatever can't be of a row is a fault: a fact
that its rows do not have, a setting or an environment that there is not, text where a number is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace as changed
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from reconciler.diagnostics import Diagnostic, Label, nearest_help
from reconciler.kinds.check import ATTRIBUTES, FACTS, ROWS, SUMMED, Comparison, Of, day, like
from reconciler.kinds.field import Field, Type
from reconciler.manifests.checks import Check, Written, attribute_of, written
from reconciler.manifests.located import Located

#: What a check may hold that says nothing of what is checked; what is not known may be a misspelt one that does.
_NO_SCOPE = frozenset({"name", "of", "severity", "message", "exceptUndo", "waivers"})
_NUMBERS = (Type.INTEGER, Type.DURATION)
_TEXTS = (Type.STRING, Type.PHONE, Type.DATETIME)
_WORDS = {Type.BOOLEAN: "true or false", Type.INTEGER: "a number", Type.DURATION: "seconds, or a time such as 24h"}


def check_faults(project: Located) -> Iterator[Diagnostic]:
    """What is wrong with the checks of a project document, as far as its values are not broken already."""
    checks = project.get("spec", "checks")
    names = _names(project.get("spec", "environments"))
    seen: dict[str, Located] = {}
    for each in checks.elements() if checks else ():
        name = each.get("name")
        if name is not None and isinstance(name.value, str) and seen.setdefault(name.value, name) is not name:
            labels = (Label(seen[name.value].span, "first used here"),)
            detail = f"two checks are named `{name.value}`"
            yield Diagnostic("duplicate", "declared twice", detail, span=name.span, help="rename one", labels=labels)
        yield from _faults(each, names)


def unknown_campaigns(checks: Iterable[Check], known: Collection[str]) -> Iterator[Diagnostic]:
    """A fault for each campaign that a check names and no manifest declares."""
    for check in checks:
        for name, span in check.campaigns.items():
            if name not in known:
                detail = f"check `{check.name}` is about `{name}`, and there is no such Campaign"
                advice = nearest_help("campaign", name, known)
                yield Diagnostic("unknown-campaign", "unknown campaign", detail, span=span, help=advice)


def _names(environments: Located | None) -> Mapping[str, frozenset[str]]:
    """What names there are: of environments, and of agents and groups in any of them."""
    entries = dict(environments.items()) if environments else {}
    found = {"environment": frozenset(entries)}
    for kind in ("agents", "groups"):
        tables = (each.get(kind) for each in entries.values())
        found[kind] = frozenset(name for each in tables if each for name, _ in each.items())
    return found


def _faults(check: Located, names: Mapping[str, frozenset[str]]) -> Iterator[Diagnostic]:
    of, where, require, freeze = (check.get(each) for each in ("of", "where", "require", "freeze"))
    if of is not None and not {name for name, _ in check.items()} - _NO_SCOPE:
        detail = "a check without `where`, `require` and `freeze` would forbid every change"
        advice = "add `where` (which rows), `require` (what must hold of them) or `freeze` (when)"
        yield Diagnostic("check-scope", "what is to be checked?", detail, span=check.place, help=advice)
    if of is not None and not of.broken:
        kind = Of(str(of.value))
        about = attribute_of(where) if kind is Of.SETTING else None
        for facts, known in ((where, ROWS[kind] | (SUMMED if kind is Of.AGENT else set[str]())), (require, ROWS[kind])):
            yield from _unknown_facts(kind, facts, known)
            for one in (one for one in written(facts) if one.path[0] in known):
                yield from _comparison_faults(one, _field(kind, one, about, names), names)
    yield from _freeze_faults(freeze)
    waivers = check.get("waivers")
    for each in waivers.elements() if waivers else ():
        yield from _day_faults(each.get("expires"))


def _unknown_facts(kind: Of, facts: Located | None, known: Collection[str]) -> Iterator[Diagnostic]:
    for name, each in facts.items() if facts else ():
        if name in FACTS and name not in known:
            only_selects = kind is Of.AGENT and name in SUMMED
            advice = "write it under `where`" if only_selects else nearest_help("fact", name, known)
            detail = f"`{name}` is no fact of rows of `{kind}`"
            yield Diagnostic("check-fact", "rows do not tell this", detail, span=each.place, help=advice)


def _field(kind: Of, each: Written, about: Field | None, names: Mapping[str, frozenset[str]]) -> Field:
    """What the fact of a comparison may be; a fact of the type `object` may be anything."""
    name = each.path[0]
    if name == "labels":
        return Field("labels", Type.STRING, "")
    if name in ("before", "after"):
        return Field(name, Type.INTEGER, "") if kind is Of.AGENT else about or FACTS[name]
    if name == "environment":
        return changed(FACTS[name], choices=tuple(sorted(names[name])))
    if name == "attribute" and kind is Of.SETTING:
        return changed(FACTS[name], choices=tuple(ATTRIBUTES))
    return FACTS[name]


def _comparison_faults(each: Written, field: Field, names: Mapping[str, frozenset[str]]) -> Iterator[Diagnostic]:
    fact = ".".join(each.path)
    if each.comparison is Comparison.MATCHES:
        yield from _pattern_faults(fact, each.value, field)
    elif each.comparison in (Comparison.AT_MOST, Comparison.AT_LEAST) and not _has_size(field):
        yield _wrong(each.value, f"`{fact}` is {_words(field)}: it has no `{each.comparison}`", "use `equals`")
    for literal in (one for one in each.literals if not one.broken):
        yield from _literal_faults(fact, literal, field, names)


def _has_size(field: Field) -> bool:
    return field.many or field.type in (*_NUMBERS, Type.OBJECT)


def _pattern_faults(fact: str, located: Located, field: Field) -> Iterator[Diagnostic]:
    if field.type not in (*_TEXTS, Type.OBJECT):
        yield _wrong(located, f"`{fact}` is {_words(field)}: only text can be like a pattern", "use `equals`")
    elif field.choices and not any(like(str(located.value), str(each)) for each in field.choices):
        detail = f"no {fact} is like `{located.value}`"
        advice = nearest_help(fact, str(located.value).replace("*", ""), map(str, field.choices))
        yield Diagnostic("not-a-choice", "not one of the allowed values", detail, span=located.span, help=advice)


def _literal_faults(
    fact: str, located: Located, field: Field, names: Mapping[str, frozenset[str]]
) -> Iterator[Diagnostic]:
    value, known = located.value, names.get(field.reference, frozenset())
    if field.type is Type.OBJECT or value is None:
        return
    if field.type is Type.REFERENCE:
        if isinstance(value, bool) or (isinstance(value, str) and value not in known):
            yield _unknown_name(located, field.reference, known)
    elif not _is_of(field, located):
        advice = "put it in quotes: it is text" if field.type in _TEXTS else f"write {_words(field)}"
        yield _wrong(located, f"`{fact}` is {_words(field)}, never `{_shown(value)}`", advice)
    elif field.choices and value not in field.choices:
        detail = f"`{value}` is no {fact}"
        advice = nearest_help(fact, str(value), map(str, field.choices))
        yield Diagnostic("not-a-choice", "not one of the allowed values", detail, span=located.span, help=advice)


def _unknown_name(located: Located, kind: str, known: Collection[str]) -> Diagnostic:
    name, noun = _shown(located.value), kind.removesuffix("s")
    detail, advice = f"no environment names a {noun} `{name}`", nearest_help(noun, name, known)
    if noun == "group":
        return Diagnostic("unknown-group", "unknown group", detail, span=located.span, help=advice)
    return Diagnostic("unknown-agent", "unknown agent", detail, span=located.span, help=advice)


def _is_of(field: Field, located: Located) -> bool:
    """Whether a value can be one of the field's."""
    value = located.value
    if field.type is Type.BOOLEAN or isinstance(value, bool):
        return field.type is Type.BOOLEAN and isinstance(value, bool)
    if field.type is Type.DURATION and isinstance(value, str):
        return value[:-1].isdecimal() and value[-1] in "smhd0123456789"
    return isinstance(value, int if field.type in _NUMBERS else str)


def _words(field: Field) -> str:
    return _WORDS.get(field.type, "text")


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _wrong(located: Located, detail: str, advice: str) -> Diagnostic:
    return Diagnostic("wrong-type", "wrong type", detail, span=located.span, help=advice)


def _freeze_faults(freeze: Located | None) -> Iterator[Diagnostic]:
    zone, windows = (freeze.get(each) if freeze else None for each in ("timeZone", "windows"))
    if zone is not None and isinstance(zone.value, str) and not _is_zone(zone.value):
        detail = f"there is no time zone `{zone.value}`"
        zones = available_timezones()
        advice = nearest_help("zone", zone.value, zones) if zones else "install the data of time zones: tzdata"
        yield Diagnostic("unknown-zone", "unknown time zone", detail, span=zone.span, help=advice)
    for each in windows.elements() if windows else ():
        yield from _window_faults(each)


def _window_faults(window: Located) -> Iterator[Diagnostic]:
    first, last, start, end = (window.get(each) for each in ("firstDay", "lastDay", "from", "to"))
    faults = [*_day_faults(first), *_day_faults(last)]
    yield from faults
    if first and last and not faults and str(last.value) < str(first.value):
        yield _window(last, f"it ends before it begins, on {first.value}", "exchange the two days")
    if start is not None and not start.broken and start.value == (end.value if end else "24:00"):
        yield _window(start, "it begins when it ends", "leave `from` and `to` out for the whole day")
    elif end is not None and not end.broken and start is None and end.value == "00:00":
        yield _window(end, "it begins when it ends", "write 24:00 for the end of the day")


def _window(located: Located, detail: str, advice: str) -> Diagnostic:
    return Diagnostic("freeze-window", "no such window", detail, span=located.span, help=advice)


def _day_faults(located: Located | None) -> Iterator[Diagnostic]:
    if located is not None and isinstance(located.value, str) and day(located.value) is None:
        detail = f"`{located.value}` is not a day that exists"
        advice = "write one such as 2026-12-31"
        yield Diagnostic("wrong-moment", "no such moment", detail, span=located.span, help=advice)


def _is_zone(name: str) -> bool:
    """Whether the system, or the package tzdata, knows the zone; not one with leap seconds, nor this machine's own."""
    if name.partition("/")[0] in ("right", "posix"):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
