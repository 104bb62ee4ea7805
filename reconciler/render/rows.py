"""A plan as rows, prepared once for all formats: names beside ids, unsafe text neutralised, nothing styled (S12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciler.diagnostics import Severity
from reconciler.planning.findings import Finding
from reconciler.planning.limits import Use
from reconciler.planning.plan import Action, Change, Plan, Resolved, Risk, Summary
from reconciler.planning.saved import to_json
from reconciler.render.blocks import Block, block_of
from reconciler.render.checks import CheckRow, check_rows
from reconciler.render.lines import moved_line
from reconciler.render.neutral import neutral
from reconciler.render.risks import worst_risk
from reconciler.render.rules import Agent, agents_of
from reconciler.render.steps import StepRow, step_rows
from reconciler.render.words import Names, count, estimate, minute


@dataclass(frozen=True, slots=True)
class Facts:
    """What a plan is bound to, and when it was made. `file`: where it is saved, if it is."""

    project: str
    environment: str
    base_url: str
    tool_version: str
    commit: str
    created: str
    expires: str
    is_expired: bool
    digest: str
    targets: tuple[str, ...]
    file: str

    @property
    def target(self) -> str:
        """``admissions → production``."""
        return f"{self.project} → {self.environment}"


@dataclass(frozen=True, slots=True)
class Fault:
    """A diagnostic."""

    severity: Severity
    code: str
    summary: str
    detail: str
    help: str
    address: str
    place: str


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A limit, and how close the plan comes to it. `owner`: the rule that has it; empty for the run's."""

    name: str
    owner: str
    used: int
    limit: int
    exceeded: bool
    text: str


@dataclass(frozen=True, slots=True)
class PlanRows:
    """A whole plan: what it is bound to, a block for each campaign that is shown, and what closes it.

    `campaigns` is how many change and `totals` all of the numbers, in words; `agents`: the contacts of each agent over
    all rules that change some.
    """

    facts: Facts
    blocks: tuple[Block, ...]
    unchanged: int
    summary: Summary
    campaigns: str
    totals: str
    risk: Risk
    agents: tuple[Agent, ...]
    limits: tuple[LimitRow, ...]
    checks: tuple[CheckRow, ...]
    faults: tuple[Fault, ...]
    steps: tuple[StepRow, ...]


def plan_rows(
    plan: Plan, names: Names, uses: Iterable[Use] = (), *, now: datetime | None = None, file: str = ""
) -> PlanRows:
    """The rows of a plan. `uses` are its limits; `now` tells whether it has expired; `file` is where it is saved.

    Objects that stay as they are are counted, not shown.
    """
    groups: dict[tuple[str, int], list[Change]] = {}
    for change in plan.changes:
        groups.setdefault((change.address, change.campaign_id), []).append(change)
    shown = [changes for changes in groups.values() if any(_is_news(each) for each in changes)]
    steps = step_rows(plan.steps)
    return PlanRows(
        facts=_facts(plan, now, file),
        blocks=tuple(_blocks(shown, steps, names, plan.moments)),
        unchanged=_unchanged(groups, shown),
        summary=plan.summary,
        campaigns=_campaigns(plan),
        totals=_totals(plan),
        risk=worst_risk(each.risk for each in plan.changes),
        agents=agents_of((load for each in plan.changes for load in each.loads), names),
        limits=tuple(_limit(each) for each in uses if plan.steps and _concerns(each, plan)),
        checks=check_rows(plan.checks, names) if plan.steps else (),
        faults=tuple(_fault(each) for each in plan.diagnostics),
        steps=steps,
    )


def moved(name: str, before: Any, after: Any, names: Names) -> str:
    """What becomes of the value of a setting; of a set the elements that come and go."""
    return moved_line(name, before, after, names).text


def _unchanged(groups: Mapping[tuple[str, int], Sequence[Change]], shown: Iterable[Sequence[Change]]) -> int:
    """How many objects stay as they are; a campaign of which contacts change is not one of them."""
    seen = {changes[0].campaign_id for changes in shown}
    return sum(id_ not in seen for _, id_ in groups)


def _is_news(change: Change) -> bool:
    return change.action is not Action.NONE or bool(change.attributes)


