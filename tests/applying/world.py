"""An account on the emulator, a wire to it, and the stages from manifests to a report, in this process."""

from __future__ import annotations

import json
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.api.client import Client
from reconciler.applying.apply import apply_plan
from reconciler.applying.results import Report, Result
from reconciler.diagnostics import Diagnostic
from reconciler.emulator import Options, load_account, open_emulator
from reconciler.emulator.database import save_campaign, save_contacts
from reconciler.manifests.desired import Desired
from reconciler.planning.plan import Plan, Step
from reconciler.planning.planner import make_plan
from tests.applying.wire import Wire
from tests.conftest import NOW, ticking

TOKEN = "canary-token-93c1"


@dataclass(slots=True)
class Notebook:
    """A journal and a progress that remember."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    written: dict[int, int] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)

    def note(self, event: str, content: Mapping[str, Any]) -> None:
        """One event."""
        self.events.append((event, json.loads(json.dumps(content))))

    def waiting(self, step: Step, why: str) -> None:
        """A step waits."""
        self.waits.append(why)

    def going_on(self, step: Step, contacts: int) -> None:
        """A step goes on."""
        self.written[step.number] = self.written.get(step.number, 0) + contacts

    def ended(self, result: Result) -> None:
        """A step has ended."""
        self.results.append(result)

    @property
    def names(self) -> list[str]:
        """The events' names."""
        return [name for name, _ in self.events]


@dataclass(slots=True)
class World:
    """One account. `wire.sent` is what was sent to it."""

    database: Path
    wire: Wire
    notes: Notebook = field(default_factory=Notebook)
    pauses: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path, account: Mapping[str, Any], **options: Any) -> World:
        """A world whose emulator holds this account."""
        database = folder / "account.db"
        chosen = Options(**{"token": TOKEN, **options})
        application = open_emulator(database, seed=load_account(account), options=chosen, clock=ticking())
        return cls(database, Wire(application))

    def client(self, *, writable: bool, parallelism: int = 8) -> Client:
        """A client to the account."""
        given: dict[str, Any] = {"writable": writable, "parallelism": parallelism}
        return Client("http://localhost", TOKEN, application=self.wire, timeout=5.0, **given)

    def planned(self, desired: Desired) -> tuple[Plan, list[Diagnostic]]:
        """The plan, and its diagnostics."""
        with self.client(writable=False) as client:
            return make_plan(client, desired, now=NOW, commit=None)

    def plan(self, desired: Desired) -> Plan:
        """The plan; it has no errors."""
        made, diagnostics = self.planned(desired)
        assert not [each for each in diagnostics if each.is_error], diagnostics
        return made

    def apply(self, plan: Plan, *, pause: Callable[[float], Any] | None = None, **options: Any) -> Report:
        """Applies the plan; pauses take no time and are kept."""
        given = {"journal": self.notes, "progress": self.notes} | options
        with self.client(writable=True, parallelism=options.get("parallelism", 8)) as client:
            return apply_plan(client, plan, pause=pause or self.pauses.append, **given)

    def campaign(self, number: int = 100) -> dict[str, Any]:
        """A campaign as it is now."""
        return self._document("SELECT document FROM campaigns WHERE id = ?", number)

    def contact(self, number: int, campaign: int = 100) -> dict[str, Any]:
        """A contact as it is now."""
        return self._document("SELECT document FROM contacts WHERE contactId = ? AND campaignId = ?", number, campaign)

    def set_campaign(self, number: int = 100, **fields: Any) -> None:
        """Somebody edits a campaign in the console."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            save_campaign(connection, self.campaign(number) | fields)

    def set_contact(self, number: int, campaign: int = 100, **fields: Any) -> None:
        """Somebody edits a contact in the console, or calls it."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            save_contacts(connection, [self.contact(number, campaign) | fields])

    def delete_contact(self, number: int) -> None:
        """Somebody deletes a contact in the console."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute("DELETE FROM contacts WHERE contactId = ?", (number,))

    def _document(self, statement: str, *values: int) -> dict[str, Any]:
        with closing(sqlite3.connect(self.database)) as connection:
            ((document,),) = connection.execute(statement, values).fetchall()
            found: dict[str, Any] = json.loads(document)
            return found


def campaign(number: int = 100, **fields: Any) -> dict[str, Any]:
    """A paused campaign of the account (seed format)."""
    first = {"id": number, "name": f"CA - Métiers {number}", "isPaused": True, "userIds": [543, 544], "maxTries": 5}
    return first | {"customFields": ["First_Name", "Category", "Phone"], "phoneFields": ["Phone"]} | fields


def contacts(count: int, campaign: int = 100, first: int = 1, **fields: Any) -> list[dict[str, Any]]:
    """So many contacts; every third one is Gold (seed format)."""
    custom = {"First_Name": "N", "Phone": "33199000001"}
    return [
        {
            "campaignId": campaign,
            "contactId": number,
            "customFields": custom | {"Category": "Gold" if number % 3 == 0 else "Silver"},
            **fields,
        }
        for number in range(first, first + count)
    ]


def account(*campaigns: dict[str, Any], people: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """An account (seed format)."""
    return {"campaigns": list(campaigns), "contacts": people or []}


class Interruption:
    """Presses Ctrl-C, once, when called from another thread: as the terminal does, and only inside of `heard`."""

    def __init__(self) -> None:
        self.pressed = threading.Event()

    def __call__(self, *_: object) -> None:
        """Press it, if it has not been."""
        if not self.pressed.is_set():
            self.pressed.set()
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    def settle(self) -> None:
        """Give the main thread the time to hear it."""
        threading.Event().wait(0.05)

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Ctrl-C is a KeyboardInterrupt here, whatever runs the tests."""
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
