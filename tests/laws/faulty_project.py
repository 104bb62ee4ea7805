"""The project of the fault law: every kind of step, in campaigns of which each has a fate of its own; and one more."""

from __future__ import annotations

from typing import Any

#: Texts about somebody: nothing that the tool writes may hold any of them (S10); and the token (S9).
CANARIES = ("Canary-Zoé", "33199000077", "Canary words", "Canary console")
TOKEN = "canary-token-93c1"

BAKERY, BEAUTY, COOKING, DANCE, OTHER = 100, 101, 102, 103, 104
ALICE, BRUNO, CHLOE, CLOSERS = 543, 544, 545, 12

PROJECT = """\
apiVersion: diabolocom.reconciler/v1
kind: Project
metadata: {name: faulty}
spec:
  manifests: [manifests]
  environments:
    local:
      baseUrl: "emulator:account.db"
      campaigns: {bakery: 100, beauty: 101, cooking: 102, dance: 103}
      agents: {alice: 543, bruno: 544, chloe: 545}
      groups: {closers: 12}
"""
MANIFESTS = """\
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {name: bakery}
spec:
  settings: {name: Bakery, maxTries: 8, isPaused: false, userIds: [alice, chloe], groupIds: [closers]}
  customFields: [First_Name, Category, Phone, {name: New}, {name: Mobile, isPhoneNumber: true}]
---
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {name: beauty}
spec:
  settings: {name: Beauty, maxTries: 9, isPaused: true}
  customFields: [{name: New}]
---
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {name: cooking}
spec: {settings: {}, lifecycle: {ensure: archived}}
---
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {name: dance}
spec: {settings: {}, lifecycle: {ensure: deleted}}
---
apiVersion: diabolocom.reconciler/v1
kind: AssignmentPolicy
metadata: {name: bakery-sharing}
spec:
  campaigns: [bakery]
  rules:
    - name: gold
      match: {customFieldConditions: [{customFieldName: Category, condition: eq, value: Gold}]}
      set: {assignedAgentId: chloe, priority: 1}
    - name: silver
      match: {customFieldConditions: [{customFieldName: Category, condition: eq, value: Silver}]}
      set: {assignedAgentId: alice}
    - name: others
      match: all
      set: {assignedAgentId: alice, assignedGroupId: closers, comment: Call at noon}
---
apiVersion: diabolocom.reconciler/v1
kind: AssignmentPolicy
metadata: {name: beauty-sharing}
spec:
  campaigns: [beauty]
  rules:
    - {name: all, match: all, set: {priority: 4}}
"""


def _campaign(number: int, name: str, **fields: Any) -> dict[str, Any]:
    first = {"id": number, "name": name, "isPaused": False, "userIds": [ALICE, BRUNO], "maxTries": 5}
    first |= {"groupIds": [CLOSERS], "contactPriority": 7}
    return first | {"customFields": ["First_Name", "Category", "Phone"], "phoneFields": ["Phone"]} | fields


def _contact(campaign: int, number: int, category: str) -> dict[str, Any]:
    custom = {"First_Name": CANARIES[0], "Phone": CANARIES[1], "Category": category}
    whose = {"assignedAgentId": BRUNO, "comment": CANARIES[2], "priority": 7}
    return {"campaignId": campaign, "contactId": number, "customFields": custom} | whose


ACCOUNT = {
    "campaigns": [
        _campaign(BAKERY, "Bakery", isPaused=True),
        _campaign(BEAUTY, "Beauty"),
        _campaign(COOKING, "Cooking"),
        _campaign(DANCE, "Dance", isPaused=True),
        _campaign(OTHER, "Other"),
    ],
    "contacts": [
        *(_contact(BAKERY, each, ("Gold", "Silver", "Bronze")[each % 3]) for each in range(1, 9)),
        *(_contact(BEAUTY, each, "Gold") for each in range(1, 4)),
        *(_contact(each, 1, "Gold") for each in (COOKING, DANCE, OTHER)),
    ],
}
