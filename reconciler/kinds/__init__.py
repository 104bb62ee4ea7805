"""The kinds: one file a kind, and this table of them.

`schema` is the whole document's JSON Schema, `docs` a sentence. A new kind is a file and a row here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.kinds import assignment_policy, campaign, campaign_template, project
from reconciler.kinds.schema import Schema

PROJECT: Final = "Project"
CAMPAIGN: Final = "Campaign"
CAMPAIGN_TEMPLATE: Final = "CampaignTemplate"
ASSIGNMENT_POLICY: Final = "AssignmentPolicy"

#: The schema of each kind, under the name that a document's `kind` gives.
SCHEMAS: Final[Mapping[str, Schema]] = {
    PROJECT: project.schema(),
    CAMPAIGN: campaign.schema(),
    CAMPAIGN_TEMPLATE: campaign_template.schema(),
    ASSIGNMENT_POLICY: assignment_policy.schema(),
}
