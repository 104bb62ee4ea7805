"""The file: opening it, filling a new one, writing to it. A new file is built aside and put in place whole."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from reconciler.emulator.account import FIRST_ID, Account
from reconciler.emulator.errors import DatabaseBusyError, DatabaseFileError
from reconciler.emulator.json_text import dumps
from reconciler.emulator.tables import AS_JSON, COLUMNS, INDEXES, SEARCHED, TABLES

APPLICATION_ID = 0x44_42_4C_4F
VERSION = 3
#: For how many seconds another process that writes is waited for.
PATIENCE = 10.0


def open_database(path: Path | None, seed: Callable[[], Account]) -> sqlite3.Connection:
    """A connection to the database at `path`, made and filled from `seed` when there is none; None: in memory alone.

    It may be used from several threads, one at a time. DatabaseFileError when the file is something else.
    """
    if path is None:
        return _in_memory(seed())
    if not path.exists():
        _create(path, seed())
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        _check(connection, path)
        connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA case_sensitive_like = ON;"
        )
    except BaseException:
        connection.close()
        raise
    connection.create_function("fold", 1, _fold, deterministic=True)
    return connection


def save_campaign(connection: sqlite3.Connection, campaign: Mapping[str, Any]) -> str:
    """Write one campaign; returns its JSON text."""
    document = dumps(campaign)
    connection.execute("INSERT OR REPLACE INTO campaigns VALUES (?, ?)", (campaign["id"], document))
    return document


def save_contacts(connection: sqlite3.Connection, contacts: Iterable[Mapping[str, Any]]) -> None:
    """Write contacts, new or changed."""
    marks = ", ".join("?" * len(COLUMNS))
    connection.executemany(f"INSERT OR REPLACE INTO contacts VALUES ({marks})", map(_row, contacts))


def take_numbers(connection: sqlite3.Connection, campaign_id: int, count: int) -> Iterator[tuple[int, int]]:
    """The `id` and `contactId` of `count` new contacts; neither was ever another contact's."""
    sequence = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'contacts'").fetchone()
    first_id = max(sequence[0] + 1 if sequence else 0, FIRST_ID)
    ((last,),) = connection.execute(
        "UPDATE contact_counters SET lastContactId = lastContactId + ? WHERE campaignId = ? RETURNING lastContactId",
        (count, campaign_id),
    )
    return zip(range(first_id, first_id + count), range(last - count + 1, last + 1), strict=True)


def _row(contact: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        *(contact[name] for name in SEARCHED),
        *(dumps(contact[name]) for name in AS_JSON),
        contact["id"] * 2_654_435_761 % 2**32,  # the order of search results: fixed, and no order anyone wants
        dumps(contact),
    )


def _in_memory(account: Account) -> sqlite3.Connection:
    """A database of which nothing ever gets onto a disk, not even what a sort needs."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.executescript("PRAGMA temp_store = MEMORY; PRAGMA case_sensitive_like = ON; BEGIN;" + TABLES)
    connection.create_function("fold", 1, _fold, deterministic=True)
    _fill(connection, account)
    connection.executescript("BEGIN;" + INDEXES + "COMMIT;")
    return connection


def _create(path: Path, account: Account) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        built = Path(folder) / path.name
        with closing(sqlite3.connect(built, isolation_level=None)) as connection:
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;" + TABLES)
            _fill(connection, account)
            connection.executescript("BEGIN;" + INDEXES)
            for end in (f"PRAGMA application_id = {APPLICATION_ID}", f"PRAGMA user_version = {VERSION}", "COMMIT"):
                connection.execute(end)
        _put_in_place(built, path)


def _fill(connection: sqlite3.Connection, account: Account) -> None:
    def insert(statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        connection.executemany(statement, rows)

    insert("INSERT INTO users VALUES (?, ?)", ((number, name) for name, number in account.users.items()))
    insert("INSERT INTO groups VALUES (?, ?)", ((number, name) for name, number in account.groups.items()))
    insert("INSERT INTO validated_numbers VALUES (?)", ((number,) for number in account.validated_numbers))
    insert(
        "INSERT INTO wrapup_folders VALUES (?, ?)",
        ((item["id"], dumps(item)) for item in account.wrapup_folders),
    )
    insert(
        "INSERT INTO wrapups VALUES (?, ?, ?)",
        ((item["id"], item["status"], dumps(item)) for item in account.wrapups),
    )
    insert("INSERT INTO campaigns VALUES (?, ?)", ((item["id"], dumps(item)) for item in account.campaigns))
    insert("INSERT INTO licenses VALUES (?, ?)", ((month, dumps(item)) for month, item in account.licenses.items()))
    insert("INSERT INTO recordings VALUES (?, ?, ?)", map(_recording, account.recordings.items()))
    save_contacts(connection, account.contacts)


def _recording(item: tuple[str, int | bytes]) -> tuple[str, int | None, bytes | None]:
    number, sound = item
    return (number, None, sound) if isinstance(sound, bytes) else (number, sound, None)


def _put_in_place(built: Path, path: Path) -> None:
    """Under a lock of the folder: of two processes that make the file, the first one's stays."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if path.exists():
            return
        for leftover in ("-wal", "-shm"):  # of a database that was deleted: they would be replayed over this one
            path.with_name(path.name + leftover).unlink(missing_ok=True)
        built.replace(path)
    finally:
        os.close(folder)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    try:
        found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
    except sqlite3.OperationalError as error:
        if "readonly" in str(error) or "unable to open" in str(error):
            raise DatabaseFileError(f"{path} can't be written: {error}") from error
        raise DatabaseBusyError(f"{path}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise DatabaseFileError(f"{path} is not an emulator database: {error}") from error
    if found != [APPLICATION_ID, VERSION]:
        raise DatabaseFileError(f"{path} is not an emulator database of this version; delete it to start afresh")


def _fold(value: str | None) -> str | None:
    return None if value is None else str(value).casefold()
