"""The contacts of the demo account, from a random generator with a fixed start: always the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import TypeVar

from reconciler.emulator.fields import JsonObject
from reconciler.emulator.instants import to_text

#: Campaign → how many contacts it has.
COUNTS = {6046: 312, 6047: 420, 6048: 388, 6049: 350, 6050: 330, 6051: 200}

#: The contacts on a call right now, by campaign and place: they are `processing_in_progress`.
BUSY = {(6046, 17), (6047, 41), (6048, 101), (6050, 12)}

_FIRST_NAMES = (
    "Adèle", "Anaïs", "Baptiste", "Camille", "Clément", "Élodie", "Gaëlle", "Hugo", "Inès", "Jules", "Karim", "Léa",
    "Lucas", "Maëva", "Manon", "Nathan", "Noémie", "Océane", "Rayan", "Romane", "Sacha", "Théo", "Yanis", "Zoé",
)  # fmt: skip
_LAST_NAMES = (
    "Abadie", "Berthier", "Carlier", "Delmas", "Etcheverry", "Fabre", "Garnier", "Hamel", "Imbert", "Joubert",
    "Kerven", "Lacombe", "Marchand", "Navarro", "Ollivier", "Pelletier", "Quéré", "Rousselot", "Savary", "Tessier",
)  # fmt: skip
_EXTRAS = {
    "Formation": ("CAP", "BP", "BTS", "Titre professionnel"),
    "Ville": ("Lyon", "Nantes", "Lille", "Toulouse", "Rennes", "Saint-Étienne", "L'Haÿ-les-Roses"),
    "Spécialité": ("Coiffure", "Esthétique", "Onglerie"),
    "Diplôme": ("CAP AEPE", "DEAP", "DE EJE"),
    "Pièces_manquantes": ("Pièce d'identité", "Relevé de notes", "Justificatif de domicile"),
    "Année": ("1", "2", "3"),
}
_CATEGORIES, _CATEGORY_SHARES = ("Gold", "Silver", "Bronze"), (20, 35, 45)
_TO_CALL = (4560, 4561, 4567, 4568)
_WRAPUPS = (*_TO_CALL, 4562, 4563, 4564, 4565, 4566, 4569, 4570, 4571, 4572, 4573)
_WRAPUP_SHARES = (14, 9, 6, 6, 5, 6, 9, 4, 3, 8, 5, 13, 3, 9)
_EXCLUSIONS = ("noValidPhone", "duplicate", "bloctel", "manualByAgent", "manual", "excludedByAdmin")
_DAY = 86400

Item = TypeVar("Item")


def contacts_of(campaigns: Sequence[JsonObject], now: datetime) -> list[JsonObject]:
    """The contacts of `campaigns`, by `COUNTS`; their calls lie in the 20 days before `now`."""
    random = Random(20260901)
    contacts: list[JsonObject] = []
    for campaign in campaigns:
        contact_id = 0
        for place in range(COUNTS.get(campaign["id"], 0)):
            contact_id += _one(random, (1, 1, 1, 2))
            contacts.append(
                {
                    "id": 710_000 + len(contacts) * 37_813 % 80_000,
                    "campaignId": campaign["id"],
                    "contactId": contact_id,
                    **_person(random, campaign),
                    **_assignment(random, campaign),
                    **_calls(random, campaign, now),
                    **({"state": "processing_in_progress"} if (campaign["id"], place) in BUSY else {}),
                }
            )
    return contacts


def _person(random: Random, campaign: JsonObject) -> JsonObject:
    reason = _one(random, _EXCLUSIONS) if random.random() < 0.05 else None
    fields = {
        "First_Name": _one(random, _FIRST_NAMES),
        "Last_Name": _one(random, _LAST_NAMES),
        "Category": _weighted(random, _CATEGORIES, _CATEGORY_SHARES),
    }
    fields |= {name: _one(random, _EXTRAS[name]) for name in campaign["customFields"] if name in _EXTRAS}
    phones = [f"3319900{_below(random, 10_000):04}", f"3363998{_below(random, 10_000):04}"]
    if reason != "noValidPhone":
        fields |= dict(zip(campaign["phoneFields"], _one(random, (phones, phones[::-1])), strict=False))
    return {"customFields": fields, "excluded": reason is not None, "excludedDetail": reason}


def _assignment(random: Random, campaign: JsonObject) -> JsonObject:
    agents, groups = campaign["userIds"], campaign["groupIds"]
    return {
        "priority": _weighted(random, (campaign["contactPriority"], 1, 5, 30), (85, 5, 5, 5)),
        "assignedAgentId": _one(random, agents) if random.random() < 0.4 else None,
        "assignedGroupId": _one(random, groups) if groups and random.random() < 0.06 else None,
    }


def _calls(random: Random, campaign: JsonObject, now: datetime) -> JsonObject:
    created = now - timedelta(seconds=25 * _DAY + _below(random, 175 * _DAY))
    tries = _weighted(random, (0, 1, 2, 3, 4), (30, 28, 20, 13, 9))
    if not tries:
        return {"createdAt": to_text(created), "lastUpdatedAt": to_text(created)}
    called = now - timedelta(seconds=600 + _below(random, 20 * _DAY - 1200))
    wrapup = _weighted(random, _WRAPUPS, _WRAPUP_SHARES)
    retry = now + timedelta(seconds=1800 + _below(random, 6 * _DAY)) if wrapup in _TO_CALL else None
    agent = _one(random, campaign["userIds"])
    purge = campaign.get("autoPurge")
    return {
        "createdAt": to_text(created),
        "lastUpdatedAt": to_text(called),
        "lastUpdatedBy": "dialler",
        "triesNumber": min(tries, campaign["maxTries"]),
        "wrapupId": wrapup,
        "agentId": agent,
        "lastAgentId": agent,
        "lastCallerType": _weighted(random, ("system", "agent", "contact"), (70, 20, 10)),
        "lastCallTime": to_text(called),
        "lastAttemptTime": to_text(called),
        "retryDate": retry and to_text(retry),
        "purgeDate": to_text(called + timedelta(days=purge["lastAttemptBeforeDays"])) if purge else None,
    }


def _below(random: Random, limit: int) -> int:
    return int(random.random() * limit)


def _one(random: Random, items: Sequence[Item]) -> Item:
    return items[int(random.random() * len(items))]


def _weighted(random: Random, items: Sequence[Item], shares: Sequence[int]) -> Item:
    return random.choices(items, cum_weights=list(accumulate(shares)))[0]
