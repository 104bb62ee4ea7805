"""Whose change a difference is, where that is less plain: parts, rules, ids, ignored settings, and runs undone."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from reconciler.api.endpoints.campaigns import patch_campaign
from reconciler.emulator.database import save_contacts
from reconciler.planning.baseline import Applied, Baseline, merged
from tests.cli.conftest import LOCAL
from tests.conftest import NOW, Workplace

BAKERY, BEAUTY, PROPERTY = 6046, 6047, 6049
FREE = "processing_not_in_progress"
POLICY = "AssignmentPolicy/bakery-assignment"


@pytest.fixture
def applied(project: Workplace) -> Workplace:
    """The example project, applied."""
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    return project


def _console(project: Workplace, campaign: int, **fields: object) -> None:
    with project.console() as console:
        console.run(patch_campaign(campaign, fields))


def _edit(project: Workplace, path: str, before: str, after: str) -> None:
    file = project.folder / path
    content = file.read_text()
    assert before in content
    file.write_text(content.replace(before, after))


def _call(project: Workplace, **fields: object) -> int:
    """Somebody is calling a contact of the last rule ; or something else of it is edited."""
    database = project.folder / ".reconciler/emulator.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        rows = connection.execute("SELECT document FROM contacts WHERE campaignId = ?", (BAKERY,)).fetchall()
        known = [json.loads(row) for (row,) in rows]
        found = next(each for each in known if each["priority"] == 10)
        save_contacts(connection, [found | {"state": "processing_in_progress"} | fields])
    number: int = found["contactId"]
    return number


def _hang_up(project: Workplace) -> None:
    """No contact is being called any more."""
    with closing(sqlite3.connect(project.folder / ".reconciler/emulator.db")) as connection, connection:
        rows = connection.execute("SELECT document FROM contacts WHERE campaignId = ?", (BAKERY,)).fetchall()
        save_contacts(connection, [json.loads(row) | {"state": FREE} for (row,) in rows])


def _found(project: Workplace, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(project.run(*LOCAL, "drift", "--format", "json", *arguments).out)
    return found


def _origins(project: Workplace, *arguments: str) -> dict[str, str]:
    return {each["attribute"] or each["rule"]: each["origin"] for each in _found(project, *arguments)["differences"]}


def test_an_ignored_setting_is_no_drift(applied: Workplace) -> None:
    """Nor is it taken for applied: once it is managed again, the manifest has changed and not the account."""
    _console(applied, PROPERTY, nextTryDelay=60)
    assert _origins(applied) == {}
    _console(applied, PROPERTY, maxTries=9)
    assert _origins(applied) == {"maxTries": "console"}
    _console(applied, PROPERTY, maxTries=6)
    _edit(applied, "manifests/admissions.yaml", "  lifecycle: {ignoreChanges: [nextTryDelay]}", "  #")
    assert _origins(applied) == {"nextTryDelay": "manifests"}


def test_a_rule_is_another_one_where_an_earlier_one_is(applied: Workplace) -> None:
    """What an earlier rule lets go, the later one takes: by the manifests, not by itself."""
    _edit(applied, "manifests/assignment.yaml", "eq, value: Gold}", "eq, value: Golden}")
    assert _origins(applied)["others-shared"] == "manifests"


def test_a_run_of_the_rules_alone_says_nothing_of_the_settings(applied: Workplace) -> None:
    """What the account holds otherwise stays the console's change; the rule is known as it is now."""
    _console(applied, BAKERY, maxTries=9)
    _edit(applied, "manifests/assignment.yaml", "set: {priority: 10}", "set: {priority: 9}")
    assert _origins(applied) == {"maxTries": "console", "others-shared": "manifests"}
    assert applied.run(*LOCAL, "apply", "--yes", "--target", POLICY).code == 0
    assert _origins(applied) == {"maxTries": "console"}
    _edit(applied, "manifests/admissions.yaml", "    isRecorded: true\n", "    isRecorded: true\n    maxTries: 7\n")
    assert applied.run(*LOCAL, "apply", "--yes", "--target", POLICY).code == 0
    assert _origins(applied) == {"maxTries": "both"}


def test_an_address_that_means_another_campaign_now_has_no_past(applied: Workplace) -> None:
    """Bound to another id, nothing is known of it: neither what was applied nor by whom it differs."""
    _console(applied, BEAUTY, maxTries=9)
    file = applied.folder / ".reconciler/baselines/local/local.json"
    held = json.loads(file.read_text())
    held["campaigns"]["Campaign/admissions-beauty"]["campaignId"] = 1
    file.write_text(json.dumps(held))
    assert _origins(applied) == {"maxTries": "unknown"}
    assert applied.run(*LOCAL, "apply", "--yes").code == 0
    _console(applied, BEAUTY, maxTries=9)
    assert _origins(applied) == {"maxTries": "console"}


def test_what_was_undone_is_the_manifests_change(applied: Workplace) -> None:
    """They still ask for it, and the account holds what a run put there: somebody has to revert them in Git."""
    assert applied.run(*LOCAL, "rollback", "last", "--out", "undo.json").code == 0
    assert applied.run(*LOCAL, "apply", "undo.json").code == 0
    origins = _origins(applied)
    assert {"maxTries", "autoPurge.lastAttemptBeforeDays", "userIds", "gold-to-alice"} <= origins.keys()
    assert set(origins.values()) == {"manifests"}


def test_a_campaign_that_is_blocked_is_not_taken_for_applied(applied: Workplace) -> None:
    """What could not be planned stays as it was known before, whatever else the run did."""
    _edit(applied, "manifests/admissions.yaml", "maxCallingDateOffset: 45", "maxCallingDateOffset: 44")
    _edit(applied, "manifests/admissions.yaml", "  expect: {mode: predictive}", "  expect: {mode: preview}")
    _console(applied, BAKERY, maxTries=9)
    assert applied.run(*LOCAL, "apply", "--yes").code == 5
    _edit(applied, "manifests/admissions.yaml", "  expect: {mode: preview}", "  expect: {mode: predictive}")
    assert _origins(applied) == {"maxTries": "console"}


