"""What a rule's search finds, page by page, in columns: of a contact its number and what the plan needs to know (S3).

Contacts whose answers to the plan's questions are alike share one `Kind`, so that half a million take a few megabytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from reconciler.api.filters import columns_of
from reconciler.api.judging import Judge, Unsure
from reconciler.api.shapes import IN_PROGRESS, Contact
from reconciler.manifests.desired import Rule
from reconciler.planning.queries import Query
from reconciler.planning.settling import Settling

#: The values that a rule writes, as a contact holds them, in the order of `written_by`.
Held = tuple[Any, ...]


class Words(NamedTuple):
    """A contact's comment, and when the contact was last updated; its repr shows none of it (S10)."""

    text: str
    updated: str | None

    def __repr__(self) -> str:
        return "Words()"


class Kind(NamedTuple):
    """What contacts have in common.

    `held`: their values; `busy`: being handled just now; `moved`: by their values an earlier rule's, although its
    search may not have found them; `unsure`: the parts of their own rule's filters that can't be decided here;
    `rivals`: the earlier rules (numbers) of which it can't be decided here whether they match; `not_of`: those that do
    not, up to the first that does.
    """

    held: Held
    busy: bool = False
    moved: bool = False
    unsure: Unsure = ()
    rivals: tuple[int, ...] = ()
    not_of: tuple[int, ...] = ()


class Sieve:
    """Takes what the search of one rule finds. `index`: the rule's place among the policy's `queries`.

    `ids` and `numbers` are columns: contactId, and the place of its kind in `kinds`. `broken`: the lowest contactId
    that does not satisfy the filters that were sent: the API ignored one. `unsettled`: the rules (numbers) that would
    change a contact again, once this rule has written it.
    """

    def __init__(self, queries: Sequence[Query], index: int, statuses: Mapping[int, str]) -> None:
        self.query = queries[index]
        self.ids, self.numbers = array("q"), array("i")
        self.kinds: list[Kind] = []
        self.broken: int | None = None
        self.judge, self._here = Judge(self.query.filters, statuses), Judge(self.query.here, statuses)
        self._earlier = [Judge(each.whole, statuses) for each in queries[:index]]
        self._numbers: dict[Kind, int] = {}
        self._settling = Settling(queries, index, statuses)
        names = written_by(self.query.rule)
        self._read = _reading(names)

    @property
    def unsettled(self) -> set[int]:
        """The rules that would change one of the contacts again."""
        return self._settling.found

    def take(self, contacts: Iterable[Contact]) -> None:
        """Sorts these contacts in."""
        for each in contacts:
            unsure = self.judge.unsure(each)
            if unsure is None:
                self.broken = each.contactId if self.broken is None else min(self.broken, each.contactId)
            elif (here := self._here.unsure(each)) is not None:
                self._add(each, unsure + tuple(len(self.judge.parts) + number for number in here))

    def _add(self, contact: Contact, unsure: Unsure) -> None:
        moved, rivals, not_of = self._others(contact) if self._earlier else (False, (), ())
        kind = Kind(self._read(contact), contact.state == IN_PROGRESS, moved, unsure, rivals, not_of)
        number = self._numbers.get(kind)
        if number is None:
            number = self._numbers[kind] = len(self.kinds)
            self.kinds.append(kind)
        self.ids.append(contact.contactId)
        self.numbers.append(number)
        if not (kind.moved or kind.busy):
            self._settling.ask(contact, kind.held)

    def _others(self, contact: Contact) -> tuple[bool, tuple[int, ...], tuple[int, ...]]:
        """Of the earlier rules: whether one matches the contact; those that may; and those that do not."""
        rivals: tuple[int, ...] = ()
        not_of: tuple[int, ...] = ()
        for number, judge in enumerate(self._earlier):
            unsure = judge.unsure(contact)
            if unsure == ():
                return True, (), not_of
            if unsure is None:
                not_of = (*not_of, number)
            else:
                rivals = (*rivals, number)
        return False, rivals, not_of


def columns_read(queries: Iterable[Query]) -> frozenset[str]:
    """The attributes of a contact that these rules need: what they match by, what they write, the state."""
    columns = {"state"}
    for each in queries:
        columns |= columns_of(each.whole) | set(written_by(each.rule))
    if "comment" in columns:
        columns.add("lastUpdatedAt")
    return frozenset(columns)


def written_by(rule: Rule) -> tuple[str, ...]:
    """The fields of a contact that a rule writes; `assignedAgentId` comes last where the rule spreads its contacts."""
    return (*rule.set, *(["assignedAgentId"] if rule.assign else []))


def _reading(names: Sequence[str]) -> Callable[[Contact], Held]:
    """Reads these values of a contact, a comment with the time of its update."""
    if not names:
        return lambda _: ()
    one = attrgetter(names[0])
    read: Callable[[Contact], Held] = attrgetter(*names) if len(names) > 1 else lambda contact: (one(contact),)
    if "comment" not in names:
        return read
    place = names.index("comment")

    def with_words(contact: Contact) -> Held:
        held = read(contact)
        words = None if contact.comment is None else Words(contact.comment, contact.lastUpdatedAt)
        return (*held[:place], words, *held[place + 1 :])

    return with_words
