"""One value of a plan as a line: before and after, or what comes to a set and goes; where it is written, and why so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from reconciler.kinds.campaign import SETTINGS
from reconciler.planning.plan import Action, Attribute, Change, Place
from reconciler.render.neutral import neutral
from reconciler.render.words import Names, element, value, via_words


class Sign(StrEnum):
    """What a line says: ~ changes, + adds, - removes, blank leaves as it is."""

    CHANGES = "~"
    ADDS = "+"
    REMOVES = "-"
    LEAVES = " "


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one value.

    Either `before` and `after`; or, of a set, its elements that are `added`, `removed` and `kept`; or `after` alone,
    which are words then. `place`: where it is written; `via`: what it came through. `ignored`: shown, never written.
    """

    sign: Sign
    name: str
    before: str = ""
    after: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    place: str = ""
    via: tuple[str, ...] = ()
    ignored: bool = False

    @property
    def text(self) -> str:
        """What becomes of the value, in words."""
        if self.before:
            return f"{self.before} → {self.after}"
        moves = [f"+ {each}" for each in self.added] + [f"- {each}" for each in self.removed]
        kept = [f"({len(self.kept)} unchanged)"] if self.kept else []
        return self.after or "  ".join([*moves, *kept])

    @property
    def origin(self) -> str:
        """Where the value comes from, on one line."""
        return " ".join(part for part in (self.place, f"({', '.join(self.via)})" if self.via else "") if part)


def lines_of(change: Change, names: Names) -> Iterator[Line]:
    """The lines of a change of a campaign."""
    for each in change.attributes:
        adds = change.action is Action.ADD_FIELD
        line = (
            Line(Sign.ADDS, neutral(each.name), after=_new_field(each))
            if adds
            else moved_line(each.name, each.before, each.after, names)
        )
        sign = Sign.LEAVES if each.ignored else line.sign
        via = tuple(via_words(one) for one in each.via)
        yield replace(line, sign=sign, place=place_words(each.source), via=via, ignored=each.ignored)
    if change.action is Action.DELETE:
        words = "deleted with all of its contacts, for good"
        yield Line(Sign.REMOVES, "campaign", after=words, place=place_words(change.source))


def moved_line(name: str, before: Any, after: Any, names: Names) -> Line:
    """What becomes of the value of a setting; of a set the elements that come and go."""
    field = SETTINGS.get(name)
    if field is None or not field.many:
        return Line(Sign.CHANGES, neutral(name), value(name, before, names), value(name, after, names))
    old, new = _elements(before), _elements(after)
    added, removed, kept = (
        tuple(element(name, each, names) for each in some)
        for some in (
            [each for each in new if each not in old],
            [each for each in old if each not in new],
            [each for each in new if each in old],
        )
    )
    return Line(Sign.CHANGES, neutral(name), added=added, removed=removed, kept=kept)


def place_words(place: Place | None) -> str:
    """``manifests/bakery.yaml:6``; nothing without a place."""
    return neutral(f"{place.file}:{place.line}") if place else ""


def _elements(given: Any) -> list[Any]:
    return list(given) if isinstance(given, (list, tuple)) else [] if given is None else [given]


def _new_field(attribute: Attribute) -> str:
    is_phone = isinstance(attribute.after, dict) and attribute.after.get("isPhoneNumber")
    return "new custom field, a phone number" if is_phone else "new custom field"
