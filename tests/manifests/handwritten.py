"""Files as people write them: any values in many layouts, with comments and aliases that are known."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from reconciler.manifests.located import Path
from reconciler.manifests.rewriting import same
from reconciler.manifests.writing import quoted, written_scalar

NAMES = ("a", "b", "c", "maxTries", "userIds", "a b", "x: y", "é", "1", "null", "#", "campaigns", "- z")
TEXTS = (
    "x", "two words", "CA - Métiers", "yes", "12:30", "0123", "a, b", "it's", "# no comment", "a: b", "", " ", "[x]",
    "${v}", "-72h", "line\n", "one\ntwo\n", "one\n\ntwo", "end\n\n", "one\n\n  two", "😀", 'say "x"', "https://x.y/z",
    "{a}", "*a", "##", "more\nlines", "last\n",
)  # fmt: skip
SCALARS = (*TEXTS, 0, 1, 6046, -3, 1.5, True, False, None, None)
CHANGED = "changed"


@dataclass(frozen=True)
class Comment:
    """A comment's text; it goes with what is taken at its owner or above it, and with what is replaced above it."""

    text: str
    owner: Path | None


@dataclass(frozen=True)
class File:
    """A file's content, what its documents say (the one to change is number `changed`), and what else is in it.

    `aliases`: of the document to change, the paths of each alias and of what it stands for.
    """

    content: bytes
    documents: Sequence[Any]
    changed: int
    comments: Sequence[Comment]
    aliases: Sequence[tuple[Path, Path]]

    @property
    def spec(self) -> Any:
        """What the document to change has in its spec."""
        return self.documents[self.changed]["spec"]


def a_value(random: Random, depth: int = 2) -> Any:
    """A scalar, a list or an object."""
    kind = random.randrange(7) if depth else 0
    if kind < 3:
        return random.choice(SCALARS)
    if kind < 5:
        return [a_value(random, depth - 1) for _ in range(random.randrange(4))]
    return an_object(random, depth)


def an_object(random: Random, depth: int) -> dict[str, Any]:
    """An object with some entries."""
    return {name: a_value(random, depth - 1) for name in random.sample(NAMES, random.choice([0, 1, 1, 2, 2, 3]))}


def a_file(random: Random) -> File:
    """One to three documents, one of which is to be changed."""
    names = [CHANGED, *(f"other-{number}" for number in range(random.choice([0, 0, 1, 2])))]
    random.shuffle(names)
    hands = [_Hand(random, name) for name in names]
    documents = [_document(random, name) for name in names]
    lines: list[str] = []
    for hand, document in zip(hands, documents, strict=True):
        if lines or hand.chance(3):
            lines += ["..."] * (bool(lines) and hand.chance(5)) + ["---" + hand.behind(None)]
        lines += hand.above("", None) + hand.block(document, (), 0) + hand.above("", None)
    text = random.choice(["\n", "\n", "\r\n"]).join([*lines, *random.choice([[], [""], [""], ["", ""]])])
    mark = random.choice(["", "", "", "\ufeff"])
    changed = names.index(CHANGED)
    comments = [each for hand in hands for each in hand.comments]
    return File((mark + text).encode(), documents, changed, comments, hands[changed].aliases)


def paths(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """All that is in a value, with its path."""
    yield path, value
    for step, each in _parts(value):
        yield from paths(each, (*path, step))


def _document(random: Random, name: str) -> dict[str, Any]:
    spec = an_object(random, 4) | an_object(random, 3)
    if random.randrange(3) == 0:
        spec["again"] = copy.deepcopy(random.choice([value for _, value in paths(spec)][1:] or [None]))
    metadata = {"name": name, "labels": {"team": "x"}}
    return {"apiVersion": "v1", "kind": "Campaign", "metadata": metadata, "spec": spec}


def _parts(value: Any) -> list[tuple[str | int, Any]]:
    return list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())


