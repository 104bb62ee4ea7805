"""Text → documents: strict YAML 1.2 core values, each with its place. The only import of yaml.

Two passes: the events first, with bounds on nesting and size (the C composer crashes on deep nesting), then the nodes,
with a budget on what aliases expand to. All faults of a file come in one go, as far as its syntax can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from reconciler.diagnostics import Diagnostic, Label, Source, Span, nearest_help
from reconciler.kinds import SCHEMAS
from reconciler.manifests.located import Located, Scalar
from reconciler.model import Address

MAX_BYTES = 5_000_000
MAX_DEPTH = 64
MAX_NODES = 500_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file: its address and everything it says, with places."""

    address: Address
    body: Located


@dataclass(slots=True)
class _Reading:
    """One file while it is being read."""

    source: Source
    faults: list[Diagnostic] = field(default_factory=list)
    nodes: int = 0

    def span(self, start: Any, end: Any = None) -> Span:
        """From two marks of the parser (0-based)."""
        width = end.column - start.column if end is not None and end.line == start.line else 1
        return Span(self.source, start.line + 1, start.column + 1, max(width, 1))

    def fault(self, code: str, summary: str, detail: str, span: Span, help_text: str = "", *labels: Label) -> None:
        self.faults.append(Diagnostic(code, summary, detail, span=span, help=help_text, labels=labels))


