"""What became of a step's contacts: what sending told of them, and what reading them back shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from reconciler.api.shapes import IN_PROGRESS, Contact
from reconciler.applying.before import Standing, holds
from reconciler.applying.results import ALREADY, Contacts, Outcome, Result
from reconciler.applying.work import PLAN_AGAIN
from reconciler.errors import ApiError
from reconciler.planning.plan import Step


@dataclass(frozen=True, slots=True)
class Sent:
    """What sending told of contacts (contactIds), before they are read back.

    `tried` were sent; of those nobody knows about `in_doubt`, for the reason `doubt`, and the API left out `excluded`
    (for a documented reason) and said no to `refused`. `untried` were not sent, for the reason `cut_short`; `stopped`:
    whether that is the end of the whole run. `remarks`: what the API said besides, `failed`: whether of the whole.
    `alarm`: what shows that it touched others. `help`: what is safe to do where it did not end well.
    """

    tried: tuple[int, ...] = ()
    in_doubt: frozenset[int] = frozenset()
    doubt: str = ""
    excluded: Mapping[int, str] = field(default_factory=dict)
    refused: frozenset[int] = frozenset()
    untried: tuple[int, ...] = ()
    cut_short: str = ""
    stopped: bool = False
    remarks: tuple[str, ...] = ()
    failed: bool = False
    alarm: str = ""
    help: str = PLAN_AGAIN

    def unread(self, fault: ApiError) -> Sent:
        """The same where the contacts could not be read back."""
        return replace(self, doubt=f"sent, but reading it back failed: {fault.detail}")


def contact_result(step: Step, now: Standing, sent: Sent, held: Mapping[int, Contact] | None) -> Result:
    """The result of a step whose contacts stood so, were sent so, and are `held` so now (None: nobody could read)."""
    kinds: dict[str, list[int]] = {"done": [], "failed": [], "deferred": [], "moved": [], "unknown": []}
    excluded: dict[str, list[int]] = {}
    for contact_id in sent.tried:
        kind = _kind(step, contact_id, sent, held)
        (excluded.setdefault(sent.excluded[contact_id], []) if kind == "excluded" else kinds[kind]).append(contact_id)
    contacts = Contacts(
        done=tuple(kinds["done"]),
        already=now.already,
        failed=tuple(kinds["failed"]),
        excluded={why: tuple(ids) for why, ids in excluded.items()},
        deferred=tuple(sorted([*now.deferred, *kinds["deferred"]])),
        moved=tuple(sorted([*now.moved, *kinds["moved"]])),
        unknown=tuple(kinds["unknown"]),
        untried=sent.untried,
    )
    read_back = 0 if held is None else len(sent.tried)
    return Result(step, *_outcome(contacts, sent), now.moves, contacts, read_back)


def _kind(step: Step, contact_id: int, sent: Sent, held: Mapping[int, Contact] | None) -> str:
    if held is None:
        return "failed" if contact_id in sent.refused else "unknown"
    contact = held.get(contact_id)
    if contact is None:
        return "moved"
    if holds(contact, step.data):
        return "done"
    if contact_id in sent.in_doubt:
        return "unknown"
    if contact_id in sent.excluded:
        return "excluded"
    return "deferred" if contact.state == IN_PROGRESS else "failed"


def _outcome(contacts: Contacts, sent: Sent) -> tuple[Outcome, str, str]:
    """The outcome, why, and what to do: the worst of what happened."""
    if sent.alarm:
        return Outcome.FAILED, sent.alarm, sent.help
    if contacts.unknown or contacts.failed or contacts.excluded or sent.failed:
        outcome = Outcome.UNKNOWN if contacts.unknown else Outcome.FAILED
        return outcome, "; ".join(_faults(contacts, sent)), sent.help
    if contacts.untried:
        detail = f"{sent.cut_short}: {_contacts(contacts.untried)} not tried"
        return Outcome.SKIPPED if sent.stopped else Outcome.FAILED, detail, PLAN_AGAIN
    if contacts.moved:
        detail = f"{_contacts(contacts.moved)} moved since the plan and left alone"
        return Outcome.STALE, detail, "plan again, and review it"
    if contacts.deferred and not (contacts.done or contacts.already):
        return Outcome.DEFERRED, "", ""
    if contacts.already and not (contacts.done or contacts.deferred):
        return Outcome.DONE, ALREADY, ""
    remarks = [f"{len(contacts.already)} {ALREADY}"] if contacts.already else []
    remarks += [f"{_contacts(contacts.deferred)} in a call: deferred"] if contacts.deferred else []
    remarks += [f"{sent.doubt}; reading back shows that it was done"] if sent.doubt else []
    return Outcome.DONE, "; ".join(remarks), ""


def _faults(contacts: Contacts, sent: Sent) -> list[str]:
    faults = [sent.doubt] if contacts.unknown else []
    faults += ["the API says that the batch FAILED"] if sent.failed else []
    if contacts.failed:
        faults += [f"{len(contacts.failed)} contacts do not hold what was written: {some(contacts.failed)}"]
    faults += sent.remarks
    faults += [f"excluded by the API: {why} {len(ids)} ({some(ids)})" for why, ids in contacts.excluded.items()]
    faults += [f"{_contacts(contacts.untried)} not tried"] if contacts.untried else []
    return faults


def _contacts(contact_ids: Collection[int]) -> str:
    return f"{len(contact_ids)} contact{'s' if len(contact_ids) > 1 else ''} ({some(contact_ids)})"


def some(contact_ids: Collection[int]) -> str:
    """The first contactIds of these."""
    return ", ".join(str(each) for each in sorted(contact_ids)[:10]) + (" …" if len(contact_ids) > 10 else "")
