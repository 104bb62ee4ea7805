"""After apply, rules that would change again what they have just written are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reconciler.diagnostics import Diagnostic
from reconciler.planning.settled import unsettled
from tests.applying.world import World, account, campaign, contacts
from tests.conftest import NOW
from tests.planning.building import campaign_document, desired_of, policy_document

LOW: dict[str, Any] = {"name": "low", "match": {"maxPriority": 1}, "set": {"priority": 9}}
HIGH: dict[str, Any] = {"name": "high", "match": {"minPriority": 9}, "set": {"priority": 5}}


def _after(folder: Path, *rules: dict[str, Any]) -> tuple[list[Diagnostic], int]:
    """What is said after apply, and how many requests that took."""
    world = World.of(folder, account(campaign(), people=[*contacts(3, priority=1)]))
    desired = desired_of(campaign_document(), policy_document(*rules))
    plan = world.plan(desired)
    report = world.apply(plan)
    written = {100: [each for result in report.results for each in result.contacts.done]}
    before = len(world.wire.sent)
    with world.client(writable=False) as client:
        found = unsettled(client, desired, written, plan.changes, NOW)
    return found, len(world.wire.sent) - before


def test_a_rule_that_would_change_them_again_is_named(tmp_path: Path) -> None:
    """With the contacts that were written and would be once more."""
    (found,), _ = _after(tmp_path, LOW, HIGH)
    assert found.code == "rules-do-not-settle"
    assert "rule `high` would change 3 contacts again that were just written: 1, 2, 3" in found.detail
    assert not found.is_error


def test_rules_that_settle_say_nothing(tmp_path: Path) -> None:
    """They are planned again where one writes what one matches by."""
    found, requests = _after(tmp_path, LOW)
    assert (found, requests > 0) == ([], True)


def test_rules_that_can_not_meet_are_not_read_again(tmp_path: Path) -> None:
    """No request for them."""
    assert _after(tmp_path, LOW | {"match": {"maxTries": 99}}) == ([], 0)


def test_contacts_that_came_meanwhile_are_no_matter(tmp_path: Path) -> None:
    """Only what has just been written counts."""
    world = World.of(tmp_path, account(campaign(), people=[*contacts(3, priority=1)]))
    desired = desired_of(campaign_document(), policy_document(LOW))
    plan = world.plan(desired)
    world.apply(plan)
    world.set_contact(2, priority=1)
    with world.client(writable=False) as client:
        assert unsettled(client, desired, {100: [1, 3]}, plan.changes, NOW) == []
        assert len(unsettled(client, desired, {100: [1, 2, 3]}, plan.changes, NOW)) == 1
