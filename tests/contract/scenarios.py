"""What to ask the emulator so that it gives every answer of the contract, on one small account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from tests.emulator import accounts

from . import contract

MOMENT = datetime(2026, 2, 3, 9, 30, tzinfo=UTC)
BUSY, ARCHIVED, NOWHERE = 2, 101, 999
RECORDED = "5001"
BILLED = {
    "licenseModelBilled": "Peak Users",
    "currentAccountLicenseModel": "Connected users",
    "details": [{"model": "Peak Users", "count": 1, "users": ["alice"], "peakDateTime": "2026-01-12T09:30:00Z"}],
}
UNVALIDATED = "33199009999"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to an operation: the values in its path, its query, its body (`raw`: one that is not JSON).

    `before`: what is asked first, as (operationId, request); a batchId in the path is the token that it answers with.
    """

    path: Mapping[str, object] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    raw: bytes | None = None
    token: bool = True
    method: str = ""
    before: tuple[str, Asked] | None = None


def account() -> dict[str, Any]:
    """Campaign 100 with a contact, one on a call and one without a phone; the archived campaign 101 with a contact.

    Besides, a month's licences and a recording.
    """
    archived = accounts.campaign(ARCHIVED, isPaused=True, isArchived=True)
    contacts = [
        accounts.contact(1, agentName="alice", lastCallerType="agent", purgeDate="2027-01-01"),
        accounts.contact(BUSY, state="processing_in_progress"),
        accounts.contact(3, customFields={"Category": "Gold"}, excluded=True, excludedDetail="noValidPhone"),
        accounts.contact(4, campaignId=ARCHIVED),
    ]
    purge = {"lastAttemptBeforeDays": 90, "excluded": True}
    made = accounts.account(*contacts, campaigns=[accounts.campaign(autoPurge=purge), archived])
    return made | {"licenses": {"2026-01": BILLED}, "recordings": {RECORDED: 1}}


CAMPAIGN = {"campaignId": 100}
CONTACT = {"campaignId": 100, "contactId": 1}
FIELDS = {"First_Name": "New", "Telephone_1": "33199000009"}
UPDATE = Asked(CAMPAIGN, body={"query": {"contactIds": [1]}, "data": {"priority": 1}})
CREATION = Asked(CAMPAIGN, body={"customFields": FIELDS})
CREATIONS = Asked(CAMPAIGN, body={"customFields": [FIELDS, FIELDS | {"First_Name": "Newer"}]})
DELETION = Asked(CAMPAIGN, body={"contactIds": [1], "query": {"contactIds": [1]}})
RUNNING = ("updateContacts", UPDATE)

