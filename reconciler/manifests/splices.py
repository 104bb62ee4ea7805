"""One change of a value → the pieces of text that it takes away and puts in; all the rest stays."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.manifests.building import scalar
from reconciler.manifests.layout import (
    Form,
    Node,
    Part,
    after_comments,
    column,
    line_end,
    line_start,
    newline,
    next_line,
)
from reconciler.manifests.writing import quoted, written_inline, written_scalar

MAX_LINE = 100

#: What may stay without quotes where the text before it had none; by itself most of it would get some.
_STILL_PLAIN = re.compile(r"(?!\w*$)[A-Za-zÀ-ÖØ-öø-ÿ_/](?!.*(?:: |:$| #|##| $)).*")
_SIGNS_IN_BRACKETS = frozenset(",[]{}:?")


@dataclass(frozen=True, slots=True)
class Splice:
    """`text` takes the place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str = ""


class Nested(dict[str, Any]):
    """An object that only leads to what is put into it: it has a line for each entry wherever that can be."""


@dataclass(frozen=True, slots=True)
class Place:
    """A value that is there: the whole text, the list or object `inside` of which it stands, and its part there.

    `step`: the indentation of one level.
    """

    text: str
    inside: Node
    part: Part
    step: int


def applied(text: str, splices: Iterable[Splice]) -> str:
    """The text with the splices made; what is put in at one place stands in the order given."""
    pieces: list[str] = []
    position = 0
    for each in sorted(splices, key=lambda splice: (splice.start, splice.end)):
        pieces += [text[position : each.start], each.text]
        position = max(position, each.end)
    return "".join([*pieces, text[position:]])


def replaced(place: Place, value: Any) -> Iterator[Splice]:
    """What puts a value into the place of the one that is there."""
    text, old = place.text, place.part.value
    if place.inside.is_flow or _stays_on_line(place, value):
        yield from _on_line(text, old, _like(old, value, in_brackets=place.inside.is_flow))
    elif old.is_block:
        yield _over_block(place, value)
    elif place.inside.form is Form.LIST:
        is_written = old.content < old.end
        depth = column(text, old.content) if is_written else column(text, place.part.start) + 2
        written = newline(text).join(_lines(value, depth, place.step)).lstrip()
        yield Splice(old.content, old.end, (written if is_written else f" {written}") + _header_comment(text, old))
    else:
        yield from _under_key(place, value)


def added_below(text: str, inside: Node, new: Any, step: int) -> Iterator[Splice]:
    """What puts new entries or elements behind those of an object or a list that has a line for each."""
    depth = column(text, inside.parts[0].start)
    position = after_comments(text, inside.end, depth)
    yield Splice(position, position, "".join(f"{newline(text)}{line}" for line in _lines(new, depth, step)))


def taken_lines(text: str, inside: Node, parts: Collection[Part]) -> Iterator[Splice]:
    """What takes parts away that have lines of their own; ``[]`` or ``{}`` stays where none is left."""
    kept = [each for each in inside.parts if each not in parts]
    if not kept:
        yield Splice(inside.lead, inside.lead, " []" if inside.form is Form.LIST else " {}")
    for each in parts:
        if not text[line_start(text, each.start) : each.start].strip(" "):
            yield Splice(line_start(text, each.start), next_line(text, each.end))
        elif kept and _is_blank_between(text, inside, kept[0]):
            yield Splice(each.start, kept[0].start)
        else:
            yield Splice(inside.lead, line_end(text, each.end))


def _is_blank_between(text: str, inside: Node, kept: Part) -> bool:
    """Whether no comment stands on a line of its own before the first part that is kept."""
    before = [each for each in inside.parts if each.start < kept.start]
    starts = [*(each.start for each in before[1:]), kept.start]
    return not any(text[line_end(text, each.end) : start].strip() for each, start in zip(before, starts, strict=True))


def _stays_on_line(place: Place, value: Any) -> bool:
    """Whether the new value is to stand on one line, where it may have several."""
    old, lead = place.part.value, place.part.value.lead
    room = column(place.text, lead) + 1
    if old.anchor is not None and place.inside.form is Form.LIST:
        return True  # it would become that of the first part
    if isinstance(value, list) and value and old.form is Form.LIST:
        return old.is_flow and room + len(written_inline(value)) <= MAX_LINE
    return _fits_line(value, room)