def test_a_part_of_an_object_that_was_never_managed_is_the_manifests_change(applied: Workplace) -> None:
    """The account has held it all along, and the manifest says otherwise for the first time."""
    _console(applied, BAKERY, autoPurge={"enabled": True, "lastAttemptBeforeDays": 90, "excluded": True})
    assert _origins(applied) == {}
    _edit(
        applied,
        "manifests/admissions.yaml",
        "lastAttemptBeforeDays: 90}",
        "lastAttemptBeforeDays: 90, excluded: false}",
    )
    assert _origins(applied) == {"autoPurge.excluded": "manifests"}


def test_what_waits_for_contacts_is_not_applied(applied: Workplace) -> None:
    """An unpause that was left to the next run is still to be done, by the manifests' wish."""
    _console(applied, BAKERY, isPaused=True)
    _edit(applied, "manifests/admissions.yaml", "    isRecorded: true\n", "    isRecorded: true\n    isPaused: false\n")
    _edit(applied, "manifests/assignment.yaml", "set: {priority: 10}", "set: {priority: 9}")
    _call(applied)
    ran = applied.run(*LOCAL, "apply", "--yes")
    assert (ran.code, "waits-for-contacts" in ran.err) == (0, True), ran.err
    _hang_up(applied)
    assert _origins(applied) == {"isPaused": "manifests", "others-shared": "manifests"}


def test_what_a_run_wrote_before_it_failed_is_its_own(applied: Workplace) -> None:
    """Whoever reverts the manifest after a failed run does not find the tool's own write blamed on the console."""
    _edit(applied, "manifests/admissions.yaml", "lastAttemptBeforeDays: 90", "lastAttemptBeforeDays: 60")
    _edit(applied, "manifests/assignment.yaml", "set: {priority: 10}", "set: {priority: 9}")
    applied.run(*LOCAL, "plan", "--out", "change.json")
    contact = _call(applied, state=FREE, priority=3)
    assert applied.run(*LOCAL, "apply", "change.json").code != 0
    assert contact
    _edit(applied, "manifests/admissions.yaml", "lastAttemptBeforeDays: 60", "lastAttemptBeforeDays: 90")
    assert _origins(applied)["autoPurge.lastAttemptBeforeDays"] == "manifests"


def test_the_newest_run_counts_however_the_project_was_split(applied: Workplace) -> None:
    """Whole, in shards, whole again: what the last one left is known, not what a shard left before it."""
    file = "manifests/admissions.yaml"
    for tries, parts in ((7, ((),)), (9, (("--shard", "1/2"), ("--shard", "2/2"))), (7, ((),))):
        text = (applied.folder / file).read_text()
        (applied.folder / file).write_text(re.sub(r"maxTries: \d", f"maxTries: {tries}", text))
        for part in parts:
            assert applied.run(*LOCAL, "apply", "--yes", *part).code == 0
    _console(applied, PROPERTY, maxTries=10)
    assert _origins(applied) == {"maxTries": "console"}


def test_an_old_empty_plan_says_nothing_of_today(applied: Workplace) -> None:
    """It was empty when it was saved: what has happened since is as it was."""
    applied.run(*LOCAL, "plan", "--out", "empty.json")
    _edit(applied, "manifests/admissions.yaml", "maxTries: 6", "maxTries: 7")
    assert applied.run(*LOCAL, "apply", "--yes").code == 0
    _edit(applied, "manifests/admissions.yaml", "maxTries: 7", "maxTries: 6")
    assert applied.run(*LOCAL, "apply", "empty.json").code == 0
    assert _origins(applied) == {"maxTries": "manifests"}


def test_the_limit_of_a_rule_is_no_other_rule(applied: Workplace) -> None:
    """How many contacts a run may change does not say which."""
    contact = _call(applied, state=FREE, priority=3)
    _edit(applied, "manifests/assignment.yaml", "contactsChanged: 500", "contactsChanged: 499")
    assert (contact > 0, _origins(applied)) == (True, {"others-shared": "console"})


def test_another_account_has_no_past(applied: Workplace) -> None:
    """Where baseUrl leads elsewhere now, nothing is known of what that account was left with."""
    _console(applied, BAKERY, maxTries=9)
    file = applied.folder / ".reconciler/baselines/local/local.json"
    file.write_text(file.read_text().replace("emulator:.reconciler/emulator.db", "https://elsewhere.example"))
    assert _origins(applied) == {"maxTries": "unknown"}


def test_lines_and_contacts_do_not_move_the_fingerprint(applied: Workplace) -> None:
    """A comment above the value, or one contact more, is no news."""
    _console(applied, PROPERTY, maxTries=9)
    first = _found(applied)
    _edit(applied, "manifests/admissions.yaml", "    maxTries: 6", "    # why\n    maxTries: 6")
    again = _found(applied)
    assert first["differences"][0]["source"] != again["differences"][0]["source"]
    assert first["fingerprint"] == again["fingerprint"]


def test_of_several_shards_the_newest_counts() -> None:
    """A project may be split otherwise from one day to the next."""
    known, later = (Applied(campaign_id=1, base_url="x", at=NOW + timedelta(day), run=None) for day in (0, 1))
    one, other = Baseline(campaigns={"a": known, "b": later}), Baseline(campaigns={"a": later, "b": known})
    assert merged([one, other]).campaigns == merged([other, one]).campaigns == {"a": later, "b": later}
