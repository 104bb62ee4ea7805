"""Plain tables for people: a heading and aligned columns, nothing drawn around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from reconciler.kinds.values import instant
from reconciler.render.neutral import neutral

#: An object of the account: its values by the API's names.
Record = Mapping[str, Any]

GAP = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `shown`: what a record shows in it, safe for a terminal.

    `least`: to how many cells it may be shortened to fit a terminal; None: it is never shortened.
    """

    name: str
    shown: Callable[[Record], str]
    right: bool = False
    least: int | None = None


class Table:
    """Rows under a heading; the widths are those of the first rows. `width`: of the terminal, None where there is none.

    In a terminal the columns that may shrink are shortened until a row fits, and where that is not enough the last
    columns are left out (`hidden`): a row is a line. Without one nothing is ever shortened.
    """

    def __init__(self, columns: Sequence[Column], width: int | None = None) -> None:
        self._columns, self._width = columns, width
        self._widths: list[int] = []
        self.hidden: list[str] = []

    def rows(self, records: Sequence[Record]) -> Iterator[Text | str]:
        """The lines of these records, after the heading where they are the first ones; nothing without records."""
        cells = [[column.shown(record) for column in self._columns] for record in records]
        if cells and not self._widths:
            heading = [neutral(column.name) for column in self._columns]
            self._widths = self._fitting([max(map(_length, each)) for each in zip(heading, *cells, strict=True)])
            self.hidden = heading[len(self._widths) :]
            self._columns = self._columns[: len(self._widths)]
            shown = [self._heading(*each) for each in zip(heading, self._columns, self._widths, strict=False)]
            yield Text(self._line(shown), "bold")
        if cells:
            yield "".join(map(self._line, cells))

    def end(self) -> str:
        """What follows the last row."""
        return ""

    def _fitting(self, widths: list[int]) -> list[int]:
        if self._width is None:
            return widths
        while (excess := sum(widths) + len(GAP) * (len(widths) - 1) - self._width) > 0:
            room = {i: max(0, widths[i] - (self._columns[i].least or widths[i])) for i in range(len(widths))}
            if sum(room.values()) >= excess:
                widths[max((i for i in room if room[i] > 0), key=lambda index: widths[index])] -= 1
            elif len(widths) == 1:
                break
            else:
                widths.pop()
        return widths

    def _heading(self, name: str, column: Column, width: int) -> str:
        """A heading that is too long keeps its end: of ``customFields.Ville`` that is what tells it apart."""
        too_long = self._width is not None and column.least is not None and _length(name) > width
        return f"…{name[1 - width :]}" if too_long and name.isascii() else name

    def _line(self, cells: Sequence[str]) -> str:
        padded = [self._padded(*each) for each in zip(self._columns, cells, self._widths, strict=False)]
        line = GAP.join(padded).rstrip()
        return (line if self._width is None else shortened(line, self._width)) + "\n"

    def _padded(self, column: Column, text: str, width: int) -> str:
        if self._width is not None and column.least is not None:
            text = shortened(text, width)
        space = " " * (width - _length(text))
        return space + text if column.right else text + space


def details(record: Record, columns: Sequence[Column]) -> Text:
    """One object for people: a field and its value on each line."""
    width = max(_length(neutral(column.name)) for column in columns)
    text = Text()
    for column in columns:
        name = neutral(column.name)
        text.append(name + " " * (width - _length(name)), "bold").append(f"{GAP}{column.shown(record)}\n")
    return text


def shortened(text: str, width: int) -> str:
    """`text` in at most `width` cells of a terminal, with … where something is left out."""
    if _length(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip(" …") + "…"


def cell(value: Any, null: str = "-") -> str:
    """A value as people read it; `null` stands for what is not set, a dash for an empty list."""
    if value is None:
        return null
    if value in ([], {}):
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ", ".join(cell(each, null) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{neutral(str(name))}: {cell(each, 'null')}" for name, each in value.items())
    return neutral(str(value))


def plain(name: str) -> Callable[[Record], str]:
    """How a column shows the field `name` as it is."""
    return lambda record: cell(record.get(name))


def minute(value: Any, null: str = "-") -> str:
    """A date-time of the API to the minute, in UTC: ``2026-09-01 07:30Z``; what is none as it is."""
    try:
        return f"{instant(value):%Y-%m-%d %H:%M}Z"
    except (TypeError, ValueError, OverflowError):
        return cell(value, null)


def _length(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)
