"""One next step for each way in which a text is not YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reconciler.diagnostics import Span

_ADVICE: Mapping[str, str] = {
    "mapping values are not allowed in this context": "quote the value if it holds `: `, or correct the indentation",
    "found character that cannot start any token": "quote the value: it starts with a character that YAML keeps",
    "found unexpected end of stream": "close the quote",
    "found unexpected document indicator": "close the quote",
    "found unknown escape character": "write `\\\\` for a backslash, or use single quotes",
    "did not find expected alphabetic or numeric character": "quote the value: `*` and `&` at its start are YAML's",
    "found unexpected ':'": "put a space after the colon",
}
_OTHERWISE = "check indentation, quotes and colons here and in the line before"

_CONFLICT = re.compile(r"\s*(<{7}|={7}|>{7}|\|{7})(\s|$)")
_USE_IN_FLOW = re.compile(r"[\[{,:]\s*\$\{")
_ENDED_QUOTE = re.compile(r"(['\"])[^'\"]*\1$")


def syntax_advice(problem: str, span: Span, opened: int) -> str:
    """The help line for what the parser says at `span` about what began on the line `opened` (1-based)."""
    text = span.source.line(span.line)
    before, after = text[: span.column - 1], text[span.column - 1 :]
    if any(_CONFLICT.match(span.source.line(number)) for number in (opened, span.line - 1, span.line)):
        return "resolve the merge conflict"
    if "\t" in (text[: len(text) - len(text.lstrip())] + after[:1]):
        return "indent with spaces: YAML takes no tabs"
    if problem.startswith("did not find expected ',' or") and _USE_IN_FLOW.search(text[: span.column]):
        return "put `${…}` in quotes inside of [ ] and { }"
    if after[:1].isalpha() and (quote := _ENDED_QUOTE.search(before)):
        return _of_quote(quote[1])
    return _ADVICE.get(problem, _OTHERWISE)


def _of_quote(quote: str) -> str:
    if quote == "'":
        return "double the quote inside of the text, or put the text in double quotes"
    return 'write `\\"` inside of the text, or put the text in single quotes'
