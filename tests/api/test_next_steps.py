"""What an error says is to be done: never to send again what could be carried out twice."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from reconciler.api.endpoints import batches, campaigns, contacts, searches, wrapups
from reconciler.api.request import Flow
from reconciler.errors import ApiError, Busy, ConnectionLost, OnCall, ServerFault, Unreadable

from .scripted import Server

LOOK, AGAIN, READS = "look at the account before you send it again", "sending it again is safe", "only reads"

#: Each flow with what is to be done when its answer is lost.
STEPS: dict[str, tuple[Callable[[], Flow[Any]], str]] = {
    "createContact": (lambda: contacts.create_contact(6, {"Name": "a"}), LOOK),
    "createContacts": (lambda: batches.create_contacts(6, [{"Name": "a"}]), LOOK),
    "deleteContact": (lambda: contacts.delete_contact(6, 23), LOOK),
    "deleteContacts": (lambda: batches.delete_contacts(6, [23]), LOOK),
    "updateContacts": (lambda: batches.update_contacts(6, [23], {"priority": 1}), LOOK),
    "deleteCampaign": (lambda: campaigns.delete_campaign(6), LOOK),
    "updateContact": (lambda: contacts.update_contact(6, 23, {"priority": 1}), AGAIN),
    "patchCampaign": (lambda: campaigns.patch_campaign(6, {"maxTries": 1}), "plan again"),
    "addFields": (lambda: campaigns.add_fields(6, {"a": False}), "plan again"),
    "getContact": (lambda: contacts.get_contact(6, 23), READS),
    "searchContacts": (lambda: searches.search_contacts(6, {}), READS),
    "searchByPhone": (lambda: searches.search_by_phone(["33612345678"]), READS),
    "searchByDate": (lambda: searches.search_by_date(6, "2026-01-31T15:00:00Z"), READS),
    "batchStatus": (lambda: batches.batch_status("t"), READS),
    "listCampaigns": (lambda: campaigns.list_campaigns(), READS),
    "getCampaign": (lambda: campaigns.get_campaign(6), READS),
    "getWrapup": (lambda: wrapups.get_wrapup(6), READS),
    "listWrapups": (lambda: wrapups.list_wrapups(), READS),
    "listWrapupFolders": (lambda: wrapups.list_wrapup_folders(), READS),
}
OPERATIONS = [pytest.param(name, marks=pytest.mark.operation(name)) for name in STEPS]
ONCE = [pytest.param(name, marks=pytest.mark.operation(name)) for name, (_, help_) in STEPS.items() if help_ == LOOK]


@pytest.mark.parametrize("name", OPERATIONS)
def test_after_a_lost_answer(library: ModuleType, name: str) -> None:
    """Nobody knows whether it was carried out: what is safe depends on what it was."""
    flow, step = STEPS[name]
    with Server(library, "ReadTimeout").client(attempts=2) as client, pytest.raises(ConnectionLost) as caught:
        client.run(flow())
    assert step in caught.value.help


@pytest.mark.parametrize("name", ONCE)
@pytest.mark.parametrize("fault", ["ReadTimeout", "WriteError", "RemoteProtocolError", 500, 502, 504])
def test_what_could_be_carried_out_twice_is_sent_once(library: ModuleType, name: str, fault: Any) -> None:
    """Notes, trap 18: and its help says to look first, after a server's fault too."""
    with (server := Server(library, fault)).client() as client, pytest.raises((ConnectionLost, ServerFault)) as caught:
        client.run(STEPS[name][0]())
    assert (len(server.seen), LOOK in caught.value.help) == (1, True)


@pytest.mark.parametrize("name", ONCE)
def test_an_answer_that_cannot_be_read_is_in_doubt_too(library: ModuleType, name: str) -> None:
    """A proxy's page, say: the API may have done it."""
    html = Server(library, lambda _: library.Response(200, html="<p>"))
    with html.client() as client, pytest.raises(Unreadable) as caught:
        client.run(STEPS[name][0]())
    assert LOOK in caught.value.help


@pytest.mark.operation("createContacts", "updateContacts", "deleteContacts")
@pytest.mark.parametrize("name", ["createContacts", "updateContacts", "deleteContacts"])
@pytest.mark.parametrize("body", [{}, {"token": 5}, {"token": "a/b"}])
def test_a_batch_without_a_token_is_in_doubt(library: ModuleType, name: str, body: dict[str, Any]) -> None:
    """It may run, and nobody can ask for it."""
    server = Server(library, lambda _: library.Response(200, json=body))
    with server.client() as client, pytest.raises(Unreadable) as caught:
        client.run(STEPS[name][0]())
    assert LOOK in caught.value.help


@pytest.mark.operation("updateContact")
def test_a_lost_update_is_sent_again(library: ModuleType) -> None:
    """It sets the same values."""
    with (server := Server(library, "ReadTimeout", 200)).client() as client:
        client.run(STEPS["updateContact"][0]())
    assert len(server.seen) == 2


@pytest.mark.operation("deleteContact")
def test_a_contact_on_a_call_is_left_alone(library: ModuleType) -> None:
    """409 means a call here, and not a batch (notes, trap 19); it stays a Busy for those who wait."""
    with (server := Server(library, 409)).client() as client, pytest.raises(Busy) as caught:
        client.run(contacts.delete_contact(6, 23))
    assert type(caught.value) is OnCall
    assert ("on a call" in str(caught.value), "batch" in str(caught.value) + caught.value.help) == (True, False)
    assert (len(server.seen), caught.value.code) == (1, "api-on-call")


@pytest.mark.operation("deleteContacts", "createContacts", "updateContacts")
@pytest.mark.parametrize("name", ["createContacts", "updateContacts", "deleteContacts"])
def test_a_busy_campaign_runs_another_batch(library: ModuleType, name: str) -> None:
    """Notes, trap 3: not sent again here; the applying stage waits."""
    with (server := Server(library, 409)).client() as client, pytest.raises(Busy, match="another batch") as caught:
        client.run(STEPS[name][0]())
    assert (type(caught.value), len(server.seen)) == (Busy, 1)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("step", [400, 401, 404, 405, 409, 429, 500, 503, "ConnectError", "ReadTimeout"])
def test_every_error_of_every_endpoint_knows_a_next_step(library: ModuleType, name: str, step: Any) -> None:
    """And which request it was (S11)."""
    with Server(library, step).client(attempts=1) as client, pytest.raises(ApiError) as caught:
        client.run(STEPS[name][0]())
    assert caught.value.help
    assert caught.value.request.split(" ")[0] in ("GET", "POST", "PUT", "PATCH", "DELETE")
