"""Composed manifests and the differences of environments, for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.text import Text

from reconciler.render.neutral import neutral

#: Lines that are longer do not push the others' comments away.
_WIDEST = 60
_SIGNS = {"~": "yellow", "+": "green", "-": "red"}


def manifest_text(heading: str, lines: Sequence[tuple[str, str]]) -> Text:
    """YAML lines (safe as they are) with their comments beside them, under a heading; it stays YAML."""
    width = max((cell_len(text) for text, remark in lines if remark and cell_len(text) <= _WIDEST), default=0)
    text = Text(f"# {neutral(heading)}\n", "dim")
    for line, remark in lines:
        text.append(line)
        if remark:
            text.append(" " * max(width - cell_len(line), 0) + f"  # {neutral(remark)}", "dim")
        text.append("\n")
    return text


@dataclass(frozen=True, slots=True)
class Row:
    """One setting that differs: ``~`` in both, ``+`` in the second only, ``-`` in the first only."""

    sign: str
    path: str
    text: str
    place: str


def differences_text(heading: str, blocks: Sequence[tuple[str, str, Sequence[Row]]], total: str) -> Text:
    """Blocks of address, remark and rows; the total last."""
    text = Text(f"{neutral(heading)}\n", "bold")
    for address, remark, rows in blocks:
        text.append(f"\n{neutral(address)}", "bold").append(f"  {neutral(remark)}\n" if remark else "\n")
        shown = [replace(each, path=neutral(each.path), text=neutral(each.text)) for each in rows]
        paths = max((cell_len(each.path) for each in shown), default=0)
        texts = max((cell_len(each.text) for each in shown if cell_len(each.text) <= _WIDEST), default=0)
        for each in shown:
            text.append(f"  {each.sign} {_padded(each.path, paths)}  ", _SIGNS[each.sign])
            text.append(f"{_padded(each.text, texts)}  ").append(f"{neutral(each.place)}\n", "dim")
    return text.append(f"\n{neutral(total)}\n", "bold")


def _padded(text: str, width: int) -> str:
    return text + " " * max(width - cell_len(text), 0)
