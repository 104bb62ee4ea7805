"""Faults on demand: what can be made to go wrong, as text for the command line and as JSON for the control endpoint.

status,code=429,retryAfter=2,path=*/contacts/search,after=3,times=2
{"kind": "status", "code": 429, "retryAfter": 2, "path": "*/contacts/search", "after": 3, "times": 2}
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, NamedTuple

from reconciler.emulator.errors import FaultError
from reconciler.emulator.fields import JsonObject, Reader, filled, integer, mapping_of

#: Of each sort one fault strikes a request: it waits, is preceded by an edit, starts a batch, and is answered.
Sort = Literal["delay", "edit", "batch", "answer"]

_REQUIRED = object()
_BATCH_PATH = "*/contact-batch/*"


class Kind(NamedTuple):
    """A kind of fault: its own values (reader, default), and which requests it is for unless told otherwise."""

    sort: Sort
    values: Mapping[str, tuple[Reader, Any]] = {}
    method: str = "*"
    path: str = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `values` are the kind's own; made by `fault_from_text` or `fault_from_json`, which check them.

    method, path: which requests (`*` and `?` as in file names). after: how many of them are let through first.
    times: how often it strikes; 0: always.
    """

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)
    method: str = "*"
    path: str = "*"
    after: int = 0
    times: int = 1

    @property
    def sort(self) -> Sort:
        """What it does to a request."""
        return KINDS[self.kind].sort

    def matches(self, method: str, path: str) -> bool:
        """Whether it is for such a request."""
        return fnmatchcase(method, self.method.upper()) and fnmatchcase(path, self.path)

    def as_json(self) -> JsonObject:
        """As the control endpoint shows it, and takes it."""
        where = {"method": self.method, "path": self.path, "after": self.after, "times": self.times}
        return {"kind": self.kind, **self.values, **where}


def fault_from_text(text: str) -> Fault:
    """The fault that ``KIND,KEY=VALUE,…`` describes; FaultError, in one sentence, when it describes none.

    A VALUE that is JSON is taken as JSON, so a comma inside of {}, [] or "" parts nothing; any other is text.
    """
    kind, *pairs = _parts(text)
    given: JsonObject = {"kind": kind.strip()}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        name = name.strip()
        if not equals:
            raise FaultError(f"`{name}` is not KEY=VALUE")
        if name in given:
            raise FaultError(f"`{name}` is given twice")
        given[name] = _value(value.strip())
    return fault_from_json(given)


def fault_from_json(given: object) -> Fault:
    """The fault that a JSON object describes; FaultError, in one sentence, when it describes none."""
    if not isinstance(given, Mapping) or not isinstance(given.get("kind"), str):
        raise FaultError("a fault is an object with a `kind`")
    name = given["kind"]
    if name not in KINDS:
        raise FaultError(f"`{name}` is no kind of fault; {nearest('kind', name, KINDS)}")
    kind = KINDS[name]
    known = {**kind.values, **_where(kind)}
    for key in given:
        if key not in known and key != "kind":
            raise FaultError(f"`{key}` is no value of `{name}`; {nearest('value', str(key), known)}")
    read = {key: _read(name, key, given.get(key, default), reader) for key, (reader, default) in known.items()}
    values = {key: read[key] for key in kind.values if read[key] is not None}
    return Fault(name, values, read["method"], read["path"], read["after"], read["times"])


def nearest(noun: str, name: str, known: Iterable[str]) -> str:
    """What `name` was probably meant to be, or all that there is."""
    names = {each.lower(): each for each in known}
    found = difflib.get_close_matches(name.lower(), names, n=1)
    return f"the nearest {noun} is `{names[found[0]]}`" if found else "known: " + ", ".join(names.values())


def _where(kind: Kind) -> dict[str, tuple[Reader, Any]]:
    return {
        "method": (filled, kind.method),
        "path": (filled, kind.path),
        "after": (integer(0), 0),
        "times": (integer(0), 1),
    }


def _read(kind: str, key: str, value: object, reader: Reader) -> Any:
    if value is _REQUIRED:
        raise FaultError(f"`{kind}` needs `{key}`")
    try:
        return None if value is None else reader(value)
    except ValueError as error:
        raise FaultError(f"`{key}` of `{kind}` {error}") from None


def _parts(text: str) -> Iterator[str]:
    """`text` parted at the commas that stand outside of brackets and quotes."""
    depth, quoted, start = 0, False, 0
    for place, letter in enumerate(text):
        if letter == '"' and text[place - 1 : place] != "\\":
            quoted = not quoted
        elif not quoted:
            depth += (letter in "{[") - (letter in "}]")
            if letter == "," and depth == 0:
                yield text[start:place]
                start = place + 1
    if depth or quoted:
        raise FaultError(f"a bracket or a quote is not closed in `{text[start:]}`")
    yield text[start:]


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 3600:
        raise ValueError("must be seconds, from 0 to 3600")
    return value


def _code(lowest: int) -> Reader:
    def read(value: object) -> int:
        if type(value) is not int or not lowest <= value <= 599:
            raise ValueError(f"must be an HTTP status from {lowest} to 599")
        if value in (204, 205, 304):
            raise ValueError("must be an HTTP status whose answers have a body")
        return value

    return read


_filled_object = mapping_of(lambda value: value)


def _changes(value: object) -> JsonObject:
    changes: JsonObject = _filled_object(value)
    if not changes:
        raise ValueError("must not be empty")
    return changes


#: Every kind of fault. To add one, add its line, and for an "answer" its function in `breaking.py`.
KINDS: Mapping[str, Kind] = {
    "latency": Kind("delay", {"seconds": (_seconds, _REQUIRED)}),
    "status": Kind("answer", {"code": (_code(300), _REQUIRED), "retryAfter": (_seconds, None)}),
    "html": Kind("answer", {"code": (_code(200), 200)}),
    "cut-off": Kind("answer"),
    "invalid-json": Kind("answer"),
    "lost-before": Kind("answer"),
    "lost-after": Kind("answer"),
    "busy": Kind("answer", method="POST", path=_BATCH_PATH),
    "batch-fails": Kind("batch", method="POST", path=_BATCH_PATH),
    "batch-half-fails": Kind("batch", method="POST", path=_BATCH_PATH),
    "edit": Kind(
        "edit", {"campaign": (integer(1), _REQUIRED), "contact": (integer(1), None), "set": (_changes, _REQUIRED)}
    ),
}
