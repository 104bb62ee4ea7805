"""Writing contacts by a batch that names them: sent once, and waited for to its end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import chain
from typing import Any

from reconciler.api.endpoints.batches import batch_status, update_contacts
from reconciler.api.shapes import BatchResult
from reconciler.applying.sent import Sent, some
from reconciler.applying.work import IN_DOUBT, PLAN_AGAIN, Campaigning
from reconciler.errors import ApiError
from reconciler.kinds.contact import EXCLUDED_DETAILS
from reconciler.planning.plan import Step

#: How long to wait for the end of a batch, in seconds.
BATCH_PATIENCE = 1800.0

STILL_RUNNING = "it may still run: plan again in a while, and the plan shows what is left"
#: Stands for a reason of the API's that is not documented: no text of its own is repeated (S10).
ANOTHER_REASON = "another reason"


def send_batch(step: Step, contact_ids: tuple[int, ...], work: Campaigning) -> Sent:
    """What a batch for these contacts told; Busy when the API does not take it now."""
    try:
        token = work.writer.run(update_contacts(step.campaign_id, contact_ids, step.data))
    except IN_DOUBT as fault:
        return _in_doubt(contact_ids, f"{fault.title}: {fault.detail}")
    work.note(step, "accepted", token)
    try:
        ended = _wait_for(token, step, len(contact_ids), work)
    except ApiError as fault:
        return _in_doubt(contact_ids, f"accepted, but its end could not be read: {fault.detail}")
    if ended is None:
        return _in_doubt(contact_ids, "accepted, but it had not ended when this run stopped waiting for it")
    return _told(contact_ids, ended, step.data)


def _wait_for(token: str, step: Step, size: int, work: Campaigning) -> BatchResult | None:
    """The batch's end, or None when it takes too long or the run is being stopped."""
    accepted, waited = work.clock.now(), 0.0
    while waited < BATCH_PATIENCE and not work.clock.wait(work.pace.pause(waited, size)):
        asked = work.clock.now() - accepted
        result = work.writer.run(batch_status(token))
        if result.is_final:
            work.pace.ended(asked, size)
            work.note(step, "ended", token)
            return result
        work.going_on(step, 0)
        waited = work.clock.now() - accepted
    return None


def _in_doubt(contact_ids: tuple[int, ...], why: str) -> Sent:
    return Sent(contact_ids, frozenset(contact_ids), why, help=STILL_RUNNING)


def _told(contact_ids: tuple[int, ...], ended: BatchResult, data: Mapping[str, Any]) -> Sent:
    excluded = {
        contact_id: why if why in EXCLUDED_DETAILS else ANOTHER_REASON
        for why, ids in (ended.excluded or {}).items()
        for contact_id in ids or ()
    }
    alarm = _strangers(contact_ids, ended, excluded)
    report = "look at the contacts of this campaign, and report it to the vendor"
    return Sent(
        contact_ids,
        excluded=excluded,
        refused=frozenset(ended.failed or ()),
        remarks=(f"refused by the API: {len(ended.failed)}",) if ended.failed else (),
        failed=ended.status == "FAILED",
        alarm=alarm,
        help=report if alarm else _advice(ended, excluded, data),
    )


def _strangers(sent: Collection[int], ended: BatchResult, excluded: Collection[int]) -> str:
    """What shows that the batch touched contacts that it did not name (notes, trap 1); empty when nothing does."""
    strange = set(chain(ended.failed or (), excluded)) - set(sent)
    if strange or (ended.modifiedElementsCount or 0) > len(sent):
        modified = f"modified {ended.modifiedElementsCount}" + (f" and spoke of {some(strange)}" if strange else "")
        return f"the batch named {len(sent)} contacts, and the API {modified}: not only these; the run was stopped"
    return ""


def _advice(ended: BatchResult, excluded: Collection[int], data: Mapping[str, Any]) -> str:
    if ended.failed:
        asked = ": is the agent a member of this campaign?" if "assignedAgentId" in data else ""
        return f"planning again shows the same until the cause is gone{asked}"
    if excluded:
        return "planning again shows the same until the reason is gone; or let the rule leave these contacts out"
    return PLAN_AGAIN
