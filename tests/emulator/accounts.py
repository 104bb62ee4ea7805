"""A small account for tests, as plain data."""

from __future__ import annotations

from typing import Any

FIELDS = ["First_Name", "Category", "Telephone_1"]


def campaign(number: int = 100, **fields: Any) -> dict[str, Any]:
    """A running campaign with two agents, one group and one phone field."""
    return {
        "id": number,
        "name": f"CA - Métiers {number}",
        "userIds": [543, 544],
        "unassignedUserIds": [545],
        "groupIds": [12],
        "customFields": FIELDS,
        "phoneFields": ["Telephone_1"],
        "displayedPhoneNumbers": ["33199001001"],
        **fields,
    }


def contact(number: int, **fields: Any) -> dict[str, Any]:
    """A contact of campaign 100 that can be dialled."""
    custom = {"First_Name": f"Name{number}", "Telephone_1": f"331990000{number:02}"}
    return {"campaignId": 100, "contactId": number, "customFields": custom, **fields}


def account(*contacts: dict[str, Any], campaigns: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """An account with four agents, two groups, two validated numbers, three wrap-up codes, and `contacts`."""
    return {
        "users": {"alice": 543, "bruno": 544, "chloe": 545, "david": 546},
        "groups": {"closers": 12, "newcomers": 13},
        "validatedNumbers": ["33199001001", "33199001002"],
        "wrapupFolders": [
            {"id": 70, "name": "Admissions", "folderPath": "Admissions"},
            {"id": 71, "name": "Clôtures", "folderPath": "Admissions/Clôtures", "parentFolderId": 70, "level": 2},
            {"id": 73, "name": "Standard", "folderPath": "Standard", "system": True},
        ],
        "wrapups": [
            {"id": 4560, "name": "RDV", "status": "tocall", "wrapupFolderId": 71, "unpinAfter": 90000},
            {"id": 4561, "name": "Inscrit", "status": "arguedpositive", "wrapupFolderId": 71, "isHidden": True},
            {"id": 4562, "name": "Répondeur", "status": "unreachable", "wrapupFolderId": 73, "isSystem": True},
        ],
        "campaigns": campaigns if campaigns is not None else [campaign()],
        "contacts": list(contacts),
    }
