"""The journal as this stage uses it: what can't be noted is not sent, and what was sent is reported all the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

import msgspec

from reconciler.api.endpoints.batches import update_contacts
from reconciler.api.endpoints.campaigns import add_fields, delete_campaign, patch_campaign
from reconciler.api.endpoints.contacts import update_contact
from reconciler.api.request import Request
from reconciler.applying.before import contacts_before
from reconciler.errors import ProjectError, ReconcilerError
from reconciler.model import UNSET
from reconciler.planning.plan import Action, Change, Operation, Plan, Step

#: Before a write is sent, and what became of a step.
SENDING, RESULT = "sending", "result"

_SUMMARY = "the journal can't be written"
_ADVICE = "make room for the store, correct its permissions, or see that it can be reached; then run `apply` again"


class Journal(Protocol):
    """Where every write is noted before and after it is sent."""

    def note(self, event: str, content: Mapping[str, Any]) -> None:
        """Writes one event down, durably; OSError when it can't."""


class Notes:
    """Notes events; once one could not be noted, nothing more may be sent. May be used from several threads.

    `check` raises when nothing may be sent for another reason: the run's lock is lost. That, too, is for good.
    """

    def __init__(self, journal: Journal, check: Callable[[], Any] = lambda: None) -> None:
        self._journal, self._check = journal, check
        self._fault = self._detail = ""
        self._lost: ProjectError | None = None
        self._sending: set[object] = set()

    def before(self, event: str, content: Mapping[str, Any]) -> None:
        """Notes what is about to happen; ProjectError when that or an earlier event can't be noted."""
        if self._fault or self._tried(lambda: self._journal.note(event, content)):
            detail = f"{self._detail}; nothing was sent"
            if self._lost:
                raise ProjectError(self._lost.summary, detail, self._lost.help, "lock-lost")
            raise ProjectError(_SUMMARY, detail, _ADVICE, "store")
        self._sending.add(content.get("step"))

    def after(self, event: str, content: Mapping[str, Any]) -> str:
        """Notes what has happened, if it can: why it can't, else nothing.

        After a fault the results of what was not sent are not tried: a store that hangs is not asked for each step.
        """
        if self._fault and event == RESULT and content.get("step") not in self._sending:
            return ""
        return self._tried(lambda: self._journal.note(event, content))

    def hindrance(self) -> str:
        """Why nothing more may be sent; empty while it may."""
        if not self._fault:
            self._tried(self._check)
        return self._fault

    def _tried(self, call: Callable[[], Any]) -> str:
        """Why a call failed, which is kept; nothing when it did not."""
        try:
            call()
        except Exception as error:  # whatever it is: it must not take the report of the run with it
            self._lost = error if isinstance(error, ProjectError) and error.code == "lock-lost" else self._lost
            self._fault = fault = getattr(error, "strerror", None) or type(error).__name__
            self._detail = getattr(error, "detail", None) or fault
            return fault
        return ""


class Intents:
    """A journal that adds to each write that is about to be sent what the plan says of it.

    `request`: the digest of what is sent; `before`: of the values that are there before it; `contacts`: who may be
    written, as `unknown` until a later event tells more. A step may write fewer: what no longer is as planned is left
    out.
    """

    def __init__(self, journal: Journal, plan: Plan) -> None:
        self._journal = journal
        self._steps = {each.number: each for each in plan.steps}
        self._changes: dict[int, list[Change]] = {}
        for each in plan.changes:
            self._changes.setdefault(each.campaign_id, []).append(each)
        self._contacts: dict[int, Mapping[int, Mapping[str, Any]]] = {}  # of the campaigns that were begun

    def note(self, event: str, content: Mapping[str, Any]) -> None:
        """Writes one event down, durably; OSError when it can't."""
        if event == SENDING and (step := self._steps.get(content.get("step", 0))):
            content = {**content, **self._intent(step)}
        self._journal.note(event, content)

    def _intent(self, step: Step) -> dict[str, Any]:
        changes = self._changes.get(step.campaign_id, ())
        if step.contact_ids and step.campaign_id not in self._contacts:
            self._contacts[step.campaign_id] = contacts_before(changes)
        before = before_digest(step, changes, self._contacts.get(step.campaign_id, {}))
        found: dict[str, Any] = {"before": before}
        found |= {"contacts": {"unknown": step.contact_ids}} if step.contact_ids else {}
        try:
            return {"request": request_digest(step), **found}
        except ReconcilerError:  # it is refused before it leaves, by the same rules
            return found


def request_digest(step: Step) -> str:
    """SHA-256 over what a step sends: a line of canonical JSON (`method`, `path`, `body`) for each request.

    ReconcilerError for what would be refused in place of being sent.
    """
    return _digest(
        {"method": each.method, "path": each.path, "body": None if each.json is UNSET else each.json}
        for each in _requests(step)
    )


def before_digest(step: Step, changes: Iterable[Change], contacts: Mapping[int, Mapping[str, Any]]) -> str:
    """SHA-256 over the values that a step writes over: canonical JSON, by contactId, or by name in a campaign.

    `changes` are those of its campaign, `contacts` what these say that each contact held before.
    """
    if not step.contact_ids:
        return _digest([_settings_before(step, changes)])
    held = {each: contacts.get(each, {}) for each in step.contact_ids}
    return _digest(
        [{str(each): {name: value for name, value in held[each].items() if name in step.data} for each in held}]
    )


def _requests(step: Step) -> Iterator[Request]:
    match step.operation:
        case Operation.UPDATE_CAMPAIGN:
            yield next(patch_campaign(step.campaign_id, step.body))
        case Operation.ADD_FIELDS:
            fields = {each["name"]: bool(each["isPhoneNumber"]) for each in step.fields}
            yield next(add_fields(step.campaign_id, fields))
        case Operation.UPDATE_CONTACTS:
            yield next(update_contacts(step.campaign_id, step.contact_ids, step.data))
        case Operation.UPDATE_EACH:
            for contact_id in step.contact_ids:
                yield next(update_contact(step.campaign_id, contact_id, step.data))
        case Operation.DELETE_CAMPAIGN:
            yield next(delete_campaign(step.campaign_id))


def _settings_before(step: Step, changes: Iterable[Change]) -> dict[str, Any]:
    adds = step.operation is Operation.ADD_FIELDS
    written = {each["name"] for each in step.fields} if adds else step.body.keys()
    return {
        each.name: each.before
        for change in changes
        if not change.contacts and (change.action is Action.ADD_FIELD) is adds
        for each in change.attributes
        if step.operation is Operation.DELETE_CAMPAIGN or each.name.partition(".")[0] in written
    }


def _digest(lines: Iterable[object]) -> str:
    found = hashlib.sha256()
    for each in lines:
        found.update(msgspec.json.encode(each, order="sorted") + b"\n")
    return f"sha256:{found.hexdigest()}"
