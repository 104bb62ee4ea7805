"""Rules → search queries: wrap-up names become ids, relative moments become instants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reconciler.api.shapes import Wrapup
from reconciler.diagnostics import Diagnostic, nearest_help
from reconciler.kinds.contact import MATCH_FILTERS, SEARCH_FILTERS
from reconciler.kinds.field import Type
from reconciler.kinds.values import iso, moment
from reconciler.manifests.desired import Desired, DesiredPolicy, Rule

_Wrapups = Mapping[str, list[Wrapup]]


@dataclass(frozen=True, slots=True)
class Query:
    """A rule with the search query that finds its contacts; an empty query is the whole campaign.

    `here`: filters that search does not know (notes, trap 2): of what it finds, those that satisfy them are meant.
    `moments`: the filters that were relative, as they were resolved.
    """

    rule: Rule
    filters: Mapping[str, Any]
    here: Mapping[str, Any] = field(default_factory=dict)
    moments: Mapping[str, str] = field(default_factory=dict)
    #: When the rule was read: what it writes is updated after that.
    at: str = ""

    @property
    def whole(self) -> Mapping[str, Any]:
        """All filters, whoever evaluates them."""
        return {**self.filters, **self.here}


def needs_wrapups(desired: Desired) -> bool:
    """Whether any rule speaks of wrap-up codes, so that the account's list has to be read."""
    names = {"lastWrapups", "wrapupStatuses"}
    return any(rule.match and names & rule.match.keys() for policy in desired.policies for rule in policy.rules)


def make_queries(
    policy: DesiredPolicy, wrapups: Iterable[Wrapup], now: datetime
) -> tuple[list[Query], list[Diagnostic]]:
    """The queries of a policy's rules, in order, and a fault for each wrap-up name that is unknown or ambiguous."""
    faults: list[Diagnostic] = []
    by_name = wrapup_names(wrapups)
    return [_query(rule, _filters(rule, policy, by_name, now, faults), now) for rule in policy.rules], faults


def _query(rule: Rule, filters: Mapping[str, Any], now: datetime) -> Query:
    return Query(
        rule,
        {name: each for name, each in filters.items() if name in SEARCH_FILTERS},
        {name: each for name, each in filters.items() if name not in SEARCH_FILTERS},
        {name: filters[name] for name, each in (rule.match or {}).items() if _is_relative(name, each)},
        iso(now),
    )


def _is_relative(name: str, value: object) -> bool:
    return MATCH_FILTERS[name].type is Type.MOMENT and isinstance(value, str) and value[:1] in ("+", "-")


def wrapup_names(wrapups: Iterable[Wrapup]) -> dict[str, list[Wrapup]]:
    """Wrap-up codes under their names and under their paths (``Folder/Name``)."""
    names: dict[str, list[Wrapup]] = {}
    for each in wrapups:
        for name in {each.name, path_of(each)}:
            names.setdefault(name, []).append(each)
    return names


def path_of(wrapup: Wrapup) -> str:
    """The whole path of a wrap-up code: its folder path and its name."""
    return f"{wrapup.wrapupPath}/{wrapup.name}" if wrapup.wrapupPath else wrapup.name


def _filters(
    rule: Rule, policy: DesiredPolicy, wrapups: _Wrapups, now: datetime, faults: list[Diagnostic]
) -> dict[str, Any]:
    match, filters = rule.match or {}, dict[str, Any]()
    for name, value in match.items():
        if name == "lastWrapups":  # never beside `lastWrapupIds`: manifests that hold both are refused
            filters["lastWrapupIds"] = _wrapup_ids(rule, policy, wrapups, faults)
        elif MATCH_FILTERS[name].type is Type.MOMENT:
            filters[name] = _moment(name, value, rule, policy, now, faults)
        else:
            filters[name] = value
    return filters


def _moment(
    name: str, text: str, rule: Rule, policy: DesiredPolicy, now: datetime, faults: list[Diagnostic]
) -> str | None:
    try:
        return iso(moment(text, now))
    except (ValueError, OverflowError):
        detail, advice = f"`{text}` is not a date and time that exists", "correct the date"
        faults.append(_fault(rule, policy, name, "wrong-moment", "no such moment", detail, advice))
        return None


def _wrapup_ids(rule: Rule, policy: DesiredPolicy, wrapups: _Wrapups, faults: list[Diagnostic]) -> list[int]:
    """The ids of the codes that a rule names."""
    found = {_wrapup_id(each, rule, policy, wrapups, faults) for each in (rule.match or {})["lastWrapups"]}
    return sorted(each for each in found if each is not None)


def _wrapup_id(name: str, rule: Rule, policy: DesiredPolicy, wrapups: _Wrapups, faults: list[Diagnostic]) -> int | None:
    found = wrapups.get(name, [])
    if len(found) == 1:
        return found[0].id
    if found:
        code, summary, detail = (
            "ambiguous-wrapup",
            "several wrap-up codes have this name",
            f"`{name}` is {len(found)} wrap-up codes",
        )
        advice = _ways_out(found, wrapups)
    else:
        code, summary, detail = "unknown-wrapup", "unknown wrap-up code", f"the account has no wrap-up code `{name}`"
        advice = nearest_help("wrap-up code", name, wrapups)
    faults.append(_fault(rule, policy, "lastWrapups", code, summary, detail, advice))
    return None


def _ways_out(found: list[Wrapup], wrapups: _Wrapups) -> str:
    """How to name each of these codes, so that no other is meant: by its path, else by its id."""
    if all(len(wrapups[path_of(each)]) == 1 for each in found):
        return "write the path: " + " or ".join(f"`{path}`" for path in sorted({path_of(each) for each in found}))
    return "use lastWrapupIds: " + " or ".join(str(number) for number in sorted({each.id for each in found}))


def _fault(
    rule: Rule, policy: DesiredPolicy, name: str, code: str, summary: str, detail: str, advice: str
) -> Diagnostic:
    span = rule.spans.get(name, rule.span)
    return Diagnostic(code, summary, detail, span=span, help=advice, address=str(policy.address))
