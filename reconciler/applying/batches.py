"""The step that writes contacts: read them again, send a batch that names them, wait for its end, read them back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from reconciler.api.endpoints.batches import batch_status, update_contacts
from reconciler.api.endpoints.searches import search_contacts
from reconciler.api.shapes import BatchResult, Contact
from reconciler.applying.before import Standing, contacts_before, holds, standing
from reconciler.applying.results import ALREADY, Outcome, Result
from reconciler.applying.work import IN_DOUBT, PLAN_AGAIN, Campaigning
from reconciler.errors import ApiError, Unreadable
from reconciler.kinds.contact import EXCLUDED_DETAILS
from reconciler.planning.assignment import IN_PROGRESS
from reconciler.planning.plan import Step

#: How long to wait for the end of a batch, in seconds.
BATCH_PATIENCE = 1800.0

STILL_RUNNING = "it may still run: plan again in a while, and the plan shows what is left"


def write_contacts(step: Step, work: Campaigning) -> Result:
    """Writes the contacts that are as the plan says they were, and reads them back; Busy while another batch runs."""
    now = standing(step, contacts_before(work.plan, step), _contacts(step.contact_ids, step, work))
    return _written(step, now, work) if now.ready else _result(step, now, _Written())


def _written(step: Step, now: Standing, work: Campaigning) -> Result:
    """Sends the batch; Busy when the API does not take it now."""
    work.note(step, "sending", "")
    doubt, ended = _batch(step, now.ready, work)
    try:
        held = {each.contactId: each for each in _contacts(now.ready, step, work)}
    except ApiError as fault:
        doubt, held = f"sent, but reading it back failed: {fault.detail}", {}
    found = _sorted_out(step, now.ready, held)
    result = _result(step, now, found, ended, doubt)
    if strangers := _strangers(now.ready, ended):
        work.halt()
        advice = "look at the contacts of this campaign, and report it to the vendor"
        return replace(result, outcome=Outcome.FAILED, detail=strangers, help=advice)
    if doubt and len(found.done) < len(now.ready):
        unknown = Result(step, Outcome.UNKNOWN, doubt, STILL_RUNNING, now.moves)
        return replace(unknown, written=len(found.done), deferred=len(now.deferred), stale=len(now.moved))
    return result


def _batch(step: Step, contact_ids: tuple[int, ...], work: Campaigning) -> tuple[str, BatchResult | None]:
    """Sends a batch and waits for its end: why it is in doubt (empty: it ended), and how it ended."""
    try:
        token = work.writer.run(update_contacts(step.campaign_id, contact_ids, step.data))
    except IN_DOUBT as fault:
        return f"{fault.title}: {fault.detail}", None
    work.note(step, "accepted", token)
    try:
        ended = _wait_for(token, work)
    except ApiError as fault:
        return f"accepted, but its end could not be read: {fault.detail}", None
    return "" if ended else "accepted, but it had not ended when this run stopped waiting for it", ended


def _wait_for(token: str, work: Campaigning) -> BatchResult | None:
    """The batch's end, or None when it takes too long or the run is being stopped."""
    waited = 0.0
    while not (result := work.writer.run(batch_status(token))).is_final:
        pause = min(max(waited * 0.1, 0.1), 5.0)
        if waited >= BATCH_PATIENCE or work.wait(pause):
            return None
        waited += pause
    return result


def _strangers(sent: Collection[int], ended: BatchResult | None) -> str:
    """What shows that the batch touched contacts that it did not name (notes, trap 1); empty when nothing does."""
    if ended is None:
        return ""
    spoken_of = chain(ended.failed or (), *(ids or () for ids in (ended.excluded or {}).values()))
    strange = set(spoken_of) - set(sent)
    if strange or (ended.modifiedElementsCount or 0) > len(sent):
        modified = f"modified {ended.modifiedElementsCount}" + (f" and spoke of {_some(strange)}" if strange else "")
        return f"the batch named {len(sent)} contacts, and the API {modified}: not only these; the run was stopped"
    return ""


