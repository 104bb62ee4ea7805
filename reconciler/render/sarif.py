"""Items as SARIF 2.1.0, which GitHub code scanning and editors read (OASIS, sarif-v2.1.0)."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from reconciler import __version__
from reconciler.diagnostics import Span
from reconciler.explanations import EXPLANATIONS, Explanation
from reconciler.render.machine import Item, fingerprints, repository_path, shortened, worst_first
from reconciler.render.neutral import neutral
from reconciler.render.records import json_text
from reconciler.render.words import count

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#: What paths are relative to: the root of the repository.
ROOT = "%SRCROOT%"
#: The name of the fingerprint; another one whenever its ingredients change.
FINGERPRINT = "reconcilerItem/v2"
#: GitHub refuses a run of more results, one of which more than so many places, and a file that is larger, zipped.
MOST_RESULTS, _MOST_PLACES, MOST_BYTES = 25_000, 1000, 10_000_000
#: The longest message, in characters.
_MOST = 4000


def items_sarif(items: Sequence[Item], folder: str = "", category: str = "") -> str:
    """One run: each item with a place is a result, and one without (no project) a notification of the tool.

    `folder` is the project's, from the root of the repository. `category` keeps runs apart that are about the same
    commit. What GitHub would refuse is left out, the least severe first; a notification says how many.
    """
    most = MOST_RESULTS
    text = _text(items, folder, category, most)
    while len(text) > MOST_BYTES and len(gzip.compress(text.encode())) > MOST_BYTES:
        most //= 2
        text = _text(items, folder, category, most)
    return text


def _text(items: Sequence[Item], folder: str, category: str, most: int) -> str:
    codes = sorted({each.code for each in items})
    rules = {code: number for number, code in enumerate(codes)}
    placed = [each for each in items if each.span is not None]
    kept = worst_first(placed, most)
    without_place = worst_first([each for each in items if each.span is None], most)
    name = f"reconciler/{neutral(category)}/" if category else "reconciler/"
    run = {
        "tool": {"driver": _driver(codes)},
        "automationDetails": {"id": name},
        "invocations": [_invocation(without_place, rules, len(placed) - len(kept))],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(each, rules[each.code], print_, folder)
            for each, print_ in zip(kept, fingerprints(kept, folder), strict=True)
        ],
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _driver(codes: Iterable[str]) -> dict[str, Any]:
    rules = [_rule(code) for code in codes]
    return {"name": "reconciler", "version": __version__, "semanticVersion": __version__, "rules": rules}


def _rule(code: str) -> dict[str, Any]:
    explained = EXPLANATIONS.get(code)
    if explained is None:  # of a plan that a later version has saved
        return {"id": _plain(code)}
    return {
        "id": code,
        "shortDescription": {"text": explained.title},
        "fullDescription": {"text": explained.why},
        "help": {"text": explained.advice, "markdown": _markdown(explained)},
    }


def _markdown(explained: Explanation) -> str:
    parts = [explained.why, explained.advice]
    for word, example in (("Wrong", explained.wrong), ("Right", explained.right)):
        if example:
            parts.append(f"{word}, {explained.where}:\n\n```{explained.language}\n{example}```")
    return "\n\n".join(parts)


def _invocation(without_place: Sequence[Item], rules: dict[str, int], left_out: int) -> dict[str, Any]:
    notifications: list[dict[str, Any]] = [
        {
            "descriptor": {"id": _plain(each.code), "index": rules[each.code]},
            "associatedRule": {"id": _plain(each.code), "index": rules[each.code]},
            "level": str(each.severity),
            "message": {"text": _message(each)},
        }
        for each in without_place
    ]
    if left_out:
        words = f"{count(left_out, 'result')} left out: GitHub takes no more. The least severe went first."
        notifications.append({"level": "warning", "message": {"text": words}})
    whole = not any(each.severity == "error" for each in without_place)
    return {"executionSuccessful": whole, "toolExecutionNotifications": notifications}


def _result(item: Item, rule: int, fingerprint: str, folder: str) -> dict[str, Any]:
    assert item.span is not None
    result = {
        "ruleId": _plain(item.code),
        "ruleIndex": rule,
        "level": str(item.severity),
        "message": {"text": _message(item)},
        "locations": [{"physicalLocation": _physical(item.span, folder)}],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    }
    related = [
        {"id": number, "physicalLocation": _physical(each.span, folder), "message": {"text": _plain(each.text)}}
        for number, each in enumerate(item.labels[: _MOST_PLACES - 1], start=1)
    ]
    return result | ({"relatedLocations": related} if related else {})


def _physical(span: Span, folder: str) -> dict[str, Any]:
    region = {"startLine": span.line, "startColumn": span.column, "endColumn": span.column + span.width}
    path = repository_path(folder, span.source.path)
    return {"artifactLocation": {"uri": quote(_bytes(path)), "uriBaseId": ROOT}, "region": region}


def _bytes(path: str) -> bytes:
    """A path as the system has it; one that no system can have (from a file that is not ours) with escapes."""
    try:
        return os.fsencode(path)
    except UnicodeEncodeError:
        return neutral(path).encode()


def _message(item: Item) -> str:
    """The object, title, facts and next step; the last one on a line of its own."""
    return _plain(item.message) + (f"\nhelp: {_plain(item.help)}" if item.help else "")


def _plain(text: str) -> str:
    """`text` so that no viewer takes a part of it for a link or a placeholder (sections 3.11.5 and 3.11.6)."""
    return shortened(re.sub(r"\{(?=\d+\})", "{ ", neutral(text)).replace("](", "] ("), _MOST)
