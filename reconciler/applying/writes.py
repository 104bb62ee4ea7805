"""One step: read again, write if the plan still holds, read back. Returns what happened and raises only ApiErrors."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from reconciler.api.decode import BatchResult, Campaign, Contact
from reconciler.api.endpoints.batches import batch_status, update_contacts
from reconciler.api.endpoints.campaigns import add_fields, get_campaign, patch_campaign
from reconciler.api.endpoints.contacts import search_contacts
from reconciler.api.request import Flow
from reconciler.applying.before import Expected, Standing, contacts_before, holds, standing
from reconciler.applying.results import Moved, Outcome, Result
from reconciler.errors import ApiError, Busy, ConnectionLost, ServerFault, Unreadable
from reconciler.kinds.campaign import SETTINGS
from reconciler.planning.diff import same
from reconciler.planning.plan import Operation, Plan, Step

_T = TypeVar("_T")

#: How long to wait for a batch, and for a campaign that is busy with somebody else's, in seconds.
BATCH_PATIENCE = 1800.0
BUSY_PATIENCE = 600.0

#: Faults after which a write may have been carried out all the same.
IN_DOUBT = (ConnectionLost, ServerFault, Unreadable)

ALREADY = "already as planned"
PLAN_AGAIN = "plan again: it reads what the account holds now and shows what is left"
STILL_RUNNING = "it may still run: plan again in a while, and the plan shows what is left"


class Writer(Protocol):
    """What a step needs of a client."""

    def run(self, flow: Flow[_T]) -> _T:
        """The result of one flow."""


#: Waits for so many seconds; True means that the run is being stopped.
Wait = Callable[[float], bool]


@dataclass(frozen=True, slots=True)
class Campaigning:
    """What the steps of one campaign share while it is being applied."""

    writer: Writer
    plan: Plan
    expected: Expected
    wait: Wait
    #: Notes right before a write leaves, and right after a batch was accepted, for the journal.
    note: Callable[[Step, str, str], None]


def carry_out(step: Step, work: Campaigning) -> Result:
    """Carries out one step."""
    return _OPERATIONS[step.operation](step, work)


def _update_campaign(step: Step, work: Campaigning) -> Result:
    live = work.writer.run(get_campaign(step.campaign_id))
    if moved := [*_archived(live), *work.expected.moved(step.body, live.values)]:
        return _stale(step, moved)
    if not _differing(step, live):
        return Result(step, Outcome.DONE, ALREADY)

    def lacking() -> str:
        kept = _differing(step, work.writer.run(get_campaign(step.campaign_id)))
        return f"the account still holds other values of {', '.join(kept)}" if kept else ""

    work.note(step, "sending", "")
    doubt = _sent(work, patch_campaign(step.campaign_id, step.body))
    work.expected.wrote(step.body)
    return _verdict(step, doubt, lacking)


def _add_fields(step: Step, work: Campaigning) -> Result:
    wanted = {each["name"]: bool(each["isPhoneNumber"]) for each in step.fields}
    live = work.writer.run(get_campaign(step.campaign_id))
    held = _fields(live)
    moved = [Moved(name, None, _kind(held[name])) for name in wanted if name in held and held[name] != wanted[name]]
    if moved := [*_archived(live), *moved]:
        return _stale(step, moved)
    missing = {name: is_phone for name, is_phone in wanted.items() if name not in held}
    if not missing:
        return Result(step, Outcome.DONE, ALREADY)

    def lacking() -> str:
        now = _fields(work.writer.run(get_campaign(step.campaign_id)))
        absent = [name for name, is_phone in missing.items() if now.get(name) != is_phone]
        return f"the campaign does not show {', '.join(absent)}" if absent else ""

    work.note(step, "sending", "")
    return _verdict(step, _sent(work, add_fields(step.campaign_id, missing)), lacking)


def _sent(work: Campaigning, write: Flow[object]) -> ApiError | None:
    """Sends a write: None when the API took it, the fault when it may have; raises when it surely did not."""
    try:
        work.writer.run(write)
    except IN_DOUBT as fault:
        return fault
    return None


def _verdict(step: Step, doubt: ApiError | None, lacking: Callable[[], str]) -> Result:
    """What reading back says: `lacking` reads, and says what is not as written (nothing: it is)."""
    try:
        missing = lacking()
    except ApiError as fault:
        return Result(step, Outcome.UNKNOWN, f"sent, but reading it back failed: {fault.detail}", PLAN_AGAIN)
    if not missing:
        return Result(step, Outcome.DONE, "the answer was lost; reading back shows that it was done" if doubt else "")
    if doubt is not None:
        return Result(step, Outcome.UNKNOWN, f"{doubt.title}: {doubt.detail}; {missing}", PLAN_AGAIN)
    return Result(step, Outcome.FAILED, f"the API took it, but {missing}", PLAN_AGAIN)


def _update_contacts(step: Step, work: Campaigning) -> Result:
    now = standing(step, contacts_before(work.plan, step), _contacts(step.contact_ids, step, work))
    if not now.ready:
        return _batch_result(step, now, frozenset(), "")
    doubt, refusals = _batch(step, now.ready, work)
    try:
        unwritten = _unwritten(step, now.ready, work)
    except ApiError as fault:
        doubt, unwritten = f"sent, but reading it back failed: {fault.detail}", frozenset(now.ready)
    if doubt and unwritten:
        written = len(now.ready) - len(unwritten)
        return Result(step, Outcome.UNKNOWN, doubt, STILL_RUNNING, written=written, deferred=len(now.deferred))
    return _batch_result(step, now, unwritten, refusals)


def _batch(step: Step, contact_ids: tuple[int, ...], work: Campaigning) -> tuple[str, str]:
    """Sends a batch and waits for its end: why it is in doubt (empty: it ended), and what the API refused."""
    try:
        token = _send(step, contact_ids, work)
    except IN_DOUBT as fault:
        return f"{fault.title}: {fault.detail}", ""
    work.note(step, "accepted", token)
    try:
        ended = _wait_for(token, work)
    except ApiError as fault:
        return f"accepted, but its end could not be read: {fault.detail}", ""
    if ended is None:
        return "accepted, but it had not ended when this run stopped waiting for it", ""
    return "", _refusals(ended)


def _send(step: Step, contact_ids: tuple[int, ...], work: Campaigning) -> str:
    """Sends the batch; waits while the campaign is busy with another one (notes, trap 3)."""
    waited, pause = 0.0, 1.0
    while True:
        work.note(step, "sending", "")
        try:
            return work.writer.run(update_contacts(step.campaign_id, contact_ids, step.data))
        except Busy:
            if waited >= BUSY_PATIENCE or work.wait(pause):
                raise
            work.note(step, "busy", "")
            waited, pause = waited + pause, min(pause * 1.5, 15.0)


def _wait_for(token: str, work: Campaigning) -> BatchResult | None:
    """The batch's end, or None when it takes too long or the run is being stopped."""
    waited = 0.0
    while not (result := work.writer.run(batch_status(token))).is_final:
        pause = min(max(waited * 0.1, 0.1), 5.0)
        if waited >= BATCH_PATIENCE or work.wait(pause):
            return None
        waited += pause
    return result


