"""`spec.checks` of a project file → checks. What its schema can't say of them is in `check_faults`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from reconciler.diagnostics import Severity, Span
from reconciler.kinds.check import ATTRIBUTES, DAYS, Comparison, Of, day, minutes
from reconciler.kinds.field import Field, Type
from reconciler.kinds.values import seconds
from reconciler.manifests.located import Located

_COMPARISONS = frozenset(map(str, Comparison))


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of one fact of a row: `path` is its name, after ``labels`` also the label's."""

    path: tuple[str, ...]
    comparison: Comparison
    wanted: Any

    @property
    def name(self) -> str:
        """``after``, ``labels.tier``."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Window:
    """When it is frozen: on these days (0 is Monday; None: all), of those from `first` to `last`, both included.

    `start` and `end` are minutes since midnight; an end that is not after the start is on the next day.
    """

    days: frozenset[int] | None
    first: date | None
    last: date | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Freeze:
    """The windows in which a check counts, by the clocks of a named time zone."""

    zone: str
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Waiver:
    """An exception from a check for what the address names, through the day `expires` (UTC)."""

    address: str
    owner: str
    reason: str
    expires: date
    span: Span


@dataclass(frozen=True, slots=True)
class Check:
    """One rule over the rows of a plan.

    Of the rows that all conditions of `where` select none may break `require` while the `freeze` lasts; without
    `require` there must be none, without `freeze` it counts always. `campaigns`: those that it names, and where.
    """

    name: str
    of: Of
    where: tuple[Condition, ...]
    require: tuple[Condition, ...]
    freeze: Freeze | None
    severity: Severity
    message: str
    except_undo: bool
    waivers: tuple[Waiver, ...]
    campaigns: Mapping[str, Span]
    span: Span


@dataclass(frozen=True, slots=True)
class Written:
    """A comparison as it is written: `value` is what the fact is held against."""

    path: tuple[str, ...]
    comparison: Comparison
    value: Located

    @property
    def literals(self) -> list[Located]:
        """The values that the fact may or may not be; none for a comparison of another sort."""
        if self.comparison in (Comparison.IN, Comparison.NOT_IN):
            return list(self.value.elements())
        return [self.value] if self.comparison in (Comparison.EQUALS, Comparison.NOT_EQUALS) else []


def checks_of(located: Located | None) -> tuple[Check, ...]:
    """The checks of a sound project file, in its order."""
    return tuple(_check(each) for each in (located.elements() if located else ()))


def written(facts: Located | None) -> Iterator[Written]:
    """The comparisons of a `where` or `require`; nothing of what is broken."""
    for name, each in facts.items() if facts else ():
        if name == "labels":
            for label, condition in each.items():
                yield from _written((name, label), condition)
        else:
            yield from _written((name,), each)


def _written(path: tuple[str, ...], condition: Located) -> Iterator[Written]:
    if condition.broken:
        return
    if isinstance(condition.value, dict):
        known = [(name, each) for name, each in condition.items() if name in _COMPARISONS and not each.broken]
        yield from (Written(path, Comparison(name), each) for name, each in known)
    else:
        is_list = isinstance(condition.value, list)
        yield Written(path, Comparison.IN if is_list else Comparison.EQUALS, condition)


def attribute_of(where: Located | None) -> Field | None:
    """The setting that a check is about, as its `where` says; None where that is none, or settings of several types."""
    named = [each for each in written(where) if each.path == ("attribute",)]
    names = [str(literal.value) for each in named if _is_positive(each) for literal in each.literals]
    fields = [ATTRIBUTES[name] for name in names if name in ATTRIBUTES]
    kinds = {(each.type, each.many, each.reference) for each in fields}
    return fields[0] if len(kinds) == 1 and len(fields) == len(names) else None


def _is_positive(each: Written) -> bool:
    return each.comparison in (Comparison.EQUALS, Comparison.IN)


def _check(located: Located) -> Check:
    plain, where = located.plain(), located.get("where")
    freeze, waivers = plain.get("freeze"), located.get("waivers")
    about = attribute_of(where)
    return Check(
        name=plain["name"],
        of=Of(plain["of"]),
        where=tuple(_condition(each, about) for each in written(where)),
        require=tuple(_condition(each, about) for each in written(located.get("require"))),
        freeze=Freeze(freeze["timeZone"], tuple(map(_window, freeze["windows"]))) if freeze else None,
        severity=Severity(plain.get("severity", Severity.ERROR)),
        message=plain["message"],
        except_undo=plain.get("exceptUndo", False),
        waivers=tuple(_waiver(each) for each in (waivers.elements() if waivers else ())),
        campaigns=dict(_campaigns(where)) | dict(_campaigns(located.get("require"))),
        span=(located.get("name") or located).span,
    )


def _campaigns(facts: Located | None) -> Iterator[tuple[str, Span]]:
    for each in (each for each in written(facts) if each.path == ("campaign",)):
        yield from ((one.value, one.span) for one in each.literals if isinstance(one.value, str))


def _condition(each: Written, about: Field | None) -> Condition:
    """Lengths of time become seconds, as a plan has them."""
    wanted = each.value.plain()
    is_length = about is not None and about.type is Type.DURATION and each.path in (("before",), ("after",))
    if each.comparison in (Comparison.AT_MOST, Comparison.AT_LEAST) or is_length:
        wanted = [_seconds(one) for one in wanted] if isinstance(wanted, list) else _seconds(wanted)
    return Condition(each.path, each.comparison, wanted)


def _seconds(value: Any) -> Any:
    return seconds(value) if isinstance(value, str) else value


def _window(plain: dict[str, Any]) -> Window:
    days = plain.get("days")
    return Window(
        days=frozenset(map(DAYS.index, days)) if days else None,
        first=day(plain["firstDay"]) if "firstDay" in plain else None,
        last=day(plain["lastDay"]) if "lastDay" in plain else None,
        start=minutes(plain.get("from", "00:00")),
        end=minutes(plain.get("to", "24:00")),
    )


def _waiver(located: Located) -> Waiver:
    plain = located.plain()
    expires = day(plain["expires"])
    assert expires is not None  # check_faults refuses it
    address = located.get("address") or located
    return Waiver(plain["address"], plain["owner"], plain["reason"], expires, address.span)
