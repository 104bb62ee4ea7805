"""The project and the account of the applies that are killed: each kind of write, and little else."""

from __future__ import annotations

from typing import Any

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