def _over_block(place: Place, value: Any) -> Splice:
    """What puts a value on several lines into the place of another one."""
    text, old = place.text, place.part.value
    depth = column(text, old.content)
    if depth == column(text, place.part.start) and isinstance(value, dict):
        depth += place.step  # a list may stand as deep as its key, an object may not
    written = newline(text).join(_lines(value, depth, place.step))
    return Splice(old.content, line_end(text, old.end), written[column(text, old.content) :])


def _on_line(text: str, old: Node, new: str) -> Iterator[Splice]:
    """What puts a text without line ends into the place of a value."""
    if old.content == old.end:
        yield Splice(old.lead, old.lead, f" {new}")
    elif not old.is_block:
        yield Splice(old.content, old.end, new + _header_comment(text, old))
    elif text[line_start(text, old.content) : old.content].strip(" "):
        yield Splice(old.content, line_end(text, old.end), new)
    else:
        yield Splice(old.lead, old.lead, f" {new}")
        yield Splice(line_start(text, old.content), next_line(text, old.end))


def _under_key(place: Place, value: Any) -> Iterator[Splice]:
    """What puts a value on lines of its own below its key."""
    text, old = place.text, place.part.value
    outer = column(text, place.part.start)
    lines = "".join(f"{newline(text)}{line}" for line in _lines(value, outer + place.step, place.step))
    if line_start(text, old.content) > old.lead:
        yield Splice(line_start(text, old.content), old.end, lines.removeprefix(newline(text)))
        return
    yield Splice(old.lead, old.end, _header_comment(text, old))
    below = after_comments(text, old.end, outer + 1)
    yield Splice(below, below, lines)


def _header_comment(text: str, old: Node) -> str:
    """The comment behind the sign of a block scalar, with the blanks before it."""
    if old.style not in ("|", ">"):
        return ""
    header, sign, comment = text[old.content : line_end(text, old.content)].partition("#")
    return header[len(header.rstrip()) :] + sign + comment


def _like(old: Node, value: Any, *, in_brackets: bool) -> str:
    """A value on one line, in the quotes that the old one has."""
    if not isinstance(value, str) or old.form is not Form.SCALAR:
        return written_inline(value)
    if old.style == "'" and value.isprintable() and "##" not in value:
        return "'" + value.replace("'", "''") + "'"
    if old.style:
        return quoted(value)
    was_text = isinstance(scalar(old.text, plain=True), str)
    stays_plain = was_text and value.isprintable() and _STILL_PLAIN.fullmatch(value)
    if stays_plain and not (in_brackets and _SIGNS_IN_BRACKETS & {*value}):
        return value
    return written_scalar(value)


def _lines(value: Any, depth: int, step: int) -> list[str]:
    """The lines of a list or an object that is not empty, indented so deep."""
    margin = " " * depth
    if not isinstance(value, Mapping):
        return [line for each in value for line in _element(f"{margin}- ", each, step)]
    heads = {f"{margin}{written_scalar(name)}:": each for name, each in value.items()}
    return [line for head, each in heads.items() for line in _entry(head, each, depth + step, step)]


def _entry(head: str, value: Any, depth: int, step: int) -> list[str]:
    if _fits_line(value, len(head) + 1):
        return [f"{head} {written_inline(value)}"]
    return [head, *_lines(value, depth, step)]


def _element(dash: str, value: Any, step: int) -> list[str]:
    if _fits_line(value, len(dash)):
        return [dash + written_inline(value)]
    first, *others = _lines(value, len(dash), step)
    return [dash + first.lstrip(), *others]


def _fits_line(value: Any, room: int) -> bool:
    """Whether a value is to stand behind its key or dash: scalars, what is empty, and what is short and flat."""
    if not isinstance(value, (dict, list)):
        return True
    inner: Sequence[Any] = list(value.values()) if isinstance(value, dict) else value
    is_flat = not any(isinstance(each, (dict, list)) for each in inner)
    return is_flat and not isinstance(value, Nested) and room + len(written_inline(value)) <= MAX_LINE
