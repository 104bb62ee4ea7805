"""Rules → search queries: wrap-up names become ids, relative moments become instants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciler.api.decode import Wrapup
from reconciler.diagnostics import Diagnostic, nearest_help
from reconciler.kinds.contact import MATCH_FILTERS
from reconciler.kinds.field import Type
from reconciler.kinds.values import iso, moment
from reconciler.manifests.desired import Desired, DesiredPolicy, Rule


@dataclass(frozen=True, slots=True)
class Query:
    """A rule with the search query that finds its contacts; an empty query is the whole campaign."""

    rule: Rule
    filters: Mapping[str, Any]


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
    return [Query(rule, _filters(rule, policy, by_name, now, faults)) for rule in policy.rules], faults


def wrapup_names(wrapups: Iterable[Wrapup]) -> dict[str, list[Wrapup]]:
    """Wrap-up codes under their names and under their paths (``Folder/Name``)."""
    names: dict[str, list[Wrapup]] = {}
    for each in wrapups:
        names.setdefault(each.name, []).append(each)
        names.setdefault(path_of(each), []).append(each)
    return names


def path_of(wrapup: Wrapup) -> str:
    """The whole path of a wrap-up code: its folder path and its name."""
    return f"{wrapup.wrapupPath}/{wrapup.name}" if wrapup.wrapupPath else wrapup.name


def _filters(
    rule: Rule,
    policy: DesiredPolicy,
    wrapups: Mapping[str, list[Wrapup]],
    now: datetime,
    faults: list[Diagnostic],
) -> dict[str, Any]:
    filters: dict[str, Any] = {}
    for name, value in (rule.match or {}).items():
        if name == "lastWrapups":
            ids = {_wrapup_id(each, rule, policy, wrapups, faults) for each in value}
            filters["lastWrapupIds"] = sorted(
                {*filters.get("lastWrapupIds", ()), *(each for each in ids if each is not None)}
            )
        elif name == "lastWrapupIds":
            filters[name] = sorted({*filters.get(name, ()), *value}) if value is not None else None
        elif MATCH_FILTERS[name].type is Type.MOMENT:
            filters[name] = iso(moment(value, now))
        else:
            filters[name] = value
    return filters


def _wrapup_id(
    name: str,
    rule: Rule,
    policy: DesiredPolicy,
    wrapups: Mapping[str, list[Wrapup]],
    faults: list[Diagnostic],
) -> int | None:
    found = wrapups.get(name, [])
    if len(found) == 1 or len({each.id for each in found}) == 1:
        return found[0].id
    span = rule.spans.get("lastWrapups", rule.span)
    paths = sorted({path_of(each) for each in found})
    if found and len(paths) > 1:
        code, summary = "ambiguous-wrapup", "several wrap-up codes have this name"
        detail, advice = (
            f"`{name}` is {len(found)} wrap-up codes",
            "write the path: " + " or ".join(f"`{p}`" for p in paths),
        )
    else:
        code, summary = "unknown-wrapup", "unknown wrap-up code"
        detail, advice = f"the account has no wrap-up code `{name}`", nearest_help("wrap-up code", name, wrapups)
    faults.append(Diagnostic(code, summary, detail, span=span, help=advice, address=str(policy.address)))
    return None
