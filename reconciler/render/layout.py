"""Text in the width of a terminal: aligned where there is room, below each other where there is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells
from rich.text import Text

#: A name or value that is longer does not push those of the other lines away; nor does such a value before the arrow.
WIDEST, _WIDEST_BEFORE = 60, 20
_GAP = 2
_STEP = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A sign and a name, a value (`before` it another one, with an arrow between them), and where that comes from.

    `below`: lines that belong to it.
    """

    head: Text
    value: Text
    before: str = ""
    origin: str = ""
    below: tuple[Text, ...] = ()

    def moved(self, width: int = 0) -> Text:
        """The value, after the one before it in so many cells."""
        if not self.before:
            return self.value
        return padded(Text(self.before, self.value.style), width).append(" → ").append(self.value)


def laid_out(rows: Sequence[Row], indent: int, width: int | None) -> Iterator[Text]:
    """The rows as lines: the value beside the name if all fit so, else below; the origin beside that where it fits."""
    names = indent + _widest(cell_len(each.head.plain) for each in rows) + _GAP
    before = _widest((cell_len(each.before) for each in rows), _WIDEST_BEFORE)
    origins = names + _widest(cell_len(each.moved(before).plain) for each in rows if each.origin) + _GAP
    for row, beside in zip(rows, _beside(rows, indent, names, before, width), strict=True):
        line, below = (beside, []) if beside else (_head(row, indent), [row.moved()])
        origin = Text(row.origin, "dim")
        whole = padded(line.copy(), origins - _GAP).append(" " * _GAP).append(origin)
        if row.origin and beside and (width is None or cell_len(whole.plain) <= width):
            line = whole
        elif row.origin:
            below.append(origin)
        yield from wrapped(line, width, indent + _STEP)
        for each, more in (*((one, 0) for one in below), *((one, _GAP) for one in row.below)):
            yield from wrapped(Text(" " * (indent + _STEP)).append(each), width, indent + _STEP + more)


def _beside(rows: Sequence[Row], indent: int, names: int, before: int, width: int | None) -> list[Text | None]:
    """Each row's name and value on one line; None for all of them when one does not fit."""
    lines = [padded(_head(each, indent), names).append(each.moved(before)) for each in rows]
    fit = width is None or all(cell_len(each.plain) <= width for each in lines)
    return [each if fit else None for each in lines]


def _head(row: Row, indent: int) -> Text:
    return Text(" " * indent).append(row.head)


def wrapped(line: Text, width: int | None, hang: int) -> Iterator[Text]:
    """A line broken at spaces so that it fits; what follows the break begins after `hang` columns."""
    while width is not None and cell_len(line.plain) > width:
        at = _break(line.plain, width, hang)
        first, rest = line.divide([at])
        first.rstrip()
        yield first
        rest = rest[len(rest.plain) - len(rest.plain.lstrip(" ")) :]
        if rest.plain.startswith("::"):  # no line may begin like a command of a CI system (see `neutral`)
            rest = Text(": ").append(rest[1:])
        line = Text(" " * hang).append(rest)
    yield line


def padded(text: Text, width: int) -> Text:
    """The text with spaces up to a width in cells."""
    return text.append(" " * max(width - cell_len(text.plain), 0))


def _break(plain: str, width: int, hang: int) -> int:
    """How many characters of a line stay on it; never none of those after its indent."""
    fitting = len(chop_cells(plain, width)[0])
    space = plain.rfind(" ", 0, fitting + 1)
    return space if plain[:space].strip() and space > hang else max(fitting, hang + 1)


def _widest(widths: Iterable[int], most: int = WIDEST) -> int:
    return max((each for each in widths if each <= most), default=0)
