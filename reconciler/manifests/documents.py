"""Text → documents: strict YAML 1.2 core values, each with its place. The only import of yaml.

The parser's events are built into values. A syntax error costs its own document: reading goes on at the next ``---``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from msgspec import structs

from reconciler.diagnostics import Diagnostic, Label, Span, nearest_help
from reconciler.kinds import SCHEMAS
from reconciler.manifests.building import (
    MAX_INTEGER,
    Built,
    Reading,
    TooLarge,
    add_alias,
    add_scalar,
    end,
    is_too_large,
    scalar,
    start,
)
from reconciler.manifests.located import Located, Scalar
from reconciler.manifests.source_text import readable
from reconciler.manifests.syntax_advice import syntax_advice
from reconciler.model import Address

MAX_SYNTAX_FAULTS = 20

#: Faults after which a document may be missing: what seems to lead nowhere may lead to it.
LOSING = frozenset(
    {"file-too-large", "not-utf8", "yaml-line-end", "yaml-syntax", "yaml-bounds", "not-a-manifest", "unknown-kind"}
)

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NEXT_DOCUMENT = re.compile(r"^---(?=\s|$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file: its address (the name is empty when it has none) and all it says, with places."""

    address: Address
    body: Located


@dataclass(frozen=True, slots=True)
class Event:
    """What the parser meets: a ``Scalar``, an ``Alias``, a ``MappingStart``, …, from character `start` to `end`.

    `start` is that of its anchor where it has one. The end of a list or an object in block style says nothing.
    `anchor`: the name, also of an alias; `text` and `style` (``'``, ``"``, ``|``, ``>``, or nothing): of a scalar.
    """

    kind: str
    start: int
    end: int
    anchor: str | None
    text: str
    style: str
    is_flow: bool


def read_documents(path: str, content: bytes) -> tuple[list[Document], list[Diagnostic]]:
    """The documents of one file and the faults of its text; `path` is how messages name the file."""
    source, text, faults = readable(path, content)
    if text is None:
        return [], faults
    reading = Reading(source, faults)
    found = (_document(reading, root) for root in _roots(reading, text))
    return [each for each in found if each is not None], reading.faults


def read_scalar(text: str) -> Scalar:
    """The value of a scalar written outside of a document: in quotes text, else a YAML 1.2 core value.

    ValueError, which never repeats the text, when it is empty, holds control characters, or its quotes are not right.
    """
    _, _, faults = readable("", text.encode(errors="surrogateescape"))
    if faults:
        raise ValueError(f"{faults[0].detail}: {faults[0].help}" if faults[0].code != "not-utf8" else "it is not UTF-8")
    stripped = text.strip()
    if not stripped:
        raise ValueError("it is empty: write null, or '\"\"' for empty text")
    if stripped[0] not in "\"'":
        if is_too_large(stripped):
            raise ValueError(f"it is a whole number beyond {MAX_INTEGER}: put it in quotes if it is text")
        return scalar(stripped, plain=True)
    try:
        events = [each for each in yaml.parse(stripped, Loader=_LOADER) if isinstance(each, yaml.NodeEvent)]
    except yaml.YAMLError:
        events = []
    mark = events[0].end_mark if len(events) == 1 else None
    if mark is None or mark.index != len(stripped):
        raise ValueError("it begins with a quote and is no quoted text: put all of it in quotes")
    return str(getattr(events[0], "value", ""))


def events(text: str) -> Iterator[Event]:
    """What the parser meets in a text, in order; ValueError when it is not YAML."""
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            yield _event(event)
    except yaml.YAMLError:
        raise ValueError("this is not YAML") from None


def _event(event: Any) -> Event:
    style, is_flow = getattr(event, "style", None) or "", bool(getattr(event, "flow_style", False))
    anchor, value = getattr(event, "anchor", None), getattr(event, "value", None) or ""
    kind = type(event).__name__.removesuffix("Event")
    return Event(kind, event.start_mark.index, event.end_mark.index, anchor, value, style, is_flow)


def _roots(reading: Reading, text: str) -> Iterator[Built]:
    """The value of each document; after a syntax error goes on at the next document, keeping the line numbers."""
    line = 0
    for _ in range(MAX_SYNTAX_FAULTS):
        try:
            yield from _documents_of(reading, text)
            return
        except TooLarge:
            return
        except yaml.YAMLError as error:
            line = max(_syntax_fault(reading, error) - 1, line + 1)
        position = _line_start(text, line)
        following = _NEXT_DOCUMENT.search(text, position)
        if following is None:
            return
        line = text.count("\n", 0, following.start())
        text = "\n" * line + text[following.start() :]


def _line_start(text: str, line: int) -> int:
    position = 0
    for _ in range(line):
        position = text.find("\n", position) + 1
        if position == 0:
            return len(text)
    return position


def _documents_of(reading: Reading, text: str) -> Iterator[Built]:
    for event in iter(_LOADER(text).get_event, None):
        if isinstance(event, yaml.ScalarEvent):
            add_scalar(reading, event)
        elif isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            start(reading, event, is_object=isinstance(event, yaml.MappingStartEvent))
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            end(reading, event)
        elif isinstance(event, yaml.AliasEvent):
            add_alias(reading, event)
        elif isinstance(event, yaml.DocumentStartEvent):
            reading.open, reading.anchors, reading.root = [], {}, None
        elif isinstance(event, yaml.DocumentEndEvent) and reading.root is not None:
            yield reading.root


def _syntax_fault(reading: Reading, error: yaml.YAMLError) -> int:
    """Notes a syntax error; its line (1-based)."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    opened, context = getattr(error, "context_mark", None), getattr(error, "context", None)
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    span = _on_text(reading.span(mark) if mark is not None else Span(reading.source, 1, 1))
    advice = syntax_advice(problem, span, opened.line + 1 if opened else span.line)
    labels = (
        (Label(reading.span(opened), str(context)),) if opened and context and mark and opened.line != mark.line else ()
    )
    reading.fault("yaml-syntax", "this is not YAML", str(problem), span, advice, *labels)
    return span.line


def _on_text(span: Span) -> Span:
    """The same place, or where the text before it ends when nothing stands on its line."""
    lines = span.source.text.split("\n")[: span.line]
    while len(lines) > 1 and not lines[-1].strip():
        lines.pop()
    if len(lines) == span.line:
        return span
    return structs.replace(span, line=len(lines), column=max(len(lines[-1].rstrip()), 1))


def _document(reading: Reading, root: Built) -> Document | None:
    """A document with its address, or None when it is empty or no manifest (the faults say why)."""
    body = root.located
    if root.is_plain and not root.text:
        return None  # nothing between two ---
    if not isinstance(body.value, dict):
        if not body.broken:
            detail = "expected an object with apiVersion, kind, metadata and spec"
            reading.fault("not-a-manifest", "not a manifest", detail, body.span, "remove it, or make it a manifest")
        return None
    kind, name = body.get("kind"), body.get("metadata", "name")
    if kind is not None and kind.broken:
        return None
    if kind is None or not isinstance(kind.value, str):
        detail = "the document has no `kind`" if kind is None else "its `kind` is not text"
        reading.fault(
            "not-a-manifest", "not a manifest", detail, (kind or body).span, nearest_help("kind", "", SCHEMAS)
        )
        return None
    if kind.value not in SCHEMAS:
        detail = f"`{kind.value}` is not a kind"
        reading.fault("unknown-kind", "unknown kind", detail, kind.span, nearest_help("kind", kind.value, SCHEMAS))
        return None
    return Document(Address(kind.value, name.value if name and isinstance(name.value, str) else ""), body)
