"""The contacts of the demo account, from a random generator with a fixed start: always the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from random import Random

from reconciler.emulator.fields import JsonObject
from reconciler.emulator.generated import Habits, Shares, made_up, one

#: Campaign → how many contacts it has.
COUNTS = {6046: 312, 6047: 420, 6048: 388, 6049: 350, 6050: 330, 6051: 200}

#: The contacts on a call right now, by campaign and place: they are `processing_in_progress`.
BUSY = {(6046, 17), (6047, 41), (6048, 101), (6050, 12)}

_TO_CALL = {4560: 14, 4561: 9, 4567: 6, 4568: 6}
_WRAPUPS = _TO_CALL | {4562: 5, 4563: 6, 4564: 9, 4565: 4, 4566: 3, 4569: 8, 4570: 5, 4571: 13, 4572: 3, 4573: 9}


def contacts_of(campaigns: Sequence[JsonObject], now: datetime) -> list[JsonObject]:
    """The contacts of `campaigns`, by `COUNTS`; their calls lie in the 20 days before `now`."""
    random = Random(20260901)
    habits = Habits(Shares.of(_WRAPUPS), frozenset(_TO_CALL), now)
    contacts: list[JsonObject] = []
    for campaign in campaigns:
        contact_id = 0
        for place in range(COUNTS.get(campaign["id"], 0)):
            contact_id += one(random, (1, 1, 1, 2))
            contacts.append(
                {
                    "id": 710_000 + len(contacts) * 37_813 % 80_000,
                    "campaignId": campaign["id"],
                    "contactId": contact_id,
                    **made_up(random, campaign, habits),
                    **({"state": "processing_in_progress"} if (campaign["id"], place) in BUSY else {}),
                }
            )
    return contacts
