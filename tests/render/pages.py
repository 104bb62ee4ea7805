"""What Markdown and HTML are made of, without the text in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

_VOID = {"meta", "input", "br"}


class Page(HTMLParser):
    """The tags of an HTML text with the names of their attributes, and the text between them.

    `bare` is the text outside of `code`, style and script. AssertionError where tags are not properly nested.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.bare: list[str] = []
        self.values: dict[str, list[str]] = {}
        self.comments: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Notes the tag."""
        self.tags.append(" ".join([tag, *(name for name, _ in attributes)]))
        for name, value in attributes:
            self.values.setdefault(name, []).append(value or "")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Closes the innermost tag."""
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()
        self.tags.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        """Keeps the text."""
        self.texts.append(data)
        if not {"code", "style", "script"} & set(self.open):
            self.bare.append(data)

    def handle_comment(self, data: str) -> None:
        """Keeps the comment."""
        self.comments.append(data)


class Fragment(Page):
    """A part of an HTML page, as it stands in Markdown: what it opens may be closed in another part."""

    def handle_endtag(self, tag: str) -> None:
        """Closes the innermost tag, if one is open here."""
        if self.open:
            super().handle_endtag(tag)
        else:
            self.tags.append(f"/{tag}")


def markdown_skeleton(text: str) -> tuple[list[str], list[str]]:
    """The blocks and inline elements of a Markdown text in their order, and the text that stands in no code."""
    parts: list[str] = []
    bare: list[str] = []
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for name, content in _flat(parser.parse(text)):
        if name.startswith("html"):
            fragment = Fragment(content)
            parts += [*fragment.tags, *(f"comment {len(fragment.comments)}",)]
            bare += fragment.bare
        elif name in ("text", "code_inline"):
            bare += [content] if name == "text" else []
            parts += ["words"] if parts[-1:] != ["words"] else []
        elif name != "inline":
            parts.append(name)
    return parts, bare


def _flat(tokens: Iterable[Token]) -> Iterator[tuple[str, str]]:
    for each in tokens:
        yield each.type, each.content
        yield from _flat(each.children or ())
