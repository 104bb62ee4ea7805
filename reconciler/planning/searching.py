"""The searches of all rules, read side by side; what moves while it is read is read again (notes, trap 6)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.api.endpoints.searches import MAX_PAGE_SIZE, Search, search_contacts
from reconciler.api.judging import Judge
from reconciler.api.reading import Reader, Reading, read_each
from reconciler.api.request import Flow
from reconciler.api.shapes import Contact
from reconciler.errors import ApiError
from reconciler.planning.claims import contested
from reconciler.planning.queries import Query
from reconciler.planning.sifting import Sieve, columns_read

#: So often a list that changes while it is read is read anew before what was seen of it has to do.
READINGS = 3


@dataclass(frozen=True, slots=True)
class Searched:
    """What the rules of one policy found in one campaign; `restless`: those (numbers) whose list never held still."""

    sieves: Sequence[Sieve]
    restless: frozenset[int]


@dataclass(slots=True)
class _Found:
    """The search of one rule in one campaign; `sieve` takes the last reading, `seen` are contactIds of earlier ones."""

    campaign_id: int
    queries: Sequence[Query]
    index: int
    statuses: Mapping[int, str]
    columns: frozenset[str]
    sieve: Sieve
    seen: set[int]
    restless: bool = False
    error: ApiError | None = None

    def reading(self) -> Reading:
        """A reading of the search from its beginning."""
        self.seen.update(self.sieve.ids)
        self.sieve = Sieve(self.queries, self.index, self.statuses)
        query = self.queries[self.index].filters
        return Reading(Search(self.campaign_id, query, columns=self.columns), self.sieve.take)


def searched(
    reader: Reader, scopes: Sequence[tuple[int, Sequence[Query]]], statuses: Mapping[int, str]
) -> list[Searched | ApiError]:
    """What the queries of each scope (campaign id, queries) find, or the first error of one of them."""
    of_scopes = [list(_found(campaign_id, queries, statuses)) for campaign_id, queries in scopes]
    _read(reader, [each for scope in of_scopes for each in scope])
    return [_searched(each) for each in of_scopes]


def _found(campaign_id: int, queries: Sequence[Query], statuses: Mapping[int, str]) -> Iterator[_Found]:
    columns = columns_read(queries)
    for index in range(len(queries)):
        yield _Found(campaign_id, queries, index, statuses, columns, Sieve(queries, index, statuses), set())


def _searched(found: Sequence[_Found]) -> Searched | ApiError:
    error = next((each.error for each in found if each.error is not None), None)
    if error is not None:
        return error
    return Searched([each.sieve for each in found], frozenset(each.index for each in found if each.restless))


def _read(reader: Reader, wanted: Sequence[_Found]) -> None:
    """Reads each search until its pages do not overlap, at most READINGS times."""
    for _ in range(READINGS):
        readings = [each.reading() for each in wanted]
        for each, reading, error in zip(wanted, readings, read_each(reader, readings), strict=True):
            each.error, each.restless = error, error is None and reading.overlap
        wanted = [each for each in wanted if each.restless]
    for each in wanted:
        _fill_up(reader, each)


def _fill_up(reader: Reader, found: _Found) -> None:
    """Asks by their contactIds for what earlier readings have seen and the last one has not."""
    missing = found.seen - {*found.sieve.ids}
    query = found.queries[found.index].filters
    for each in reader.run_each(_by_ids(found.campaign_id, query, missing, found.columns)):
        if isinstance(each, ApiError):
            found.error = each
        else:
            found.sieve.take(contact for contact in each if contact.contactId in missing)


def _by_ids(
    campaign_id: int, query: Mapping[str, Any], ids: Collection[int], columns: frozenset[str]
) -> Iterator[Flow[list[Contact]]]:
    """Searches for those of these contacts that a query finds, at most a page in each."""
    wanted = sorted({*ids} & {*query["contactIds"]} if "contactIds" in query else {*ids})
    for start in range(0, len(wanted), MAX_PAGE_SIZE):
        some = wanted[start : start + MAX_PAGE_SIZE]
        yield search_contacts(campaign_id, {**query, "contactIds": some}, columns=columns)


def regained(
    reader: Reader, campaign_id: int, sieves: Sequence[Sieve], statuses: Mapping[int, str]
) -> dict[int, frozenset[int]]:
    """For each rule (number) those of its `contested` contacts that its search finds when it is asked for them.

    Raises what the client raises.
    """
    found: dict[int, frozenset[int]] = {}
    for number, ids in contested(sieves).items():
        query, columns = sieves[number].query, columns_read([each.query for each in sieves])
        here, own = Judge(query.here, statuses), set[int]()
        for each in reader.run_each(_by_ids(campaign_id, query.filters, ids, columns)):
            if isinstance(each, ApiError):
                raise each
            own.update(contact.contactId for contact in each if here.unsure(contact) is not None)
        found[number] = frozenset(own)
    return found