def _contacts(contact_ids: Iterable[int], step: Step, work: Campaigning) -> list[Contact]:
    """The contacts as they are now; what was not asked for is proof of an ignored filter and ends the step (S3)."""
    wanted = set(contact_ids)
    found = work.writer.run(search_contacts(step.campaign_id, {"contactIds": sorted(wanted)}))
    if strange := [each.contactId for each in found if each.contactId not in wanted]:
        request = f"POST /api/v2/voice/campaigns/{step.campaign_id}/contacts/search"
        raise Unreadable(
            request,
            f"asked for {len(wanted)} contacts by id, and contact {strange[0]} came too: the API ignored the filter",
            help="nothing was written; report it to the vendor",
        )
    return found


def _unwritten(step: Step, contact_ids: tuple[int, ...], work: Campaigning) -> frozenset[int]:
    """The contacts that, read back, do not hold what was written."""
    held = {each.contactId for each in _contacts(contact_ids, step, work) if holds(each, step.data)}
    return frozenset(contact_ids) - held


def _batch_result(step: Step, now: Standing, unwritten: frozenset[int], refusals: str) -> Result:
    counted = Result(
        step,
        Outcome.DEFERRED if now.deferred and not (now.ready or now.already) else Outcome.DONE,
        ALREADY if now.already and not now.ready else "",
        written=len(now.ready) - len(unwritten) + len(now.already),
        failed=len(unwritten),
        deferred=len(now.deferred),
        stale=len(now.moved),
    )
    if unwritten:
        detail = f"{len(unwritten)} contacts do not hold what was written: {_some(unwritten)}{refusals}"
        return replace(counted, outcome=Outcome.FAILED, detail=detail, help=PLAN_AGAIN)
    if now.moved:
        detail = f"{len(now.moved)} contacts have moved since the plan and were left alone: {_some(now.moved)}"
        return replace(counted, outcome=Outcome.STALE, detail=detail, help="plan again, and review it")
    return counted


def _some(contact_ids: Collection[int]) -> str:
    return ", ".join(str(each) for each in sorted(contact_ids)[:10]) + (" …" if len(contact_ids) > 10 else "")


def _refusals(result: BatchResult | None) -> str:
    if result is None or not result.excluded:
        return ""
    return "; excluded by the API: " + ", ".join(f"{why} {len(ids or ())}" for why, ids in result.excluded.items())


def _differing(step: Step, live: Campaign) -> list[str]:
    return [name for name, value in step.body.items() if not same(SETTINGS[name], value, live.values.get(name))]


def _archived(live: Campaign) -> list[Moved]:
    return [Moved("isArchived", False, True)] if live.values.get("isArchived") is True else []


def _stale(step: Step, moved: list[Moved]) -> Result:
    names = ", ".join(each.what for each in moved)
    return Result(step, Outcome.STALE, f"changed since the plan: {names}", "plan again, and review it", tuple(moved))


def _fields(live: Campaign) -> dict[str, bool]:
    phones = set(_strings(live, "phoneFields"))
    return {name: name in phones for name in _strings(live, "customFields")}


def _strings(live: Campaign, name: str) -> list[str]:
    values = live.values.get(name)
    return [str(each) for each in values] if isinstance(values, list) else []


def _kind(is_phone: bool) -> str:
    return "phone number" if is_phone else "no phone number"


_OPERATIONS: dict[Operation, Callable[[Step, Campaigning], Result]] = {
    Operation.UPDATE_CAMPAIGN: _update_campaign,
    Operation.ADD_FIELDS: _add_fields,
    Operation.UPDATE_CONTACTS: _update_contacts,
}
