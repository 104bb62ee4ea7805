"""`reconciler simulate`: a plan on a copy of the account, from the command line."""

from __future__ import annotations

import gc
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.session import Session
from reconciler.manifests.project import Environment
from tests.applying.wire import Wire
from tests.cli.conftest import LOCAL, expect_another_mode, plan_of
from tests.cli.get_account import wired
from tests.conftest import Workplace, read_json


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """A wire to the account, which keeps what is sent to it."""
    return wired(monkeypatch)


def test_a_fresh_plan(project: Workplace, wire: Wire) -> None:
    """It settles; the account gets reads alone, and planning it shows the same plan as before."""
    before = plan_of(project)["steps"]
    wire.sent.clear()
    ran = project.run(*LOCAL, "simulate")
    assert (ran.code, ran.err) == (0, "")
    assert f"On the copy: {len(before)} done\nPlanning again: nothing to do\n" in ran.out
    assert (len(wire.sent) > 0, wire.writes) == (True, [])
    assert plan_of(project)["steps"] == before


def test_its_client_can_not_write(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """S1: whatever is opened to the account is read-only."""
    asked = []
    given = Session.client

    def client(self: Session, environment: Environment, **options: Any) -> Any:
        asked.append(options["writable"])
        return given(self, environment, **options)

    monkeypatch.setattr(Session, "client", client)
    assert project.run(*LOCAL, "simulate").code == 0
    assert asked == [False, False]


def _json(path: Path) -> Any:
    return read_json(path)


def _files(project: Workplace) -> list[Path]:
    """Every file but those of the account."""
    return sorted(each for each in project.folder.rglob("*") if not each.name.startswith("emulator.db"))


def test_nothing_gets_onto_a_disk(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy's database is in memory, and so is what SQLite sorts; no file comes or goes."""
    project.run(*LOCAL, "plan")
    opened: list[str] = []
    stores: list[int] = []
    connect: Any = sqlite3.connect

    class Watched(sqlite3.Connection):
        def close(self) -> None:
            stores.append(self.execute("PRAGMA temp_store").fetchone()[0])
            super().close()

    def watching(database: Any, *arguments: Any, **options: Any) -> Any:
        opened.append(str(database))
        factory = {"factory": Watched} if database == ":memory:" else {}
        return connect(database, *arguments, **options, **factory)

    monkeypatch.setattr(sqlite3, "connect", watching)
    files = _files(project)
    assert project.run(*LOCAL, "simulate").code == 0
    gc.collect()  # the copy goes with its application
    assert {each for each in opened if not each.endswith("emulator.db")} == {":memory:"}
    assert (stores, _files(project)) == ([2], files)


def test_a_saved_plan(project: Workplace) -> None:
    """The very plan of the file, of the part that it was made for."""
    project.run(*LOCAL, "plan", "--out", "part.json", "--target", "AssignmentPolicy/bakery-assignment")
    steps = _json(project.folder / "part.json")["steps"]
    ran = project.run("simulate", "part.json")
    assert (ran.code, ran.err, len(steps) > 0) == (0, "", True)
    assert f"On the copy: {len(steps)} done\nPlanning again: nothing to do\n" in ran.out


def test_a_saved_plan_by_labels(project: Workplace) -> None:
    """The labels of a plan are found again."""
    project.run(*LOCAL, "plan", "--out", "part.json", "--selector", "team=follow-up")
    assert "On the copy: 3 done\nPlanning again: nothing to do\n" in project.run("simulate", "part.json").out


def test_a_part(project: Workplace) -> None:
    """`--target` and `--selector` as plan has them; they do not go with a file, which is a whole."""
    ran = project.run(*LOCAL, "simulate", "--target", "admissions-beauty")
    assert (ran.code, "On the copy: 1 done" in ran.out) == (0, True)
    ran = project.run(*LOCAL, "simulate", "change.json", "--target", "admissions-beauty")
    assert (ran.code, "--shard go with `plan`" in ran.err) == (64, True)


def test_a_saved_plan_that_apply_refuses(project: Workplace) -> None:
    """It is refused here, with apply's code, and nothing is simulated."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    expect_another_mode(project)
    ran = project.run("simulate", "change.json")
    assert (ran.code, ran.out, "saved plan is stale" in ran.err) == (4, "", True)
    project.write("change.json", "{}")
    assert project.run("simulate", "change.json").code == 4


def test_json(project: Workplace) -> None:
    """What the text says, for machines: numbers of contacts, never the contacts."""
    ran = project.run(*LOCAL, "simulate", "--format", "json", "--batch-seconds", "2")
    said, planned = json.loads(ran.out), plan_of(project)
    batches = [each for each in planned["steps"] if each["operation"] == "updateContacts"]
    assert (ran.code, said["settled"], said["again"]) == (0, True, {"steps": 0, "left": []})
    assert said["copied"] == {"campaigns": 8, "contacts": 312, "dropped": []}
    assert [each["step"] for each in said["results"]] == [each["number"] for each in planned["steps"]]
    assert {each["outcome"] for each in said["results"]} == {"done"}
    written = [each["contacts"] for each in said["results"] if each["operation"] == "updateContacts"]
    assert written == [{"done": len(each["contactIds"])} for each in batches]
    assert (said["estimate"]["batches"], said["estimate"]["batchSeconds"]) == (len(batches), 2.0)
    assert said["estimate"]["calls"] > len(planned["steps"])


def test_an_empty_plan(project: Workplace) -> None:
    """There is nothing to simulate, and that is no fault; nothing is read besides the plan."""
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    ran = project.run(*LOCAL, "simulate")
    assert (ran.code, ran.out) == (0, "Nothing to simulate: the plan has no steps\n")
    said = json.loads(project.run(*LOCAL, "simulate", "--format", "json").out)
    assert said == {"formatVersion": 1, "environment": "local", "steps": 0, "settled": True}


def test_a_blocked_campaign(project: Workplace) -> None:
    """The rest is simulated, and it is said that this is not all."""
    expect_another_mode(project)
    ran = project.run(*LOCAL, "simulate")
    assert (ran.code, "Planning again: nothing to do" in ran.out) == (1, True)
    assert "error[expectation-failed]" in ran.err
    assert "That part was not simulated." in ran.err


def test_a_plan_over_a_limit(project: Workplace) -> None:
    """It is simulated all the same: nothing is written. That apply stops is said."""
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace("contactsChanged: 1000", "contactsChanged: 10"))
    ran = project.run(*LOCAL, "simulate")
    assert (ran.code, "Planning again: nothing to do" in ran.out) == (0, True)
    said = r"note: apply stops before the first write: contactsChanged of this run would be \d+, the limit is 10\n"
    assert re.search(said, ran.err)


def test_rules_that_do_not_settle(project: Workplace) -> None:
    """The rule is named with its contacts, and what to do."""
    rules = """\
    - {name: high, match: {minPriority: 2}, set: {assignedAgentId: alice, priority: 1}}
    - {name: rest, match: all, set: {assignedAgentId: bruno}}
"""
    path = project.folder / "manifests/assignment.yaml"
    path.write_text(path.read_text().partition("  rules:\n")[0] + "  rules:\n" + rules)
    high = next(each for each in plan_of(project)["changes"] if each.get("rule") == "high")
    ran = project.run(*LOCAL, "simulate")
    assert ran.code == 1
    rule = f"AssignmentPolicy/bakery-assignment rule rest still changes {high['changed']} contacts"
    assert f" more\n  {rule} of Campaign/admissions-bakery\nhelp: " in ran.out


def test_no_account(project: Workplace) -> None:
    """What plan says of a missing token is said here, too."""
    ran = project.run("-e", "production", "simulate")
    assert (ran.code, ran.out, "error[no-token]" in ran.err) == (1, "", True)


def test_a_plan_of_the_page_is_saved(project: Workplace) -> None:
    """A simulation does not touch the saved plan: apply takes it afterwards."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    saved = _json(project.folder / "change.json")
    assert project.run("simulate", "change.json").code == 0
    assert _json(project.folder / "change.json") == saved
    assert project.run("apply", "change.json").code == 0
