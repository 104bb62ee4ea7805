"""The contacts of a campaign that go back to what they were before a run: read again, and sorted by what they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reconciler.api.endpoints.searches import MAX_PAGE_SIZE, search_contacts
from reconciler.api.reading import Reader
from reconciler.api.request import Flow
from reconciler.api.shapes import IN_PROGRESS, Contact
from reconciler.errors import ApiError, Unreadable
from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.contact import SET_FIELDS
from reconciler.kinds.values import comparable
from reconciler.planning.assignment import AGENT
from reconciler.planning.holding import OWNERS, Left
from reconciler.planning.live import Pair, created_at
from reconciler.planning.plan import Action, Change, ContactGroup, Load, Reason, Risk, is_withheld


class Kind(StrEnum):
    """What becomes of a contact that a run wrote."""

    BACK = "back"
    ALREADY = "already"  # it holds what it held before
    MOVED = "moved"  # a field of it holds neither that nor what the run wrote: somebody has changed it since
    GONE = "gone"
    DEFERRED = "deferred"  # somebody handles it now
    STRANGER = "stranger"  # its agent or group before is no member any more
    LOST = "lost"  # nothing of it can go back


@dataclass(slots=True)
class Outcome:
    """The contacts of one rule by what becomes of them (contactIds).

    `moved`: how many hold another value of each field since. `lost`: how many of those that hold what the run wrote
    can't have that field back. `in_doubt`: those that go back, and that the run may not have written.
    """

    kinds: dict[Kind, list[int]] = field(default_factory=dict)
    moved: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    in_doubt: list[int] = field(default_factory=list)

    def of(self, kind: Kind) -> list[int]:
        """The contacts of one kind, ascending."""
        return sorted(self.kinds.get(kind, ()))


@dataclass(slots=True)
class ContactsBack:
    """What becomes of a campaign's contacts: the change of each rule, and how its contacts were sorted.

    `waiting`: those that should go back and that somebody handles now; `stuck`: those that stay as they are for good.
    Each with who has them.
    """

    rules: list[tuple[Change, Outcome]] = field(default_factory=list)
    waiting: Left = field(default_factory=Left)
    stuck: Left = field(default_factory=Left)


@dataclass(frozen=True, slots=True)
class _Going:
    """Contacts that go back alike."""

    before: dict[str, Any]
    after: dict[str, Any]
    contact_ids: list[int] = field(default_factory=list)

    def group(self) -> ContactGroup:
        """As a plan holds them."""
        return ContactGroup(self.before, self.after, tuple(sorted(self.contact_ids)))


def contacts_back(reader: Reader, pair: Pair, changes: Iterable[Change], written: Mapping[int, bool]) -> ContactsBack:
    """What becomes of the contacts that a run's `changes` of a campaign have written; `pair` knows its members.

    `written`: those that it wrote, each with whether that is in doubt. An ApiError when they can't be read.
    """
    found = ContactsBack()
    groups = [(change, group) for change in changes for group in change.contacts]
    ids = {each for _, group in groups for each in group.contact_ids if each in written}
    if not ids:
        return found
    names = {name for _, group in groups for name in group.before}
    live = {each.contactId: each for each in _read(reader, pair.live.id, sorted(ids), names | {*OWNERS.values()})}
    members = {name: {*_members(pair, setting)} for setting, name in OWNERS.items()}
    for change in (each for each in changes if any(ids & {*group.contact_ids} for group in each.contacts)):
        outcome, back = Outcome(), dict[str, _Going]()
        for group in change.contacts:
            for contact_id in sorted(ids & {*group.contact_ids}):
                contact = live.get(contact_id)
                kind, names_back = _kind(contact, group, members, outcome)
                outcome.kinds.setdefault(kind, []).append(contact_id)
                _keep(found, kind, contact)
                if kind is Kind.BACK:
                    _add(back, group, names_back, contact_id)
        outcome.in_doubt = [each for each in outcome.of(Kind.BACK) if written[each]]
        found.rules.append((_change(change, pair, outcome, tuple(each.group() for each in back.values())), outcome))
    return found


def _read(reader: Reader, campaign_id: int, contact_ids: list[int], names: Iterable[str]) -> Iterator[Contact]:
    """These contacts as they are now, with these fields; those that are not there are left out."""
    columns = frozenset({"state", *names})
    parts = [contact_ids[start : start + MAX_PAGE_SIZE] for start in range(0, len(contact_ids), MAX_PAGE_SIZE)]
    for each in reader.run_each([_named(campaign_id, part, columns) for part in parts]):
        if isinstance(each, ApiError):
            raise each
        yield from each


def _named(campaign_id: int, contact_ids: list[int], columns: frozenset[str]) -> Flow[list[Contact]]:
    """Contacts by their ids; what was not asked for is proof of an ignored filter: Unreadable (S3)."""
    found = yield from search_contacts(campaign_id, {"contactIds": contact_ids}, columns=columns)
    if strange := sorted({each.contactId for each in found} - {*contact_ids}):
        detail = f"asked for contacts by id, and contact {strange[0]} came too: the API ignored the filter"
        request = f"POST /api/v2/voice/campaigns/{campaign_id}/contacts/search"
        raise Unreadable(request, detail, help="this campaign is left alone; report it to the vendor")
    return found


def _members(pair: Pair, setting: str) -> tuple[int, ...]:
    """Who will be a member when the contacts go back: who is to be one, and who is one until they have gone."""
    values = (pair.live.values, pair.desired.settings)
    return tuple(each for some in values for each in comparable(SETTINGS[setting], some.get(setting)))


def _kind(
    contact: Contact | None, group: ContactGroup, members: Mapping[str, Collection[int]], outcome: Outcome
) -> tuple[Kind, list[str]]:
    """What becomes of a contact, and the fields that go back."""
    if contact is None:
        return Kind.GONE, []
    now = {name: _stands(contact, name, group) for name in group.before}
    if moved := [name for name, stands in now.items() if stands is Kind.MOVED]:
        outcome.moved.update(moved)
        return Kind.MOVED, []
    names = [name for name, stands in now.items() if stands is Kind.BACK]
    lost = [name for name in names if not restorable(name, group.before[name])]
    outcome.lost.update(lost)
    back = [name for name in names if name not in lost]
    if not back:
        return (Kind.LOST if lost else Kind.ALREADY), []
    if contact.state == IN_PROGRESS:
        return Kind.DEFERRED, back
    if any(name in back and _is_stranger(group.before[name], name, members) for name in members):
        return Kind.STRANGER, []
    return Kind.BACK, back


def _stands(contact: Contact, name: str, group: ContactGroup) -> Kind:
    """Whether a field holds what the run wrote, what it held before, or neither; of words that were withheld it is
    not known what they were."""
    held = comparable(SET_FIELDS[name], getattr(contact, name))
    if held == comparable(SET_FIELDS[name], group.after[name]):
        return Kind.BACK
    before = group.before[name]
    return Kind.ALREADY if not is_withheld(before) and held == comparable(SET_FIELDS[name], before) else Kind.MOVED


def restorable(name: str, before: Any) -> bool:
    """Whether a contact's field can be given this value: the plan holds it, and the API takes null only for some."""
    return not is_withheld(before) and (before is not None or SET_FIELDS[name].nullable)


