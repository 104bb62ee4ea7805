"""The wire format of the calls on contacts and archives that the main job does not make, pinned by cassettes."""

from __future__ import annotations

import itertools
import time

import pytest

from reconciler.api.client import Client
from reconciler.api.endpoints.batches import batch_status, create_contacts, delete_contacts
from reconciler.api.endpoints.billing import billed_licenses
from reconciler.api.endpoints.campaigns import delete_campaign, patch_campaign
from reconciler.api.endpoints.contacts import create_contact, delete_contact, get_contact, update_contact
from reconciler.api.endpoints.recordings import download_recording
from reconciler.api.endpoints.searches import search_by_date, search_by_phone
from reconciler.api.endpoints.wrapups import get_wrapup, list_wrapup_folders
from reconciler.api.request import Flow
from reconciler.api.shapes import BatchResult
from reconciler.errors import NotFound, Rejected
from tests.wire.conftest import NOBODYS


class Memory:
    """A download's target."""

    def __init__(self) -> None:
        self.content = b""

    def begin(self, size: int | None) -> None:
        """Starts anew."""
        self.content = b""

    def write(self, chunk: bytes) -> None:
        """Keeps it."""
        self.content += chunk


def ended(client: Client, live: bool, flow: Flow[str]) -> BatchResult:
    """The result of a batch, at its end; `live`: it takes its time."""
    token = client.run(flow)
    for _ in itertools.repeat(None, 100):
        if (result := client.run(batch_status(token))).is_final:
            return result
        time.sleep(0.1 if live else 0)
    raise AssertionError("the batch does not end")


@pytest.mark.vcr
def test_contact(client: Client) -> None:
    """POST Create a contact, GET, PUT, DELETE: 201, 200, 200, 204; afterwards 404."""
    made = client.run(create_contact(6048, {"Telephone_1": NOBODYS}, {"priority": 3, "excluded": True}))
    assert made is not None
    assert made.priority == 3
    client.run(update_contact(6048, made.contactId, {"priority": 4, "retryDate": None, "assignedGroupId": None}))
    assert client.run(get_contact(6048, made.contactId)).priority == 4
    client.run(delete_contact(6048, made.contactId))
    with pytest.raises(NotFound) as caught:
        client.run(get_contact(6048, made.contactId))
    assert caught.value.api_code == "error.contact.not.exists"


@pytest.mark.vcr
def test_batches_of_contacts(client: Client, server: bool) -> None:
    """POST Create and POST Delete a batch of contacts: `customFields` is a list; filters stand in both places."""
    made = ended(client, server, create_contacts(6048, [{"Telephone_1": NOBODYS}, {"Telephone_1": NOBODYS}]))
    assert made.modifiedElementsCount == 2
    found = [each.contactId for each in client.run(search_by_phone([NOBODYS], [6048]))]
    assert len(found) == 2
    gone = ended(client, server, delete_contacts(6048, sorted(found)))
    assert (gone.modifiedElementsCount, client.run(search_by_phone([NOBODYS], [6048]))) == (2, [])


@pytest.mark.vcr
def test_search_by_phone(client: Client) -> None:
    """POST Search contacts by phone: `next` is followed with the same body."""
    assert client.run(search_by_phone([NOBODYS], limit=1)) == []


@pytest.mark.vcr
def test_search_by_date(client: Client) -> None:
    """GET Search contacts by dates: page after page by `next`."""
    made = [client.run(create_contact(6060, {"First_Name": "scrubbed"})) for _ in range(3)]
    numbers = [each.contactId for each in made if each]
    assert made[0] is not None
    found = client.run(search_by_date(6060, str(made[0].createdAt), "2099-01-01T00:00:00Z", limit=1))
    assert sorted(each.contactId for each in found) == sorted(numbers)


@pytest.mark.vcr
def test_wrapup_and_folders(client: Client) -> None:
    """GET Get wrapup by Id, GET Get wrapups folders."""
    assert client.run(get_wrapup(4560)).status == "tocall"
    assert {each.folderPath for each in client.run(list_wrapup_folders())} >= {"Admissions", "Admissions/Clôtures"}


@pytest.mark.vcr
def test_licenses(client: Client) -> None:
    """GET Get licenses billed: the month is a parameter."""
    found = client.run(billed_licenses("2025-11"))
    assert (found.month, found.licenseModelBilled) == ("2025-11", "Peak Users")
    assert found.details
    assert found.details[0].peakDateTime == "2025-11-18T09:42:00Z"


@pytest.mark.vcr
def test_recording(client: Client) -> None:
    """GET Voice interaction recording content by Id: bytes, and 404 for none."""
    memory = Memory()
    assert client.download(download_recording("4810003"), memory) == len(memory.content) > 0
    assert memory.content.startswith(b"ID3")
    with pytest.raises(NotFound):
        client.download(download_recording("1"), memory)


@pytest.mark.vcr
def test_campaign_delete(client: Client) -> None:
    """PATCH to archive, then DELETE Delete campaign by Id; before that it is refused."""
    with pytest.raises(Rejected):
        client.run(delete_campaign(6060))
    client.run(patch_campaign(6060, {"isArchived": True}))
    client.run(delete_campaign(6060))
    with pytest.raises(NotFound):
        client.run(delete_campaign(6060))
