"""The formats of a plan, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from reconciler.planning.plan import Plan
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
