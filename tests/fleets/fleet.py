"""An account that a server holds, and a project over it whose store several processes share."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
#: Campaigns in the manifests by their ids in the account; of four shards none is empty, and they differ in size.
CAMPAIGNS = {f"c{number}": 100 + number for number in range(1, 9)}
CONTACTS_EACH = 3

PROJECT = """\
apiVersion: diabolocom.reconciler/v1
kind: Project
metadata: {{name: fleet}}
spec:
  manifests: [manifests]
  store: {{url: "{store}"}}
  environments:
    production:
      baseUrl: {origin}
      tokenEnv: DIABOLOCOM_TOKEN
      campaigns: {campaigns}
      agents: {{alice: 543}}
"""
MANIFEST = """\
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {{name: {name}}}
spec:
  settings: {{maxTries: 8}}
  customFields: [Category, Phone, {{name: New}}]
---
"""
POLICY = """\
apiVersion: diabolocom.reconciler/v1
kind: AssignmentPolicy
metadata: {{name: sharing}}
spec:
  campaigns: {campaigns}
  rules:
    - name: gold
      match: {{customFieldConditions: [{{customFieldName: Category, condition: eq, value: Gold}}]}}
      set: {{comment: Call at noon}}
    - name: others
      match: all
      set: {{assignedAgentId: alice}}
"""


def _campaign(number: int) -> dict[str, Any]:
    first = {"id": number, "name": f"Campaign {number}", "userIds": [543], "maxTries": 5}
    return first | {"customFields": ["Category", "Phone"], "phoneFields": ["Phone"]}


def _contact(campaign: int, number: int) -> dict[str, Any]:
    custom = {"Phone": "33199000001", "Category": "Gold" if number == CONTACTS_EACH else "Silver"}
    return {"campaignId": campaign, "contactId": number, "customFields": custom}


ACCOUNT = {
    "campaigns": [_campaign(each) for each in CAMPAIGNS.values()],
    "contacts": [_contact(each, number) for each in CAMPAIGNS.values() for number in range(1, CONTACTS_EACH + 1)],
}


@dataclass(frozen=True, slots=True)
class Ran:
    """How a process ended, and what it said."""

    code: int
    said: str


@dataclass(frozen=True, slots=True)
class Fleet:
    """A project with its account's server, and its store. `variables`: those of the processes that run over it."""

    folder: Path
    port: int
    store: str
    variables: Mapping[str, str]

    def run(self, command: Sequence[str], end_at: int = -1, **more: str) -> Ran:
        """Runs a command line (its first word is `reconciler`) in a process of its own, with `more` variables.

        SIGKILL ends it at the moment of that number, counted from 0; -1 is never.
        """
        assert command[0] == "reconciler"
        child = [sys.executable, "-m", "tests.fleets.life", str(end_at), "-C", str(self.folder), *command[1:]]
        variables = {**self.variables, **more, "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
        done = subprocess.run(child, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=300, check=False)
        return Ran(done.returncode, done.stdout + done.stderr)

    @property
    def writes(self) -> list[tuple[str, str, int | None]]:
        """Method, path and status of each write that came to the account, in their order."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("GET", "/_emulator/requests", headers={"Private-Token": "any"})
            log = json.loads(connection.getresponse().read())["requests"]
        assert log[0]["number"] == 1, "the log has forgotten some"
        found = [(each["method"], each["path"], each["status"]) for each in log]
        return [each for each in found if each[0] != "GET" and not each[1].endswith("/contacts/search")]

    @property
    def account(self) -> list[Any]:
        """What the account holds, the times of updates aside."""
        with contextlib.closing(sqlite3.connect(self.folder / "account.db")) as connection:
            rows = connection.execute("SELECT document FROM campaigns UNION ALL SELECT document FROM contacts")
            held = [json.loads(document) for (document,) in rows]
        return [{name: each[name] for name in each if "UpdatedAt" not in name} for each in held]


@contextlib.contextmanager
def fleet_in(folder: Path, store: str, variables: Mapping[str, str]) -> Iterator[Fleet]:
    """A fresh account and project, over the store of this URL."""
    (folder / "manifests").mkdir(parents=True)
    (folder / "seed.json").write_text(json.dumps(ACCOUNT))
    with _serving(folder) as port:
        campaigns = json.dumps(CAMPAIGNS)
        origin = f"http://127.0.0.1:{port}"
        (folder / "reconciler.yaml").write_text(PROJECT.format(store=store, origin=origin, campaigns=campaigns))
        manifests = [MANIFEST.format(name=name) for name in CAMPAIGNS]
        policy = POLICY.format(campaigns=json.dumps(list(CAMPAIGNS)))
        (folder / "manifests/all.yaml").write_text("".join([*manifests, policy]))
        yield Fleet(folder, port, store, {"DIABOLOCOM_TOKEN": "any", "HOME": str(folder), **variables})


@contextlib.contextmanager
def _serving(folder: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "reconciler", "-C", str(folder), "emulator", "--port", "0", "--database"]
    command += [str(folder / "account.db"), "--seed", str(folder / "seed.json"), "--batch-seconds", "0.2"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:([0-9]+)", line)
        assert found, line + process.stderr.read()
        yield int(found[1])
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
