"""The campaign that the tests of archiving and deleting end, and what they look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.api.endpoints.campaigns import list_campaigns
from tests.applying.world import World, account, campaign, contacts
from tests.planning.building import campaign_document, desired_of

DELETE = ("DELETE", "/campaigns/100$")
ARCHIVED = desired_of(campaign_document(settings={"maxTries": 8}, lifecycle={"ensure": "archived"}))
DELETED = desired_of(campaign_document(settings={"maxTries": 8}, lifecycle={"ensure": "deleted"}))
BOTH = pytest.mark.parametrize("desired", [ARCHIVED, DELETED], ids=["archived", "deleted"])


def running_world(folder: Path) -> World:
    """A running campaign with contacts, and another one."""
    people = [*contacts(5), *contacts(5, 101)]
    return World.of(folder, account(campaign(isPaused=False), campaign(101), people=people))


def gone(world: World) -> bool:
    """Whether the campaign is not there any more."""
    with world.client(writable=False) as client:
        return 100 not in {each.id for each in client.run(list_campaigns())}


def sent(world: World) -> list[Any]:
    """What was written: the bodies of PATCH, and DELETE."""
    return [each.body if each.method == "PATCH" else each.method for each in world.wire.writes]
