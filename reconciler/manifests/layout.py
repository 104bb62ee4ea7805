"""Where each value of a file stands in its text, so that one can be changed and the rest stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.manifests.building import scalar
from reconciler.manifests.documents import Event, events
from reconciler.manifests.located import Path

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_COMMENT_LINE = re.compile(r"\r?\n([ \t]*)#[^\r\n]*")
_BLANK_LINES = re.compile(r"(?:\r?\n[ \t]*)+\Z")
_LINE_END = re.compile(r"\r?\n\Z")


class Form(StrEnum):
    """What stands in the text; an alias is no value of its own."""

    SCALAR = "value"
    LIST = "list"
    OBJECT = "object"
    ALIAS = "alias"


@dataclass(frozen=True, slots=True)
class Node:
    """A value in the text: from `start` (that of its anchor, if it has one), without it from `content`, to `end`.

    `lead`: the end of what it follows, its colon, dash or anchor; a value of which nothing is written stands there.
    `text`: a scalar's, or the name of what an alias stands for; `style`: a scalar's quote, ``|``, ``>`` or nothing.
    """

    form: Form
    start: int
    content: int
    end: int
    lead: int
    text: str = ""
    style: str = ""
    anchor: str | None = None
    is_flow: bool = False
    parts: tuple[Part, ...] = ()

    @property
    def is_block(self) -> bool:
        """Whether it is a list or an object with a line for each part."""
        return bool(self.parts) and not self.is_flow

    @property
    def is_null(self) -> bool:
        """Whether it is null, written or left out."""
        return self.form is Form.SCALAR and not self.style and scalar(self.text, plain=True) is None

    def part(self, step: str | int) -> Part | None:
        """The entry of this name, or the element at this index."""
        if isinstance(step, int):
            return self.parts[step] if step < len(self.parts) else None
        return next((each for each in self.parts if each.name == step), None)

    def way(self, path: Path) -> list[Node]:
        """This value and those on the way to `path`, as far as they are written there."""
        nodes = [self]
        for step in path:
            part = nodes[-1].part(step)
            if part is None:
                break
            nodes.append(part.value)
        return nodes

    def at(self, path: Path) -> Node | None:
        """The value at `path`; None when nothing is written there, also because it comes through an alias."""
        way = self.way(path)
        return way[-1] if len(way) == len(path) + 1 else None


@dataclass(frozen=True, slots=True)
class Part:
    """An entry (with its name) or an element, from its key or dash."""

    name: str
    start: int
    value: Node

    @property
    def end(self) -> int:
        """The end of its value."""
        return self.value.end


@dataclass(frozen=True, slots=True)
class Layout:
    """A document's values in the text; the places of its anchors by name, and names and places of its aliases."""

    root: Node
    anchors: dict[str, int]
    aliases: list[tuple[str, int]]


def layouts(text: str) -> list[Layout]:
    """The documents of a text that is read without faults, but not the empty ones."""
    reading = _Reading(text, events(text))
    found = [reading.document(each) for each in reading.events if each.kind == "DocumentStart"]
    return [each for each in found if each.root.form is Form.OBJECT]


