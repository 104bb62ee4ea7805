"""Values as the API takes them: names → ids, as the environment knows them, and texts that mean something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from reconciler.diagnostics import Diagnostic, Label, Severity, nearest_help
from reconciler.kinds.field import Field, Type
from reconciler.kinds.values import HUNDRED_YEARS, instant, iso, moment, phone, seconds, written
from reconciler.manifests.located import Located
from reconciler.manifests.project import Environment
from reconciler.manifests.schema_words import found

#: Whether a relative moment is too far away does not depend on the day of the plan.
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
#: A text that is meant as an id.
_ID = re.compile(r"0*[1-9][0-9]{0,14}")


def resolve(
    fields: Mapping[str, Field], located: Located | None, environment: Environment, faults: list[Diagnostic]
) -> dict[str, Any]:
    """The values of an object as the API takes them: names turned into ids; each unknown name is a fault."""
    if located is None:
        return {}
    return {name: _value(fields[name], each, environment, faults) for name, each in located.items() if name in fields}


def _value(field: Field, located: Located, environment: Environment, faults: list[Diagnostic]) -> Any:
    if field.type is not Type.REFERENCE:
        return _value_of(field, located, faults)
    if field.many and located.value is not None:
        ids = ids_of(field, located.elements(), environment, faults)
        return sorted({each for each in ids if each is not None})
    return _id(field, located, environment, faults)


def ids_of(
    field: Field, elements: Sequence[Located], environment: Environment, faults: list[Diagnostic]
) -> list[int | None]:
    """The id behind each name or id; None for one that is unknown, which is a fault, as is one that comes twice."""
    ids = [_id(field, each, environment, faults) for each in elements]
    faults += _repetitions(field, elements, ids)
    return ids


#: What is sent as it is written, and can't be wrong once the schema has accepted it.
_AS_WRITTEN = frozenset({Type.BOOLEAN, Type.INTEGER, Type.STRING})


def _value_of(field: Field, located: Located, faults: list[Diagnostic]) -> Any:
    if field.type in _AS_WRITTEN:
        return located.plain()
    for each in located.elements() if field.many else (located,):
        if isinstance(each.value, str):
            faults += _text_faults(field, each, each.value)
        faults += _length_faults(field, each)
    try:
        value = written(field, located.plain())
    except (ValueError, OverflowError):
        return None  # _text_faults has said why
    if field.many and field.type is Type.PHONE and isinstance(value, list):
        faults += _repetitions(field, located.elements(), value)
    return value


def _repetitions(field: Field, elements: Sequence[Located], values: Sequence[Any]) -> Iterator[Diagnostic]:
    """Elements that are written differently and mean the same; the schema has found those written alike."""
    first: dict[Any, Located] = {}
    written_so_far = set()
    for each, value in zip(elements, values, strict=True):
        same = first.setdefault(value, each) if value is not None else each
        if same is not each and each.value not in written_so_far:
            what = "it" if field.name == "phones" else found(each)  # a contact's number is not repeated (S10)
            detail = f"{what} means the same as another one of `{field.name}`"
            labels = (Label(same.span, "the other one"),)
            advice = "remove one of them"
            yield Diagnostic("repeated-value", "repeated value", detail, span=each.span, help=advice, labels=labels)
        written_so_far.add(each.value if not isinstance(each.value, (list, dict)) else None)


def _length_faults(field: Field, located: Located) -> Iterator[Diagnostic]:
    if field.type is not Type.DURATION or not isinstance(located.value, (str, int)):
        return
    try:
        length = seconds(str(located.value))
    except ValueError:
        return  # more digits than Python reads: _text_faults says it
    if length > HUNDRED_YEARS:
        detail, advice = f"{found(located)} is longer than a hundred years", "give a shorter time"
        yield Diagnostic("out-of-range", "out of range", detail, span=located.span, help=advice)


def _text_faults(field: Field, located: Located, text: str) -> Iterator[Diagnostic]:
    """What a pattern can't see: moments that do not exist, durations and phone numbers too long."""
    try:
        if field.type is Type.MOMENT:
            moment(text, _ANY_DAY)
        elif field.type is Type.DATETIME:
            iso(instant(text))
        elif field.type is Type.DURATION:
            seconds(text)
        elif field.type is Type.PHONE:
            yield from _phone_faults(field, located, text)
    except (ValueError, OverflowError):
        detail, advice = f"`{text}` is not a date and time that exists", "correct the date"
        if field.type is Type.DURATION or text[:1] in "+-":
            detail, advice = f"{found(located)} is too long a time", "give a shorter one"
        yield Diagnostic("wrong-moment", "no such moment", detail, span=located.span, help=advice)


def _phone_faults(field: Field, located: Located, text: str) -> Iterator[Diagnostic]:
    is_contacts = field.name == "phones"  # a contact's number is not repeated: it would get into plans (S10)
    if not 3 <= len(phone(text)) <= 15:
        detail = f"{'it' if is_contacts else found(located)} has {len(phone(text))} digits, a phone number has 3 to 15"
        advice = "write E.164: country code first, digits only"
        yield Diagnostic("wrong-form", "wrong form", detail, span=located.span, help=advice)
    elif phone(text) != text:
        detail = "the API takes digits only" + ("" if is_contacts else f": it is sent as `{phone(text)}`")
        advice = "write digits only, country code first"
        yield Diagnostic("phone-normalised", "phone number rewritten", detail, Severity.NOTE, located.span, advice)


def _id(field: Field, located: Located, environment: Environment, faults: list[Diagnostic]) -> int | None:
    if not isinstance(located.value, str):
        return located.value if isinstance(located.value, int) else None
    names = environment.agents if field.reference == "agents" else environment.groups
    if located.value in names:
        return names[located.value]
    noun = field.reference.removesuffix("s")
    advice = _advice(located.value, noun, names, f"spec.environments.{environment.name}.{noun}s")
    detail = f"environment `{environment.name}` knows no {noun} `{located.value}`"
    faults.append(Diagnostic(f"unknown-{noun}", f"unknown {noun}", detail, span=located.span, help=advice))
    return None


def _advice(text: str, noun: str, names: Mapping[str, int], section: str) -> str:
    if "${" in text:
        return "no variable is put into a key: write the name, or use a list"
    if _ID.fullmatch(text):
        return "write the id without leading zeros" if text[0] == "0" else f"an id is written without quotes: {text}"
    return nearest_help(noun, text, names) if names else f"add it to {section}, or write the id"