def _contacts(contact_ids: Iterable[int], step: Step, work: Campaigning) -> list[Contact]:
    """The contacts as they are now; what was not asked for is proof of an ignored filter and ends the step (S3)."""
    wanted = set(contact_ids)
    found = work.writer.run(search_contacts(step.campaign_id, {"contactIds": sorted(wanted)}))
    if strange := [each.contactId for each in found if each.contactId not in wanted]:
        request = f"POST /api/v2/voice/campaigns/{step.campaign_id}/contacts/search"
        detail = (
            f"asked for {len(wanted)} contacts by id, and contact {strange[0]} came too: the API ignored the filter"
        )
        raise Unreadable(request, detail, help="this step's contacts were left alone; report it to the vendor")
    return found


@dataclass(frozen=True, slots=True)
class _Written:
    """The contacts of a batch that was sent, by what reading them back shows (contactIds)."""

    done: tuple[int, ...] = ()
    lacking: tuple[int, ...] = ()
    in_progress: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()


def _sorted_out(step: Step, contact_ids: Iterable[int], held: Mapping[int, Contact]) -> _Written:
    kinds: dict[str, list[int]] = {"done": [], "lacking": [], "in_progress": [], "gone": []}
    for contact_id in contact_ids:
        contact = held.get(contact_id)
        if contact is None:
            kinds["gone"].append(contact_id)
        elif holds(contact, step.data):
            kinds["done"].append(contact_id)
        else:
            kinds["in_progress" if contact.state == IN_PROGRESS else "lacking"].append(contact_id)
    return _Written(**{name: tuple(ids) for name, ids in kinds.items()})


def _result(step: Step, now: Standing, found: _Written, ended: BatchResult | None = None, doubt: str = "") -> Result:
    outcome, detail, advice = _outcome(now, found, ended, doubt)
    return Result(
        step,
        outcome,
        detail,
        advice,
        now.moves,
        written=len(found.done),
        failed=len(found.lacking),
        deferred=len(now.deferred) + len(found.in_progress),
        stale=len(now.moved) + len(found.gone),
        failed_contacts=found.lacking,
    )


def _outcome(now: Standing, found: _Written, ended: BatchResult | None, doubt: str) -> tuple[Outcome, str, str]:
    """The outcome, why, and what to do: the worst of what happened."""
    failed = ended is not None and ended.status == "FAILED"
    if found.lacking or failed:
        count = f"{len(found.lacking)} contacts do not hold what was written: {_some(found.lacking)}"
        reasons = [*(["the API says that the batch FAILED"] if failed else []), *([count] if found.lacking else [])]
        return Outcome.FAILED, "; ".join([*reasons, *_refusals(ended)]), _advice(ended)
    if moved := (*now.moved, *found.gone):
        detail = f"{len(moved)} contacts have moved since the plan and were left alone: {_some(moved)}"
        return Outcome.STALE, detail, "plan again, and review it"
    if (now.deferred or found.in_progress) and not (found.done or now.already):
        return Outcome.DEFERRED, "", ""
    if now.already and not found.done:
        return Outcome.DONE, ALREADY, ""
    remarks = [f"{len(now.already)} {ALREADY}"] if now.already else []
    remarks += [f"{doubt}; reading back shows that it was done"] if doubt else []
    return Outcome.DONE, "; ".join(remarks), ""


def _some(contact_ids: Collection[int]) -> str:
    return ", ".join(str(each) for each in sorted(contact_ids)[:10]) + (" …" if len(contact_ids) > 10 else "")


def _advice(ended: BatchResult | None) -> str:
    if ended is not None and ended.failed:
        return "planning again shows the same until the cause is gone: is the agent a member of this campaign?"
    return PLAN_AGAIN


def _refusals(ended: BatchResult | None) -> list[str]:
    excluded = (ended.excluded if ended else None) or {}
    known = {
        why: why if why in EXCLUDED_DETAILS else "another reason" for why in excluded
    }  # no text of the API's (S10)
    counts = ", ".join(f"{known[why]} {len(ids or ())}" for why, ids in excluded.items())
    refused = [f"refused by the API: {len(ended.failed)}"] if ended and ended.failed else []
    return [*refused, *([f"excluded by the API: {counts}"] if counts else [])]
