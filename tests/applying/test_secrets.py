"""The token is shown nowhere, whatever fails (S9); nor is a contact's name, phone or comment (S10)."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.applying.results import Report
from reconciler.cli.run_results import rows_of, run_result
from reconciler.errors import ReconcilerError
from reconciler.render.plan_json import plan_json
from reconciler.render.plan_text import plan_text
from reconciler.render.rows import plan_rows
from reconciler.render.run_markdown import run_markdown
from reconciler.render.run_text import run_end_text, run_text
from reconciler.render.text import diagnostics_text, result_text
from reconciler.render.words import Names
from reconciler.store.folder import Folder
from reconciler.store.journal import Journal, new_run_id
from tests.applying.wire import Fault, answering, lost_after, lost_before, rewriting
from tests.applying.world import TOKEN, World, account, campaign, contacts
from tests.conftest import NOW, ticking
from tests.planning.building import campaign_document, desired_of, policy_document
from tests.store.telling import record_of

NAME, PHONE, COMMENT = "Canary-Name-é", "33612399871", "Canary comment of a call"
LIKE = {"customFieldConditions": [{"customFieldName": "Category", "condition": "like", "value": "S%"}]}
RULES = (
    {"name": "silver", "match": LIKE, "set": {"priority": 3}},
    {"name": "all", "match": {"excluded": False}, "set": {"assignedAgentId": "alice", "comment": "Call at noon"}},
)
DESIRED = desired_of(campaign_document(settings={"maxTries": 8}, customFields=["New"]), policy_document(*RULES))
ECHO = {"error": TOKEN, "message": f"{NAME} {PHONE}", "code": COMMENT}


def _world(folder: Path) -> World:
    custom = {"First_Name": NAME, "Category": "Silver", "Phone": PHONE}
    people = contacts(8, customFields=custom, comment=COMMENT, agentName=NAME)
    people[3]["state"] = "processing_in_progress"
    for each in people[5:]:
        each["customFields"] = custom | {"Category": "Gold"}
    return World.of(folder, account(campaign(), people=people))


def _stranger(answer: Any) -> Any:
    for each in answer.get("content", ()):
        each["excluded"] = True
    return answer


def _broken_contact(answer: Any) -> Any:
    for each in answer.get("content", ()):
        each["priority"] = NAME
    return answer


FAULTS: dict[str, Fault] = {
    "nothing": rewriting(lambda each: each),
    "lost before": lost_before,
    "lost after": lost_after,
    "400": answering(400, ECHO),
    "401": answering(401, ECHO),
    "409": answering(409, ECHO),
    "500": answering(500, ECHO),
    "html": answering(200, f"<html>{TOKEN} {NAME} {PHONE} {COMMENT}</html>".encode(), "text/html"),
    "echo": answering(200, ECHO),
    "text": answering(200, f'"{NAME}'.encode()),
    "a stranger": rewriting(_stranger),
    "a broken contact": rewriting(_broken_contact),
}
PLACES = {"search": ("POST", "/search$"), "batch": ("POST", "/contact-batch/"), "status": ("GET", "/status/"),
          "put": ("PUT", "/contacts/"), "campaign": ("GET", "/campaigns/100$"), "patch": ("PATCH", "/100$"),
          "field": ("POST", "/field$"), "list": ("GET", "/campaigns$")}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_secret_is_shown(tmp_path: Path, place: str, fault: str) -> None:
    """Not in the plan, its texts, results, diagnostics, errors with their tracebacks, nor in a file of the store."""
    world = _world(tmp_path)
    plan = world.plan(DESIRED)
    world.set_contact(2, assignedAgentId=544, priority=9)
    world.set_contact(6, comment=f"{COMMENT}, again", lastUpdatedAt="2026-12-01T08:00:00Z")
    world.wire.plant(*PLACES[place], FAULTS[fault], times=10_000)
    shown = "\n".join([plan_json(plan), repr(plan), *_planned(world), *_applied(world, plan, tmp_path / "store")])
    files = "\n".join(each.read_text() for each in (tmp_path / "store").rglob("*.json"))
    for secret in (TOKEN, NAME, "Canary-Name", PHONE, COMMENT):
        assert secret not in shown
        assert secret not in files
    assert secret in str(world.contact(1))


def _planned(world: World) -> Iterator[str]:
    """Everything that planning shows."""
    with _told() as told, world.client(writable=False) as client:
        yield repr(client)
        plan, diagnostics = world.planned(DESIRED)
        yield from (plan_json(plan), repr(plan), repr(diagnostics), diagnostics_text(diagnostics).plain)
        yield plan_text(plan_rows(plan, Names())).plain
    yield from told


def _applied(world: World, plan: Any, store: Path) -> Iterator[str]:
    """Everything that applying shows."""
    clock = ticking()
    journal = Journal(Folder(store), new_run_id(NOW), clock)
    with _told() as told:
        report: Report = world.apply(plan, journal=journal)
        yield repr(report)
        rows = rows_of(run_result(record_of(0), plan, report, NOW, requests=1, repeated=0), record_of(0))
        yield from (run_text(rows).plain, run_end_text(rows).plain, run_markdown(rows))
        yield from (result_text(each, len(report.results)).plain for each in report.results)
    yield from told


@contextlib.contextmanager
def _told() -> Iterator[list[str]]:
    """What an error says, with its traceback."""
    told: list[str] = []
    try:
        yield told
    except ReconcilerError as error:
        told += [str(error), repr(error), repr(error.diagnostic()), "".join(traceback.format_exception(error))]
