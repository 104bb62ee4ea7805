"""The account and the manifests that the tests of faults share, and the places where faults are planted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reconciler.applying.results import Outcome, Report
from reconciler.planning.plan import Plan
from tests.applying.wire import Fault
from tests.applying.world import World, account, campaign, contacts
from tests.planning.building import campaign_document, desired_of, policy_document

DONE, FAILED, SKIPPED = Outcome.DONE, Outcome.FAILED, Outcome.SKIPPED
DEFERRED, UNKNOWN, STALE = Outcome.DEFERRED, Outcome.UNKNOWN, Outcome.STALE
PATCH, FIELD, BATCH = ("PATCH", "/100$"), ("POST", "/100/field$"), ("POST", "/100/contact-batch/update$")
STATUS = ("GET", "/contact-batch/status/")
PUT = ("PUT", "/100/contacts/")
SEARCH = ("POST", "/100/contacts/search$")
GET = ("GET", "/campaigns/100$")

RULE = {"name": "all", "match": "all", "set": {"assignedAgentId": "alice"}}
FIRST = campaign_document(settings={"maxTries": 8, "isPaused": False}, customFields=["New"])
SECOND = campaign_document("second", settings={"name": "CA - Métiers 101", "maxTries": 9})
DESIRED = desired_of(FIRST, SECOND, policy_document(RULE))

NOTE = "Call at noon"
#: What batches do not take, and something that they take.
SINGLES = {"name": "all", "match": "all", "set": {"comment": NOTE, "assignedGroupId": "closers", "priority": 1}}
ONE_BY_ONE = desired_of(
    campaign_document(settings={"isPaused": False}), policy_document(SINGLES), groups={"closers": 12}
)


def grouped_world(folder: Path, count: int = 6, **options: Any) -> World:
    """A campaign with a group, and contacts without a comment; SINGLES changes them, and then it is unpaused."""
    return World.of(folder, account(campaign(groupIds=[12]), people=contacts(count)), **options)


def small_world(folder: Path, count: int = 6, **options: Any) -> World:
    """A campaign with a field to add, settings, contacts and an unpause to come; and another one."""
    return World.of(folder, account(campaign(), campaign(101), people=contacts(count)), **options)


def outcomes(report: Report) -> list[Outcome]:
    """Of the steps: field, settings, contacts, unpause; and the other campaign's settings."""
    return [each.outcome for each in report.results]


def planted(world: World, where: tuple[str, str], fault: Fault, times: int = 1) -> tuple[Plan, Report]:
    """The plan, and its report when `fault` is met at `where`."""
    plan = world.plan(DESIRED)
    world.wire.sent.clear()
    world.wire.plant(*where, fault, times)
    return plan, world.apply(plan)
