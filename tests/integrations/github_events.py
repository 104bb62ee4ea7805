"""What happens on GitHub, which workflows run for it, and what a step of theirs hands over."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """What has happened: `sha` is checked out, `payload` is `github.event`. A fork's event gets no secret."""

    name: str
    ref: str
    sha: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    head: str = ""
    branch: str = "main"
    fork: bool = False


def triggers(on: Mapping[str, Any], event: Event) -> bool:
    """Whether a workflow runs for an event; `payload["paths"]`: the files that a push has changed."""
    if event.name not in on:
        return False
    limits = on[event.name] or {}
    if not isinstance(limits, Mapping):
        return True
    if event.branch not in limits.get("branches", [event.branch]):
        return False
    return "paths" not in limits or any(_counts(limits["paths"], each) for each in event.payload["paths"])


def _counts(patterns: Sequence[str], path: str) -> bool:
    """Whether a path is meant: the last pattern that matches it says so."""
    meant = False
    for each in patterns:
        pattern = re.escape(each.removeprefix("!")).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
        if re.fullmatch(pattern, path):
            meant = not each.startswith("!")
    return meant


def outputs_of(text: str) -> dict[str, str]:
    """What a step has written into GITHUB_OUTPUT."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        name, sign, end = re.match(r"([\w-]+)(<<|=)(.*)", line).groups()  # type: ignore[union-attr]
        values = [end]
        if sign == "<<":
            values = list(iter(lambda: next(lines), end))
        found[name] = "\n".join(values)
    return found