def _is_stranger(owner: Any, name: str, members: Mapping[str, Collection[int]]) -> bool:
    """Whether the API would refuse this owner; an agent may be a member by one of the groups, which nobody tells."""
    if owner is None or owner in members[name]:
        return False
    return name != AGENT or not members[OWNERS["groupIds"]]


def _add(back: dict[str, _Going], group: ContactGroup, names: list[str], contact_id: int) -> None:
    before, after = ({name: values[name] for name in names} for values in (group.after, group.before))
    back.setdefault(repr((before, after)), _Going(before, after)).contact_ids.append(contact_id)


def _keep(found: ContactsBack, kind: Kind, contact: Contact | None) -> None:
    """Takes note of who has a contact that stays."""
    if contact is None or kind not in (Kind.DEFERRED, Kind.MOVED, Kind.STRANGER):
        return
    left = found.waiting if kind is Kind.DEFERRED else found.stuck
    left.contacts += 1
    for setting, name in OWNERS.items():
        left.owners.setdefault(setting, set()).add(getattr(contact, name))


def _change(change: Change, pair: Pair, outcome: Outcome, groups: tuple[ContactGroup, ...]) -> Change:
    """The change that takes back what `change` did to the contacts of its rule."""
    running, deferred = pair.live.values.get("isPaused") is False, len(outcome.of(Kind.DEFERRED))
    changed = sum(len(each.contact_ids) for each in groups)
    users = comparable(SETTINGS["userIds"], {**pair.live.values, **pair.desired.settings}.get("userIds"))
    given = sorted({each for group in groups if (each := group.after.get(AGENT)) is not None} - {*users})
    who = ", ".join(map(str, given))
    risks = (f"gives contacts to {who}, who may be no members: then the API refuses them",) if given else ()
    return Change(
        address=change.address,
        campaign_id=pair.live.id,
        campaign_name=pair.live.name,
        campaign_created_at=created_at(pair.live),
        action=Action.ASSIGN if changed else Action.NONE,
        reason=Reason.RUN_UNDONE,
        risk=(Risk.HIGH if given else Risk.MEDIUM if running else Risk.LOW) if changed else Risk.NONE,
        source=change.source,
        risks=(*risks, *(("the campaign is running",) if running and changed else ())),
        rule=change.rule,
        campaign=change.campaign,
        matched=changed + deferred,
        changed=changed,
        deferred=deferred,
        in_call=deferred,
        total=None,
        contacts=groups,
        loads=tuple(_loads(groups)),
    )


def _loads(groups: Iterable[ContactGroup]) -> Iterator[Load]:
    """How many of the contacts that go back each agent has, before and after; nobody comes last."""
    before, after = Counter[int | None](), Counter[int | None]()
    for group in groups:
        if AGENT in group.after:
            before[group.before[AGENT]] += len(group.contact_ids)
            after[group.after[AGENT]] += len(group.contact_ids)
    for each in sorted({*before, *after}, key=lambda one: (one is None, one or 0)):
        yield Load(each, before[each], after[each])
