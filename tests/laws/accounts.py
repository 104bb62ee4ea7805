"""Random accounts: campaigns whose contacts differ in everything that a rule can match by or set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.conftest import NOW

BAKERY, PASTRY = 100, 101
ALICE, BRUNO, CHLOE, STRANGER = 543, 544, 545, 999
CLOSERS, OPENERS = 12, 13
CARD = "33123456789"
RUNNING = "processing_in_progress"

WRAPUPS: Sequence[Mapping[str, Any]] = (
    {"id": 50, "name": "RDV", "status": "arguedpositive", "wrapupPath": "Admissions/Clôtures"},
    {"id": 51, "name": "RDV", "status": "tocall", "wrapupPath": "Admissions/Suivi"},
    {"id": 52, "name": "Injoignable", "status": "unreachable", "wrapupPath": "Admissions"},
    {"id": 53, "name": "Refus", "status": "nonargued"},
)
STATUSES = {each["id"]: each["status"] for each in WRAPUPS}


def moment(hours: float) -> str:
    """The moment so many hours after that of planning. Filters ask for whole hours, contacts hold halves."""
    return (NOW.astimezone(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(days: int) -> str:
    """The day so many days after that of planning."""
    return (datetime(NOW.year, NOW.month, NOW.day) + timedelta(days=days)).strftime("%Y-%m-%d")


_MOMENTS = (None, moment(-99.5), moment(-30.5), moment(-0.5), moment(0.5), moment(60.5))

#: What a contact's fields can hold.
FIELDS: Mapping[str, Sequence[Any]] = {
    "assignedAgentId": (None, ALICE, BRUNO, CHLOE, STRANGER),
    "priority": (10, 1, 2, 5),
    "triesNumber": (0, 1, 3, 8),
    "wrapupId": (None, 50, 51, 52, 53),
    "excluded": (False, False, True),
    "state": ("processing_not_in_progress",) * 6 + (RUNNING,),
    "assignedGroupId": (None, CLOSERS, OPENERS),
    "agentId": (None, ALICE, STRANGER),
    "retryDate": _MOMENTS,
    "lastCallTime": _MOMENTS,
    "minCallingDateTime": _MOMENTS,
    "maxCallingDateTime": _MOMENTS,
    "createdAt": _MOMENTS[1:],
    "lastUpdatedAt": _MOMENTS[1:4],
    "lastCallerType": (None, "agent", "contact", "system"),
    "region": (None, 1, 2),
    "calendarId": (None, 4),
    "comment": (None, "rappeler", "2 enfants"),
    "contactCardDisplayNumber": (None, CARD),
    "purgeDate": (None, day(-40), day(40)),
}
#: And its custom fields: None is one that is not there.
CUSTOM: Mapping[str, Sequence[str | None]] = {
    "Category": ("Gold", "Silver", "Bronze"),
    "Note": (None, "abc", "xyz"),
    "Phone": ("33199000001", "33199000002", None),
}


def contact(campaign: int, number: int, chance: Random) -> dict[str, Any]:
    """A contact (seed format) with values by chance."""
    held = {name: chance.choice(values) for name, values in FIELDS.items()}
    custom = {name: value for name, values in CUSTOM.items() if (value := chance.choice(values)) is not None}
    if held["excluded"]:
        held["excludedDetail"] = "manual" if "Phone" in custom else "noValidPhone"
    return {"campaignId": campaign, "contactId": number, "customFields": custom, **held}


@dataclass(frozen=True, slots=True)
class Account:
    """An account by chance: so many contacts in each of its two campaigns. Short to read where an example fails."""

    chance: int
    bakery: int
    pastry: int
    paused: bool

    def document(self) -> dict[str, Any]:
        """The account (seed format)."""
        chance = Random(self.chance)
        contacts = [contact(BAKERY, number, chance) for number in range(1, 1 + self.bakery)]
        contacts += [contact(PASTRY, number, chance) for number in range(1, 1 + self.pastry)]
        campaigns = [_campaign(BAKERY, paused=self.paused), _campaign(PASTRY, paused=True)]
        return {"campaigns": campaigns, "contacts": contacts, "wrapups": list(WRAPUPS), "validatedNumbers": [CARD]}


def accounts(most: int = 60) -> st.SearchStrategy[Account]:
    """Accounts of which the first campaign has `most` contacts at most, and the second one a few."""
    return st.builds(Account, st.integers(0, 10**6), st.integers(0, most), st.integers(0, 4), st.booleans())


def _campaign(number: int, *, paused: bool) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"CA - Métiers {number}",
        "isPaused": paused,
        "userIds": [ALICE, BRUNO],
        "groupIds": [CLOSERS],
        "customFields": list(CUSTOM),
        "phoneFields": ["Phone"],
    }
