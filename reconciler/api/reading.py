"""Reading long lists fast: their pages side by side, as soon as it is known how they are numbered."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol, TypeVar

from reconciler.api.client import Client
from reconciler.api.endpoints.campaigns import campaigns_of, first_request, list_campaigns
from reconciler.api.endpoints.searches import Search
from reconciler.api.paging import PageWalk, Unseen, by_contact_id, numbered_after, one_page, page_number
from reconciler.api.request import Flow
from reconciler.api.shapes import Campaign, CampaignPage, Contact, ContactPage
from reconciler.errors import ApiError

_T = TypeVar("_T")


class Reader(Protocol):
    """What reading needs of a client: one flow, or several side by side."""

    def run(self, flow: Flow[_T]) -> _T:
        """The result of one flow."""

    def run_each(self, flows: Iterable[Flow[_T]]) -> list[_T | ApiError]:
        """The results of several flows, in their order; an error in the place of its flow's result."""

    def run_ahead(self, flows: Iterable[Flow[_T]], is_last: Callable[[_T], bool]) -> Generator[_T]:
        """The results of flows in their order, up to and with the first that `is_last`, some read in advance."""


def all_campaigns(reader: Reader) -> list[Campaign]:
    """Every campaign of the account, each once: `list_campaigns`, but for the pages after the first side by side.

    That needs a first page that counts all campaigns and whose `next` names a page by its number. Where a page then
    leads elsewhere than to the one after it, and where the last one is not the end, the list is read again from its
    beginning, one page after another.
    """
    first = first_request()
    page = reader.run(one_page(first, CampaignPage))
    if page.next is None:
        return _each_once([page])
    pages = [page]
    for each in reader.run_each(_pages_after(page)):
        if isinstance(each, ApiError):
            raise each
        pages.append(each)
    return _each_once(pages) if len(pages) > 1 and _lead_on(pages) else reader.run(list_campaigns())


def _pages_after(page: CampaignPage) -> Iterator[Flow[CampaignPage]]:
    first = first_request()
    return (one_page(first.following(url), CampaignPage) for url in numbered_after(page, len(page.campaigns)))


def _lead_on(pages: list[CampaignPage]) -> bool:
    """Whether each page leads to the one after it and the last one to none, and all agree on how many there are."""
    held = [str(each.get("id")) for page in pages for each in page.campaigns]
    if {page.count for page in pages} != {len(set(held))} or len(set(held)) < len(held):
        return False  # the list moved while it was read
    links = [page_number(each.next) if each.next else None for each in pages]
    start = links[0]
    return start is not None and links == [*range(start, start + len(pages) - 1), None] and pages[-1].next is None


def _each_once(pages: list[CampaignPage]) -> list[Campaign]:
    unseen = Unseen[Campaign](first_request().label, lambda each: each.id)
    read = campaigns_of(first_request())
    return [campaign for page in pages for campaign in unseen.of(read(page))]


def contact_pages(
    client: Client, search: Search, wanted: int | None = None, overlapped: Callable[[], object] = lambda: None
) -> Generator[list[Contact]]:
    """The contacts of `search` page by page, each contact once; up to the client's parallelism of pages read ahead.

    `wanted`: so many contacts at most, and no page is read that is not needed for them. `overlapped` is called at the
    end when pages overlapped: then contacts may be missing. Holds the contactIds that came, and the pages read ahead;
    beyond the list's end these are empty or its last page again, and left out. Contacts have the search's `columns`.
    Errors, and what may be missed, as `search_contacts`.
    """
    walk, unseen, left = PageWalk(search.label), Unseen(search.label, by_contact_id), wanted

    def kept(page: ContactPage) -> list[Contact]:
        nonlocal left
        fresh = unseen.of(page.content)[:left]
        left = None if left is None else left - len(fresh)
        return fresh

    while not (walk.ended or walk.settled or left == 0):
        page = client.run(search.page(walk.asking))
        if walk.take(page.number, page.is_end):
            yield kept(page)
    while not (walk.ended or walk.asking is None or left == 0):
        needed = None if left is None else -(-left // search.page_size)
        for page in client.run_ahead(islice(search.pages_from(walk.asking), needed), lambda each: each.is_end):
            walk.take(page.number, page.is_end)
            yield kept(page)
    if unseen.overlap:
        overlapped()


@dataclass(slots=True)
class Reading:
    """One search, read to its end: each page's contacts are given to `take`, each contact once, and then forgotten.

    `overlap`: pages overlapped, so that contacts may be missing. Errors, and what may be missed, as `search_contacts`.
    """

    search: Search
    take: Callable[[list[Contact]], object]
    _walk: PageWalk = field(init=False, repr=False)
    _unseen: Unseen[Contact] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._walk, self._unseen = PageWalk(self.search.label), Unseen(self.search.label, by_contact_id)

    @property
    def overlap(self) -> bool:
        """Whether pages overlapped."""
        return self._unseen.overlap

    def beginning(self) -> Flow[None]:
        """Its pages one after another, until it is known how they are numbered: two at most, or it has ended."""
        while not (self._walk.ended or self._walk.settled):
            self._keep((yield from self.search.page(self._walk.asking)))

    def rest(self, reader: Reader) -> None:
        """Its other pages, side by side."""
        while not self._walk.ended and self._walk.asking is not None:
            for page in reader.run_ahead(self.search.pages_from(self._walk.asking), lambda each: each.is_end):
                self._keep(page)

    def _keep(self, page: ContactPage) -> None:
        if self._walk.take(page.number, page.is_end):
            self.take(self._unseen.of(page.content))


def read_each(reader: Reader, readings: Sequence[Reading]) -> list[ApiError | None]:
    """Reads all of them: short ones side by side, and of the long ones the pages. What kept each from its end, if any.

    `take` may be called in another thread, for one page of a reading at a time.
    """
    outcomes = reader.run_each([each.beginning() for each in readings])
    return [
        each if isinstance(each, ApiError) else _rest(reader, one) for one, each in zip(readings, outcomes, strict=True)
    ]


def _rest(reader: Reader, reading: Reading) -> ApiError | None:
    try:
        reading.rest(reader)
    except ApiError as error:
        return error
    return None
