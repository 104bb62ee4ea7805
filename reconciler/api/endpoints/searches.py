"""The contacts that filters find: in one campaign, or in several by phone number (section CONTACTS V2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.api import decode, paging
from reconciler.api.endpoints.contacts import VOICE_CAMPAIGNS
from reconciler.api.endpoints.params import check_size, given
from reconciler.api.filters import Endpoint, check_query
from reconciler.api.instants import is_before, is_instant
from reconciler.api.judging import matches
from reconciler.api.paging import PageWalk, Unseen, by_contact_id
from reconciler.api.request import Flow, Request
from reconciler.api.shapes import Contact, ContactPage, ContactSlice, ContactTotal, page_of
from reconciler.api.values import is_phone
from reconciler.errors import InvalidArgument, Unreadable, UnsafeQuery

MAX_PAGE_SIZE = 500
MAX_BY_PHONE = 100


def search_contacts(
    campaign_id: int,
    query: Mapping[str, object],
    page_size: int = MAX_PAGE_SIZE,
    columns: frozenset[str] | None = None,
    overlapped: Callable[[], object] = lambda: None,
) -> Flow[list[Contact]]:
    """The contacts that `query` finds, each once, one page after another ("POST Search contacts").

    An empty query finds the whole campaign. `columns`: see `Search`. A contact that begins or ceases to match while
    pages are read may be missed, and so may another that its going moves to a page that was read: what rests on the
    whole list has to read again. Pages that overlap are a sign of it: then they are read once more, and `overlapped` is
    called. UnsafeQuery, with nothing sent, for a filter outside the API's table.
    """
    search = Search(campaign_id, query, page_size, columns)
    found, overlap = yield from _walked(search)
    if overlap:
        again, _ = yield from _walked(search)
        overlapped()
        return list({each.contactId: each for each in (*found, *again)}.values())
    return found


def _walked(search: Search) -> Flow[tuple[list[Contact], bool]]:
    """The contacts of all pages, each once, and whether pages overlapped."""
    walk, unseen = PageWalk(search.label), Unseen(search.label, by_contact_id)
    found: list[Contact] = []
    while not walk.ended:
        page = yield from search.page(walk.asking)
        if walk.take(page.number, page.is_end):
            found += unseen.of(page.content)
    return found, unseen.overlap


def contact_total(campaign_id: int) -> Flow[int | None]:
    """About how many contacts the campaign has ("POST Search contacts": the total is approximate; notes, trap 6).

    For people to see, never to count on; None where the answer does not tell.
    """
    body = {"pageable": {"pageSize": 1}, "query": {}}
    request = Request("POST", f"{VOICE_CAMPAIGNS}/{campaign_id:d}/contacts/search", json=body)
    return decode.typed(request, (yield request), ContactTotal).totalElements


@dataclass(frozen=True, slots=True)
class Search:
    """A search whose pages can be read one by one, in any order and side by side; `reading` puts them together.

    `columns`: the attributes of Contact that are kept, besides contactId and campaignId (see `shapes.lean`); None: all.
    """

    campaign_id: int
    query: Mapping[str, object]
    page_size: int = MAX_PAGE_SIZE
    columns: frozenset[str] | None = None

    def __post_init__(self) -> None:
        check_query(self.query, Endpoint.SEARCH)
        check_size(self.page_size, MAX_PAGE_SIZE)

    @property
    def label(self) -> str:
        """How messages name its requests."""
        return self._request(None).label

    def page(self, number: int | None) -> Flow[ContactPage]:
        """The page that is asked for with `number`; None: without one, the first."""
        request = self._request(number)
        page = decode.typed(request, (yield request), page_of(self.columns))
        decode.of_campaign(request, page.content, self.campaign_id)
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


def search_by_phone(
    phones: Sequence[str], campaign_ids: Sequence[int] | None = None, limit: int = MAX_BY_PHONE
) -> Flow[list[Contact]]:
    """The contacts that have one of these phones, in all campaigns or some ("POST Search contacts by phone").

    `phones`: E.164, digits only. `limit`: contacts on a page, 1 to 100. Each contact once, told apart by its system
    `id`: a contactId means nothing without its campaign. UnsafeQuery, with nothing sent, for empty lists, which could
    mean all contacts of the account, and for what is no phone or id. Unreadable for a contact that was not asked for.
    """
    check_size(limit, MAX_BY_PHONE)
    body = {"phones": _phones(phones)} | ({} if campaign_ids is None else {"campaignIds": _campaign_ids(campaign_ids)})
    first = Request("POST", f"{VOICE_CAMPAIGNS}/contacts/search/by-phone", {"limit": limit}, body)

    def asked_for(page: ContactSlice) -> list[Contact]:
        for each in page.contacts:
            if each.id is None or each.campaignId is None:
                raise Unreadable(first.label, "a contact came without its `id` or `campaignId`")
            if campaign_ids is not None and each.campaignId not in campaign_ids:
                raise Unreadable(first.label, "contacts of a campaign came that was not asked for")
            if matches({"phones": phones}, each, {}) is False:
                raise Unreadable(first.label, "a contact came that has none of the phones: the API ignored them")
        return page.contacts

    return (yield from paging.linked(first, ContactSlice, asked_for, lambda each: each.id))


def search_by_date(
    campaign_id: int, from_date: str, to_date: str | None = None, limit: int = MAX_PAGE_SIZE
) -> Flow[list[Contact]]:
    """The contacts of a campaign that were last updated from `from_date` on ("GET Search contacts by dates").

    Dates are ISO 8601 with time and zone. `limit`: contacts on a page, 1 to 500. Each contact once, as it was read
    last: one that is updated while pages are read comes again. InvalidArgument, with nothing sent, for other dates;
    Unreadable when a contact was updated before `from_date`: the API ignored it (S3).
    """
    check_size(limit, MAX_PAGE_SIZE)
    if not all(is_instant(each) for each in (from_date, *([] if to_date is None else [to_date]))):
        raise InvalidArgument(
            "this is no date; nothing was sent", help="write date, time and zone, like 2026-01-31T15:00:00Z"
        )
    params = given({"fromDate": from_date, "toDate": to_date, "limit": limit})
    first = Request("GET", f"{VOICE_CAMPAIGNS}/{campaign_id:d}/contacts/search/by-date", params)

    def of_campaign(page: ContactSlice) -> list[Contact]:
        if any(is_before(each.lastUpdatedAt, from_date) for each in page.contacts):
            raise Unreadable(first.label, "a contact came that was updated before the date: the API ignored it")
        return decode.of_campaign(first, page.contacts, campaign_id)

    read = yield from paging.linked(first, ContactSlice, of_campaign, lambda each: (each.contactId, each.lastUpdatedAt))
    latest: dict[int, Contact] = {}
    for each in read:
        latest.pop(each.contactId, None)  # it takes its place among the later ones
        latest[each.contactId] = each
    return list(latest.values())


def _phones(phones: Sequence[str]) -> list[str]:
    if not phones or not all(is_phone(each) for each in phones):
        advice = "give at least one phone number in E.164, digits only"
        raise UnsafeQuery("a search by phone names phones; nothing was sent", help=advice)
    return list(phones)


def _campaign_ids(campaign_ids: Sequence[int]) -> list[int]:
    if not campaign_ids or not all(type(each) is int and each > 0 for each in campaign_ids):
        advice = "name at least one campaign by its id, or None for all of them"
        raise UnsafeQuery("this is no list of campaigns; nothing was sent", help=advice)
    return list(campaign_ids)
