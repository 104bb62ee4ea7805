"""The steps that write contacts: read them again, write those that are as the plan says, read them back."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.applying.batches import send_batch
from reconciler.applying.before import standing
from reconciler.applying.results import Result
from reconciler.applying.sent import Sent, contact_result
from reconciler.applying.singles import send_each
from reconciler.applying.work import Campaigning
from reconciler.errors import ApiError
from reconciler.planning.plan import Operation, Step


def write_contacts(step: Step, work: Campaigning) -> Result:
    """Writes the contacts that are as the plan says they were, and reads them back; Busy while another batch runs."""
    now = standing(step, work.before, work.reads.before(step), work.belongs)
    if not now.ready:
        return contact_result(step, now, Sent(), {})
    work.note(step, "sending", "")
    sent = _SENDING[step.operation](step, now.ready, work)
    if sent.alarm:
        work.clock.stop()
    try:
        held = work.reads.back(step, sent.tried) if sent.tried else {}
    except ApiError as fault:
        return contact_result(step, now, sent.unread(fault), None)
    return contact_result(step, now, sent, held)


#: Sends the contacts of a step, and says what the API told.
_SENDING: dict[Operation, Callable[[Step, tuple[int, ...], Campaigning], Sent]] = {
    Operation.UPDATE_CONTACTS: send_batch,
    Operation.UPDATE_EACH: send_each,
}
