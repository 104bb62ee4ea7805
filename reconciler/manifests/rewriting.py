"""Edits of one document → its changed text: what is there is replaced, then added to, then taken away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.manifests.bracket_splices import added_in_brackets, taken_in_brackets
from reconciler.manifests.layout import Form, Layout, Node, indentation, layouts, place
from reconciler.manifests.located import Path
from reconciler.manifests.splices import Nested, Place, Splice, added_below, applied, replaced, taken_lines
from reconciler.manifests.writing import written_inline, written_scalar
from reconciler.model import UNSET


@dataclass(slots=True)
class Rewriting:
    """A document of a text, what it says (`before`), and the edits to make there; their values are plain.

    `refusals`: why an edit would reach further than it is meant to, in words for people.
    """

    text: str
    layout: Layout
    before: Any
    refusals: list[str] = field(default_factory=list)
    _puts: dict[Path, Any] = field(default_factory=dict)
    _added: dict[Path, Any] = field(default_factory=dict)
    _taken: dict[Path, list[str | int]] = field(default_factory=dict)

    def put(self, path: Path, value: Any) -> None:
        """Gives what is at `path` this value, or adds it; of lists and objects only what differs is touched."""
        old, node = _value_at(self.before, path), self.layout.root.at(path)
        if same(old, value):
            return
        if old is UNSET:
            self._add_entry(path, value)
        elif node is None or not node.parts or self._holds_used_anchor(node):
            self._put_whole(path, value)
        elif isinstance(value, dict) and node.form is Form.OBJECT:
            self._put_entries(path, old, value)
        elif isinstance(value, list) and node.form is Form.LIST:
            self._put_elements(path, old, value)
        else:
            self._put_whole(path, value)

    def append(self, path: Path, value: Any) -> None:
        """Adds an element to the list, or to the null, at `path`."""
        self._added_to(path, []).append(value)

    def take(self, path: Path) -> None:
        """Takes away what is at `path`."""
        inside = self._changed_inside(path[:-1])
        if (part := inside.part(path[-1])) is not None:
            self._refuse_without_braces(inside)
            self._refuse_shared(part.start, part.end)
        self._taken.setdefault(path[:-1], []).append(path[-1])

    def done(self, index: int) -> str:
        """The text with the edits made; `index`: that of the document.

        KeyError or ValueError when what was written on the way is read as something else.
        """
        for phase in (self._replacing, self._adding, self._taking):
            if splices := list(phase()):
                self.text = applied(self.text, splices)
                self.layout = layouts(self.text)[index]
        return self.text

    def _put_whole(self, path: Path, value: Any) -> None:
        part = self._changed_inside(path[:-1]).part(path[-1])
        if part is not None:
            self._refuse_shared(part.value.start, part.end)
        self._puts[path] = value

    def _put_entries(self, path: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        for name in old:
            if name not in new:
                self.take((*path, name))
        for name, value in new.items():
            self.put((*path, name), value)

    def _put_elements(self, path: Path, old: Sequence[Any], new: Sequence[Any]) -> None:
        """Elements that stay where they are, or stay before the new ones, are left as they are written."""
        kept: list[int] = []
        for index, value in enumerate(old):
            if len(kept) < len(new) and same(value, new[len(kept)]):
                kept.append(index)
        if len(old) == len(new) and sum(map(same, old, new)) >= len(kept):
            for index, value in enumerate(new):
                self.put((*path, index), value)
        elif not kept:
            self._put_whole(path, new)
        else:
            for index in sorted({*range(len(old))} - {*kept}):
                self.take((*path, index))
            for value in new[len(kept) :]:
                self.append(path, value)

    def _add_entry(self, path: Path, value: Any) -> None:
        length = len(self.layout.root.way(path)) - 1
        tree = self._added_to(path[:length], Nested())
        for name in path[length:-1]:
            tree = tree.setdefault(name, Nested())
        tree[path[-1]] = value

    def _added_to(self, path: Path, nothing: Any) -> Any:
        """What is added to the list or object at `path`: put there as a whole when there is nothing yet."""
        inside = self._changed_inside(path)
        self._refuse_without_braces(inside)
        return (self._puts if _is_bare(self.text, inside) else self._added).setdefault(path, nothing)

    def _changed_inside(self, path: Path) -> Node:
        """The list or object at `path`, in which something is to change; refused when it stands elsewhere as well."""
        way = self.layout.root.way(path)
        used = {name for name, _ in self.layout.aliases}
        for node in way:
            if node.form is Form.ALIAS:
                anchor = place(self.text, self.layout.anchors[node.text])
                self.refusals.append(f"the value comes from the anchor &{node.text}, which stands at {anchor}")
            elif node.anchor in used:
                self._refuse_shared(node.start, node.start + 1, "it stands in")
        return way[-1]

    def _refuse_shared(self, start: int, end: int, relation: str = "it holds") -> None:
        """Refuses to change what holds, or stands in, an anchor that is used elsewhere."""
        for name, at in self.layout.aliases:
            anchor = self.layout.anchors[name]
            if start <= anchor < end and not start <= at < end:
                where, use = place(self.text, anchor), place(self.text, at)
                self.refusals.append(f"{relation} the anchor &{name} at {where}, which is used at {use} as well")

    def _holds_used_anchor(self, node: Node) -> bool:
        return any(node.start <= self.layout.anchors[name] < node.end for name, _ in self.layout.aliases)

    def _refuse_without_braces(self, inside: Node) -> None:
        if inside.is_flow and self.text[inside.content] not in "[{":
            where = place(self.text, inside.content)
            self.refusals.append(f"the object at {where} stands in a list without braces of its own")

    def _replacing(self) -> Iterator[Splice]:
        step = indentation(self.text, self.layout.root)
        for path, value in self._puts.items():
            inside = self._node(path[:-1])
            part = inside.part(path[-1])
            if part is None:
                raise KeyError(path[-1])
            yield from replaced(Place(self.text, inside, part, step), value)

    def _adding(self) -> Iterator[Splice]:
        """What is deeper comes first where several things are added at one place."""
        step = indentation(self.text, self.layout.root)
        for path in sorted(self._added, key=len, reverse=True):
            inside, new = self._node(path), self._added[path]
            if inside.is_flow:
                yield from added_in_brackets(self.text, inside, _written_parts(new))
            else:
                yield from added_below(self.text, inside, new, step)

    def _taking(self) -> Iterator[Splice]:
        for path, steps in self._taken.items():
            inside = self._node(path)
            parts = [part for part in map(inside.part, steps) if part is not None]
            yield from (taken_in_brackets if inside.is_flow else taken_lines)(self.text, inside, parts)

    def _node(self, path: Path) -> Node:
        node = self.layout.root.at(path)
        if node is None:
            raise KeyError(path)
        return node


def same(one: Any, other: Any) -> bool:
    """Whether two plain values are the same; 1, 1.0 and true are three values."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(each, other[name]) for name, each in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    kinds = (bool, int, float)
    return bool(one == other) and all(isinstance(one, kind) == isinstance(other, kind) for kind in kinds)


def _value_at(value: Any, path: Path) -> Any:
    """What is at `path`, or UNSET."""
    for step in path:
        if not isinstance(value, (dict, list)):
            return UNSET
        value = value.get(step, UNSET) if isinstance(value, dict) else value[int(step)]
    return value


def _is_bare(text: str, node: Node) -> bool:
    """Whether it is null, or brackets with nothing at all in between."""
    return node.is_null or (node.is_flow and not text[node.content + 1 : node.end - 1].strip(" "))


def _written_parts(new: Any) -> list[str]:
    if isinstance(new, dict):
        return [f"{written_scalar(name)}: {written_inline(each)}" for name, each in new.items()]
    return [written_inline(each) for each in new]
