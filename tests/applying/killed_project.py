"""The projects and the accounts of the applies that are killed: each kind of write, and little else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
#: A batch lasts longer than it takes to plan again; a look at the clock takes the least time.
BATCH_SECONDS, LOOK = 1.0, 0.01


@dataclass(frozen=True, slots=True)
class Killed:
    """A project, its manifests, and what the account holds before."""

    project: str
    manifests: str
    account: Mapping[str, Any]


PROJECT = """\
apiVersion: diabolocom.reconciler/v1
kind: Project
metadata: {name: killed}
spec:
  manifests: [manifests]
  environments:
    local: {baseUrl: "emulator:account.db", campaigns: {bakery: 100, beauty: 101}, agents: {alice: 543}}
"""
MANIFESTS = """\
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {name: bakery}
spec:
  settings: {name: Bakery, maxTries: 8, isPaused: false}
  customFields: [First_Name, Category, Phone, {name: New}]
---
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {name: beauty}
spec:
  settings: {name: Beauty, maxTries: 9}
---
apiVersion: diabolocom.reconciler/v1
kind: AssignmentPolicy
metadata: {name: sharing}
spec:
  campaigns: [bakery]
  rules:
    - name: gold
      match: {customFieldConditions: [{customFieldName: Category, condition: eq, value: Gold}]}
      set: {assignedAgentId: alice}
    - name: others
      match: all
      set: {comment: Call at noon}
"""


def _campaign(number: int, name: str) -> dict[str, Any]:
    first = {"id": number, "name": name, "isPaused": True, "userIds": [543], "maxTries": 5}
    return first | {"customFields": ["First_Name", "Category", "Phone"], "phoneFields": ["Phone"]}


def _contact(number: int, category: str) -> dict[str, Any]:
    custom = {"First_Name": "N", "Phone": "33199000001", "Category": category}
    return {"campaignId": 100, "contactId": number, "customFields": custom}


ACCOUNT = {
    "campaigns": [_campaign(100, "Bakery"), _campaign(101, "Beauty")],
    "contacts": [_contact(each, "Gold" if each > 2 else "Silver") for each in range(1, 5)],
}
KILLED = Killed(PROJECT, MANIFESTS, ACCOUNT)

#: Campaigns that are applied side by side: each with settings, a field, a batch and single contacts.
_NAMES = ("one", "two", "three", "four", "five")
SIDE_BY_SIDE = Killed(
    PROJECT.replace("bakery: 100, beauty: 101", ", ".join(f"{name}: {100 + n}" for n, name in enumerate(_NAMES))),
    "---\n".join(
        [
            *(
                f"""\
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {{name: {name}}}
spec:
  settings: {{name: {name.title()}, maxTries: 8, isPaused: false}}
  customFields: [First_Name, Category, Phone, {{name: New}}]
"""
                for name in _NAMES
            ),
            MANIFESTS[MANIFESTS.index("apiVersion: diabolocom.reconciler/v1\nkind: AssignmentPolicy") :].replace(
                "[bakery]", f"[{', '.join(_NAMES)}]"
            ),
        ]
    ),
    {
        "campaigns": [_campaign(100 + n, name.title()) for n, name in enumerate(_NAMES)],
        "contacts": [
            {**_contact(each, "Gold" if each > 2 else "Silver"), "campaignId": 100 + n}
            for n in range(len(_NAMES))
            for each in range(1, 5)
        ],
    },
)
