"""What the client sends is what the contract takes: each operation with everything that it can say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reconciler.api.endpoints import batches, billing, campaigns, contacts, recordings, searches, wrapups
from reconciler.api.request import Flow, Request
from reconciler.kinds.contact import BATCH_FIELDS, CREATE_FIELDS, UPDATE_FIELDS
from tests.api.feeding import answer

from . import contract
from .test_emulator_rows import CAMPAIGN_VALUES, CONTACT_VALUES, FIELDS, MOMENT

ALL = frozenset(CREATE_FIELDS) | frozenset(UPDATE_FIELDS)
QUERY: dict[str, Any] = {"excluded": False, "assignedAgentIds": [543, None], "lastCallBefore": MOMENT}
#: The documentation's name for these in the query string is for the client to find, not for whoever calls it.
PAGING = {"page", "pageSize", "limit", "fromId"}


def _values(fields: object) -> dict[str, Any]:
    return {name: value for name, value in CONTACT_VALUES.items() if name in fields}  # type: ignore[operator]


#: Each operation, asked for as much as the client can ask for.
FLOWS: dict[str, Callable[[], Flow[Any]]] = {
    "getContact": lambda: contacts.get_contact(1111, 23),
    "createContact": lambda: contacts.create_contact(
        1111, FIELDS, _values(CREATE_FIELDS), priority_mode=True, announced=ALL
    ),
    "updateContact": lambda: contacts.update_contact(
        1111, 23, _values(UPDATE_FIELDS) | {"customFields": FIELDS, "regionalizationCode": 7}, announced=ALL
    ),
    "deleteContact": lambda: contacts.delete_contact(1111, 23),
    "searchContacts": lambda: searches.search_contacts(1111, QUERY),
    "searchByPhone": lambda: searches.search_by_phone(["33199000001"], [1111], limit=50),
    "searchByDate": lambda: searches.search_by_date(1111, "2022-01-01T00:00:00Z", MOMENT, limit=50),
    "createContacts": lambda: batches.create_contacts(
        1111, [FIELDS, FIELDS], _values(CREATE_FIELDS), priority_mode=True, announced=ALL
    ),
    "updateContacts": lambda: batches.update_contacts(1111, [23, 24], _values(BATCH_FIELDS)),
    "deleteContacts": lambda: batches.delete_contacts(1111, [23, 24]),
    "batchStatus": lambda: batches.batch_status("00000000-0000-4000-8000-000000000001"),
    "listCampaigns": lambda: campaigns.list_campaigns(name="CA", mode="preview", is_paused=True, is_archived=False),
    "getCampaign": lambda: campaigns.get_campaign(3945),
    "patchCampaign": lambda: campaigns.patch_campaign(
        3945, CAMPAIGN_VALUES | {"isArchived": True, "autoPurge": {"enabled": True, "excluded": True}}
    ),
    "addFields": lambda: campaigns.add_fields(3945, {"City": False, "Telephone_2": True}),
    "deleteCampaign": lambda: campaigns.delete_campaign(3945),
    "getWrapup": lambda: wrapups.get_wrapup(3945),
    "listWrapups": lambda: wrapups.list_wrapups(
        name="RDV", status="tocall", is_system=False, is_hidden=True, folder_id=70
    ),
    "listWrapupFolders": lambda: wrapups.list_wrapup_folders(name="A", is_system=True, parent_id=70),
    "billedLicenses": lambda: billing.billed_licenses("2020-08"),
}


def requests(operation_id: str) -> Iterator[Request]:
    """What the client sends, answered with the contract's own example."""
    if operation_id == "downloadRecording":
        yield recordings.download_recording("4810001")
        return
    flow = FLOWS[operation_id]()
    example = examples()[operation_id]
    try:
        request = next(flow)
        while True:
            yield request
            request = flow.send(answer(_last(example)))
    except StopIteration:
        return


def _last(example: Any) -> Any:
    """An example answer, as that of the last page."""
    return example | {"next": None} if isinstance(example, dict) and "next" in example else example


def examples() -> dict[str, Any]:
    """The example of each operation's success; an empty object where the contract has none."""
    found: dict[str, Any] = {}
    for item in contract.document()["paths"].values():
        for method in contract.METHODS:
            if method in item:
                answers = {int(status): contract.resolved(each) for status, each in item[method]["responses"].items()}
                success = answers[min(answers)].get("content", {}).get("application/json", {})
                found[item[method]["operationId"]] = success.get("example", {})
    return found


@pytest.mark.parametrize("operation", contract.operations().values(), ids=lambda each: each.id)
def test_a_request_is_as_the_contract_says(operation: contract.Operation) -> None:
    """Method, path, parameters and body; the answer that the contract gives as an example is understood."""
    sent = list(requests(operation.id))
    assert len(sent) == 1
    (request,) = sent
    assert request.method == operation.method
    assert re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", operation.path), request.path)
    taken = {each["name"]: each for each in operation.parameters if each["in"] == "query"}
    for name, value in request.params.items():
        contract.validator(_as_text(taken[name]["schema"])).validate(str(value))
    if operation.body is None:
        assert not request.json
    else:
        contract.validator(operation.body).validate(request.json)
        assert isinstance(request.json, dict)
        assert request.json.keys() <= _fields(operation.body)


@pytest.mark.parametrize("operation", contract.operations().values(), ids=lambda each: each.id)
def test_the_client_can_say_all_of_it(operation: contract.Operation) -> None:
    """Every parameter, and every field of the body, but what is announced and what pages are made of."""
    (request,) = requests(operation.id)
    taken = {each["name"] for each in operation.parameters if each["in"] == "query" and "x-availability" not in each}
    assert taken - PAGING - {"dateField"} <= request.params.keys()
    if operation.body is not None and operation.id not in ("searchContacts", "updateContacts", "deleteContacts"):
        assert isinstance(request.json, dict)
        assert _fields(operation.body) <= request.json.keys()


def _fields(body: dict[str, Any]) -> set[str]:
    """The fields that a body may have."""
    return set(contract.properties(body["$ref"].rpartition("/")[2]))


def _as_text(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema for what stands in a query string."""
    kinds: dict[str, dict[str, Any]] = {
        "integer": {"type": "string", "pattern": "^-?[0-9]+$"},
        "boolean": {"enum": ["true", "false"]},
    }
    resolved: dict[str, Any] = contract.resolved(schema)
    return kinds.get(str(resolved["type"]), resolved)
