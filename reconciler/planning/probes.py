"""Probes: proof that the API honours a filter that can't be checked on the contacts it returned (S3).

A search that no contact can satisfy must return nothing that breaks it: the same condition with a value that nobody
has, or together with its opposite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from reconciler.api.endpoints.searches import Search
from reconciler.api.filters import columns_of, undecidable
from reconciler.api.judging import Judge
from reconciler.api.reading import Reader
from reconciler.kinds.values import instant, iso
from reconciler.planning.sifting import Sieve

#: A text that no custom field holds, and a number that no phone has.
IMPOSSIBLE, NOBODYS = "reconciler-probe-4f1d0c9e", "000000000000000"
_POSITIVE = ("eq", "startsWith", "endsWith", "contains", "like")
_OPPOSITES = {
    "notEq": "eq", "notStartswith": "startsWith", "notEndswith": "endsWith", "notContains": "contains",
    "lt": "gte", "gte": "lt", "gt": "lte", "lte": "gt",
}  # fmt: skip
_DAY = timedelta(days=1)
_MOST_WRAPUPS = 500


def unsure_parts(sieve: Sieve) -> list[int]:
    """The parts (numbers) of a rule's filters that have to be proved.

    Those that could not be decided for some contact that was found, and those that never can, whatever is found.
    """
    never = [number for number, part in enumerate(sieve.judge.parts) if undecidable(part)]
    return sorted({*never, *(number for kind in sieve.kinds for number in kind.unsure)})


def probe_of(part: Mapping[str, Any], statuses: Mapping[int, str]) -> dict[str, Any] | None:
    """A query that holds this part of a filter and that no contact satisfies; None where there is none."""
    ((name, wanted),) = part.items()
    if wanted is None or wanted == []:
        return None
    if name == "customFieldConditions":
        return {name: _impossible(wanted[0])}
    if name == "phones":
        return {name: [NOBODYS]}
    if name == "wrapupStatuses":
        others = sorted(number for number, status in statuses.items() if status not in wanted)
        return {name: wanted, "lastWrapupIds": others[:_MOST_WRAPUPS]} if others else None
    for end, other, away in (("Before", "After", _DAY), ("After", "Before", -_DAY)):
        if name.endswith(end):
            return {name: wanted, name.removesuffix(end) + other: iso(instant(wanted) + away)}
    return None


def _impossible(condition: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    operator = condition["condition"]
    if operator in _POSITIVE:
        return [{**condition, "value": IMPOSSIBLE}]
    return [condition, {**condition, "condition": _OPPOSITES[operator]}]


def is_honoured(reader: Reader, campaign_id: int, probe: Mapping[str, Any], statuses: Mapping[int, str]) -> bool | None:
    """Whether the API honours what is probed: it returns no contact. None: one came that can't be judged.

    One that breaks the probe proves that it does not; so does any for `like`, which can't be judged at all.
    """
    page = reader.run(Search(campaign_id, probe, columns=columns_of(probe)).page(None))
    judge = Judge(probe, statuses)
    if not page.content:
        return True
    if any(undecidable(each) for each in judge.parts) or any(judge.unsure(each) is None for each in page.content):
        return False
    return None


def proved(
    reader: Reader, campaign_id: int, sieve: Sieve, statuses: Mapping[int, str]
) -> tuple[Sequence[int], frozenset[int]]:
    """Of the parts (numbers) that have to be proved those that the API ignores, and those that nothing can prove."""
    ignored: list[int] = []
    unproven: set[int] = set()
    for number in unsure_parts(sieve):
        is_sent = number < len(sieve.judge.parts)
        probe = probe_of(sieve.judge.parts[number], statuses) if is_sent else None
        honoured = is_honoured(reader, campaign_id, probe, statuses) if probe is not None else None
        if honoured is None:
            unproven.add(number)
        elif not honoured:
            ignored.append(number)
    return ignored, frozenset(unproven)
