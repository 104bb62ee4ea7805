"""Plans for tests, made of changes and the steps that belong to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from reconciler.planning.plan import (
    Action,
    Attribute,
    Change,
    ContactGroup,
    Operation,
    Place,
    Plan,
    Reason,
    Risk,
    Step,
    Summary,
)
from tests.conftest import NOW
from tests.planning.building import CREATED

PLACE = Place("one.yaml", 1)


def change(action: Action, **more: Any) -> Change:
    """A change of a campaign."""
    first: dict[str, Any] = {"address": "Campaign/bakery", "campaign_id": 100, "campaign_name": "A", "source": PLACE}
    first |= {"campaign_created_at": CREATED, "action": action}
    first |= {"reason": Reason.SETTINGS_DIFFER, "risk": Risk.LOW}
    return Change(**(first | more))


def updating(**after: Any) -> Change:
    """A change of settings, from null."""
    attributes = tuple(Attribute(name.replace("__", "."), None, value) for name, value in after.items())
    return change(Action.UPDATE, attributes=attributes)


def assigning(numbers: Iterable[int], agent: int = 5, **more: Any) -> Change:
    """A rule's change of these contacts, from nobody to the agent."""
    group = ContactGroup({"assignedAgentId": None}, {"assignedAgentId": agent}, tuple(numbers))
    first: dict[str, Any] = {"address": "AssignmentPolicy/assigning", "rule": "all", "campaign": "Campaign/bakery"}
    counts = {"changed": len(group.contact_ids), "matched": len(group.contact_ids)}
    first |= {"action": Action.ASSIGN, "contacts": (group,), "reason": Reason.RULE_MATCHES}
    first |= {"sets": {"assignedAgentId": agent}}
    return change(**(first | counts | more))


def patch(number: int = 1, campaign_id: int = 100, **body: Any) -> Step:
    """A PATCH."""
    return Step(number, "Campaign/bakery", campaign_id, Operation.UPDATE_CAMPAIGN, body=body)


def batch(numbers: Sequence[int], number: int = 1, agent: int = 5, **more: Any) -> Step:
    """A batch."""
    first: dict[str, Any] = {"rule": "all", "contact_ids": tuple(numbers), "data": {"assignedAgentId": agent}}
    return Step(number, "AssignmentPolicy/assigning", 100, Operation.UPDATE_CONTACTS, **(first | more))


def plan_of(*changes: Change, steps: Sequence[Step] = ()) -> Plan:
    """A plan of these changes and steps."""
    return Plan(
        format_version=1, project="tested", environment="test", base_url="emulator:account.db", tool_version="0",
        commit=None, manifests_digest="sha256:0", created_at=NOW, expires_at=NOW + timedelta(hours=24),
        summary=Summary.of(changes, tuple(steps)), changes=changes, steps=tuple(steps), diagnostics=(),
    )  # fmt: skip
