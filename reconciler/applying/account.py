"""Is this the account that the plan was made from? One base URL can lead to several, with other campaigns."""

from __future__ import annotations

from collections.abc import Collection

from reconciler.api.endpoints.campaigns import list_campaigns
from reconciler.errors import SavedPlanRefused
from reconciler.planning.belonging import Client
from reconciler.planning.live import created_at, same_creation
from reconciler.planning.plan import Plan


def refuse_other_account(client: Client, plan: Plan, by_name: Collection[int] = ()) -> None:
    """SavedPlanRefused when a campaign of the plan was created at another moment than the account's of the same id, or
    has another name where it is known by its name (`by_name`: ids).

    Reads the campaign list, once. A campaign that is gone is left to its own steps to report.
    """
    known = {each.campaign_id: each.campaign_created_at for each in plan.changes if each.campaign_created_at}
    names = {each.campaign_id: each.campaign_name for each in plan.changes if each.campaign_id in by_name}
    if not plan.steps or not (known or names):
        return
    for campaign in client.run(list_campaigns()):
        if names.get(campaign.id, campaign.name) != campaign.name:
            detail = f"campaign {campaign.id} has another name than the plan says, and nothing else tells which it is"
            raise SavedPlanRefused("saved plan is stale", detail, "plan again; a campaign that is bound may be renamed")
        planned, found = known.get(campaign.id), created_at(campaign)
        if planned is not None and not same_creation(found, planned):
            detail = f"campaign {campaign.id} of the plan was created {planned}, the account's was created {found}"
            advice = "check baseUrl and the token of this environment; nothing was written"
            raise SavedPlanRefused("saved plan is for another account", detail, advice)
