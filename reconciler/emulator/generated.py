"""Contacts made up by a random generator with a fixed start: always the same ones.

Their names are from short lists, and their numbers from the ranges that the French regulator keeps for fiction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any, TypeVar

from reconciler.emulator.fields import JsonObject
from reconciler.emulator.instants import to_text

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
_ANYTHING = ("Oui", "Non", "À préciser")
_EXCLUSIONS = ("noValidPhone", "duplicate", "bloctel", "manualByAgent", "manual", "excludedByAdmin")
_DAY = 86400

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Shares:
    """Items to choose from, each as often as its share says."""

    items: Sequence[Any]
    limits: Sequence[int]

    @classmethod
    def of(cls, shares: Mapping[Any, int]) -> Shares:
        """From item → share."""
        return cls(tuple(shares), tuple(accumulate(shares.values())))

    def draw(self, random: Random) -> Any:
        """One of the items."""
        return random.choices(self.items, cum_weights=self.limits)[0]


@dataclass(frozen=True, slots=True)
class Habits:
    """How a campaign's contacts were called up to `now`: wrap-up codes, those of them that mean "call again"."""

    wrapups: Shares
    to_call: frozenset[int]
    now: datetime

    @classmethod
    def of(cls, wrapups: Iterable[JsonObject], now: datetime) -> Habits:
        """All of `wrapups` are as frequent as one another."""
        listed = list(wrapups)
        again = frozenset(item["id"] for item in listed if item["status"] == "tocall")
        return cls(Shares.of({item["id"]: 1 for item in listed}), again, now)


_CATEGORIES = Shares.of({"Gold": 20, "Silver": 35, "Bronze": 45})
_TRIES = Shares.of({0: 30, 1: 28, 2: 20, 3: 13, 4: 9})
_CALLERS = Shares.of({"system": 70, "agent": 20, "contact": 10})
_PRIORITY_LIMITS = (85, 90, 95, 100)


def crowd(campaign: JsonObject, count: int, habits: Habits) -> Iterator[JsonObject]:
    """`count` contacts of `campaign`, without their ids; one in a thousand is on a call."""
    random = Random(f"{campaign['id']}")
    for place in range(count):
        busy = {"state": "processing_in_progress"} if place % 1000 == 41 else {}
        yield made_up(random, campaign, habits) | busy


def made_up(random: Random, campaign: JsonObject, habits: Habits) -> JsonObject:
    """One contact of `campaign`: who, assigned to whom, and how the calls went."""
    return {**_person(random, campaign), **_assignment(random, campaign), **_calls(random, campaign, habits)}


def one(random: Random, items: Sequence[Item]) -> Item:
    """Any one of `items`."""
    return items[int(random.random() * len(items))]


def _person(random: Random, campaign: JsonObject) -> JsonObject:
    reason = one(random, _EXCLUSIONS) if random.random() < 0.05 else None
    fields = {
        "First_Name": one(random, _FIRST_NAMES),
        "Last_Name": one(random, _LAST_NAMES),
        "Category": _CATEGORIES.draw(random),
    }
    others = [name for name in campaign["customFields"] if name not in fields and name not in campaign["phoneFields"]]
    fields |= {name: one(random, _EXTRAS.get(name, _ANYTHING)) for name in others}
    phones = [f"3319900{_below(random, 10_000):04}", f"3363998{_below(random, 10_000):04}"]
    if reason != "noValidPhone":
        fields |= dict(zip(campaign["phoneFields"], one(random, (phones, phones[::-1])), strict=False))
    known = {name: value for name, value in fields.items() if name in campaign["customFields"]}
    return {"customFields": known, "excluded": reason is not None, "excludedDetail": reason}


def _assignment(random: Random, campaign: JsonObject) -> JsonObject:
    agents, groups = campaign["userIds"], campaign["groupIds"]
    priorities = Shares((campaign["contactPriority"], 1, 5, 30), _PRIORITY_LIMITS)
    return {
        "priority": priorities.draw(random),
        "assignedAgentId": one(random, agents) if agents and random.random() < 0.4 else None,
        "assignedGroupId": one(random, groups) if groups and random.random() < 0.06 else None,
    }


def _calls(random: Random, campaign: JsonObject, habits: Habits) -> JsonObject:
    now = habits.now
    created = to_text(now - timedelta(seconds=25 * _DAY + _below(random, 175 * _DAY)))
    tries = _TRIES.draw(random)
    if not tries:
        return {"createdAt": created, "lastUpdatedAt": created}
    moment = now - timedelta(seconds=600 + _below(random, 20 * _DAY - 1200))
    wrapup = habits.wrapups.draw(random) if habits.wrapups.items else None
    retry = now + timedelta(seconds=1800 + _below(random, 6 * _DAY)) if wrapup in habits.to_call else None
    agent = one(random, campaign["userIds"]) if campaign["userIds"] else None
    called, kept_days = to_text(moment), (campaign.get("autoPurge") or {}).get("lastAttemptBeforeDays")
    return {
        "createdAt": created,
        "lastUpdatedAt": called,
        "lastUpdatedBy": "dialler",
        "triesNumber": min(tries, campaign["maxTries"]),
        "wrapupId": wrapup,
        "agentId": agent,
        "lastAgentId": agent,
        "lastCallerType": _CALLERS.draw(random),
        "lastCallTime": called,
        "lastAttemptTime": called,
        "retryDate": retry and to_text(retry),
        "purgeDate": kept_days and (moment + timedelta(days=kept_days)).date().isoformat(),
    }


def _below(random: Random, limit: int) -> int:
    return int(random.random() * limit)