@dataclass
class _Hand:
    """Somebody who writes a document down."""

    random: Random
    name: str
    comments: list[Comment] = field(default_factory=list)
    anchors: list[tuple[Path, Any]] = field(default_factory=list)
    aliases: list[tuple[Path, Path]] = field(default_factory=list)

    def chance(self, one_in: int) -> bool:
        """Whether something rare is done here."""
        return self.random.randrange(one_in) == one_in - 1

    def comment(self, owner: Path | None) -> str:
        self.comments.append(Comment(f"#{self.name} {len(self.comments)}; [it's {{: \"", owner))
        return self.comments[-1].text

    def behind(self, owner: Path | None) -> str:
        """Perhaps a comment at the end of a line."""
        if self.chance(4):
            return self.random.choice([" ", "   "]) + self.comment(owner)
        return "  " if self.chance(12) else ""

    def above(self, margin: str, owner: Path | None) -> list[str]:
        """Perhaps lines of their own: comments and blank ones."""
        lines = []
        while self.chance(5):
            depth = self.random.choice([margin, margin, "", margin + "  "])
            lines.append(depth + self.comment(owner) if self.chance(2) else "")
        return lines

    def step(self) -> int:
        """The indentation of one level."""
        return self.random.choice([2, 2, 2, 4, 1, 3])

    def anchor(self, value: Any, path: Path) -> str:
        """Perhaps an anchor."""
        if not self.chance(12):
            return ""
        self.anchors.append((path, value))
        return f" &a{len(self.anchors)}"

    def alias(self, value: Any, path: Path) -> str:
        """Perhaps an alias, where the same has an anchor."""
        for number, (source, each) in enumerate(self.anchors, start=1):
            if same(each, value) and self.chance(2):
                self.aliases.append((path, source))
                return f"*a{number}"
        return ""

    def key(self, name: str) -> str:
        """A name, perhaps in quotes."""
        if self.chance(6):
            return "'" + name.replace("'", "''") + "'"
        return quoted(name) if self.chance(6) else written_scalar(name)

    def block(self, value: Any, path: Path, depth: int) -> list[str]:
        """A list or an object that is not empty, a line or more for each part; the first line is a part's."""
        lines: list[str] = []
        for step, each in _parts(value):
            inner = (*path, step)
            if lines:
                lines += self.above(" " * depth, (*path, "#"))
            if isinstance(step, int):
                lines += self.element(each, inner, depth)
            else:
                head = f"{' ' * depth}{self.key(step)}{' ' if self.chance(15) else ''}:"
                lines += self.after(head, each, inner, depth)
        return lines

    def element(self, value: Any, path: Path, depth: int) -> list[str]:
        dash = f"{' ' * depth}-"
        if not isinstance(value, (dict, list)) or not value or self.chance(2):
            return self.after(dash, value, path, depth)
        dash += self.random.choice([" ", " ", "   "])
        first, *others = self.block(value, path, len(dash))
        return [dash + first.lstrip(" "), *others]

    def after(self, head: str, value: Any, path: Path, depth: int) -> list[str]:
        """A value behind or below its key or dash."""
        if alias := self.alias(value, path):
            return [f"{head} {alias}{self.behind(path)}"]
        head += self.anchor(value, path)
        if isinstance(value, (dict, list)) and value and self.chance(2):
            is_level = isinstance(value, list) and not head.lstrip().startswith("-") and self.chance(3)
            deeper = depth + (0 if is_level else self.step())
            below = self.above(" " * deeper, (*path, "#")) + self.block(value, path, deeper)
            return [head + self.behind(path), *below]
        if isinstance(value, str) and self.chance(2) and (lines := self.literal(value, path, depth)):
            return [f"{head} {lines[0]}", *lines[1:]]
        if value is None and self.chance(2):
            return [head + self.behind(path)]
        is_below = self.chance(12)
        first, *others = self.inline(value, path, depth + 1)
        start = [head + self.behind(path), " " * (depth + self.step()) + first] if is_below else [f"{head} {first}"]
        lines = [*start, *others]
        lines[-1] += self.behind(path)
        return lines

    def literal(self, text: str, path: Path, depth: int) -> list[str]:
        """A block scalar, where the text can be one."""
        if "\n" not in text or "\n " in text:
            return []
        ending = "+" if text.endswith("\n\n") else "" if text.endswith("\n") else "-"
        margin = " " * (depth + self.step())
        body = [margin + each if each else "" for each in text.removesuffix("\n").split("\n")]
        return [f"|{ending}{self.behind(path)}", *body, *([""] if not ending and self.chance(3) else [])]

    def inline(self, value: Any, path: Path, depth: int) -> list[str]:
        """A value in brackets or a scalar; on one line, or on several that are indented at least so deep."""
        if not isinstance(value, (dict, list)):
            return self.scalar(value, depth)
        brackets = "{}" if isinstance(value, dict) else "[]"
        if value and self.chance(3):
            return self.several_lines(value, path, depth, brackets)
        blank = " " if self.chance(4) else ""
        lines = [brackets[0] + blank]
        for index, part in enumerate(self.parts(value, path, depth)):
            lines[-1] += (self.random.choice([", ", ", ", ","]) if index else "") + part[0]
            lines += part[1:]
        lines[-1] += ("," if value and self.chance(6) else "") + blank + brackets[1]
        return lines

    def several_lines(self, value: Any, path: Path, depth: int, brackets: str) -> list[str]:
        """Brackets with a line or more for each part."""
        margin = " " * (depth + self.random.choice([0, 1, 3]))
        lines = [brackets[0] + self.behind((*path, "#"))]
        left = len(value)
        for (step, _), part in zip(_parts(value), self.parts(value, path, depth + 1), strict=True):
            left -= 1
            lines += [*self.above(margin, (*path, "#")), margin + part[0], *part[1:]]
            lines[-1] += ("," if left or self.chance(2) else "") + self.behind((*path, step))
        return [*lines, *self.above(margin, (*path, "#")), " " * depth + brackets[1]]

    def parts(self, value: Any, path: Path, depth: int) -> list[list[str]]:
        """The parts of what stands in brackets."""
        found = []
        for step, each in _parts(value):
            alias = self.alias(each, (*path, step))
            first, *others = [alias] if alias else self.inline(each, (*path, step), depth)
            found.append([f"{self.key(step)}: {first}" if isinstance(step, str) else first, *others])
        return found

    def scalar(self, value: Any, depth: int) -> list[str]:
        """A scalar in some quotes, perhaps over two lines."""
        if value is None:
            return [self.random.choice(["null", "~"])]
        if not isinstance(value, str):
            return [written_scalar(value)]
        if value == "two words" and self.chance(2):
            return ["two", " " * depth + "words"]
        if value.isprintable() and self.chance(3):
            return ["'" + value.replace("'", "''") + "'"]
        return [quoted(value) if self.chance(3) else written_scalar(value)]
