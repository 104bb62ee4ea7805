"""`get contacts`, `get contact`: the contacts that filters find, page by page, each held against the filters (S3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.get.columns import FLAG
from reconciler.cli.get.printing import format_option, listing, print_list, print_one
from reconciler.cli.session import Session, names_of

if TYPE_CHECKING:
    from reconciler.api.client import Client
    from reconciler.api.endpoints.searches import Search
    from reconciler.api.shapes import Campaign, Contact, Wrapup
    from reconciler.render.tables import Record
    from reconciler.render.words import Names

_personal = click.option(FLAG, "personal", is_flag=True, help="Show comment, customFields, phones and agentName too.")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line asks for."""

    query: Mapping[str, Any]
    names: tuple[str, ...]
    limit: int | None
    format_: str


@click.command()
@click.argument("campaign", metavar="CAMPAIGN")
@click.option("--filter", "filters", metavar="NAME=VALUE", multiple=True, help="A filter, as in a rule's `match`.")
@click.option("--columns", metavar="A,B,C", help="Which of the API's fields, in this order.")
@click.option("--limit", metavar="N", type=click.IntRange(1), help="At most so many.")
@_personal
@format_option
@click.pass_obj
def contacts(
    session: Session,
    campaign: str,
    filters: tuple[str, ...],
    columns: str | None,
    limit: int | None,
    personal: bool,
    format_: str,
) -> None:
    """List the contacts of a campaign that all filters find, in the account's order.

    CAMPAIGN is an id, a name of the project file's `campaigns`, or the campaign's exact name. Filters are those of
    a rule's `match`; lists take commas, and null finds what is not set:

    \b
      --filter excluded=false --filter assignedAgentIds=alice,544
      --filter assignedAgentIds=null --filter lastCallBefore=-72h
      --filter lastWrapups=Admissions/Clôtures/RDV
      --filter 'customFields.Category eq Gold'
    """
    from reconciler.cli.get.columns import chosen
    from reconciler.cli.get.filters import Filters
    from reconciler.cli.get.lookup import environment_of, find_campaign

    environment = environment_of(session)
    query = Filters(environment, session.clock()).read(filters)
    asked = _Asked(query, chosen(columns, format_ == "table", personal), limit, format_)
    with session.client(environment, writable=False) as client:
        _Listed(client, find_campaign(client, environment, campaign), asked).show(names_of(environment))


@click.command()
@click.argument("campaign", metavar="CAMPAIGN")
@click.argument("contact_id", metavar="ID", type=click.IntRange(1))
@_personal
@format_option
@click.pass_obj
def contact(session: Session, campaign: str, contact_id: int, personal: bool, format_: str) -> None:
    """Show one contact, a field on each line.

    ID is its contactId, the number within its campaign.
    """
    from reconciler.api.endpoints.contacts import get_contact
    from reconciler.cli.get.columns import chosen, columns, reader, spread
    from reconciler.cli.get.lookup import environment_of, find_campaign

    environment = environment_of(session)
    names = chosen(None, False, personal)
    with session.client(environment, writable=False) as client:
        home = find_campaign(client, environment, campaign)
        found = client.run(get_contact(home.id, contact_id))
        wrapups = _wrapups(client) if format_ == "table" else []
    fields = spread(names, home)
    known = {each.id: each.name for each in wrapups}
    print_one(format_, reader(names)(found), columns(fields, names_of(environment), known, "null"), fields)


