"""A small account to look at with `get`, and a wire in front of it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from reconciler.cli import account as account_module
from tests.applying.wire import Wire
from tests.conftest import Ran, Workplace
from tests.emulator.accounts import account, campaign, contact

PROJECT = """\
apiVersion: diabolocom.reconciler/v1
kind: Project
metadata: {name: looked-at}
spec:
  environments:
    local:
      baseUrl: "emulator:.reconciler/emulator.db"
      campaigns: {bakery: 100, beauty: {id: 200, createdAt: "2023-09-01T07:30:00Z"}}
      agents: {alice: 543, bruno: 544}
      groups: {closers: 12}
"""
#: What belongs to the people in it: nothing of it is shown without the flag.
SECRETS = ("Zorglub", "33199000001", "called back, angry")
#: A name that tries to steer a terminal and a CI log.
HOSTILE = "##[error]\x1b[31mred\n::error:: \u202eX"


def seeded(workplace: Workplace, *contacts: dict[str, Any], **more: Any) -> Workplace:
    """The project, and an account with two campaigns and these contacts, or three of its own."""
    workplace.write("reconciler.yaml", PROJECT)
    campaigns = more.pop("campaigns", [campaign(), campaign(200, name="Esthétique", isPaused=True, mode="preview")])
    workplace.seed(account(*(contacts or people()), campaigns=campaigns) | more)
    return workplace


def people() -> tuple[dict[str, Any], ...]:
    """Three contacts of campaign 100."""
    fields = {"First_Name": "Zorglub", "Category": "Gold", "Telephone_1": "33199000001"}
    called = {"agentName": "Agnès Zorn", "lastCallTime": "2026-11-10T08:00:00Z", "wrapupId": 4561, "triesNumber": 2}
    return (
        contact(1, customFields=fields, comment="called back, angry", assignedAgentId=543, **called),
        contact(2, excluded=True, excludedDetail="bloctel", priority=3, retryDate="2026-12-01T09:30:00Z"),
        contact(3, state="processing_in_progress", assignedAgentId=545, assignedGroupId=12, wrapupId=4560),
    )


def wired(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """A wire in front of the emulator of every command that runs after this."""
    wire = Wire(None)  # type: ignore[arg-type]
    opened = account_module.opened_emulator

    def tapped(*arguments: Any, **options: Any) -> Any:
        wire.application = opened(*arguments, **options)
        return wire

    monkeypatch.setattr(account_module, "opened_emulator", tapped)
    return wire


def as_json(ran: Ran) -> Any:
    """What a command printed, which is JSON and nothing else."""
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def as_csv(ran: Ran) -> list[dict[str, str]]:
    """What a command printed, which is CSV and nothing else."""
    assert ran.code == 0, ran.err
    return list(csv.DictReader(io.StringIO(ran.out, newline="")))
