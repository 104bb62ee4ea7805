"""What becomes of the contacts when a batch is made to fail, whole or by half."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from reconciler.emulator import fault_from_text

from .accounts import account, contact
from .conftest import Clock, Emulate

CAMPAIGN = "/api/v2/voice/campaigns/100"
PEOPLE = account(*(contact(number) for number in range(1, 6)))
CREATE = {"customFields": [{"Telephone_1": f"3319900009{number}"} for number in range(3)]}


def struck(client: TestClient, clock: Clock, fault: str, kind: str, body: object) -> dict[str, Any]:
    """The result of a batch that this fault strikes."""
    app: Any = client.app
    app.state.faults.arm([fault_from_text(fault)])
    token = client.post(f"{CAMPAIGN}/contact-batch/{kind}", json=body).json()["token"]
    clock.advance(0.3)
    return dict(client.get(f"/api/v2/voice/campaigns/contact-batch/status/{token}").json())


def there(client: TestClient) -> list[int]:
    """The contactIds of the campaign."""
    answer = client.post(f"{CAMPAIGN}/contacts/search", json={}).json()
    return sorted(item["contactId"] for item in answer["content"])


@pytest.mark.operation("createContacts")
def test_half_of_a_create(emulate: Emulate, clock: Clock) -> None:
    """Every other contact is not made; the contactId that it would have had has failed, and is nobody's."""
    client = emulate(PEOPLE)
    result = struck(client, clock, "batch-half-fails", "create", CREATE)
    assert (result["status"], result["modifiedElementsCount"], result["failed"]) == ("COMPLETED", 2, [7])
    assert there(client) == [1, 2, 3, 4, 5, 6, 8]


@pytest.mark.operation("deleteContacts")
def test_half_of_a_delete(emulate: Emulate, clock: Clock) -> None:
    """Every other contact stays, and has failed."""
    client = emulate(PEOPLE)
    result = struck(client, clock, "batch-half-fails", "delete", {})
    assert (result["status"], result["modifiedElementsCount"], result["failed"]) == ("COMPLETED", 3, [2, 4])
    assert there(client) == [2, 4]


@pytest.mark.operation("createContacts", "deleteContacts", "batchStatus")
@pytest.mark.parametrize(("kind", "body"), [("create", CREATE), ("delete", {})])
def test_a_whole_batch(emulate: Emulate, clock: Clock, kind: str, body: object) -> None:
    """A batch that fails does nothing at all."""
    client = emulate(PEOPLE)
    assert struck(client, clock, "batch-fails", kind, body)["status"] == "FAILED"
    assert there(client) == [1, 2, 3, 4, 5]
