"""The expressions of GitHub Actions, as far as our workflows use them: https://docs.github.com/actions (expressions).

What is not known here, a function or the name of an input, a step, an output of a job or a secret, is an error: on
GitHub it would silently be empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+)|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)|(?P<sign>&&|\|\||==|!=|[!().]))"
)
_STATUS = ("success", "failure", "cancelled", "always")
#: In these every name must be known. Elsewhere (`github.event`, say) GitHub itself leaves out what there is not.
_CLOSED = ("inputs", "steps", "needs", "secrets", "runner")


class UnknownExpression(Exception):
    """Something that these tests do not know, or that is not there."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression sees. `failed`: whether something before it did; `cancelled`: whether somebody cancelled."""

    contexts: Mapping[str, Any]
    failed: bool = False
    cancelled: bool = False

    def value(self, expression: str) -> Any:
        """What an expression comes to."""
        parser = _Parser(_tokens(expression), self)
        found = parser.alternatives()
        if parser.rest:
            raise UnknownExpression(f"{expression!r} goes on with {parser.rest[0][1]!r}")
        return found

    def text(self, template: object) -> str:
        """A value of a workflow, with its expressions put in."""
        if not isinstance(template, str):
            return as_text(template)
        return re.sub(r"\$\{\{(.*?)\}\}", lambda found: as_text(self.value(found[1])), template, flags=re.DOTALL)

    def holds(self, condition: object) -> bool:
        """Whether an `if` lets its step or job run; without a function of its own only where nothing has failed."""
        text = str(condition if condition is not None else "success()").strip()
        text = text.removeprefix("${{").removesuffix("}}")
        names = [value for kind, value in _tokens(text) if kind == "name"]
        own = any(each in names for each in _STATUS)
        return bool(self.value(text)) and (own or bool(self.value("success()")))

    def call(self, name: str) -> bool:
        """A function of the run's status."""
        answers = {
            "success": not self.failed and not self.cancelled,
            "failure": self.failed and not self.cancelled,
            "cancelled": self.cancelled,
            "always": True,
        }
        if name not in answers:
            raise UnknownExpression(f"the function {name}()")
        return answers[name]


def as_text(value: object) -> str:
    """A value as GitHub puts it into a text."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tokens(expression: str) -> list[tuple[str, str]]:
    found, place = [], 0
    while expression[place:].strip():
        match = _TOKEN.match(expression, place)
        if match is None or match.lastgroup is None:
            raise UnknownExpression(f"{expression!r} at {expression[place:]!r}")
        found.append((match.lastgroup, match[match.lastgroup]))
        place = match.end()
    return found


class _Parser:
    def __init__(self, tokens: Sequence[tuple[str, str]], scope: Scope) -> None:
        self.rest = list(tokens)
        self._scope = scope

    def alternatives(self) -> Any:
        """`a || b`: the first that counts as true, else the last."""
        value = self._all()
        while self._takes("||"):
            other = self._all()
            value = value or other
        return value

    def _all(self) -> Any:
        value = self._compared()
        while self._takes("&&"):
            other = self._compared()
            value = value and other
        return value

    def _compared(self) -> Any:
        value = self._single()
        while self.rest and self.rest[0][1] in ("==", "!="):
            sign = self.rest.pop(0)[1]
            value = _same(value, self._single()) == (sign == "==")
        return value

    def _single(self) -> Any:
        if self._takes("!"):
            return not self._single()
        if self._takes("("):
            value = self.alternatives()
            self._expect(")")
            return value
        kind, text = self.rest.pop(0) if self.rest else ("end", "")
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return int(text)
        if kind != "name":
            raise UnknownExpression(f"nothing is known of {text!r} there")
        if text in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[text]
        if self._takes("("):
            self._expect(")")
            return self._scope.call(text)
        return self._looked_up(text)

    def _looked_up(self, root: str) -> Any:
        if root not in self._scope.contexts:
            raise UnknownExpression(f"the context {root}")
        value, path = self._scope.contexts[root], [root]
        while self._takes("."):
            name = self.rest.pop(0)[1]
            path.append(name)
            known = isinstance(value, Mapping) and name in value
            if root in _CLOSED and not known and not (root == "steps" and path[-2] == "outputs"):  # a step may set none
                raise UnknownExpression(f"there is no {'.'.join(path)}")
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def _takes(self, sign: str) -> bool:
        if self.rest and self.rest[0] == ("sign", sign):
            self.rest.pop(0)
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._takes(sign):
            raise UnknownExpression(f"{sign!r} is missing")


def _same(one: Any, other: Any) -> bool:
    """As GitHub compares: texts whatever their case, and what differs in its type as numbers."""
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    if type(one) is type(other):
        return bool(one == other)
    return _number(one) == _number(other)


def _number(value: Any) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return float("nan")
