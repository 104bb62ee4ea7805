"""`reconciler emulator --snapshot FILE`: the environment's account as a seed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reconciler.api.endpoints.campaigns import list_campaigns
from reconciler.api.endpoints.wrapups import list_wrapup_folders, list_wrapups
from reconciler.cli.session import Session
from reconciler.emulator.database import save_campaign
from reconciler.manifests.project import Environment
from tests.conftest import DATABASE, Workplace, read_json

LOGINS = {"createdBy", "lastUpdatedBy"}
PROJECT = """\
apiVersion: diabolocom.reconciler/v1
kind: Project
metadata: {name: p}
spec: {environments: {local: {baseUrl: "emulator:.reconciler/emulator.db"}}}
"""


def _live(workplace: Workplace, database: str) -> tuple[list[dict[str, Any]], list[Any], list[Any]]:
    with workplace.console(Path(database)) as client:
        campaigns = [dict(each.values) for each in client.run(list_campaigns())]
        codes, folders = client.run(list_wrapups()), client.run(list_wrapup_folders())
    shown = [{name: each[name] for name in each.keys() - LOGINS} for each in campaigns]
    return shown, [(each.id, each.name, each.wrapupPath, each.status) for each in codes], [each.id for each in folders]


def test_round_trip(workplace: Workplace) -> None:
    """A database that is made with the snapshot shows the same campaigns, codes and folders; contacts can be added."""
    workplace.example()
    ran = workplace.run("-e", "local", "emulator", "--snapshot", "seed.json")
    assert (ran.code, ran.out) == (0, ""), ran.err
    assert "Wrote seed.json: 8 campaigns, 14 wrap-up codes, 4 wrap-up folders. No contacts" in ran.err
    assert '"generatedContacts": [{"campaignId": 5990, "count": 1000}]' in ran.err
    seed: Any = read_json(workplace.folder / "seed.json")
    workplace.seed(seed, Path("copy.db"))
    assert _live(workplace, "copy.db") == _live(workplace, ".reconciler/emulator.db")
    seed["generatedContacts"] = [{"campaignId": 5990, "count": 10}]
    workplace.seed(seed, Path("people.db"))


def test_it_can_not_write_to_the_account(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """S1: its client is a read-only one."""
    asked = []
    given = Session.client

    def client(self: Session, environment: Environment, **options: Any) -> Any:
        asked.append(options)
        return given(self, environment, **options)

    monkeypatch.setattr(Session, "client", client)
    workplace.example()
    assert workplace.run("-e", "local", "emulator", "--snapshot", "seed.json").code == 0
    assert asked == [{"writable": False}]


def test_a_file_that_is_there_stays(workplace: Workplace) -> None:
    """Nothing is overwritten, and the account is not even read."""
    workplace.write("seed.json", "mine")
    ran = workplace.run("emulator", "--snapshot", "seed.json")
    assert (ran.code, "error[snapshot-not-written]" in ran.err, "seed.json" in ran.err) == (1, True, True)
    assert (workplace.folder / "seed.json").read_text() == "mine"


def test_a_file_that_is_made_meanwhile_stays(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading an account takes its time, and somebody else may write in it."""
    workplace.example()

    def slow(session: Session, dropped: list[str]) -> dict[str, Any]:
        workplace.write("seed.json", "mine")
        return {}

    monkeypatch.setattr("reconciler.cli.emulator_snapshot._seed", slow)
    ran = workplace.run("-e", "local", "emulator", "--snapshot", "seed.json")
    assert (ran.code, "exists already" in ran.err) == (1, True)
    assert (workplace.folder / "seed.json").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_is_not_there(workplace: Workplace) -> None:
    """It is told with the file's name."""
    workplace.write("reconciler.yaml", PROJECT)
    ran = workplace.run("emulator", "--snapshot", "nowhere/seed.json")
    assert (ran.code, "nowhere/seed.json: No such file" in ran.err) == (1, True)


@pytest.mark.parametrize("others", [("--port", "0"), ("--seed", "s.json"), ("--fault", "html"), ("--token", "t")])
def test_what_has_no_effect_is_refused(workplace: Workplace, others: tuple[str, str]) -> None:
    """Nothing is served, so the options of serving are wrong usage."""
    ran = workplace.run("emulator", "--snapshot", "seed.json", *others)
    assert (ran.code, f"{others[0]} has no effect" in ran.err) == (64, True)


def test_what_a_seed_can_not_hold_is_told(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A live value out of its range gets the default; the first twenty such are told one by one."""
    workplace.write("reconciler.yaml", PROJECT)
    workplace.seed({"campaigns": [{"id": number, "name": f"C{number}"} for number in range(1, 31)]})
    monkeypatch.setattr("reconciler.cli.emulator_snapshot.TOLD", 3)
    with closing(sqlite3.connect(workplace.folder / DATABASE)) as connection, connection:
        for document in connection.execute("SELECT document FROM campaigns WHERE id > 20").fetchall():
            save_campaign(connection, json.loads(document[0]) | {"globalPriority": 99})
    ran = workplace.run("emulator", "--snapshot", "seed.json")
    assert ran.code == 0
    assert ran.err.count("globalPriority is not as the documentation has it, and was dropped") == 3
    assert "… and 7 more" in ran.err
    seed: Any = read_json(workplace.folder / "seed.json")
    assert len(seed["campaigns"]) == 30


def test_no_project(workplace: Workplace) -> None:
    """It needs an environment to read from."""
    assert "error[no-project]" in workplace.run("emulator", "--snapshot", "seed.json").err
