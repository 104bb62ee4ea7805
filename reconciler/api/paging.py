"""Reading lists to their end: pages that link to the next (v1), and numbered pages of unknown base (v2 search)."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from msgspec import UNSET, UnsetType

from reconciler.api import decode
from reconciler.api.request import Flow, Request
from reconciler.api.shapes import Contact
from reconciler.errors import Unreadable

#: So many pages in a row without anything new mean that the list repeats itself for ever.
MAX_STALE_PAGES = 3
#: So many pages of a list are asked for at most without having seen that they are there.
MAX_AHEAD = 1000

_PAGE = re.compile(r"([?&]page=)([0-9]{1,9})(?=&|$)")


class LinkedPage(Protocol):
    """A page that names the next one by its URL."""

    @property
    def next(self) -> str | UnsetType | None:
        """The next page's URL; None on the last page."""

    @property
    def total(self) -> int | None:
        """How many elements all pages hold, where the answer tells."""


P = TypeVar("P", bound=LinkedPage)
T = TypeVar("T")


def linked(
    first: Request, kind: type[P], elements: Callable[[P], Iterable[T]], key: Callable[[T], Hashable]
) -> Flow[list[T]]:
    """The `elements` of every page from `first` on, decoded as `kind`, until `next` is null; each `key` once.

    A page without `next` is the last one if all that it counts have come (unset fields may be left out); else it is
    Unreadable, so that no part is taken for the whole. So is the list when a page leads back to one that was read, or
    when too many in a row bring nothing new: a list whose `next` never ends. What is inserted or removed while it is
    read may be missed (section CAMPAIGNS, "Pagination"). Whether `next` may be followed at all is for the client to
    say: the origin is checked where the token is (S9).
    """
    unseen, followed, found = Unseen(first.label, key), set[str](), list[T]()
    request = first
    while True:
        page = decode.typed(request, (yield request), kind)
        found += unseen.of(elements(page))
        if page.next is None or (page.next is UNSET and page.total is not None and len(found) >= page.total):
            return found
        if not page.next:
            raise Unreadable(first.label, "a page does not say whether another one follows (`next`)")
        if page.next in followed:
            pages = len(followed) + 1
            raise Unreadable(first.label, f"the list leads back to a page that was read, after {pages} pages")
        followed.add(page.next)
        request = first.following(page.next)


def one_page(request: Request, kind: type[P]) -> Flow[P]:
    """One page of a list, decoded as `kind`."""
    return decode.typed(request, (yield request), kind)


def numbered_after(page: LinkedPage, held: int) -> Iterator[str]:
    """The URLs of the pages after this first one, when its `next` and `count` tell them; nothing when they don't.

    `held`: how many elements it has. What `next` counts by (`page`) is known, and that it goes up by one is checked by
    who follows them.
    """
    if not page.next or not page.total or not held:
        return
    pages, number = -(-page.total // held), page_number(page.next)
    if number is None or pages > MAX_AHEAD:
        return
    for index in range(pages - 1):
        yield _PAGE.sub(rf"\g<1>{number + index}", page.next)


def page_number(url: str) -> int | None:
    """The number of the page that a `next` leads to; None when it does not say."""
    found = _PAGE.findall(url)
    return int(found[0][1]) if len(found) == 1 else None


@dataclass(slots=True)
class PageWalk:
    """Which page to ask for next, worked out from the numbers in the answers (notes, trap 6).

    The first page is asked for without a number. Whether pages are counted from 0 or from 1, in requests and in
    answers, is never assumed: an answer with another number than the wanted one says by how much to ask differently.
    That happens once at most; after it, and for answers without a number, the list is Unreadable.
    """

    label: str
    wanted: int | None = None
    ahead: int = 0
    settled: bool = False
    ended: bool = False
    _corrected: bool = field(default=False, repr=False)

    @property
    def asking(self) -> int | None:
        """The number to ask with; None for the first page."""
        return None if self.wanted is None else self.wanted + self.ahead

    def take(self, number: int | None, is_end: bool) -> bool:
        """Take the answer to `asking`: whether its contacts count (else it was another page, asked for by mistake)."""
        if is_end and (self.wanted is None or number is None or number <= self.wanted):
            self.ended = True
            return True
        if number is None:
            raise Unreadable(self.label, "the answer does not say which page it is (`number`)")
        if self.wanted is None or number == self.wanted:
            self.settled = self.wanted is not None
            self.wanted = number + 1
            return True
        self._correct(number, self.wanted)
        return False

    def _correct(self, number: int, wanted: int) -> None:
        if self._corrected or self.settled:
            raise Unreadable(self.label, f"page {wanted} was wanted and page {number} came, again")
        self._corrected = True
        self.ahead += wanted - number


@dataclass(slots=True)
class Unseen(Generic[T]):
    """Leaves out what an earlier page held, by its `key`, and notices a list that repeats itself for ever.

    `overlap`: something came twice, so the list moved while it was read, and something else may not have come at all.
    """

    label: str
    key: Callable[[T], Hashable]
    overlap: bool = field(default=False, init=False)
    _seen: set[Hashable] = field(default_factory=set, repr=False)
    _stale: int = field(default=0, repr=False)

    def of(self, elements: Iterable[T]) -> list[T]:
        """The elements that were not seen before, each once; Unreadable after too many pages without one."""
        listed = list(elements)
        fresh = {key: each for each in listed if (key := self.key(each)) not in self._seen}
        self.overlap = self.overlap or len(fresh) < len(listed)
        self._seen.update(fresh)
        self._stale = 0 if fresh else self._stale + 1
        if self._stale >= MAX_STALE_PAGES:
            raise Unreadable(self.label, f"the last {self._stale} pages hold nothing that earlier ones did not")
        return list(fresh.values())


def by_contact_id(contact: Contact) -> int:
    """What a contact is told apart by within its campaign."""
    return contact.contactId
