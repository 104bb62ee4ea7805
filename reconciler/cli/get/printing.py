"""How every `get` prints: a table for people, JSON or CSV for machines."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

if TYPE_CHECKING:
    from rich.text import Text

    from reconciler.render.tables import Column, Record

FORMATS = ("table", "json", "csv")

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Listing(Protocol):
    """Turns records into what is printed of them."""

    def rows(self, records: Sequence[Record]) -> Iterator[Text | str]:
        """What the next records add."""

    def end(self) -> str:
        """What closes the list."""


def format_option(command: _Command) -> _Command:
    """The option --format."""
    return click.option(
        "--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True, help="What stdout gets."
    )(command)


def listing(format_: str, columns: Sequence[Column], fields: Sequence[str]) -> Listing:
    """How a list is printed: `columns` are the table's, `fields` those of the CSV."""
    from reconciler.render.records import Csv, JsonArray
    from reconciler.render.tables import Table

    if format_ == "json":
        return JsonArray()
    return Csv(fields) if format_ == "csv" else Table(columns, terminal_width())


def print_list(kind: Listing, pages: Iterable[Sequence[Record]], nothing: str) -> None:
    """Prints each page as it comes, until nobody reads any more; `nothing` is said where a table stays empty."""
    from reconciler.cli import terminal
    from reconciler.render.tables import Table

    count, leads_nowhere = 0, _leads_nowhere()
    for page in pages:
        count += len(page)
        for piece in kind.rows(page):
            terminal.out(piece)
        if not leads_nowhere and _leads_nowhere():  # `| head` has seen enough
            return
    terminal.out(kind.end())
    if not count and isinstance(kind, Table):
        terminal.talk(f"{nothing}\n")
    if isinstance(kind, Table) and kind.hidden:
        advice = "a wider terminal, --columns where there is one, or --format csv shows them"
        terminal.talk(f"left out, for want of width: {', '.join(kind.hidden)} ({advice})\n")


def print_one(format_: str, record: Record, columns: Sequence[Column], fields: Sequence[str]) -> None:
    """Prints one object: a field a line, JSON, or CSV with one line."""
    from reconciler.cli import terminal
    from reconciler.render.records import json_text
    from reconciler.render.tables import details

    if format_ == "json":
        terminal.out(json_text(dict(record), indent=2) + "\n")
    elif format_ == "csv":
        print_list(listing(format_, columns, fields), [[record]], "")
    else:
        terminal.out(details(record, columns))


def terminal_width() -> int | None:
    """How wide the terminal is that stdout goes to; None where it goes elsewhere."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout is not None and sys.stdout.isatty() else None


def _leads_nowhere() -> bool:
    """Whether stdout is the null device, which takes its place when its reader has gone."""
    try:
        return os.path.samestat(os.fstat(sys.stdout.fileno()), os.stat(os.devnull))  # noqa: PTH116
    except (OSError, AttributeError, ValueError):  # closed, or no file at all
        return False
