"""Lists and objects in brackets, on one line or on several: what adds parts to them and takes parts away."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from reconciler.manifests.layout import (
    Node,
    Part,
    after_blank,
    after_comments,
    column,
    line_end,
    line_start,
    newline,
    next_line,
)
from reconciler.manifests.splices import Splice, applied

_BLANKS = " \t\r\n"


def added_in_brackets(text: str, inside: Node, written: Sequence[str]) -> Iterator[Splice]:
    """What puts new parts behind the others: on lines of their own where those have them, else on the same line."""
    if not inside.parts:
        yield _first_in_brackets(text, inside, ", ".join(written))
        return
    last = inside.parts[-1]
    comma = _comma_after(text, last)
    if not _has_line_each(text, inside) or (comma is not None and line_end(text, comma) != line_end(text, last.end)):
        yield Splice(last.end, last.end, "".join(f", {each}" for each in written))
        return
    stop = last.end if comma is None else comma + 1
    margin = newline(text) + _margin(text, last)
    if after_blank(text, stop) < line_end(text, stop):
        yield Splice(last.end, last.end, "".join(f",{margin}{each}" for each in written))
        return
    if comma is None:
        yield Splice(last.end, last.end, ",")
    below = after_comments(text, stop, column(text, last.start))
    yield Splice(below, below, margin + f",{margin}".join(written) + ("," if comma is not None else ""))


def _first_in_brackets(text: str, inside: Node, written: str) -> Splice:
    """What puts the first part on a line of its own behind the comments that stand there alone."""
    position = len(text[: inside.end - 1].rstrip())
    line = text[line_start(text, position) : position]
    margin = line[: len(line) - len(line.lstrip())] + ("" if line.lstrip().startswith("#") else "  ")
    return Splice(position, position, f"{newline(text)}{margin}{written}")


def taken_in_brackets(text: str, inside: Node, parts: Collection[Part]) -> Iterator[Splice]:
    """What takes parts away with their commas and blanks, or with their lines where they stand alone there."""
    kept = [each for each in inside.parts if each not in parts]
    cuts = [cut for each in parts for cut in _cut(text, inside, each, kept)]
    if not kept:
        left = applied(text[: inside.end - 1], cuts)[inside.content + 1 :]
        yield from cuts if left.strip(_BLANKS) else [Splice(inside.content + 1, inside.end - 1)]
        return
    yield from cuts
    if inside.parts[-1] in parts and _comma_after(text, inside.parts[-1]) is None:
        comma = after_blank(text, kept[-1].end)
        yield Splice(comma, comma + 1)


def _cut(text: str, inside: Node, part: Part, kept: Sequence[Part]) -> Iterator[Splice]:
    """What takes one part away."""
    index, comma, end = inside.parts.index(part), _comma_after(text, part), part.end
    following = inside.parts[index + 1] if index + 1 < len(inside.parts) else None
    if comma is not None and line_end(text, comma) == line_end(text, end):
        end = comma + 1
    elif comma is not None:
        rest = text[comma + 1 : line_end(text, comma)]
        yield Splice(comma, comma + 1 + len(rest) - len(rest.lstrip(" \t")))
    before = len(text[: part.start].rstrip(" \t"))
    gap = text[end : following.start] if following is not None else ""
    if line_start(text, part.start) == before and after_blank(text, end) >= line_end(text, end):
        yield Splice(line_start(text, part.start), next_line(text, end))
    elif following is None and kept and "#" not in text[kept[-1].end : part.start]:
        yield Splice(kept[-1].end if comma is None else after_blank(text, kept[-1].end) + 1, end)
    elif following is not None and not gap.strip(_BLANKS) and ("\n" not in gap or kept[:1] == [following]):
        yield Splice(part.start, following.start)
    else:
        yield Splice(before, end)


def _margin(text: str, part: Part) -> str:
    before = text[line_start(text, part.start) : part.start]
    return " " * len(before) if before.strip() else before


def _has_line_each(text: str, inside: Node) -> bool:
    """Whether each part starts a line; the first of several may stand behind the bracket."""
    starts = [each.start for each in inside.parts]
    ends = [each.end for each in inside.parts]
    gaps = list(zip(ends, starts[1:], strict=False)) or [(inside.content, starts[0])]
    return all("\n" in text[end:start] for end, start in gaps)


def _comma_after(text: str, part: Part) -> int | None:
    """Where the comma after a part stands; None when the closing bracket comes first."""
    position = after_blank(text, part.end)
    return position if text[position] == "," else None
