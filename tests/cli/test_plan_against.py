"""`plan --against SNAPSHOT`: a plan without a token, for who must not have one."""

from __future__ import annotations

import json
from pathlib import Path

from reconciler.cli.session import Session
from tests.cli.conftest import LOCAL, plan_of
from tests.conftest import Workplace


def _snapshot(project: Workplace) -> Path:
    assert project.run(*LOCAL, "emulator", "--snapshot", "snapshot.json").code == 0
    return project.folder / "snapshot.json"


def _settings(plan: dict[str, object]) -> list[object]:
    changes = plan["changes"]
    assert isinstance(changes, list)
    return [(each["address"], each["attributes"]) for each in changes if each.get("rule") is None]


def test_the_settings_are_planned_as_against_the_account(project: Workplace) -> None:
    """For an environment whose token nobody has; no file of an account is made or touched."""
    whole = plan_of(project)
    _snapshot(project)
    (project.folder / ".reconciler/emulator.db").unlink()
    ran = project.run(*LOCAL, "plan", "--against", "snapshot.json", "--format", "json")
    assert ran.code == 0, ran.err
    made = json.loads(ran.out)
    assert _settings(made) == _settings(whole)
    assert made["summary"]["contactsMatched"] == 0
    assert made["diagnostics"][0]["code"] == "planned-against-snapshot"
    assert "note[planned-against-snapshot]: planned against a snapshot" in ran.err
    assert not (project.folder / ".reconciler/emulator.db").exists()
    ran = project.run("-e", "production", "plan", "--against", "snapshot.json", "--format", "markdown")
    assert ran.code in (0, 1)
    assert "planned-against-snapshot" in ran.out
    assert "DIABOLOCOM_TOKEN" not in ran.err


def test_it_can_not_be_saved_for_apply(project: Workplace) -> None:
    """Nor is there a client that could write."""
    file = _snapshot(project)
    ran = project.run(*LOCAL, "plan", "--against", "snapshot.json", "--out", "plan.json")
    assert (ran.code, "can't be applied" in ran.err) == (64, True)
    assert not (project.folder / "plan.json").exists()
    session = Session(project.folder, snapshot=file)
    environment = session.project().environments["local"]
    with session.client(environment, writable=True) as client:
        assert not client.writable


def test_what_is_no_snapshot_is_told(project: Workplace) -> None:
    """A missing file, and one that describes no account."""
    ran = project.run(*LOCAL, "plan", "--against", "none.json")
    assert (ran.code, "error[unreadable-file]" in ran.err) == (1, True)
    project.write("odd.json", "{")
    ran = project.run(*LOCAL, "plan", "--against", "odd.json")
    assert (ran.code, "error[seed-invalid]" in ran.err) == (1, True)
