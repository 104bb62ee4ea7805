"""What the filters of a rule mean, told once more in plain words, over the emulator's own rows.

It shares nothing with the code under test. Where the documentation has two readings it is never asked: the filters and
contacts of these laws keep away from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.conftest import NOW
from tests.laws.accounts import ALICE, BRUNO, CHLOE, CLOSERS, OPENERS, RUNNING, STATUSES, WRAPUPS

Row = Mapping[str, Any]

#: The names that the manifests of these laws use.
AGENTS = {"alice": ALICE, "bruno": BRUNO, "chloe": CHLOE}
GROUPS = {"closers": CLOSERS, "openers": OPENERS}
#: Filter, without its Before or After → the contact's field that it is about.
MOMENTS = {
    "created": "createdAt",
    "update": "lastUpdatedAt",
    "lastCall": "lastCallTime",
    "retry": "retryDate",
    "minCallingDateTime": "minCallingDateTime",
    "maxCallingDateTime": "maxCallingDateTime",
    "purgeDate": "purgeDate",
}
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1)}


def owner(rules: Sequence[Mapping[str, Any]], row: Row) -> Mapping[str, Any] | None:
    """The first rule that matches the contact; None: no rule is about it."""
    return next((each for each in rules if satisfies(each["match"], row)), None)


def satisfies(match: Any, row: Row) -> bool:
    """Whether a contact satisfies all filters of a rule as the manifest writes them."""
    return match == "all" or all(FILTERS[name](row, wanted) for name, wanted in match.items())


def is_running(row: Row) -> bool:
    """Whether the contact is being handled right now, so that it is left alone."""
    return bool(row["state"] == RUNNING)


def values(rule: Mapping[str, Any]) -> dict[str, Any]:
    """What the rule sets, as the account holds it."""
    return {name: _resolved(name, value) for name, value in rule.get("set", {}).items()}


def _resolved(name: str, value: Any) -> Any:
    return (GROUPS if name == "assignedGroupId" else AGENTS).get(value, value) if isinstance(value, str) else value


def _one_of(column: str, names: Mapping[str, int] = {}) -> Callable[[Row, Any], bool]:
    def check(row: Row, wanted: Any) -> bool:
        listed = [None] if wanted is None else [names.get(each, each) for each in wanted]
        return row[column] in listed

    return check


def _status(row: Row, wanted: Any) -> bool:
    listed = [None] if wanted is None else wanted
    return (STATUSES[row["wrapupId"]] if row["wrapupId"] is not None else None) in listed


def _wrapups(row: Row, wanted: Sequence[str]) -> bool:
    paths = {each["id"]: (each["name"], f"{each.get('wrapupPath')}/{each['name']}") for each in WRAPUPS}
    return any(name in paths.get(row["wrapupId"], ()) for name in wanted)


def _before(column: str) -> Callable[[Row, Any], bool]:
    return lambda row, wanted: row[column] is not None and _instant(row[column]) < _instant(wanted)


def _after(column: str) -> Callable[[Row, Any], bool]:
    return lambda row, wanted: row[column] is not None and _instant(row[column]) > _instant(wanted)


def _instant(text: str) -> datetime:
    if text[0] in "+-":
        distance = int(text[1:-1]) * _UNITS[text[-1]]
        return NOW + distance if text[0] == "+" else NOW - distance
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda held, wanted: held == wanted,
    "notEq": lambda held, wanted: held != wanted,
    "startsWith": lambda held, wanted: held.startswith(wanted),
    "notStartswith": lambda held, wanted: not held.startswith(wanted),
    "endsWith": lambda held, wanted: held.endswith(wanted),
    "notEndswith": lambda held, wanted: not held.endswith(wanted),
    "contains": lambda held, wanted: wanted in held,
    "notContains": lambda held, wanted: wanted not in held,
}


def _conditions(row: Row, wanted: Sequence[Mapping[str, Any]]) -> bool:
    return all(_condition(row["customFields"].get(each["customFieldName"]), each) for each in wanted)


def _condition(held: str | None, wanted: Mapping[str, Any]) -> bool:
    if wanted["value"] is None:
        return (held is None) is bool(wanted["condition"] == "eq")
    assert held is not None, "whether a null satisfies this is not documented"
    return _OPERATORS[wanted["condition"]](held, wanted["value"])


#: Filter → whether a contact satisfies it with the value that the manifest gives.
FILTERS: Mapping[str, Callable[[Row, Any], bool]] = {
    "assignedAgentIds": _one_of("assignedAgentId", AGENTS),
    "assignedGroupIds": _one_of("assignedGroupId", GROUPS),
    "agentIds": _one_of("agentId", AGENTS),
    "lastWrapupIds": _one_of("wrapupId"),
    "regions": _one_of("region"),
    "contactIds": _one_of("contactId"),
    "lastWrapups": _wrapups,
    "wrapupStatuses": _status,
    "excluded": lambda row, wanted: row["excluded"] == wanted,
    "excludedCause": lambda row, wanted: row["excludedDetail"] == wanted,
    "lastCallerType": lambda row, wanted: row["lastCallerType"] == wanted,
    "minPriority": lambda row, wanted: row["priority"] >= wanted,
    "maxPriority": lambda row, wanted: row["priority"] <= wanted,
    "minTries": lambda row, wanted: row["triesNumber"] >= wanted,
    "maxTries": lambda row, wanted: row["triesNumber"] <= wanted,
    "phones": lambda row, wanted: any(each in row["phones"].values() for each in wanted),
    "retryIsNull": lambda row, wanted: row["retryDate"] is None,
    "customFieldConditions": _conditions,
    **{f"{name}Before": _before(column) for name, column in MOMENTS.items()},
    **{f"{name}After": _after(column) for name, column in MOMENTS.items()},
}
