"""The file: made whole or not at all, kept between processes, and refused when it is something else."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reconciler.emulator import Account, DatabaseBusyError, DatabaseFileError, database, load_account, open_emulator

from .accounts import account, campaign
from .conftest import Clock, Emulate

CAMPAIGN = "/api/v1/voice/campaigns/100"


def test_makes_parent_folders_and_nothing_else(tmp_path: Path, clock: Clock) -> None:
    """A new file brings its folders along and leaves no temporary file."""
    path = tmp_path / "a" / "b" / "emulator.db"
    open_emulator(path, seed=load_account({}), clock=clock)
    assert {item.name.removesuffix("-wal").removesuffix("-shm") for item in path.parent.iterdir()} == {"emulator.db"}


def test_interrupted_start_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """When seeding breaks off there is no file, so the next start seeds afresh."""
    monkeypatch.setattr(database, "save_contacts", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        open_emulator(tmp_path / "emulator.db", seed=load_account({}), clock=clock)
    assert list(tmp_path.iterdir()) == []


def test_file_made_meanwhile_is_kept(tmp_path: Path, clock: Clock) -> None:
    """A file that another process made while this one was seeding is not replaced."""
    path = tmp_path / "emulator.db"

    def seed() -> Account:
        if not path.exists():
            open_emulator(path, seed=load_account(account(campaigns=[campaign(1)])), clock=clock)
        return load_account(account(campaigns=[campaign(2)]))

    connection = database.open_database(path, seed)
    assert connection.execute("SELECT id FROM campaigns").fetchall() == [(1,)]
    connection.close()


def test_a_file_made_meanwhile_keeps_what_was_written_to_it(tmp_path: Path, clock: Clock) -> None:
    """Its write-ahead log is not taken for the leftover of a deleted database."""
    path = tmp_path / "emulator.db"
    others: list[sqlite3.Connection] = []

    def seed() -> Account:
        if not others:
            others.append(database.open_database(path, lambda: load_account(account(campaigns=[campaign(1)]))))
            others[0].execute("UPDATE campaigns SET document = 'changed'")
        return load_account({})

    connection = database.open_database(path, seed)
    assert connection.execute("SELECT document FROM campaigns").fetchall() == [("changed",)]
    for each in (connection, *others):
        each.close()


def test_a_file_in_use_is_not_called_foreign(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds it lets go some day; nobody is told to remove it."""
    path = tmp_path / "emulator.db"
    open_emulator(path, seed=load_account({}), clock=clock)
    monkeypatch.setattr(database, "PATIENCE", 0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseBusyError, match="locked"):
            open_emulator(path, clock=clock)
    open_emulator(path, clock=clock)


def test_leftovers_of_a_deleted_file_are_cleared(tmp_path: Path, clock: Clock) -> None:
    """The write-ahead log of a database that was deleted is not replayed over the new one."""
    for suffix in ("-wal", "-shm"):
        (tmp_path / f"emulator.db{suffix}").write_bytes(b"old" * 5000)
    app = open_emulator(tmp_path / "emulator.db", seed=load_account(account()), clock=clock)
    assert TestClient(app, headers={"Private-Token": "x"}).get(CAMPAIGN).status_code == 200


def test_what_is_written_stays(emulate: Emulate) -> None:
    """Opened again, with whatever seed, the file has what was written."""
    assert emulate().patch(CAMPAIGN, json={"maxTries": 9}).status_code == 200
    assert emulate(account(campaigns=[])).get(CAMPAIGN).json()["maxTries"] == 9


def test_other_processes_see_it_at_once(emulate: Emulate, tmp_path: Path) -> None:
    """What another process writes while this one has the file open is seen by the next request and search."""
    client = emulate(account({"campaignId": 100, "contactId": 1}))
    search = CAMPAIGN.replace("v1", "v2") + "/contacts/search"
    assert client.post(search, json={"query": {"minPriority": 99}}).json()["content"] == []
    script = (
        "import sys; from pathlib import Path; from starlette.testclient import TestClient\n"
        "from reconciler.emulator import open_emulator\n"
        "client = TestClient(open_emulator(Path(sys.argv[1])), headers={'Private-Token': 'x'})\n"
        "assert client.put('/api/v2/voice/campaigns/100/contacts/1', json={'priority': 99}).status_code == 200\n"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "emulator.db")], check=True, cwd=root)
    assert len(client.post(search, json={"query": {"minPriority": 99}}).json()["content"]) == 1


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b""])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    """A file that is no database, or an empty one, is left as it is."""
    path = tmp_path / "emulator.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseFileError, match=r"emulator\.db"):
        open_emulator(path)
    assert path.read_bytes() == content


def test_other_databases_are_refused(tmp_path: Path) -> None:
    """A database of something else is refused."""
    path = tmp_path / "emulator.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (x)")
    connection.close()
    with pytest.raises(DatabaseFileError):
        open_emulator(path)
