"""The kind CampaignTemplate: settings that several campaigns share."""

from __future__ import annotations

from reconciler.kinds import campaign
from reconciler.kinds.schema import Schema, closed, document


def schema() -> Schema:
    """The JSON Schema of a CampaignTemplate document: what a Campaign holds, but for its lifecycle."""
    return document("CampaignTemplate", closed(campaign.content()), "Settings that several campaigns share.")
