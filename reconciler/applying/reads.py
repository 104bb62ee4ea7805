"""Reading a campaign's contacts: right before they are written, and back after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from reconciler.api.endpoints.searches import search_contacts
from reconciler.api.request import Flow
from reconciler.api.shapes import Contact
from reconciler.errors import ApiError, Unreadable
from reconciler.planning.plan import Step

if TYPE_CHECKING:
    from reconciler.applying.work import Writer


class Reads:
    """The contacts of one campaign's `steps`, which are carried out one after another.

    While the contacts of one step are read back, those of the step that follows are read beside it: they are others,
    and their write is the very next thing. Whoever reads them a second time reads them anew. Only `columns` of a
    contact are kept.
    """

    def __init__(self, writer: Writer, steps: Sequence[Step], columns: frozenset[str]) -> None:
        self._writer, self._columns = writer, columns
        self._following = {step.number: following for step, following in pairwise(steps)}
        self._ahead: dict[int, list[Contact]] = {}

    def before(self, step: Step) -> list[Contact]:
        """The contacts of a step that is about to write them, as they are now; an ApiError when they can't be read."""
        found, self._ahead = self._ahead.get(step.number), {}
        return self._writer.run(self._named(step, step.contact_ids)) if found is None else found

    def back(self, step: Step, contact_ids: Iterable[int]) -> dict[int, Contact]:
        """These contacts of a step that has written them, by contactId; an ApiError when they can't be read."""
        following = self._following.get(step.number)
        flows = [self._named(step, contact_ids)]
        if following is not None and following.contact_ids:
            flows.append(self._named(following, following.contact_ids))
        found, *ahead = self._writer.run_each(flows)
        if isinstance(found, ApiError):
            raise found
        for each in ahead:
            if following is not None and not isinstance(each, ApiError):  # else the step itself reads again
                self._ahead = {following.number: each}
        return {each.contactId: each for each in found}

    def _named(self, step: Step, contact_ids: Iterable[int]) -> Flow[list[Contact]]:
        """The contacts as they are now; what was not asked for is proof of an ignored filter: Unreadable (S3)."""
        wanted = set(contact_ids)
        query = {"contactIds": sorted(wanted)}
        found = yield from search_contacts(step.campaign_id, query, columns=self._columns)
        if strange := [each.contactId for each in found if each.contactId not in wanted]:
            request = f"POST /api/v2/voice/campaigns/{step.campaign_id}/contacts/search"
            detail = (
                f"asked for {len(wanted)} contacts by id, and contact {strange[0]} came too: the API ignored the filter"
            )
            raise Unreadable(request, detail, help="this step's contacts were left alone; report it to the vendor")
        return found
