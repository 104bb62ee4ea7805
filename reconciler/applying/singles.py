"""Writing contacts one by one, side by side: what batches do not take (notes, trap 5)."""

from __future__ import annotations

from collections.abc import Collection
from itertools import takewhile
from threading import Event

from reconciler.api.endpoints.contacts import update_contact
from reconciler.api.request import Flow
from reconciler.api.traffic import NotSent
from reconciler.applying.clock import STOPPED
from reconciler.applying.sent import Sent
from reconciler.applying.work import IN_DOUBT, PLAN_AGAIN, Campaigning
from reconciler.errors import ApiError, Busy, NotFound, Rejected
from reconciler.planning.plan import Step

#: Answers that are about one contact, so that the next one may be tried.
OF_ONE_CONTACT = (NotFound, Rejected, Busy)

#: What became of one: None, it was taken.
_Answers = dict[int, ApiError | None]


def send_each(step: Step, contact_ids: tuple[int, ...], work: Campaigning) -> Sent:
    """What writing these contacts told. After a fault that is not about one contact, no further one is begun."""
    answers: _Answers = {}
    repeated = work.writer.repeated
    while (left := [each for each in contact_ids if each not in answers]) and not _must_stop(work):
        answers |= (found := _round(step, left, work))
        if any(fault is not None and not isinstance(fault, OF_ONE_CONTACT) for fault in found.values()):
            break
    return _told(contact_ids, answers, work, repeated=work.writer.repeated != repeated)


def _round(step: Step, contact_ids: list[int], work: Campaigning) -> _Answers:
    """The answers of those that were sent until the first fault, or until the run was stopped."""
    hindered = Event()

    def put(contact_id: int) -> Flow[bool]:
        with work.slots:
            if hindered.is_set() or _must_stop(work):
                return False
            taken = False
            try:
                yield from update_contact(step.campaign_id, contact_id, step.data)
                taken = True
            finally:  # a fault closes the flow, and is handed out by who runs it
                if not taken:
                    hindered.set()
            work.going_on(step, 1)
            return True

    begun = takewhile(lambda _: not (hindered.is_set() or _must_stop(work)), contact_ids)
    outcomes = zip(contact_ids, work.writer.run_each(put(each) for each in begun), strict=False)
    return {
        contact_id: outcome if isinstance(outcome, ApiError) else None
        for contact_id, outcome in outcomes
        if outcome is not False
    }


def _must_stop(work: Campaigning) -> bool:
    return work.clock.stopping or bool(work.hindrance())


def _told(contact_ids: tuple[int, ...], answers: _Answers, work: Campaigning, *, repeated: bool) -> Sent:
    """`repeated`: whether a refusal may be that of a repetition, so that an earlier attempt may have arrived."""
    faults = {contact_id: fault for contact_id, fault in answers.items() if fault is not None}
    held_back = {contact_id: fault for contact_id, fault in faults.items() if isinstance(fault, NotSent)}
    doubts = {contact_id: fault for contact_id, fault in faults.items() if isinstance(fault, IN_DOUBT)}
    refused = {each: fault for each, fault in faults.items() if each not in doubts and each not in held_back}
    general = [each for each in (*doubts.values(), *refused.values()) if not isinstance(each, OF_ONE_CONTACT)]
    hindrance, over = work.hindrance(), work.clock.reason
    return Sent(
        tuple(each for each in contact_ids if each in answers and each not in held_back),
        in_doubt=frozenset(doubts),
        doubt=_words(doubts.values()),
        refused=frozenset() if repeated else frozenset(refused),
        untried=tuple(each for each in contact_ids if each not in answers or each in held_back),
        cut_short=_words(general) or hindrance or over or _words(held_back.values()) or STOPPED,
        stopped=bool(over) and not (general or hindrance),
        remarks=(_words(refused.values()),) if refused else (),
        help=PLAN_AGAIN if doubts else next((each.help for each in [*general, *refused.values()]), PLAN_AGAIN),
    )


def _words(faults: Collection[ApiError]) -> str:
    """The first of these faults, and how many there are."""
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return next((f"{each.title}: {each.detail}{more}" for each in faults), "")
