"""A plan as JSON: the saved plan itself, safe to print (S12)."""

from __future__ import annotations

from reconciler.planning.plan import Plan
from reconciler.planning.saved import to_json
from reconciler.render.records import json_text


def plan_json(plan: Plan) -> str:
    """What `--out` and `--format json` write: same plan, same bytes."""
    return json_text(to_json(plan), indent=1) + "\n"
