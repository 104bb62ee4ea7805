"""One step: read again, write if the plan still holds, read back. What it raises means that it wrote nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from reconciler.api.endpoints.campaigns import (
    add_fields,
    delete_campaign,
    get_campaign,
    list_campaigns,
    patch_campaign,
)
from reconciler.api.request import Flow
from reconciler.api.shapes import Campaign
from reconciler.api.traffic import NotSent
from reconciler.applying.contacts import write_contacts
from reconciler.applying.results import ALREADY, Contacts, Moved, Outcome, Result
from reconciler.applying.work import IN_DOUBT, PLAN_AGAIN, Campaigning
from reconciler.errors import ApiError, Busy, NotFound, Rejected, Unauthorized
from reconciler.kinds.campaign import PATCHED
from reconciler.planning.diff import same
from reconciler.planning.plan import Action, Operation, Step

#: How long to wait for a campaign that is busy with somebody else's batch, in seconds.
BUSY_PATIENCE = 600.0

#: Answers that say no for good.
REFUSED = (NotFound, Rejected, Unauthorized)


def carry_out(step: Step, work: Campaigning) -> Result:
    """Carries out one step. A ReconcilerError means that it wrote nothing.

    While the campaign is busy with somebody else's batch it waits (notes, trap 3), and then reads everything again:
    that batch may have changed it.
    """
    waited, pause = 0.0, 1.0
    while True:
        try:
            return _OPERATIONS[step.operation](step, work)
        except Busy:
            work.note(step, "busy", "")
            if waited >= BUSY_PATIENCE:
                raise
            if work.clock.wait(pause):
                detail = f"{work.clock.reason} while another batch kept it waiting"
                return Result(step, Outcome.SKIPPED, detail, contacts=Contacts(untried=step.contact_ids))
        waited, pause = waited + pause, min(pause * 1.5, 15.0)


def _update_campaign(step: Step, work: Campaigning) -> Result:
    live = _read(step, work)
    if live is None or (work.expected.ending and _is_archived(live)):
        return Result(step, Outcome.DONE, ALREADY)  # somebody has ended it, as planned
    if moved := [*_unfit(step, live, work), *work.expected.moved(step.body, live.values), *_beside(step, live, work)]:
        return _stale(step, moved)
    if not _differing(step, live):
        work.expected.wrote(step.body)
        return Result(step, Outcome.DONE, ALREADY)

    def lacking() -> str:
        kept = _differing(step, work.writer.run(get_campaign(step.campaign_id)))
        return f"the account still holds other values of {', '.join(kept)}" if kept else ""

    work.note(step, "sending", "")
    result = _verdict(step, _sent(work, patch_campaign(step.campaign_id, step.body)), lacking)
    if result.outcome is Outcome.DONE:
        work.expected.wrote(step.body)
    return result


def _delete_campaign(step: Step, work: Campaigning) -> Result:
    """Sent once: whether a lost one was carried out is seen by reading the campaign, which is then not there."""
    live = _read(step, work)
    if live is None:
        return Result(step, Outcome.DONE, ALREADY)
    restored = [] if _is_archived(live) else [Moved("isArchived", True, live.values.get("isArchived"))]
    if moved := [*work.expected.another(live), *restored]:
        return _stale(step, moved)

    def lacking() -> str:
        return "the campaign is still there" if _read(step, work) is not None else ""

    work.note(step, "sending", "")
    return _verdict(step, _sent(work, delete_campaign(step.campaign_id)), lacking)


def _read(step: Step, work: Campaigning) -> Campaign | None:
    """The campaign as it is now; None when it is to be deleted and is not there: the list does not have it either."""
    try:
        return work.writer.run(get_campaign(step.campaign_id))
    except NotFound:
        if work.expected.ending is None or work.expected.ending.action is not Action.DELETE:
            raise
        if any(each.id == step.campaign_id for each in work.writer.run(list_campaigns())):
            raise
        return None


def _add_fields(step: Step, work: Campaigning) -> Result:
    wanted = {each["name"]: bool(each["isPhoneNumber"]) for each in step.fields}
    live = work.writer.run(get_campaign(step.campaign_id))
    held = _fields(live)
    moved = [Moved(name, None, _kind(held[name])) for name in wanted if name in held and held[name] != wanted[name]]
    if moved := [*_unfit(step, live, work), *moved, *_beside(step, live, work)]:
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


class _Sent(NamedTuple):
    """What sending a write told: the fault, None when the API took it; `repeated`: whether it may not be the first."""

    fault: ApiError | None
    repeated: bool


def _sent(work: Campaigning, write: Flow[object]) -> _Sent:
    """Sends a write. The client may repeat it: whatever the last attempt got, an earlier one may have arrived."""
    repeated, fault = work.writer.repeated, None
    try:
        work.writer.run(write)
    except ApiError as error:
        fault = error
    return _Sent(fault, work.writer.repeated != repeated)


def _verdict(step: Step, sent: _Sent, lacking: Callable[[], str]) -> Result:
    """What reading back says: `lacking` reads, and says what is not as written (nothing: it is)."""
    fault, repeated = sent
    if isinstance(fault, NotSent):
        raise fault
    try:
        missing = lacking()
    except ApiError as unread:
        if isinstance(fault, REFUSED) and not repeated:
            raise fault from None
        return Result(step, Outcome.UNKNOWN, f"sent, but reading it back failed: {unread.detail}", PLAN_AGAIN)
    if not missing:
        return Result(step, Outcome.DONE, f"{fault.title}; reading back shows that it was done" if fault else "")
    if fault is None:
        return Result(step, Outcome.FAILED, f"the API took it, but {missing}", PLAN_AGAIN)
    if isinstance(fault, IN_DOUBT):
        return Result(step, Outcome.UNKNOWN, f"{fault.title}: {fault.detail}; {missing}", PLAN_AGAIN)
    raise fault


def _beside(step: Step, live: Campaign, work: Campaigning) -> list[Moved]:
    """What somebody changed of the campaign that this step does not write, and others of the plan do, or did."""
    return work.expected.beside(step.body, live.values)


def _differing(step: Step, live: Campaign) -> list[str]:
    return [name for name, value in step.body.items() if not same(PATCHED[name], value, live.values.get(name))]


def _unfit(step: Step, live: Campaign, work: Campaigning) -> Iterator[Moved]:
    """Why the API would not take the step, or why it would be wrong to send it to this campaign."""
    yield from work.expected.another(live)
    if _is_archived(live):
        yield Moved("isArchived", False, True)
    if "isArchived" in step.body and live.values.get("isPaused") is not True:
        yield Moved("isPaused", True, live.values.get("isPaused"))


def _is_archived(live: Campaign) -> bool:
    return live.values.get("isArchived") is True


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
    Operation.UPDATE_CONTACTS: write_contacts,
    Operation.UPDATE_EACH: write_contacts,
    Operation.DELETE_CAMPAIGN: _delete_campaign,
}
