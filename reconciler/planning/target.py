"""Is a saved plan for this target? It is bound to the project, environment, origin, manifests and a time."""

from __future__ import annotations

from datetime import datetime

from reconciler.errors import SavedPlanRefused
from reconciler.kinds.values import iso
from reconciler.manifests.desired import Desired
from reconciler.planning.plan import Plan


def refuse_other_target(plan: Plan, desired: Desired, now: datetime) -> None:
    """SavedPlanRefused, naming the first difference, when the plan must not be applied here and now.

    One that undoes a run is bound to that run in the place of the manifests: `undoing_agreement` holds it against it.
    """
    environment = desired.environment
    for what, planned, here in (
        ("project", plan.project, desired.project.name),
        ("environment", plan.environment, environment.name),
        ("baseUrl", plan.base_url, environment.base_url),
    ):
        if planned != here:
            detail = f"its {what} is `{planned}`, here it is `{here}`"
            raise SavedPlanRefused("saved plan is for another target", detail, f"plan again for `{environment.name}`")
    if now >= plan.expires_at:
        detail = f"it was made {iso(plan.created_at)} and expired {iso(plan.expires_at)}"
        raise SavedPlanRefused("saved plan has expired", detail, "plan again, and review that plan")
    if plan.undoes is None and plan.manifests_digest != desired.digest():
        detail = "the manifests say something else than when it was made"
        raise SavedPlanRefused("saved plan is stale", detail, "plan again, or check out the commit it was made from")
