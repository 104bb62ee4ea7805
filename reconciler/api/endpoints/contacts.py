"""The contacts of a campaign: read one, or those that filters find (section CONTACTS V2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.api import decode
from reconciler.api.decode import Contact, ContactPage
from reconciler.api.filters import Endpoint, check_query
from reconciler.api.paging import PageWalk, Unseen
from reconciler.api.request import Flow, Request
from reconciler.errors import Unreadable

VOICE_CAMPAIGNS = "/api/v2/voice/campaigns"
MAX_PAGE_SIZE = 500


def get_contact(campaign_id: int, contact_id: int) -> Flow[Contact]:
    """The contact with this contactId ("GET Get contact by Id"); NotFound when there is none."""
    request = Request("GET", f"{VOICE_CAMPAIGNS}/{campaign_id:d}/contacts/{contact_id:d}")
    return decode.typed(request, (yield request), Contact)


def search_contacts(
    campaign_id: int, query: Mapping[str, object], page_size: int = MAX_PAGE_SIZE
) -> Flow[list[Contact]]:
    """The contacts that `query` finds, each once, one page after another ("POST Search contacts").

    An empty query finds the whole campaign. UnsafeQuery, with nothing sent, for a filter outside the API's table.
    """
    search = Search(campaign_id, query, page_size)
    walk, unseen = PageWalk(search.label), Unseen(search.label)
    found: list[Contact] = []
    while not walk.ended:
        page = yield from search.page(walk.asking)
        if walk.take(page.number, page.is_end):
            found += unseen.of(page.content)
    return found


@dataclass(frozen=True, slots=True)
class Search:
    """A search whose pages can be read one by one, in any order and side by side; `reading` puts them together."""

    campaign_id: int
    query: Mapping[str, object]
    page_size: int = MAX_PAGE_SIZE

    def __post_init__(self) -> None:
        check_query(self.query, Endpoint.SEARCH)
        if not 0 < self.page_size <= MAX_PAGE_SIZE:
            raise ValueError(f"a page holds 1 to {MAX_PAGE_SIZE} contacts, not {self.page_size}")

    @property
    def label(self) -> str:
        """How messages name its requests."""
        return self._request(None).label

    def page(self, number: int | None) -> Flow[ContactPage]:
        """The page that is asked for with `number`; None: without one, the first."""
        request = self._request(number)
        page = decode.typed(request, (yield request), ContactPage)
        if any(each.campaignId not in (None, self.campaign_id) for each in page.content):
            raise Unreadable(request.label, "contacts of another campaign came")
        return page

    def pages_from(self, number: int) -> Iterator[Flow[ContactPage]]:
        """The pages from `number` on, without an end."""
        while True:
            yield self.page(number)
            number += 1

    def _request(self, number: int | None) -> Request:
        pageable = {"pageSize": self.page_size} | ({} if number is None else {"page": number})
        path = f"{VOICE_CAMPAIGNS}/{self.campaign_id:d}/contacts/search"
        return Request("POST", path, json={"pageable": pageable, "query": dict(self.query)})
