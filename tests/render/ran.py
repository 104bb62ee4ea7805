"""Runs of everything that a run can hold, with one text wherever text comes from outside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from reconciler.render.runs import RunRows, StepRow, step_row
from tests.conftest import NOW

#: The steps: outcome, operation, what is sent, and what became of the contacts.
STEPS: tuple[tuple[str, str, str, Mapping[str, int]], ...] = (
    ("done", "addFields", "add field {}", {}),
    ("failed", "updateCampaign", "PATCH {}", {}),
    ("unknown", "updateContacts", "rule {}: batch of 30 contacts in campaign 7", {"done": 20, "unknown": 10}),
    ("stale", "updateContacts", "rule {}: batch of 5 contacts in campaign 7", {"moved": 2, "done": 3}),
    ("skipped", "updateEach", "rule {}: PUT 4 contacts one by one", {"untried": 4}),
    ("deferred", "updateContacts", "rule {}: batch of 1 contact in campaign 7", {"deferred": 1}),
    ("done", "deleteCampaign", "DELETE campaign 8", {}),
)


def step(number: int, outcome: str, **more: Any) -> StepRow:
    """A step's row: a PATCH unless said otherwise."""
    first: dict[str, Any] = {"address": "Campaign/bakery", "operation": "updateCampaign", "call": "PATCH maxTries"}
    first |= {"seconds": 1.25, "contacts": {}, "detail": "", "help": "", "moved": ()}
    return step_row(number, outcome, **(first | more))


def ran(*steps: StepRow, **more: Any) -> RunRows:
    """A run of these steps."""
    first: dict[str, Any] = {"run": "20261123T090000Z-abc123", "project": "tested", "environment": "test"}
    first |= {"base_url": "https://api.example", "started": NOW, "ended": NOW + timedelta(seconds=95)}
    first |= {"tool_version": "0.1.0", "requests": 12, "repeated": 2, "plan_digest": "sha256:0123456789abcdef"}
    well = all(each.ended_well for each in steps)
    return RunRows(**({"outcome": "done" if well else "partly", "steps": steps} | first | more))


def sample_run(text: str = "x-1", **more: Any) -> RunRows:
    """A run with each outcome. It holds the text wherever it can."""
    told: dict[str, Any] = {"detail": text, "help": text, "moved": ((text, text, f"{text}2"), ("maxTries", None, 6))}
    steps = [
        step(number, outcome, address=text, operation=operation, call=call.format(text), contacts=contacts, **told)
        for number, (outcome, operation, call, contacts) in enumerate(STEPS, 1)
    ]
    about = dict.fromkeys(("run", "project", "environment", "base_url", "tool_version", "by", "link", "commit"), text)
    return ran(*steps, **{**about, "plan_digest": text, "shard": text, "blocked": (text, text), **more})
