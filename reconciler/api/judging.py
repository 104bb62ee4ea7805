"""A query as a judge of contacts, prepared once and asked hundreds of thousands of times (S3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

from reconciler.api.criteria import Criterion, Statuses, Verdict
from reconciler.api.filters import Query, criterion_of
from reconciler.api.shapes import Contact

#: Which parts of a query can't be decided for a contact; none of them: it satisfies the query.
Unsure = tuple[int, ...]
_Ask = Callable[[Contact], Verdict]


class Judge:
    """Judges contacts by a query. `parts`: its filters, and each of its conditions, as queries of their own.

    `statuses`: wrap-up id → its status. UnsafeQuery for a name that is no filter.
    """

    def __init__(self, query: Query, statuses: Statuses) -> None:
        self.parts = tuple(parts_of(query))
        self._asks = [_asking(name, wanted, statuses) for part in self.parts for name, wanted in part.items()]

    def unsure(self, contact: Contact) -> Unsure | None:
        """The numbers of the parts that can't be decided for the contact; None: it does not satisfy the query."""
        found: Unsure = ()
        for number, ask in enumerate(self._asks):
            if (verdict := ask(contact)) is False:
                return None
            if verdict is None:
                found = (*found, number)
        return found


def matches(query: Query, contact: Contact, statuses: Statuses) -> Verdict:
    """Whether one contact satisfies every filter of `query`: True, False, or None when it can't be decided here.

    None where the documentation's readings differ for this contact. Takes the batch-only filters too, which are never
    sent to search. UnsafeQuery for a name that is no filter.
    """
    unsure = Judge(query, statuses).unsure(contact)
    return False if unsure is None else (None if unsure else True)


def parts_of(query: Query) -> Iterator[dict[str, Any]]:
    """Each filter of a query, and each condition on a custom field, as a query of its own; all of them must hold."""
    for name, wanted in query.items():
        if name == "customFieldConditions" and isinstance(wanted, (list, tuple)) and wanted:
            yield from ({name: [each]} for each in wanted)
        else:
            yield {name: wanted}


def _asking(name: str, wanted: Any, statuses: Statuses) -> _Ask:
    """One filter's question, with the wanted value at hand."""
    criterion: Criterion = criterion_of(name)
    if wanted == []:
        return lambda _: None
    check, read = criterion.check, attrgetter(*criterion.reads)
    if len(criterion.reads) == 1:
        return lambda contact: check(wanted, statuses, read(contact))
    return lambda contact: check(wanted, statuses, *read(contact))