class _Listed:
    """The contacts of a campaign that a query finds, on their way to stdout."""

    def __init__(self, client: Client, campaign: Campaign, asked: _Asked) -> None:
        from reconciler.cli.get.columns import REASON, check_field, spread
        from reconciler.cli.get.filters import with_wrapup_ids

        for each in asked.query.get("customFieldConditions", ()):
            check_field(each["customFieldName"], campaign)
        self._client, self._campaign, self._asked = client, campaign, asked
        self._fields = spread(asked.names, campaign)
        is_table = asked.format_ == "table"
        self._names = (*asked.names, *([REASON] if is_table and "excluded" in asked.names else []))
        speaks_of_wrapups = {"lastWrapups", "wrapupStatuses"} & asked.query.keys()
        self._wrapups = _wrapups(client) if speaks_of_wrapups or (is_table and "wrapupId" in self._fields) else []
        self._query = with_wrapup_ids(asked.query, self._wrapups)

    def show(self, names: Names) -> None:
        """Prints them, with the environment's names beside ids."""
        from reconciler.cli.get.columns import columns

        wrapups = {each.id: each.name for each in self._wrapups}
        kind = listing(self._asked.format_, columns(self._fields, names, wrapups), self._fields)
        self._prove_what_cannot_be_checked()
        with _pages(self._client, self._search(), self._asked.limit) as pages:
            print_list(kind, self._records(pages), "no contacts match")

    def _search(self) -> Search:
        from reconciler.api.endpoints.searches import MAX_PAGE_SIZE, Search
        from reconciler.api.filters import columns_of
        from reconciler.cli.get.columns import attributes

        size = min(self._asked.limit or MAX_PAGE_SIZE, MAX_PAGE_SIZE)
        return Search(self._campaign.id, self._query, size, attributes(self._names) | columns_of(self._query))

    def _records(self, pages: Iterator[list[Contact]]) -> Iterator[Sequence[Record]]:
        from reconciler.cli.get.columns import reader

        record = reader(self._names)
        for page in pages:
            self._check(page)
            yield [record(each) for each in page]

    def _check(self, page: Sequence[Contact]) -> None:
        """An error when a contact does not satisfy the filters: then the API ignored one of them (S3)."""
        from reconciler.api.judging import Judge, matches

        statuses = {each.id: each.status for each in self._wrapups if each.status}
        judge = Judge(self._query, statuses)
        for each in page:
            if judge.unsure(each) is None:
                broken = [name for name, it in self._query.items() if matches({name: it}, each, statuses) is False]
                raise _ignored(f"contact {each.contactId} of campaign {self._campaign.id} does not satisfy", broken)

    def _prove_what_cannot_be_checked(self) -> None:
        """The same for `like`, which can't be judged from here: with a value that nobody has it must find nobody."""
        from reconciler.api.endpoints.searches import Search
        from reconciler.api.filters import undecidable
        from reconciler.planning.probes import IMPOSSIBLE

        for part in undecidable(self._query):
            conditions: Any = part["customFieldConditions"]
            probe = {"customFieldConditions": [{**each, "value": IMPOSSIBLE} for each in conditions]}
            search = Search(self._campaign.id, probe, 1, frozenset())
            if self._client.run(search.page(None)).content:
                raise _ignored(
                    f"campaign {self._campaign.id} has contacts for a value that none can have with", ["like"]
                )


def _ignored(what: str, filters: Sequence[str]) -> Exception:
    from reconciler.errors import ReconcilerError

    detail = f"{what} {', '.join(f'`{each}`' for each in filters)}"
    advice = "what was printed is not the whole answer; leave the filter out, and ask the vendor's support about it"
    return ReconcilerError("the API ignored a filter", detail, advice, "filter-ignored")


@contextmanager
def _pages(client: Client, search: Search, wanted: int | None) -> Iterator[Iterator[list[Contact]]]:
    """The pages of a search; the reading ahead ends with the block, whatever ends it."""
    from reconciler.api.reading import contact_pages

    with closing(contact_pages(client, search, wanted, _warn_of_overlap)) as pages:
        yield pages


def _warn_of_overlap() -> None:
    from reconciler.cli import terminal
    from reconciler.diagnostics import Diagnostic, Severity

    terminal.report(
        [
            Diagnostic(
                "pages-overlap",
                "some contacts came twice, so others may be missing",
                "the account's list changed its order while it was read",
                Severity.WARNING,
                help="run it again; if it stays, ask for fewer contacts with --filter (500 fit on one page)",
            )
        ]
    )


def _wrapups(client: Client) -> list[Wrapup]:
    from reconciler.api.endpoints.wrapups import list_wrapups

    return client.run(list_wrapups())
