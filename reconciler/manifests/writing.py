"""Values → YAML text that `documents` reads as the same values, and that can't steer a terminal or a CI log (S12)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from reconciler.manifests.located import Path, Scalar

#: A list or an object of scalars stands on one line up to this many characters.
_LINE = 100
#: What always takes a line for each entry.
_BLOCKS = frozenset({"spec", "settings"})

_PLAIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ_/]([\w ./()+&'-]*[\w.)+])?|-?[0-9]+[smhd]")
#: No text, or text to us and something else to readers of YAML 1.1.
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_NAME = re.compile(r"[\w-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def written_scalar(value: Scalar) -> str:
    """A scalar on one line: plain where that is clear, else in double quotes."""
    if isinstance(value, str):
        return value if _is_plain(value) else quoted(value)
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int):
        return str(value)
    text = format(Decimal(repr(value)), "f")  # never 1e-07, which would be text
    return text if "." in text else f"{text}.0"


def quoted(text: str) -> str:
    """Text in double quotes; what is not printable, and what a CI log could obey, as an escape."""
    return '"' + "".join(map(_escaped, text)).replace("##", "#\\x23") + '"'


def written_document(content: Mapping[str, Any]) -> str:
    """A whole document of plain values: an entry on each line, what is short and holds only scalars on one."""
    return "".join(f"{line}\n" for line in _entries(content, ""))


def written_inline(value: Any) -> str:
    """A value on one line: scalars, ``[a, b]``, ``{a: 1, b: 2}``."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{written_scalar(name)}: {written_inline(each)}" for name, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(written_inline, value)) + "]"
    return written_scalar(value)


def _entries(content: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in content.items():
        head = f"{indent}{written_scalar(name)}:"
        line = f"{head} {written_inline(value)}"
        if isinstance(value, Scalar) or (name not in _BLOCKS and _fits(value, line)):
            yield line
        else:
            yield head
            yield from _entries(value, indent + "  ") if isinstance(value, Mapping) else _elements(value, indent + "  ")


def _elements(values: Sequence[Any], indent: str) -> Iterator[str]:
    yield from (f"{indent}- {written_inline(each)}" for each in values)


def _fits(value: Any, line: str) -> bool:
    """Whether a list or an object may stand on one line."""
    inside = value.values() if isinstance(value, Mapping) else value
    return len(line) <= _LINE and all(isinstance(each, Scalar) for each in inside)


def written_path(path: Path) -> str:
    """A path as people write it: ``spec.rules[2].match``; a name that is no word as ``["a b"]``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if _NAME.fullmatch(step) else f"[{quoted(step)}]"
    return text.removeprefix(".")


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and text.lower() not in _WORDS


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
