"""The wire format of every call that the main job makes, pinned by cassettes."""

from __future__ import annotations

import re
import time

import pytest

from reconciler.api.client import Client
from reconciler.api.endpoints.batches import batch_status, update_contacts
from reconciler.api.endpoints.campaigns import add_fields, get_campaign, list_campaigns, patch_campaign
from reconciler.api.endpoints.searches import search_contacts
from reconciler.api.endpoints.wrapups import list_wrapups
from reconciler.errors import NotFound, Rejected, Unauthorized
from tests.wire.conftest import CASSETTES, ORIGIN


@pytest.mark.vcr
def test_campaign_list(client: Client) -> None:
    """GET Get campaigns: 200 a page."""
    assert {each.id for each in client.run(list_campaigns())} >= {6046, 6047, 6048, 6049, 6050, 6051}


@pytest.mark.vcr
def test_campaign_update(client: Client) -> None:
    """PATCH Update campaign by Id: only the fields that change, null as null."""
    client.run(patch_campaign(6047, {"maxTries": 9, "maxCallingDateOffset": None, "userIds": [543, 547]}))
    values = client.run(get_campaign(6047)).values
    assert (values["maxTries"], values["maxCallingDateOffset"]) == (9, None)
    assert str(sorted([543, 547], reverse=True)) == str(values["userIds"]), "the order of ids is not kept"


@pytest.mark.vcr
def test_add_fields(client: Client) -> None:
    """POST Add campaign custom field(s): in one call, and 400 for one that exists."""
    campaign = client.run(add_fields(6048, {"Telephone_9": True, "Remarque": False}))
    assert "Telephone_9" in str(campaign.values["phoneFields"])
    with pytest.raises(Rejected):
        client.run(add_fields(6048, {"Remarque": False}))


@pytest.mark.vcr
def test_search(client: Client) -> None:
    """POST Search contacts: filters in `query`, the page in `pageable`."""
    conditions = [{"customFieldName": "Category", "condition": "eq", "value": "Gold"}]
    found = client.run(search_contacts(6051, {"excluded": False, "customFieldConditions": conditions}, 20))
    assert len({each.contactId for each in found}) == len(found) > 20


@pytest.mark.vcr
def test_batch(client: Client, server: bool) -> None:
    """POST Update a batch of contacts, then GET Get batch result until its end."""
    contact_ids = [each.contactId for each in client.run(search_contacts(6051, {"maxTries": 0}, 50))][:5]
    token = client.run(update_contacts(6051, sorted(contact_ids), {"priority": 3, "assignedAgentId": None}))
    seen = [client.run(batch_status(token))]
    while not seen[-1].is_final:
        time.sleep(0.1 if server else 0)
        seen.append(client.run(batch_status(token)))
    assert seen[0].status in ("ACCEPTED", "IN_PROGRESS")
    assert (seen[-1].status, seen[-1].modifiedElementsCount) == ("COMPLETED", len(contact_ids))


@pytest.mark.vcr
def test_wrapups(client: Client) -> None:
    """GET Get wrapups: the path is that of the folder."""
    paths = {(each.wrapupPath, each.name) for each in client.run(list_wrapups())}
    assert {("Admissions/Clôtures", "RDV"), ("Admissions/Relances", "RDV")} <= paths


@pytest.mark.vcr
def test_refusals(client: Client) -> None:
    """404 for a campaign that is not there."""
    with pytest.raises(NotFound) as caught:
        client.run(get_campaign(1))
    assert (caught.value.status, caught.value.api_code) == (404, "error.campaign.not.exists")


@pytest.mark.vcr
def test_wrong_token(server: bool) -> None:
    """401 for a token that is not the account's."""
    with Client(ORIGIN, "another-token", writable=False) as client, pytest.raises(Unauthorized) as caught:
        client.run(list_campaigns())
    assert caught.value.api_code == "error.unauthorized"


def test_no_cassette_holds_a_secret_or_a_person() -> None:
    """Neither tokens nor anything that looks like a contact's phone, name or mail (S9, S10)."""
    cassettes = sorted(CASSETTES.glob("*.yaml"))
    assert cassettes
    for path in cassettes:
        text = path.read_text(encoding="utf-8")
        assert "wire-token" not in text
        assert "another-token" not in text
        numbers = set(re.findall(r"(?<!\d)33\d{9}(?!\d)", text))
        assert numbers <= {f"3319900100{last}" for last in range(1, 5)}, "only the campaigns' own numbers"
        assert "@" not in text
