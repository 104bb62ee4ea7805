"""Values that remember where they were written, through variables, overlays and templates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from reconciler.diagnostics import Span

Scalar = str | int | float | bool | None
Path = tuple[str | int, ...]


@dataclass(slots=True)  # not frozen, as Span
class Located:
    """A value of a manifest: a scalar, a list or an object of located values; `key` is the place of its key.

    Never changed.
    `broken`: what stands here is a fault that has been reported. It counts as given, its value (null) means nothing,
    and no stage complains about it again. `through`: the text that variables were put into, if any were.
    """

    value: Scalar | list[Located] | dict[str, Located]
    span: Span
    key: Span | None = None
    broken: bool = False
    through: Through | None = None

    @property
    def place(self) -> Span:
        """Where to point when this whole entry is meant: its key if it has one, else its value."""
        return self.key or self.span

    def plain(self) -> Any:
        """The value without places: plain lists, dicts and scalars."""
        value = self.value
        if isinstance(value, dict):
            return {name: each.plain() for name, each in value.items()}
        return [each.plain() for each in value] if isinstance(value, list) else value

    def items(self) -> Iterator[tuple[str, Located]]:
        """The entries of an object; nothing for any other value."""
        if isinstance(self.value, dict):
            yield from self.value.items()

    def elements(self) -> Sequence[Located]:
        """The elements of a list; none for any other value."""
        return self.value if isinstance(self.value, list) else ()

    def get(self, *path: str) -> Located | None:
        """The value at `path`, or None when something on the way is absent."""
        found: Located | None = self
        for name in path:
            found = found.value.get(name) if found is not None and isinstance(found.value, dict) else None
        return found

    def nearest(self, path: Sequence[str | int]) -> Located:
        """The value at `path`, or the last one on the way there that exists."""
        found = self
        for step in path:
            inside = found._step(step)
            if inside is None:
                break
            found = inside
        return found

    def is_broken_at(self, path: Sequence[str | int]) -> bool:
        """Whether what stands at `path`, or anything on the way there, has been reported as a fault."""
        found: Located | None = self
        for step in path:
            if found is None or found.broken:
                break
            found = found._step(step)
        return found is not None and found.broken

    def _step(self, step: str | int) -> Located | None:
        if isinstance(self.value, dict) and isinstance(step, str):
            return self.value.get(step)
        if isinstance(self.value, list) and isinstance(step, int) and step < len(self.value):
            return self.value[step]
        return None


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable's value and where it comes from.

    `span`: its place in the project file; `origin`: what gave it from outside of the project instead, such as
    ``--var mainNumber``. The value of a secret one is shown in no message.
    """

    name: str
    value: Scalar | list[Located] | dict[str, Located]
    span: Span | None = None
    origin: str = ""
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Through:
    """A text as it was written, and the variables that were put into it."""

    text: str
    variables: tuple[Variable, ...]

    @property
    def is_secret(self) -> bool:
        """Whether what came of it is not to be shown."""
        return any(each.is_secret for each in self.variables)


def merge(base: Located, over: Located, *, null_removes: bool) -> Located:
    """`over` merged over `base`: objects entry by entry, everything else replaced; each value keeps its place.

    With `null_removes` this is a JSON merge patch (RFC 7396): a null takes the entry away. Without it (templates) a
    null stays, as "clear this".
    """
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return _without_nulls(over) if null_removes else over
    merged = dict(base.value)
    for name, each in over.value.items():
        if null_removes and each.value is None and not each.broken:
            merged.pop(name, None)
        elif name in merged:
            merged[name] = merge(merged[name], each, null_removes=null_removes)
        else:
            merged[name] = _without_nulls(each) if null_removes else each
    return replace(base, value=merged)


def _without_nulls(located: Located) -> Located:
    if not isinstance(located.value, dict):
        return located
    kept = {name: _without_nulls(each) for name, each in located.value.items() if _stays(each)}
    return replace(located, value=kept)


def _stays(located: Located) -> bool:
    return located.value is not None or located.broken


def marked(located: Located, faulty: Set[Path], path: Path = ()) -> Located:
    """`located` with what stands at the faulty paths marked as broken."""
    if path in faulty:
        return replace(located, value=None, broken=True)
    if isinstance(located.value, dict):
        return replace(located, value={name: marked(each, faulty, (*path, name)) for name, each in located.items()})
    if isinstance(located.value, list):
        elements = [marked(each, faulty, (*path, index)) for index, each in enumerate(located.value)]
        return replace(located, value=elements)
    return located


def without_broken_elements(located: Located) -> Located:
    """`located` without the broken elements of its lists; broken entries stay, as null.

    A list of nothing else becomes broken itself: that it is empty is no second fault.
    """
    if not _holds_broken(located):
        return located
    if isinstance(located.value, dict):
        return replace(located, value={name: without_broken_elements(each) for name, each in located.items()})
    if isinstance(located.value, list):
        kept = [without_broken_elements(each) for each in located.value if not each.broken]
        return replace(located, value=kept or None, broken=not kept)
    return located


def _holds_broken(located: Located) -> bool:
    left = [located]
    while left:
        each = left.pop()
        if each.broken:
            return True
        if isinstance(each.value, dict):
            left += each.value.values()
        elif isinstance(each.value, list):
            left += each.value
    return False
