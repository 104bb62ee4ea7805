"""Bytes → text that can be parsed: size, encoding, and characters that YAML or people would misread."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice

from reconciler.diagnostics import Diagnostic, Source, Span

MAX_BYTES = 5_000_000
MAX_CHARACTER_FAULTS = 20

_EMOJI = "[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001ffff]"
_LINE_ENDS = {"\r": "a carriage return alone", "\x85": "U+0085", "\u2028": "U+2028", "\u2029": "U+2029"}


def readable(path: str, content: bytes) -> tuple[Source, str | None, list[Diagnostic]]:
    """The file as messages show it, the text to parse (None when there is none), and the faults of its characters.

    A control character is replaced in the text to parse, and one that can't be seen is left out there, so that they
    hide no other fault and cause none.
    """
    if len(content) > MAX_BYTES:
        detail = f"{path} holds more than {MAX_BYTES:,} bytes"
        span = Span(Source(path, ""), 1, 1)
        fault = Diagnostic("file-too-large", "file is too large", detail, span=span, help="split it into several files")
        return span.source, None, [fault]
    try:
        source = Source(path, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return Source(path, ""), None, [_not_utf8(path, content, error)]
    if source.text.replace("\r\n", "").replace("\n", "").isprintable():  # as most
        return source, source.text, []
    refused = [found.start() for found in islice(_refused().finditer(source.text), MAX_CHARACTER_FAULTS)]
    for position in refused:
        if source.text[position] in _LINE_ENDS:
            return source, None, [_line_end_fault(source, position)]
    text = _refused().sub(" ", source.text) if refused else source.text
    faults = [_character_fault(source, position) for position in refused]
    hidden = [found.start() for found in islice(_hidden().finditer(source.text), MAX_CHARACTER_FAULTS - len(faults))]
    faults += [_hidden_fault(source, position) for position in hidden]
    return source, _hidden().sub("", text) if refused or hidden else text, faults


@cache
def _refused() -> re.Pattern[str]:
    """What YAML does not take, and what libyaml reads as a line end where YAML 1.2 and editors do not."""
    return re.compile(
        "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\x85\u2028\u2029]|\r(?!\n)"
    )  # fmt: skip


@cache
def _hidden() -> re.Pattern[str]:
    """What can't be seen, or shows text in another order than it is read; U+200D stays where it joins two emoji."""
    return re.compile(
        f"[\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]|\u200d(?:(?!{_EMOJI})|(?<!{_EMOJI}\u200d))"
    )


def span_at(source: Source, position: int) -> Span:
    """The place of the character at `position` (0-based) of the source's text."""
    before = source.text[:position]
    return Span(source, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _character_fault(source: Source, position: int) -> Diagnostic:
    detail = f"U+{ord(source.text[position]):04X} is a control character"
    advice = "remove it: it is not text"
    return Diagnostic("yaml-character", "control character", detail, span=span_at(source, position), help=advice)


def _hidden_fault(source: Source, position: int) -> Diagnostic:
    detail = f"U+{ord(source.text[position]):04X} can't be seen, and can hide or reorder text"
    advice = "remove it; inside of double quotes it can be written as an escape"
    return Diagnostic("yaml-character", "hidden character", detail, span=span_at(source, position), help=advice)


def _line_end_fault(source: Source, position: int) -> Diagnostic:
    detail = f"{_LINE_ENDS[source.text[position]]} is a line end to some programs and not to others"
    advice = "end lines with LF or CRLF; inside of quotes write it as an escape"
    return Diagnostic("yaml-line-end", "odd line end", detail, span=span_at(source, position), help=advice)


def _not_utf8(path: str, content: bytes, error: UnicodeDecodeError) -> Diagnostic:
    marked = content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig", "replace")
    before = len(content[: error.start + (3 if marked else 0)].decode("utf-8-sig", "replace"))
    detail = f"byte {error.start + 1} is not UTF-8"
    span = span_at(Source(path, text), before)
    return Diagnostic("not-utf8", "not UTF-8", detail, span=span, help="save the file as UTF-8")