@dataclass(slots=True)
class _Reading:
    text: str
    events: Iterator[Event]
    anchors: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    aliases: list[tuple[str, int]] = field(default_factory=list)

    def document(self, opened: Event) -> Layout:
        self.anchors, self.names, self.aliases = {}, {}, []
        return Layout(self._node(next(self.events), opened.end), self.anchors, self.aliases)

    def _node(self, event: Event, lead: int) -> Node:
        if event.kind == "Alias":
            self._note(event)
            return Node(Form.ALIAS, event.start, event.start, event.end, lead, event.anchor or "")
        start = event.start
        if event.anchor:
            self._note(event)
            lead = start + 1 + len(event.anchor)
        if event.kind != "Scalar":
            return self._collection(event, start, lead)
        if not event.text and not event.style:
            return Node(Form.SCALAR, min(start, lead), lead, lead, lead, anchor=event.anchor)
        content = after_blank(self.text, lead)
        return Node(Form.SCALAR, start, content, self._end(event, content), lead, event.text, event.style, event.anchor)

    def _note(self, event: Event) -> None:
        """Keeps the place of an anchor or an alias."""
        if event.anchor and event.kind == "Alias":
            self.aliases.append((event.anchor, event.start))
        elif event.anchor:
            self.anchors[event.anchor] = event.start
            self.names[event.anchor] = event.text

    def _end(self, event: Event, content: int) -> int:
        """A block scalar ends with its last line, without the line end; blank lines after it count if they are kept."""
        if event.style not in ("|", ">"):
            return event.end
        header = self.text[content : line_end(self.text, content)].partition("#")[0]
        ending = (_LINE_END if "+" in header else _BLANK_LINES).search(self.text, content, event.end)
        return ending.start() if ending else event.end

    def _collection(self, event: Event, start: int, lead: int) -> Node:
        content = after_blank(self.text, lead)
        has_brackets = event.is_flow and self.text[content] in "[{"
        form = Form.OBJECT if event.kind == "MappingStart" else Form.LIST
        parts: list[Part] = []
        position = content + has_brackets
        while (inner := next(self.events)).kind not in ("MappingEnd", "SequenceEnd"):
            position = after_blank(self.text, position)
            if parts and event.is_flow:
                position = after_blank(self.text, position + 1)
            parts.append(self._entry(inner, position) if form is Form.OBJECT else self._element(inner, position, event))
            position = parts[-1].end
        end = inner.end if has_brackets else position
        return Node(form, start, content, end, lead, "", "", event.anchor, event.is_flow, tuple(parts))

    def _element(self, event: Event, position: int, inside: Event) -> Part:
        return Part("", position, self._node(event, position if inside.is_flow else position + 1))

    def _entry(self, key: Event, position: int) -> Part:
        self._note(key)
        name = self.names[key.anchor or ""] if key.kind == "Alias" else key.text
        colon = after_blank(self.text, key.end)
        lead = colon + 1 if self.text[colon : colon + 1] == ":" else key.end
        return Part(name, position, self._node(next(self.events), lead))


def after_blank(text: str, position: int) -> int:
    """Where the next character stands that is neither blank nor in a comment."""
    found = _BLANK.match(text, position)
    return found.end() if found else position


def line_start(text: str, position: int) -> int:
    """Where the line of this position starts."""
    return text.rfind("\n", 0, position) + 1


def line_end(text: str, position: int) -> int:
    """Where the line of this position ends, before its line end."""
    end = text.find("\n", position)
    if end < 0:
        return len(text)
    return end - 1 if text[position:end].endswith("\r") else end


def next_line(text: str, position: int) -> int:
    """Where the line after that of this position starts, or the text ends."""
    end = text.find("\n", position)
    return end + 1 if end >= 0 else len(text)


def newline(text: str) -> str:
    """The line end of a text: that of its first line."""
    return "\r\n" if text[: text.find("\n")].endswith("\r") else "\n"


def indentation(text: str, root: Node) -> int:
    """The characters that one level of a document is indented by: the first object in it that has lines, or 2."""
    inside = [each for each in root.parts if each.value.form is Form.OBJECT and each.value.is_block]
    return column(text, inside[0].value.content) - column(text, inside[0].start) if inside else 2


def column(text: str, position: int) -> int:
    """How many characters stand before it in its line."""
    return position - line_start(text, position)


def after_comments(text: str, position: int, least: int) -> int:
    """The end of this position's line and of the comment lines right after it that are indented at least so deep."""
    end = line_end(text, position)
    while (comment := _COMMENT_LINE.match(text, end)) and len(comment[1]) >= least:
        end = comment.end()
    return end


def place(text: str, position: int) -> str:
    """The place as people read it: line and column, 1-based."""
    return f"{text.count(chr(10), 0, position) + 1}:{column(text, position) + 1}"
