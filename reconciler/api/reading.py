"""Reading many contacts fast: the pages of one search side by side, as soon as it is known how they are numbered."""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import islice

from reconciler.api.client import Client
from reconciler.api.endpoints.searches import Search
from reconciler.api.paging import PageWalk, Unseen, by_contact_id
from reconciler.api.shapes import Contact, ContactPage


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
