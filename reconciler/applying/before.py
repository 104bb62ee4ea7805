"""Does the plan's `before` still hold? Every object is read again right before it is written (design, applying)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.api.shapes import IN_PROGRESS, Campaign, Contact
from reconciler.applying.results import Moved
from reconciler.kinds.campaign import PATCHED
from reconciler.kinds.contact import SET_FIELDS
from reconciler.kinds.values import comparable, instant, settings_object
from reconciler.planning.diff import same, same_inner, shown
from reconciler.planning.ending import ENDINGS
from reconciler.planning.live import created_at, same_creation
from reconciler.planning.plan import Action, Change, Step, is_withheld


class Expected:
    """What a campaign's settings must be: the plan's before values, then what this run has written itself.

    `ending` is the change that archives or deletes it, if one does.
    """

    def __init__(self, changes: Iterable[Change]) -> None:
        self._values: dict[str, Any] = {}
        self._wanted: dict[str, Any] = {}
        self._written: dict[str, Any] = {}
        self.ending: Change | None = None
        for change in changes:
            if change.action in ENDINGS:
                self.ending = change
            for each in change.attributes if change.action in (Action.UPDATE, *ENDINGS) else ():
                self._values[each.name] = each.before
                if change.action is Action.UPDATE and not each.ignored:
                    self._wanted[each.name] = each.after

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

    def beside(self, body: Mapping[str, Any], live: Mapping[str, Any]) -> list[Moved]:
        """The settings of the plan's other steps that are neither as expected nor as wanted: somebody changed them."""
        found: list[Moved] = []
        for attribute, wanted in self._wanted.items():
            name, _, inner = attribute.partition(".")
            field, held = PATCHED[name], live.get(name)
            if name in body or (name in self._written and same(field, self._written[name], held)):
                continue
            planned = self._values[attribute]
            if inner:
                value = settings_object(name, held).get(inner)
                if not any(same_inner(field, inner, each, value) for each in (planned, wanted)):
                    found.append(Moved(attribute, planned, value))
            elif comparable(field, held) not in (comparable(field, planned), comparable(field, wanted)):
                found.append(Moved(attribute, shown(field, planned), shown(field, held)))
        return found

    def wrote(self, body: Mapping[str, Any]) -> None:
        """Takes note that `body` is now what the account holds."""
        self._written |= body
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

#: The fields that are texts about somebody, and how a `Moved` speaks of one: nobody is shown it (S10).
WORDS = frozenset({"comment"})
A_TEXT, ANOTHER_TEXT = "a text", "a text, and an update since the plan"


@dataclass(frozen=True, slots=True)
class Standing:
    """The contacts of a step, by what may happen to them now (contactIds, ascending), and what moved."""

    ready: tuple[int, ...]
    already: tuple[int, ...]
    deferred: tuple[int, ...]
    moved: tuple[int, ...]
    moves: tuple[Moved, ...]


def contacts_before(changes: Iterable[Change]) -> dict[int, Mapping[str, Any]]:
    """What the changes of one campaign say that each of its contacts held before, by contactId."""
    return {
        contact_id: group.before for change in changes for group in change.contacts for contact_id in group.contact_ids
    }


def columns_read(changes: Iterable[Change]) -> frozenset[str]:
    """The attributes of a contact that are looked at for these changes."""
    groups = [group for change in changes for group in change.contacts]
    named = {name for group in groups for name in (*group.before, *group.after)}
    return frozenset({"state", "lastUpdatedAt"} | named & SET_FIELDS.keys())


def standing(
    step: Step,
    before: Mapping[int, Mapping[str, Any]],
    live: Iterable[Contact],
    belongs: Callable[[Contact], bool] = lambda _: True,
) -> Standing:
    """Sorts the contacts of a step: as planned, already changed, in progress, or moved (a missing one has moved).

    `before`: what the plan says that they held; what they are sent and it does not say, they held already. `belongs`:
    whether a contact is still its rule's; one that is not has moved.
    """
    found = {each.contactId: each for each in live}
    held = {each: {**step.data, **before[each]} for each in step.contact_ids}
    kinds: dict[str, list[int]] = {"ready": [], "already": [], "deferred": [], "moved": []}
    for contact_id in step.contact_ids:
        contact = found.get(contact_id)
        kinds[_standing_of(contact, step.data, held[contact_id], belongs)].append(contact_id)
    moves = [move for each in kinds["moved"][:SHOWN] for move in _moves(each, found.get(each), held[each])]
    return Standing(**{name: tuple(ids) for name, ids in kinds.items()}, moves=tuple(moves))


def _moves(contact_id: int, contact: Contact | None, before: Mapping[str, Any]) -> Iterator[Moved]:
    """Field by field what moved, of the fields that the plan names; a contact that is gone has moved as a whole."""
    if contact is None:
        yield Moved(f"contact {contact_id}", "there", "gone")
        return
    if holds(contact, before):
        yield Moved(f"contact {contact_id}", "its rule's", "matched by it no more")
    for name, planned in before.items():
        if not holds(contact, {name: planned}):
            yield Moved(f"contact {contact_id} {name}", *_shown(name, planned, getattr(contact, name)))


def _shown(name: str, planned: Any, found: Any) -> tuple[Any, Any]:
    """A value of the plan and one of the account as they may be shown: of a text about somebody, that there is one."""
    if name not in WORDS:
        return planned, found
    if planned is None or found is None:
        return (None if planned is None else A_TEXT), (None if found is None else A_TEXT)
    return A_TEXT, ANOTHER_TEXT


def _standing_of(
    contact: Contact | None,
    after: Mapping[str, Any],
    before: Mapping[str, Any],
    belongs: Callable[[Contact], bool],
) -> str:
    if contact is None:
        return "moved"
    if holds(contact, after):
        return "already"
    if contact.state == IN_PROGRESS:
        return "deferred"
    return "ready" if holds(contact, before) and belongs(contact) else "moved"


def holds(contact: Contact, values: Mapping[str, Any]) -> bool:
    """Whether the contact holds all of these values.

    What is withheld is held by a contact that has any, and of which the account still tells the same last update.
    """
    return all(
        getattr(contact, name) is not None and _same_update(contact, value["updated"])
        if is_withheld(value)
        else comparable(SET_FIELDS[name], getattr(contact, name)) == comparable(SET_FIELDS[name], value)
        for name, value in values.items()
    )


def _same_update(contact: Contact, planned: str | None) -> bool:
    """Whether the account still tells the same of the contact's last update; without any nothing is sure."""
    return planned is not None and _moment(contact.lastUpdatedAt) == _moment(planned)


def _moment(text: str | None) -> object:
    """The moment that a text means, else the text itself."""
    try:
        return text if text is None else instant(text)
    except (ValueError, OverflowError):
        return text
