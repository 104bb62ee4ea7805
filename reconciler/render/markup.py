"""HTML that is safe by how it is made: text is escaped unless it is markup made here."""

from __future__ import annotations

import html

_VOID = frozenset({"meta", "input", "br"})


class Markup(str):
    """HTML, as it is."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: str | int | bool) -> Markup:
    """An element. Children that are no `Markup` are escaped, and so are attributes; True is one without a value.

    ``class_`` is ``class``, and an underscore in a name is a dash; False leaves an attribute out.
    """
    given = "".join(_attribute(*each) for each in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{joined(*children)}</{name}>")


def joined(*children: str, by: str = "") -> Markup:
    """The children one after another, escaped where they are text."""
    return Markup(by.join(each if isinstance(each, Markup) else html.escape(each, quote=False) for each in children))


def with_code(text: str) -> Markup:
    """A text of ours or from outside: what stands between backticks as code, all of it escaped."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # the last one closes nothing
        parts[-2:] = ["`".join(parts[-2:])]
    return joined(*(element("code", each) if index % 2 else each for index, each in enumerate(parts)))


def _attribute(name: str, value: str | int | bool) -> str:
    shown = name.rstrip("_").replace("_", "-")
    if value is False:
        return ""
    return f" {shown}" if value is True else f' {shown}="{html.escape(str(value))}"'
