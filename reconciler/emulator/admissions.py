"""The demo account: the admissions desk of a French training organisation, as its console left it.

All people are made up, and every number is from the ranges that the French regulator keeps for fiction.
"""

from __future__ import annotations

from datetime import datetime

from reconciler.emulator.account import Account, load_account
from reconciler.emulator.admissions_campaigns import admissions_campaigns
from reconciler.emulator.admissions_contacts import contacts_of
from reconciler.emulator.fields import JsonObject

USERS = {"alice": 543, "bruno": 544, "chloe": 545, "david": 546, "emma": 547, "fabien": 548}
GROUPS = {"closers": 12, "newcomers": 13}
VALIDATED_NUMBERS = ("33199001001", "33199001002", "33199001003", "33199001004")


def admissions_account(now: datetime) -> Account:
    """The demo account; the same for the same `now`, to which the contacts' calls are relative."""
    campaigns = admissions_campaigns()
    return load_account(
        {
            "users": USERS,
            "groups": GROUPS,
            "validatedNumbers": list(VALIDATED_NUMBERS),
            "wrapupFolders": _folders(),
            "wrapups": _wrapups(),
            "campaigns": campaigns,
            "contacts": contacts_of(campaigns, now),
            "licenses": _licenses(),
            "recordings": {"4810001": 95, "4810002": 12, "4810003": 0},
        }
    )


def _licenses() -> JsonObject:
    peak = {"model": "Peak Users", "count": 3, "users": ["alice", "bruno", "chloe"]}
    connected = {"model": "Connected users", "count": len(USERS), "users": list(USERS)}
    return {
        "2025-11": {"licenseModelBilled": "Peak Users", "details": [peak | {"peakDateTime": "2025-11-18T09:42:00Z"}]},
        "2025-12": {"details": [connected]},
        "2026-01": {"details": [connected]},
    }


def _folders() -> list[JsonObject]:
    rows = [
        (70, None, "Admissions", "Admissions"),
        (71, 70, "Clôtures", "Admissions/Clôtures"),
        (72, 70, "Relances", "Admissions/Relances"),
        (73, None, "Standard", "Standard"),
    ]
    return [
        {
            "id": number,
            "level": path.count("/") + 1,
            "name": name,
            "order": order,
            "parentFolderId": parent,
            "system": name == "Standard",
            "folderPath": path,
        }
        for order, (number, parent, name, path) in enumerate(rows)
    ]


def _wrapups() -> list[JsonObject]:
    folders = {item["id"]: item for item in _folders()}
    rows = [
        # id, folder, name, status, seconds that a personal callback is kept
        (4560, 71, "RDV", "tocall", 90000),
        (4561, 72, "RDV", "tocall", 172800),
        (4562, 71, "Inscrit", "arguedpositive", None),
        (4563, 71, "Dossier envoyé", "arguedpositive", None),
        (4564, 71, "Pas intéressé", "nonargued", None),
        (4565, 71, "Déjà inscrit ailleurs", "nonargued", None),
        (4566, 71, "Hors cible", "nonargued", None),
        (4567, 72, "Rappel personnel", "tocall", 90000),
        (4568, 72, "Pièces manquantes", "tocall", 259200),
        (4569, 72, "En réflexion", "argued", None),
        (4570, 72, "Demande de documentation", "argued", None),
        (4571, 73, "Répondeur", "unreachable", None),
        (4572, 73, "Faux numéro", "unreachable", None),
        (4573, 73, "Ne répond pas", "unreachable", None),
    ]
    return [
        {
            "id": number,
            "name": name,
            "status": status,
            "wrapupPath": folders[folder]["folderPath"],
            "wrapupFolderId": folder,
            "isSystem": folders[folder]["system"],
            "isHidden": number == 4566,
            "unpinAfter": kept,
        }
        for number, folder, name, status, kept in rows
    ]
