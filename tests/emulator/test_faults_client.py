"""What the reconciler's own client makes of each fault, in one process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.api.client import Client
from reconciler.api.endpoints.campaigns import add_fields, get_campaign, list_campaigns, patch_campaign
from reconciler.emulator import fault_from_text, load_account, open_emulator
from reconciler.errors import (
    ConnectionLost,
    RateLimited,
    ReconcilerError,
    Rejected,
    ServerFault,
    Unreadable,
)

from .accounts import account


@contextmanager
def facing(folder: Path, *faults: str) -> Iterator[tuple[Client, list[str]]]:
    """A client of an account that meets these faults, and the methods of the requests that reached it."""
    application = open_emulator(folder / "a.db", seed=load_account(account()), faults=map(fault_from_text, faults))
    methods: list[str] = []
    with Client("http://localhost", "any", writable=True, application=application, attempts=3) as client:
        yield client, methods
    methods.extend(each["method"] for each in application.state.requests.listed())


def test_a_lost_answer_to_a_repeatable_write(tmp_path: Path) -> None:
    """A PATCH says the same twice, so it is sent again, and has its value."""
    with facing(tmp_path, "lost-after,method=PATCH") as (client, methods):
        client.run(patch_campaign(100, {"maxTries": 9}))
        assert client.run(get_campaign(100)).values["maxTries"] == 9
    assert methods == ["PATCH", "PATCH", "GET"]


def test_an_answer_that_is_always_lost(tmp_path: Path) -> None:
    """The repetitions end; whether it was carried out is not known, though here it was."""
    with facing(tmp_path, "lost-after,method=PATCH,times=0") as (client, methods):
        with pytest.raises(ConnectionLost):
            client.run(patch_campaign(100, {"maxTries": 9}))
        assert client.run(get_campaign(100)).values["maxTries"] == 9
    assert methods == ["PATCH", "PATCH", "PATCH", "GET"]


@pytest.mark.parametrize(("fault", "there"), [("lost-before", False), ("lost-after", True)])
def test_a_lost_answer_to_a_write_that_is_not_repeatable(tmp_path: Path, fault: str, there: bool) -> None:
    """Adding a field is never sent twice, whether or not it was carried out."""
    with facing(tmp_path, f"{fault},method=POST,times=0") as (client, methods):
        with pytest.raises(ConnectionLost):
            client.run(add_fields(100, {"New": False}))
        assert ("New" in client.run(get_campaign(100)).values["customFields"]) is there  # type: ignore[operator]
    assert methods == ["POST", "GET"]


@pytest.mark.parametrize("fault", ["lost-before", "lost-after", "status,code=503,retryAfter=0", "cut-off"])
def test_a_read_is_repeated(tmp_path: Path, fault: str) -> None:
    """A fault that passes is not noticed."""
    with facing(tmp_path, f"{fault},times=2") as (client, methods):
        assert [each.id for each in client.run(list_campaigns())] == [100]
    assert methods == ["GET"] * 3


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("status,code=400", Rejected),
        ("status,code=429", RateLimited),
        ("status,code=503", ServerFault),
        ("status,code=302", Unreadable),
        ("html", Unreadable),
        ("html,code=502", ServerFault),
        ("cut-off", Unreadable),
        ("invalid-json", Unreadable),
        ("lost-before", ConnectionLost),
    ],
)
def test_a_fault_that_stays(tmp_path: Path, fault: str, error: type[ReconcilerError]) -> None:
    """Each is the error that the client has for it."""
    with facing(tmp_path, f"{fault},times=0") as (client, _), pytest.raises(error):
        client.run(get_campaign(100))