def _blocks(
    groups: Iterable[Sequence[Change]], steps: Iterable[StepRow], names: Names, moments: Iterable[Resolved]
) -> Iterator[Block]:
    """What is shown of each campaign: its own changes, then those of its contacts; and what is sent for it."""
    campaigns: dict[int, list[Change]] = {}
    for changes in groups:
        campaigns.setdefault(changes[0].campaign_id, []).extend(changes)
    sent: dict[int, list[StepRow]] = {}
    for step in steps:
        sent.setdefault(step.campaign_id, []).append(step)
    yield from (block_of(changes, names, sent.get(id_, ()), moments) for id_, changes in campaigns.items())


def _concerns(use: Use, plan: Plan) -> bool:
    """Whether a limit is the run's, or that of a rule that was planned: a plan of a part has not all of them."""
    return not use.owner or any(use.owner == f"{each.address} rule {each.rule}" for each in plan.changes)


def _facts(plan: Plan, now: datetime | None, file: str) -> Facts:
    return Facts(
        project=neutral(plan.project),
        environment=neutral(plan.environment),
        base_url=neutral(plan.base_url),
        tool_version=neutral(plan.tool_version),
        commit=neutral(plan.commit or "")[:12],
        created=minute(plan.created_at),
        expires=minute(plan.expires_at),
        is_expired=now is not None and now >= plan.expires_at,
        digest=neutral((plan.digest or _digest(plan)).removeprefix("sha256:")[:12]),
        targets=tuple(neutral(each) for each in (*plan.targets, *([f"shard {plan.shard}"] if plan.shard else []))),
        file=neutral(file),
    )


def _digest(plan: Plan) -> str:
    """The digest that the plan would be saved with; none where a file's name is no UTF-8: it could not be saved."""
    try:
        return str(to_json(plan)["digest"])
    except UnicodeEncodeError:
        return ""


def _fault(finding: Finding) -> Fault:
    place = finding.source
    return Fault(
        severity=finding.severity,
        code=neutral(finding.code),
        summary=neutral(finding.summary),
        detail=neutral(finding.detail),
        help=neutral(finding.help),
        address=neutral(finding.address or ""),
        place=neutral(f"{place.file}:{place.line}:{place.column}") if place else "",
    )


def _totals(plan: Plan) -> str:
    summary = plan.summary
    blocked = {each.address for each in plan.diagnostics if each.severity is Severity.ERROR}
    incomplete = [f"incomplete, {count(len(blocked), 'object')} could not be planned (errors)"] if blocked else []
    if not plan.steps and blocked:
        return f"{incomplete[0]}; for the rest there is nothing to do"
    if not plan.steps and summary.contacts_deferred:
        return f"nothing to do now: {count(summary.contacts_deferred, 'contact')} deferred to the next run"
    if not plan.steps and plan.undoes:
        return f"nothing to do: nothing of run {neutral(plan.undoes)} is left to undo"
    if not plan.steps:
        part = "this part of " if plan.targets or plan.shard else ""
        differs = ", but for what is ignored" if any(each.attributes for each in plan.changes) else ""
        return f"nothing to do: {part}the account is as the manifests say{differs}"
    parts = [*incomplete, _campaigns(plan)]
    if summary.custom_fields_added:
        parts.append(count(summary.custom_fields_added, "custom field") + " to add")
    if summary.contacts_matched:
        parts.append(f"{summary.contacts_changed:,} of {count(summary.contacts_matched, 'matched contact')} change")
    if summary.contacts_deferred:
        parts.append(f"{summary.contacts_deferred:,} deferred")
    return " · ".join([*parts, count(summary.steps, "step"), estimate(summary)])


def _campaigns(plan: Plan) -> str:
    """``3 campaigns change, 1 of them deleted``: what ends a campaign is never just one of many changes."""
    changed = plan.summary.campaigns_changed
    words = count(changed, "campaign") + (" changes" if changed == 1 else " change")
    endings = Counter(each.action for each in plan.changes)
    for action, ended in ((Action.ARCHIVE, "archived"), (Action.DELETE, "deleted")):
        words += f", {endings[action]:,} of them {ended}" if endings[action] else ""
    return words


def _limit(use: Use) -> LimitRow:
    owner = f" ({neutral(use.owner)})" if use.owner else ""
    others = f", and {use.under_own:,} under limits of their own rules" if use.under_own else ""
    near = ", nearly reached" if use.nearly else ""
    raised = " (--allow)" if use.raised else ""
    text = f"{use.name} {use.used:,} of {use.limit:,}{raised}{near}{owner or others}"
    return LimitRow(use.name, neutral(use.owner), use.used, use.limit, use.exceeded, text)
