"""The formats of a plan, in one table; and those for machines, which take items of whatever kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from reconciler.planning.plan import Plan
    from reconciler.render.machine import Item
    from reconciler.render.rows import PlanRows


def _text(plan: Plan, rows: PlanRows) -> str:
    """A file of its own: with what is wrong, and when it was made."""
    from reconciler.render.plan_text import plan_text
    from reconciler.render.text import diagnostics_text

    faults = diagnostics_text(each.diagnostic() for each in plan.diagnostics).plain
    return (f"{faults}\n" if faults else "") + plan_text(rows, facts=True).plain


def _json(plan: Plan, rows: PlanRows) -> str:
    from reconciler.render.plan_json import plan_json

    return plan_json(plan)


def _markdown(plan: Plan, rows: PlanRows) -> str:
    from reconciler.render.markdown import plan_markdown

    return plan_markdown(rows)


def _html(plan: Plan, rows: PlanRows) -> str:
    from reconciler.render.html import plan_html

    return plan_html(rows)


#: What makes a plan's text in each format.
FORMATS: Final[Mapping[str, Callable[[Plan, PlanRows], str]]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "html": _html,
}


def plan_as(format_: str, plan: Plan, rows: PlanRows, folder: str) -> str:
    """A plan in a format for machines; `folder`: where the project is in its repository."""
    if format_ == "gitlab":
        from reconciler.render.gitlab import plan_gitlab

        return plan_gitlab(plan)
    from reconciler.render.plan_items import plan_items

    part = f" shard {plan.shard}" if plan.shard else ""
    title = f"plan {plan.project}/{plan.environment}{part}"
    addresses = dict.fromkeys(each.address for each in plan.changes)
    return items_as(format_, plan_items(plan, rows.limits), folder, title, tuple(addresses))


def items_as(format_: str, items: Sequence[Item], folder: str, title: str, addresses: Sequence[str] = ()) -> str:
    """Items as `sarif`, `codequality`, `junit` or `github` (annotations).

    `title` says what they are of: `validate`, ``plan project/environment``; `addresses` are all objects that were
    looked at, where they are known: JUnit tells of those that nothing is wrong with, too.
    """
    if format_ == "sarif":
        from reconciler.render.sarif import items_sarif

        return items_sarif(items, folder, title)
    if format_ == "codequality":
        from reconciler.render.codequality import items_codequality

        return items_codequality(items, folder)
    if format_ == "github":
        from reconciler.render.github import annotation_commands

        return annotation_commands(items, folder)
    from reconciler.render.junit import cases_of, junit_report

    group = f"reconciler {title}"
    return junit_report(group, cases_of(items, addresses, group, title.split(" ")[0], folder))
