"""A plan in three numbers: GitLab's report for Terraform, of which a merge request shows them."""

from __future__ import annotations

from reconciler.planning.plan import Action, Plan
from reconciler.render.records import json_text


def plan_gitlab(plan: Plan) -> str:
    """How many things a plan creates, updates and deletes; no other key, which GitLab would not take.

    Custom fields are created; a campaign whose settings change is updated, and so is what a rule changes of one
    campaign's contacts; what archives or deletes a campaign deletes it: for whom it called it is gone either way.
    """
    updated = (each for each in plan.changes if each.action is Action.UPDATE or each.changed)
    counts = {
        "create": plan.summary.custom_fields_added,
        "update": sum(1 for _ in updated),
        "delete": sum(each.action in (Action.ARCHIVE, Action.DELETE) for each in plan.changes),
    }
    return json_text(counts) + "\n"
