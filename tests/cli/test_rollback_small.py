"""`reconciler rollback` of a small project: rules that match no more, runs that did not do all, batches left behind."""

from __future__ import annotations

import json

import pytest

from reconciler.api.client import Client
from reconciler.api.endpoints.batches import update_contacts
from reconciler.emulator import Options, open_emulator
from tests.applying.world import account, campaign, contacts
from tests.cli.undoing import STORE, apply, edit, held, last, saved, undo
from tests.conftest import DATABASE, NOW, Workplace

_PROJECT = """\
apiVersion: diabolocom.reconciler/v1
kind: Project
metadata: {name: small}
spec:
  manifests: [manifests]
  environments:
    local: {baseUrl: "emulator:.reconciler/emulator.db", campaigns: {bakery: 100}, agents: {alice: 543}}
"""
_MANIFESTS = """\
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {name: bakery}
spec: {settings: {maxTries: 8}}
---
apiVersion: diabolocom.reconciler/v1
kind: AssignmentPolicy
metadata: {name: sharing}
spec:
  campaigns: [bakery]
  rules:
    - name: free
      match: {assignedAgentIds: null}
      set: {assignedAgentId: alice}
"""


@pytest.fixture
def small(workplace: Workplace) -> Workplace:
    """A campaign whose free contacts go to Alice."""
    workplace.write("reconciler.yaml", _PROJECT)
    workplace.write("manifests/all.yaml", _MANIFESTS)
    (workplace.folder / ".reconciler").mkdir()
    workplace.seed(account(campaign(), people=contacts(4)))
    return workplace


def test_no_rule_is_asked_who_its_contacts_are(small: Workplace) -> None:
    """They match it no more, since it has given them an agent; given back they match it again, which is no surprise."""
    before = held(small)
    run = apply(small)
    undo(small, run)
    ran = small.run("apply", "undo.json")
    assert (ran.code, "rules-do-not-settle" in ran.err) == (0, False), ran.err
    assert held(small) == before


def test_a_run_that_was_refused_in_part(small: Workplace) -> None:
    """The campaign moved between plan and apply: that step wrote nothing, and there is nothing of it to undo."""
    small.run("plan", "--out", "change.json")
    edit(small, 100, maxTries=3)
    assert small.run("apply", "change.json").code == 4
    ran = undo(small, last(small))
    assert (ran.code, saved(small)["steps"]) == (0, [])
    edit(small, 100, maxTries=8)
    assert undo(small, last(small)).code == 0
    assert saved(small)["steps"] == [], "what somebody has set since is theirs"


def test_a_batch_of_the_run_that_may_still_run(small: Workplace) -> None:
    """It is waited for: what it still writes would not be undone."""
    run = apply(small)
    slow = open_emulator(small.folder / DATABASE, clock=small.clock, options=Options(batch_seconds=8))
    with Client("http://localhost", "console", writable=True, application=slow) as console:
        token = console.run(update_contacts(100, [1], {"priority": 3}))
    path = small.folder / STORE / f"runs/{run}/events/000099-accepted.json"
    step = {"step": 9, "address": "AssignmentPolicy/sharing", "campaignId": 100, "batch": token}
    path.write_text(json.dumps({"formatVersion": 1, "run": run, "event": "accepted", "at": NOW.isoformat(), **step}))
    (small.folder / STORE / "unfinished" / f"local.{run}.json").write_text('{"formatVersion":1}\n')
    ran = undo(small, run)
    assert (ran.code, "Waiting for a batch that an earlier run left in campaign 100" in ran.err) == (0, True)
