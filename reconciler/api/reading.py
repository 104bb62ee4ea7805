"""Reading many contacts fast: the pages of one search side by side, as soon as it is known how they are numbered."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.api.client import Client
from reconciler.api.endpoints.searches import Search
from reconciler.api.paging import PageWalk, Unseen, by_contact_id
from reconciler.api.shapes import Contact


def contact_pages(client: Client, search: Search) -> Iterator[list[Contact]]:
    """The contacts of `search` page by page, each contact once; up to the client's parallelism of pages read ahead.

    Holds the contactIds that came, and the pages read ahead; beyond the list's end these are empty or its last page
    again, and left out. Contacts have the search's `columns`. Errors, and what may be missed, as `search_contacts`.
    """
    walk, unseen = PageWalk(search.label), Unseen(search.label, by_contact_id)
    while not (walk.ended or walk.settled):
        page = client.run(search.page(walk.asking))
        if walk.take(page.number, page.is_end):
            yield unseen.of(page.content)
    if walk.asking is None or walk.ended:
        return
    for page in client.run_ahead(search.pages_from(walk.asking), lambda each: each.is_end):
        walk.take(page.number, page.is_end)
        yield unseen.of(page.content)
