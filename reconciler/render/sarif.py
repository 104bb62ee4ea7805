"""Faults as SARIF 2.1.0, which GitHub code scanning and editors read (OASIS, sarif-v2.1.0)."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from reconciler import __version__
from reconciler.diagnostics import Diagnostic, Span
from reconciler.explanations import EXPLANATIONS, Explanation
from reconciler.render.neutral import neutral
from reconciler.render.records import json_text

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#: What paths are relative to: the project's folder.
ROOT = "%SRCROOT%"
#: The name of the fingerprint; another one whenever its ingredients change.
FINGERPRINT = "reconcilerFault/v1"


def diagnostics_sarif(diagnostics: Iterable[Diagnostic]) -> str:
    """One run: each fault with a place is a result, and one without (no project) a notification of the tool."""
    found = list(diagnostics)
    codes = sorted({each.code for each in found})
    rules = {code: number for number, code in enumerate(codes)}
    placed = [each for each in found if each.span is not None]
    without_place = [each for each in found if each.span is None]
    run = {
        "tool": {"driver": _driver(codes)},
        "invocations": [_invocation(without_place, rules)],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The project's folder."}}},
        "columnKind": "unicodeCodePoints",
        "results": _results(placed, rules),
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _driver(codes: Iterable[str]) -> dict[str, Any]:
    rules = [_rule(code) for code in codes]
    return {"name": "reconciler", "version": __version__, "semanticVersion": __version__, "rules": rules}


def _rule(code: str) -> dict[str, Any]:
    explained = EXPLANATIONS[code]
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


def _invocation(without_place: Sequence[Diagnostic], rules: dict[str, int]) -> dict[str, Any]:
    notifications = [
        {
            "descriptor": {"id": each.code, "index": rules[each.code]},
            "associatedRule": {"id": each.code, "index": rules[each.code]},
            "level": str(each.severity),
            "message": {"text": _message(each)},
        }
        for each in without_place
    ]
    whole = not any(each.is_error for each in without_place)
    return {"executionSuccessful": whole, "toolExecutionNotifications": notifications}


def _results(placed: Iterable[Diagnostic], rules: dict[str, int]) -> list[dict[str, Any]]:
    seen: Counter[str] = Counter()
    results = []
    for each in placed:
        print_ = _fingerprint(each)
        seen[print_] += 1
        results.append(_result(each, rules[each.code], f"{print_}:{seen[print_]}"))
    return results


def _result(diagnostic: Diagnostic, rule: int, fingerprint: str) -> dict[str, Any]:
    assert diagnostic.span is not None
    result = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": str(diagnostic.severity),
        "message": {"text": _message(diagnostic)},
        "locations": [{"physicalLocation": _physical(diagnostic.span)}],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    }
    related = [
        {"id": number, "physicalLocation": _physical(each.span), "message": {"text": _plain(each.text)}}
        for number, each in enumerate(diagnostic.labels, start=1)
    ]
    return result | ({"relatedLocations": related} if related else {})


def _physical(span: Span) -> dict[str, Any]:
    region = {"startLine": span.line, "startColumn": span.column, "endColumn": span.column + span.width}
    return {"artifactLocation": {"uri": quote(os.fsencode(span.source.path)), "uriBaseId": ROOT}, "region": region}


def _message(diagnostic: Diagnostic) -> str:
    """Summary, facts and next step on one line each."""
    what = ": ".join(each for each in (diagnostic.summary, diagnostic.detail) if each)
    return _plain(what) + (f"\nhelp: {_plain(diagnostic.help)}" if diagnostic.help else "")


def _plain(text: str) -> str:
    """`text` so that no viewer takes a part of it for a link or a placeholder (sections 3.11.5 and 3.11.6)."""
    return re.sub(r"\{(?=\d+\})", "{ ", neutral(text)).replace("](", "] (")


def _fingerprint(diagnostic: Diagnostic) -> str:
    """What stays the same when lines or rules are added above: everything but line, column and `rules[2]`."""
    assert diagnostic.span is not None
    detail = re.sub(r"\[\d+\]", "[]", diagnostic.detail)
    parts = [diagnostic.code, diagnostic.span.source.path, diagnostic.address, diagnostic.summary, detail]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
