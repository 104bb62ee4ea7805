"""The events of a YAML parser → values with places: no recursion, and a budget on depth, size and aliases."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

from msgspec import structs

from reconciler.diagnostics import Diagnostic, Label, Source, Span, nearest_help
from reconciler.manifests.located import Located, Scalar

MAX_DEPTH = 64
MAX_NODES = 500_000

#: Up to here every program counts exactly (JSON's numbers are 64-bit floats to many).
MAX_INTEGER = 2**53

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,299})")
_LONG_INTEGER = re.compile(r"-?[1-9][0-9]{15,}")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "~": None, "": None}
_NO_NAMES = frozenset({"null", "~", "", "<<"})


@dataclass(slots=True)  # not frozen, as Span
class Built:
    """A value with what it takes: `size` in values, `height` in levels; `text` as written, for a scalar."""

    located: Located
    size: int = 1
    height: int = 0
    text: str | None = None
    is_plain: bool = False


@dataclass(slots=True)
class _Open:
    """A list or object whose end has not come; in an object, `key` is the one whose value comes next.

    `before`: how many values were read before it.
    """

    value: list[Located] | dict[str, Located]
    start: Any
    anchor: str | None
    broken: bool
    before: int
    height: int = 0
    key: tuple[str | None, Span] | None = None


@dataclass(slots=True)
class Reading:
    """One file while it is being read; `total`: how many values it holds so far, aliases written out."""

    source: Source
    faults: list[Diagnostic]
    total: int = 0
    open: list[_Open] = field(default_factory=list)
    anchors: dict[str, Built | None] = field(default_factory=dict)  # None: its end has not come
    root: Built | None = None

    def span(self, start: Any, end: Any = None) -> Span:
        """From two marks of the parser (0-based)."""
        line, column = start.line, start.column
        width = end.column - column if end is not None and end.line == line else 1
        return Span(self.source, line + 1, column + 1, width or 1)

    def fault(self, code: str, summary: str, detail: str, span: Span, help_text: str, *labels: Label) -> None:
        """Notes a fault."""
        self.faults.append(Diagnostic(code, summary, detail, span=span, help=help_text, labels=labels))


class TooLarge(Exception):
    """The file is not read any further."""


def add_scalar(reading: Reading, event: Any) -> None:
    """A scalar event: a value, or a key."""
    broken = event.tag is not None and _tagged(reading, event)
    text, is_plain = event.value, not event.style  # the C parser gives plain scalars '', the Python one None
    inside = reading.open[-1] if reading.open else None
    span = reading.span(event.start_mark, event.end_mark)
    _count(reading, event)
    if inside is not None and inside.key is None and isinstance(inside.value, dict):
        inside.key = (text, span) if broken else _key_of_scalar(reading, text, span, is_plain=is_plain)
        if event.anchor is not None:
            _anchor_scalar(reading, event, Built(Located(text, span), text=text, is_plain=is_plain))
        return
    broken = broken or (is_plain and len(text) > 15 and _is_beyond(reading, event))
    value = None if broken else scalar(text, plain=is_plain)
    if event.anchor is None and inside is not None:
        _add_to(reading, inside, value, span, broken=broken)
    else:
        built = Built(Located(value, span, None, broken), text=text, is_plain=is_plain)
        if event.anchor is not None:
            _anchor_scalar(reading, event, built)
        _add(reading, built)


def _anchor_scalar(reading: Reading, event: Any, built: Built) -> None:
    _anchored(reading, event.anchor, event)
    reading.anchors[event.anchor] = built


def is_too_large(text: str) -> bool:
    """Whether a plain scalar is a whole number beyond MAX_INTEGER."""
    if len(text) < 16 or _LONG_INTEGER.fullmatch(text) is None:
        return False
    return len(text) > 17 or abs(int(text)) > MAX_INTEGER


def _is_beyond(reading: Reading, event: Any) -> bool:
    if not is_too_large(event.value):
        return False
    detail = f"a whole number of {len(event.value.lstrip('-'))} digits: programs round what is beyond {MAX_INTEGER}"
    advice = "give a smaller number, or put it in quotes if it is text"
    reading.fault("out-of-range", "out of range", detail, reading.span(event.start_mark, event.end_mark), advice)
    return True


def start(reading: Reading, event: Any, *, is_object: bool) -> None:
    """The start of a list or an object; TooLarge when it goes too deep."""
    before = reading.total
    _count(reading, event)
    if len(reading.open) >= MAX_DEPTH:
        _too_large(reading, f"more than {MAX_DEPTH} levels deep", event)
    if event.anchor is not None:
        _anchored(reading, event.anchor, event)
        reading.anchors[event.anchor] = None
    broken = event.tag is not None and _tagged(reading, event)
    reading.open.append(_Open({} if is_object else [], event.start_mark, event.anchor, broken, before))


def end(reading: Reading, event: Any) -> None:
    """The end of the list or object that is open."""
    closed = reading.open.pop()
    located = Located(
        None if closed.broken else closed.value, reading.span(closed.start, event.end_mark), None, closed.broken
    )
    built = Built(located, reading.total - closed.before, closed.height + 1)
    if closed.anchor is not None:
        reading.anchors[closed.anchor] = built
    _add(reading, built)


def add_alias(reading: Reading, event: Any) -> None:
    """An alias: the value that it stands for, without a copy; TooLarge when that makes the file too large or deep."""
    span = reading.span(event.start_mark, event.end_mark)
    target = reading.anchors.get(event.anchor)
    if target is not None:
        _fits(reading, target, event)
        reading.total += target.size
    elif event.anchor in reading.anchors:
        detail = f"`*{event.anchor}` stands inside of what it stands for"
        reading.fault("recursive-alias", "an alias holds itself", detail, span, "write the value out")
    else:
        detail = f"no `&{event.anchor}` stands before it in this document"
        known = reading.anchors
        advice = nearest_help("anchor", event.anchor, known) if known else "write the value out"
        reading.fault("unknown-anchor", "unknown anchor", detail, span, advice)
    _add(reading, target or Built(Located(None, span, None, broken=True)))


def _fits(reading: Reading, target: Built, event: Any) -> None:
    if reading.total + target.size > MAX_NODES:
        _too_large(reading, f"aliases expand to more than {MAX_NODES:,} values", event)
    if len(reading.open) + target.height > MAX_DEPTH:
        _too_large(reading, f"more than {MAX_DEPTH} levels deep", event)


def _count(reading: Reading, event: Any) -> None:
    reading.total += 1
    if reading.total > MAX_NODES:
        _too_large(reading, f"more than {MAX_NODES:,} values", event)


def _too_large(reading: Reading, detail: str, event: Any) -> NoReturn:
    span = reading.span(event.start_mark)
    reading.fault("yaml-bounds", "the YAML is too large or too deep", detail, span, "write it flatter, or split it")
    raise TooLarge


def _tagged(reading: Reading, event: Any) -> bool:
    span = reading.span(event.start_mark)
    rest = reading.source.line(span.line)[span.column - 1 :]
    if written := re.search(r"![^\s,\]}]*", rest):
        span = structs.replace(span, column=span.column + written.start(), width=len(written[0]))
    detail = f"the tag `{written[0] if written else event.tag}` is not taken: manifests hold plain values only"
    reading.fault("yaml-tag", "YAML tag", detail, span, "remove the tag; quote the value if it is text")
    return True


def _anchored(reading: Reading, anchor: str, event: Any) -> None:
    if anchor in reading.anchors:
        detail = f"`&{anchor}` is defined twice in this document"
        reading.fault("repeated-anchor", "repeated anchor", detail, reading.span(event.start_mark), "rename one")


def _add(reading: Reading, built: Built) -> None:
    """A value that is whole: the root, or a part of what is open."""
    if not reading.open:
        reading.root = built
        return
    inside = reading.open[-1]
    if isinstance(inside.value, dict) and inside.key is None:
        inside.key = _key(reading, built)
        return
    inside.height = max(inside.height, built.height)
    located = built.located
    _add_to(reading, inside, located.value, located.span, broken=located.broken)


def _add_to(reading: Reading, inside: _Open, value: Any, span: Span, *, broken: bool) -> None:
    """The next element of a list, or the value of the key that came last."""
    if isinstance(inside.value, list):
        inside.value.append(Located(value, span, None, broken))
        return
    assert inside.key is not None  # a value follows its key
    name, key = inside.key
    inside.key = None
    if name is None:
        return
    if name in inside.value:
        first = Label(inside.value[name].place, "first written here")
        detail = f"`{name}` is written twice in the same object"
        reading.fault("repeated-key", "repeated key", detail, key, "remove one of them", first)
    else:
        inside.value[name] = Located(value, span, key, broken)


def _key(reading: Reading, built: Built) -> tuple[str | None, Span]:
    """The name and place of a key that is an alias, a list or an object; no name when it can't be one."""
    span = built.located.span
    if built.located.broken:
        return built.text, span
    if built.text is None:
        return _no_name(reading, span)
    return _key_of_scalar(reading, built.text, span, is_plain=built.is_plain)


def _key_of_scalar(reading: Reading, text: str, span: Span, *, is_plain: bool) -> tuple[str | None, Span]:
    """The name and place of a key; no name when it can't be one."""
    if not is_plain or text not in _NO_NAMES:
        return text, span
    if text != "<<":
        return _no_name(reading, span)
    detail = "YAML 1.2 has no merge keys"
    reading.fault("yaml-key", "merge key", detail, span, "write the entries out, or use a CampaignTemplate")
    return None, span


def _no_name(reading: Reading, span: Span) -> tuple[None, Span]:
    reading.fault("yaml-key", "key is not text", "a key must be a name", span, "write a name, in quotes if needed")
    return None, span


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