def read_documents(path: str, content: bytes) -> tuple[list[Document], list[Diagnostic]]:
    """The documents of one file and the faults of its text; `path` is how messages name the file."""
    source = Source(path, "")
    if len(content) > MAX_BYTES:
        detail = f"{path} holds {len(content):,} bytes, the most is {MAX_BYTES:,}"
        return [], [_at_start(source, "file-too-large", "file is too large", detail, "split it into several files")]
    try:
        source = Source(path, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return [], [_not_utf8(path, content, error)]
    reading = _Reading(source)
    if not _bounded(reading):
        return [], reading.faults
    documents = [each for root in _compose(reading) if (each := _document(reading, root)) is not None]
    return documents, reading.faults


def _bounded(reading: _Reading) -> bool:
    """Reads the events of the text, gathers tags, and says whether it is safe to compose."""
    depth = nodes = 0
    try:
        for event in yaml.parse(reading.source.text, Loader=_LOADER):
            if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
                depth += 1
            elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
                depth -= 1
            nodes += isinstance(event, yaml.NodeEvent)
            if depth > MAX_DEPTH or nodes > MAX_NODES:
                what = f"more than {MAX_DEPTH} levels deep" if depth > MAX_DEPTH else f"more than {MAX_NODES:,} values"
                reading.fault("yaml-bounds", "the YAML is too large or too deep", what, reading.span(event.start_mark))
                return False
            if (tag := getattr(event, "tag", None)) is not None:
                place = reading.span(event.start_mark)
                detail = f"the tag `{tag}` is not taken: manifests hold plain values only"
                reading.fault("yaml-tag", "YAML tag", detail, place, "remove the tag; quote the value if it is text")
    except (yaml.YAMLError, ValueError) as error:
        _syntax_fault(reading, error)
        return isinstance(error, yaml.MarkedYAMLError)
    return True


def _compose(reading: _Reading) -> Iterator[yaml.Node]:
    try:
        yield from (root for root in yaml.compose_all(reading.source.text, Loader=_LOADER) if root is not None)
    except yaml.YAMLError as error:
        _syntax_fault(reading, error)


def _syntax_fault(reading: _Reading, error: Exception) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    span = reading.span(mark) if mark is not None else _position(reading.source, getattr(error, "position", 0))
    advice = "check indentation, quotes and colons here and in the line before"
    if "\t" in reading.source.line(span.line)[: span.column]:
        advice = "indent with spaces: YAML takes no tabs"
    if not any(each.span == span and each.code == "yaml-syntax" for each in reading.faults):
        reading.fault("yaml-syntax", "this is not YAML", str(problem), span, advice)


def _position(source: Source, position: int) -> Span:
    before = source.text[:position]
    return Span(source, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _document(reading: _Reading, root: yaml.Node) -> Document | None:
    """A located document with its address, or None when it has none (the faults say why)."""
    if isinstance(root, yaml.ScalarNode) and not root.value:
        return None  # an empty document between two ---
    try:
        body = _located(reading, root, None, ())
    except _TooLarge as error:
        advice = "write the values out, or fewer of them"
        span = reading.span(root.start_mark)
        reading.fault("yaml-bounds", "the YAML is too large or too deep", str(error), span, advice)
        return None
    if not isinstance(body.value, dict):
        detail = "expected an object with apiVersion, kind, metadata and spec"
        reading.fault("not-a-manifest", "not a manifest", detail, body.span)
        return None
    return _addressed(reading, body)


def _addressed(reading: _Reading, body: Located) -> Document | None:
    kind, name = body.get("kind"), body.get("metadata", "name")
    if kind is None or not isinstance(kind.value, str):
        reading.fault("not-a-manifest", "not a manifest", "the document has no `kind`", body.span, _known_kinds(""))
        return None
    if kind.value not in SCHEMAS:
        detail = f"`{kind.value}` is not a kind"
        reading.fault("unknown-kind", "unknown kind", detail, kind.span, _known_kinds(kind.value))
        return None
    if name is None or not isinstance(name.value, str):
        detail = f"this {kind.value} has no `metadata.name`"
        help_text = "add a name: lower-case letters, digits and dashes"
        reading.fault("missing-name", "name is missing", detail, (body.get("metadata") or body).place, help_text)
        return None
    return Document(Address(kind.value, name.value), body)


def _known_kinds(kind: str) -> str:
    return nearest_help("kind", kind, SCHEMAS)


class _TooLarge(Exception):
    """What aliases expand to goes past the budget, or an alias holds itself."""


def _located(reading: _Reading, node: yaml.Node, key: Span | None, above: tuple[int, ...]) -> Located:
    reading.nodes += 1
    if reading.nodes > MAX_NODES:
        raise _TooLarge(f"its aliases expand to more than {MAX_NODES:,} values")
    if id(node) in above:
        raise _TooLarge("an alias holds itself")
    span = reading.span(node.start_mark, node.end_mark)
    if isinstance(node, yaml.MappingNode):
        return Located(_entries(reading, node, (*above, id(node))), span, key)
    if isinstance(node, yaml.SequenceNode):
        inside = (*above, id(node))
        return Located([_located(reading, each, None, inside) for each in node.value], span, key)
    style = getattr(node, "style", None)  # the C parser gives plain scalars '', the Python one None
    return Located(scalar(node.value, plain=not style), span, key)


def _entries(reading: _Reading, node: yaml.MappingNode, above: tuple[int, ...]) -> dict[str, Located]:
    entries: dict[str, Located] = {}
    for key_node, value_node in node.value:
        key_span = reading.span(key_node.start_mark, key_node.end_mark)
        if not isinstance(key_node, yaml.ScalarNode):
            reading.fault("yaml-key", "key is not text", "a key must be a plain name", key_span)
            continue
        name = key_node.value
        located = _located(reading, value_node, key_span, above)
        if name in entries:
            first = Label(entries[name].place, "first written here")
            detail = f"`{name}` is written twice in the same object"
            reading.fault("repeated-key", "repeated key", detail, key_span, "remove one of them", first)
        else:
            entries[name] = located
    return entries


def scalar(text: str, *, plain: bool) -> Scalar:
    """What a scalar means: YAML 1.2 core values only for plain ones; everything else is a string."""
    if not plain:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return text


def _at_start(source: Source, code: str, summary: str, detail: str, help_text: str) -> Diagnostic:
    return Diagnostic(code, summary, detail, span=Span(source, 1, 1), help=help_text)


def _not_utf8(path: str, content: bytes, error: UnicodeDecodeError) -> Diagnostic:
    source = Source(path, content.decode("utf-8", "replace"))
    span = _position(source, len(content[: error.start].decode("utf-8", "replace")))
    detail = f"byte {error.start + 1} is not UTF-8"
    return Diagnostic("not-utf8", "not UTF-8", detail, span=span, help="save the file as UTF-8")
