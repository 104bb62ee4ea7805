"""A plan as rows, prepared once for all formats: names beside ids, unsafe text neutralised, nothing styled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.diagnostics import Severity
from reconciler.kinds.campaign import SETTINGS
from reconciler.planning.limits import Use
from reconciler.planning.plan import Action, Attribute, Change, Place, Plan, Reason
from reconciler.render.neutral import neutral
from reconciler.render.words import Names, count, element, value


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a block. `sign`: ~ changes, + adds, blank leaves alone, ! warns."""

    sign: str
    name: str
    text: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """All that happens to one object, under its heading."""

    address: str
    title: str
    risk: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class PlanRows:
    """A whole plan: heading, blocks, and the lines that close it."""

    heading: str
    blocks: tuple[Block, ...]
    unchanged: int
    totals: str
    limits: tuple[tuple[str, bool], ...]


def plan_rows(plan: Plan, names: Names, uses: Iterable[Use] = ()) -> PlanRows:
    """The rows of a plan; `uses` are its limits. Objects that stay as they are are counted, not shown."""
    groups: dict[tuple[str, int], list[Change]] = {}
    for change in plan.changes:
        groups.setdefault((change.address, change.campaign_id), []).append(change)
    shown = {key: changes for key, changes in groups.items() if any(_is_news(each) for each in changes)}
    return PlanRows(
        heading=neutral(f"{plan.project} → {plan.environment}  {plan.base_url}"),
        blocks=tuple(_block(changes, names) for changes in shown.values()),
        unchanged=len(groups) - len(shown),
        totals=_totals(plan),
        limits=tuple((_limit(each), each.exceeded) for each in uses if plan.steps),
    )


def _is_news(change: Change) -> bool:
    return change.action is not Action.NONE or bool(change.attributes)


def _block(changes: Sequence[Change], names: Names) -> Block:
    first = changes[0]
    worst = max((each.risk for each in changes), key=lambda risk: ("none", "low", "medium", "high").index(risk))
    risks = dict.fromkeys(text for each in changes for text in each.risks)
    warnings = [Line("!", "" if index else f"risk {worst}", neutral(text)) for index, text in enumerate(risks)]
    lines = [line for each in changes for line in _lines(each, names)]
    campaign = f'{first.campaign_id} "{neutral(first.campaign_name)}"'
    title = f"contacts of {first.campaign} · {campaign}" if first.rule else campaign
    return Block(first.address, title, str(worst), (*lines, *warnings))


def _lines(change: Change, names: Names) -> Iterator[Line]:
    if change.rule is not None:
        yield from _rule_lines(change, names)
        return
    for attribute in change.attributes:
        sign = " " if attribute.ignored else "+" if change.action is Action.ADD_FIELD else "~"
        text = (
            _added(attribute)
            if change.action is Action.ADD_FIELD
            else moved(attribute.name, attribute.before, attribute.after, names)
        )
        ignored = "  (ignored: lifecycle.ignoreChanges)" if attribute.ignored else ""
        yield Line(sign, attribute.name, text + ignored, _place(attribute.source))


def _added(attribute: Attribute) -> str:
    is_phone = isinstance(attribute.after, dict) and attribute.after.get("isPhoneNumber")
    return "new custom field, a phone number" if is_phone else "new custom field"


def moved(name: str, before: Any, after: Any, names: Names) -> str:
    """What becomes of the value of a setting; of a set the elements that come and go."""
    field = SETTINGS.get(name)
    if field is not None and field.many:
        return _set_moves(name, before or [], after or [], names)
    return f"{value(name, before, names)} → {value(name, after, names)}"


def _set_moves(name: str, before: list[Any], after: list[Any], names: Names) -> str:
    added = [f"+ {element(name, each, names)}" for each in after if each not in before]
    removed = [f"- {element(name, each, names)}" for each in before if each not in after]
    kept = len([each for each in after if each in before])
    return "  ".join([*added, *removed, *([f"({kept} unchanged)"] if kept else [])])


def _rule_lines(change: Change, names: Names) -> Iterator[Line]:
    deferred = f"; {change.deferred} in a call now: deferred" if change.deferred else ""
    place = _place(change.source)
    matched = count(change.matched, "contact")
    if change.reason is Reason.RULE_SKIPS:
        yield Line(" ", change.rule or "", f"{matched} claimed, left as they are", place)
    elif change.matched == 0:
        yield Line(" ", change.rule or "", "no contact is left for it", place)
    elif change.changed == 0:
        yield Line(" ", change.rule or "", f"{matched} matched, all as desired{deferred}", place)
    else:
        sets: dict[str, None] = {}
        for group in change.contacts:
            sets |= dict.fromkeys(f"{name} → {value(name, after, names)}" for name, after in group.after.items())
        text = f"{change.changed:,} of {matched} change: {', '.join(sets)}{deferred}"
        yield Line("~", change.rule or "", text, place)
        if change.loads:
            loads = (f"{names.shown('agents', e.agent_id)} {e.before:,} → {e.after:,}" for e in change.loads)
            yield Line(" ", "", "contacts per agent: " + ", ".join(loads))


def _place(place: Place | None) -> str:
    return neutral(f"{place.file}:{place.line}") if place else ""


def _totals(plan: Plan) -> str:
    summary = plan.summary
    blocked = {each.address for each in plan.diagnostics if each.severity is Severity.ERROR}
    incomplete = [f"incomplete, {count(len(blocked), 'object')} could not be planned (errors)"] if blocked else []
    if not plan.steps and blocked:
        return f"{incomplete[0]}; for the rest there is nothing to do"
    if not plan.steps:
        if summary.contacts_deferred:
            return (
                f"nothing to do now: {count(summary.contacts_deferred, 'contact')} in a call, deferred to the next run"
            )
        return "nothing to do: the account is as the manifests say"
    parts = [
        *incomplete,
        count(summary.campaigns_changed, "campaign") + (" changes" if summary.campaigns_changed == 1 else " change"),
    ]
    if summary.custom_fields_added:
        parts.append(count(summary.custom_fields_added, "custom field") + " to add")
    if summary.contacts_matched:
        parts.append(f"{summary.contacts_changed:,} of {count(summary.contacts_matched, 'matched contact')} change")
    if summary.contacts_deferred:
        parts.append(f"{summary.contacts_deferred:,} deferred")
    return " · ".join([*parts, count(summary.steps, "API call")])


def _limit(use: Use) -> str:
    owner = f" ({neutral(use.owner)})" if use.owner else ""
    others = f", and {use.under_own:,} under limits of their own rules" if use.under_own else ""
    return f"{use.name} {use.used:,} of {use.limit:,}{owner or others}"