#: A request of each operation that succeeds.
SUCCESSES: dict[str, Asked] = {
    "getContact": Asked(CONTACT),
    "updateContact": Asked(CONTACT, body={"priority": 3, "retryDate": None, "customFields": {"Category": "Gold"}}),
    "deleteContact": Asked(CONTACT),
    "createContact": CREATION,
    "searchContacts": Asked(CAMPAIGN, body={"pageable": {"pageSize": 2}, "query": {"excluded": False}}),
    "searchByPhone": Asked(params={"limit": "1"}, body={"phones": ["33199000001", "33199000002", "33199000004"]}),
    "searchByDate": Asked(CAMPAIGN, {"fromDate": "2020-01-01T00:00:00Z", "limit": "1"}),
    "createContacts": CREATIONS,
    "updateContacts": UPDATE,
    "deleteContacts": DELETION,
    "batchStatus": Asked(before=RUNNING),
    "getCampaign": Asked(CAMPAIGN),
    "patchCampaign": Asked(CAMPAIGN, body={"isPaused": True, "folder": None, "autoPurge": {"enabled": False}}),
    "deleteCampaign": Asked({"campaignId": ARCHIVED}),
    "listCampaigns": Asked(params={"pageSize": "1", "isArchived": "false"}),
    "addFields": Asked(CAMPAIGN, body={"newCustomFields": [{"name": "Telephone_2", "isPhoneNumber": True}]}),
    "getWrapup": Asked({"wrapupId": 4560}),
    "listWrapups": Asked(params={"status": "tocall"}),
    "listWrapupFolders": Asked(params={"parentFolderId": "70"}),
    "billedLicenses": Asked(params={"month": "2026-01"}),
    "downloadRecording": Asked({"interactionId": RECORDED}),
}
NOT_JSON = Asked(CAMPAIGN, raw=b"{")
#: Requests with another outcome; those that every operation shares are made by `shared`.
OTHERS: dict[tuple[str, int], tuple[Asked, ...]] = {
    ("updateContact", 400): (
        Asked(CONTACT, body={"contactCardDisplayNumber": UNVALIDATED}),
        Asked(CONTACT, body={"triesNumber": -1}),
        Asked(CONTACT, body={}),
        Asked(CONTACT, raw=b"{"),
    ),
    ("deleteContact", 400): (Asked({"campaignId": ARCHIVED, "contactId": 4}),),
    ("deleteContact", 409): (Asked({"campaignId": 100, "contactId": BUSY}),),
    ("createContact", 400): (
        Asked(CAMPAIGN, body={"customFields": FIELDS, "contactCardDisplayNumber": UNVALIDATED}),
        Asked(CAMPAIGN, body={"customFields": FIELDS, "triesNumber": "2"}),
        Asked(CAMPAIGN, body={"priority": 3}),
        NOT_JSON,
    ),
    ("searchContacts", 400): (NOT_JSON,),
    ("searchByPhone", 400): (Asked(raw=b"{"),),
    ("searchByPhone", 404): (Asked(body={"campaignIds": [100, NOWHERE], "phones": ["33199000001"]}),),
    ("searchByDate", 400): (Asked(CAMPAIGN), Asked(CAMPAIGN, {"fromDate": "yesterday"})),
    ("createContacts", 400): (
        Asked(CAMPAIGN, body={"customFields": [FIELDS], "contactCardDisplayNumber": UNVALIDATED}),
        Asked(CAMPAIGN, body={"customFields": [FIELDS] * 301}),
        Asked(CAMPAIGN, body={"customFields": FIELDS}),
        Asked(CAMPAIGN, body={"priority": 3}),
        NOT_JSON,
    ),
    ("createContacts", 409): (replace(CREATIONS, before=RUNNING),),
    ("updateContacts", 400): (
        Asked(CAMPAIGN, body={"query": {"contactIds": [1]}, "data": {"contactCardDisplayNumber": UNVALIDATED}}),
        Asked(CAMPAIGN, body={"query": {"contactIds": "1"}, "data": {"priority": 1}}),
        Asked(CAMPAIGN, body={"query": {"contactIds": [1]}}),
        NOT_JSON,
    ),
    ("updateContacts", 409): (replace(UPDATE, before=RUNNING),),
    ("deleteContacts", 400): (Asked(CAMPAIGN, body=[1]), NOT_JSON),
    ("deleteContacts", 409): (replace(DELETION, before=RUNNING),),
    ("patchCampaign", 400): (
        Asked(CAMPAIGN, body={"displayedPhoneNumbers": [UNVALIDATED]}),
        Asked(CAMPAIGN, body={"isArchived": True}),
        Asked(CAMPAIGN, body={"recordingPercentage": 101}),
        Asked({"campaignId": ARCHIVED}, body={"name": "Renamed"}),
        NOT_JSON,
    ),
    ("deleteCampaign", 400): (Asked(CAMPAIGN),),
    ("addFields", 400): (
        Asked(CAMPAIGN, body={"newCustomFields": [{"name": "Category", "isPhoneNumber": False}]}),
        Asked(CAMPAIGN, body={"newCustomFields": []}),
        NOT_JSON,
    ),
    ("listWrapupFolders", 400): (Asked(params={"parentFolderId": "seventy"}), Asked(params={"page": "first"})),
    ("billedLicenses", 400): (Asked(), Asked(params={"month": "2026-13"}), Asked(params={"month": "January"})),
}


def scenarios(operation: contract.Operation, status: int) -> tuple[Asked, ...]:
    """The requests to `operation` that are answered with `status`; none when nobody wrote any."""
    if status == operation.success:
        return (SUCCESSES[operation.id],)
    return OTHERS.get((operation.id, status)) or tuple(shared(operation, status))


def shared(operation: contract.Operation, status: int) -> Iterator[Asked]:
    """No token, a method that the path does not take, a number in the path that nothing has."""
    success = SUCCESSES[operation.id]
    path = {**success.path, "batchId": "none"} if "{batchId}" in operation.path else success.path
    asked = replace(success, path=path, before=None)
    if status == 401:
        yield replace(asked, token=False)
    if status == 405:
        yield replace(asked, method=_untaken(operation.path))
    if status == 404:
        yield from (replace(asked, path={**path, name: NOWHERE}) for name in path)


def _untaken(path: str) -> str:
    taken = {each.method for each in contract.operations().values() if each.path == path}
    return next(method.upper() for method in contract.METHODS if method.upper() not in taken)
