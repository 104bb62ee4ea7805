"""Does the plan's `before` still hold? Every object is read again right before it is written (design, applying)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.api.shapes import Campaign, Contact
from reconciler.applying.results import Moved
from reconciler.kinds.campaign import PATCHED
from reconciler.kinds.contact import BATCH_FIELDS
from reconciler.kinds.values import comparable, settings_object
from reconciler.planning.assignment import IN_PROGRESS
from reconciler.planning.diff import same, same_inner, shown
from reconciler.planning.ending import ENDINGS
from reconciler.planning.live import created_at, same_creation
from reconciler.planning.plan import Action, Change, Plan, Step


class Expected:
    """What a campaign's settings must be: the plan's before values, then what this run has written itself.

    `ending` is the change that archives or deletes it, if one does.
    """

    def __init__(self, changes: Iterable[Change]) -> None:
        self._values: dict[str, Any] = {}
        self.ending: Change | None = None
        for change in changes:
            if change.action in ENDINGS:
                self.ending = change
            for each in change.attributes if change.action in (Action.UPDATE, *ENDINGS) else ():
                self._values[each.name] = each.before

    def another(self, live: Campaign) -> Iterator[Moved]:
        """What shows that this is not the campaign that was reviewed; asked only before what can't be undone."""
        if (change := self.ending) is None:
            return
        created = created_at(live)
        if change.campaign_created_at is not None and not same_creation(created, change.campaign_created_at):
            yield Moved("createdAt", change.campaign_created_at, created)
        if live.name != change.campaign_name:
            yield Moved("name", change.campaign_name, live.name)

    def moved(self, body: Mapping[str, Any], live: Mapping[str, Any]) -> list[Moved]:
        """The settings of `body` that the account holds otherwise than expected, and otherwise than wanted."""
        found: list[Moved] = []
        for name, wanted in body.items():
            field = PATCHED[name]
            if not same(field, wanted, live.get(name)):
                inside = (
                    self._inside(name, wanted, live.get(name)) if field.fields else self._plain(name, live.get(name))
                )
                found += inside
        return found

    def wrote(self, body: Mapping[str, Any]) -> None:
        """Takes note that `body` is now what the account holds."""
        for name, value in body.items():
            if PATCHED[name].fields:
                self._values |= {f"{name}.{inner}": each for inner, each in value.items()}
            else:
                self._values[name] = value

    def _plain(self, name: str, live: Any) -> Iterator[Moved]:
        field = PATCHED[name]
        planned = self._values.get(name)
        if comparable(field, planned) != comparable(field, live):
            yield Moved(name, shown(field, planned), shown(field, live))

    def _inside(self, name: str, wanted: Mapping[str, Any], live: Any) -> Iterator[Moved]:
        """An object is sent whole: its unmanaged entries must be what they were when it was merged."""
        held = settings_object(name, live)
        for inner in sorted(wanted.keys() | held.keys()):
            planned = self._values.get(f"{name}.{inner}", wanted.get(inner))
            if not same_inner(PATCHED[name], inner, planned, held.get(inner)):
                yield Moved(f"{name}.{inner}", planned, held.get(inner))


#: Of so many contacts that have moved it is said what did.
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """The contacts of a batch, by what may happen to them now (contactIds, ascending), and what moved."""

    ready: tuple[int, ...]
    already: tuple[int, ...]
    deferred: tuple[int, ...]
    moved: tuple[int, ...]
    moves: tuple[Moved, ...]


def contacts_before(plan: Plan, step: Step) -> dict[int, Mapping[str, Any]]:
    """What the plan says each contact of a batch held before, by contactId."""
    wanted = set(step.contact_ids)
    return {
        contact_id: group.before
        for change in plan.changes
        if (change.campaign_id, change.address, change.rule) == (step.campaign_id, step.address, step.rule)
        for group in change.contacts
        for contact_id in group.contact_ids
        if contact_id in wanted
    }


def standing(step: Step, before: Mapping[int, Mapping[str, Any]], live: Iterable[Contact]) -> Standing:
    """Sorts the contacts of a batch: as planned, already changed, in progress, or moved (a missing one has moved)."""
    found = {each.contactId: each for each in live}
    kinds: dict[str, list[int]] = {"ready": [], "already": [], "deferred": [], "moved": []}
    for contact_id in step.contact_ids:
        contact = found.get(contact_id)
        kinds[_standing_of(contact, step.data, before[contact_id])].append(contact_id)
    moves = [move for each in kinds["moved"][:SHOWN] for move in _moves(each, found.get(each), before[each])]
    return Standing(**{name: tuple(ids) for name, ids in kinds.items()}, moves=tuple(moves))


def _moves(contact_id: int, contact: Contact | None, before: Mapping[str, Any]) -> Iterator[Moved]:
    """Field by field what moved, of the fields that the plan names; a contact that is gone has moved as a whole."""
    if contact is None:
        yield Moved(f"contact {contact_id}", "there", "gone")
        return
    for name, value in before.items():
        if not holds(contact, {name: value}):
            yield Moved(f"contact {contact_id} {name}", value, getattr(contact, name))


def _standing_of(contact: Contact | None, after: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    if contact is None:
        return "moved"
    if holds(contact, after):
        return "already"
    if contact.state == IN_PROGRESS:
        return "deferred"
    return "ready" if holds(contact, before) else "moved"


def holds(contact: Contact, values: Mapping[str, Any]) -> bool:
    """Whether the contact holds all of these values."""
    return all(
        comparable(BATCH_FIELDS[name], getattr(contact, name)) == comparable(BATCH_FIELDS[name], value)
        for name, value in values.items()
    )
