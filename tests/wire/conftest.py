"""Cassettes: what goes over the wire, recorded from the emulator server and replayed without it.

`make cassettes` records them anew. They are matched on the body too, and hold neither token nor personal data.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from reconciler.api.client import Client
from reconciler.emulator import Options, open_emulator

PORT = 8765
ORIGIN = f"http://127.0.0.1:{PORT}"
CASSETTES = Path(__file__).resolve().parents[2] / "cassettes"

#: A number that is nobody's: it may stay in the cassettes.
NOBODYS = "33199001004"
#: Fields of a contact that are, or may be, personal data.
PERSONAL = ("comment", "phones", "customFields", "contactCardDisplayNumber", "currentPhoneName")


@pytest.fixture(scope="module")
def vcr_cassette_dir() -> str:
    """All cassettes lie in one folder at the top."""
    return str(CASSETTES)


@pytest.fixture(scope="module")
def vcr_config() -> dict[str, Any]:
    """Match on everything that is sent but the token; keep out what must not be kept."""
    return {
        "match_on": ["method", "scheme", "host", "port", "path", "query", "body"],
        "filter_headers": [("Private-Token", "REDACTED"), ("User-Agent", "REDACTED")],
        "before_record_response": scrubbed,
        "decode_compressed_response": True,
    }


def scrubbed(response: dict[str, Any]) -> dict[str, Any]:
    """A response without personal data; its length is no longer said."""
    try:
        body = json.loads(response["body"]["string"])
    except ValueError:
        return response
    for contact in _contacts(body):
        for name in PERSONAL:
            value = contact.get(name)
            contact[name] = {key: _scrubbed(each) for key, each in value.items()} if isinstance(value, dict) else None
    headers = {
        name: each for name, each in response["headers"].items() if name.lower() not in ("content-length", "date")
    }
    return {**response, "headers": headers, "body": {"string": json.dumps(body, ensure_ascii=False).encode()}}


def _scrubbed(value: str) -> str:
    return value if value == NOBODYS else "scrubbed"


def _contacts(body: Any) -> list[dict[str, Any]]:
    """The contacts in an answer: of a page, of a slice, or the one that it is."""
    if not isinstance(body, dict):
        return []
    return [body] if "contactId" in body else [*body.get("content", ()), *body.get("contacts", ())]


@pytest.fixture(scope="module")
def server(record_mode: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[bool]:
    """The emulator server while cassettes are recorded; when they are replayed, nothing. Says whether it runs."""
    if record_mode == "none":
        yield False
        return
    database = tmp_path_factory.mktemp("wire") / "emulator.db"
    application = open_emulator(database, options=Options(token="wire-token", batch_seconds=0.2))
    config = uvicorn.Config(application, host="127.0.0.1", port=PORT, log_level="warning")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield True
    running.should_exit = True
    thread.join()


@pytest.fixture
def client(server: bool) -> Iterator[Client]:
    """A client that writes."""
    with Client(ORIGIN, "wire-token", writable=True) as client:
        yield client
