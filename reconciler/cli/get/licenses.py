"""`get licenses`: what a month was billed for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.get.printing import format_option, print_list, print_one
from reconciler.cli.session import Session

if TYPE_CHECKING:
    from reconciler.api.shapes import BilledLicenses

_SUMMARY = ("month", "licenseModelBilled", "currentAccountLicenseModel")
_DETAIL = ("model", "count", "users", "peakDateTime")


@click.command()
@click.option("--month", metavar="YYYY-MM", required=True, help="Which month.")
@format_option
@click.pass_obj
def licenses(session: Session, month: str, format_: str) -> None:
    """Show the licenses billed for a month, and who used them.

    With csv a line is one billing model of the month.
    """
    from msgspec import to_builtins

    from reconciler.api.endpoints.billing import billed_licenses
    from reconciler.cli.get.lookup import environment_of
    from reconciler.errors import InvalidArgument

    environment = environment_of(session)
    with session.client(environment, writable=False) as client:
        try:
            billed = client.run(billed_licenses(month))
        except InvalidArgument as error:
            raise click.BadParameter(error.help, param_hint="--month") from None
    if format_ == "json":
        print_one(format_, to_builtins(billed), [], [])
    elif format_ == "csv":
        _print_csv(billed)
    else:
        _print_table(billed)


def _print_csv(billed: BilledLicenses) -> None:
    from reconciler.render.records import Csv

    record: dict[str, Any] = {name: getattr(billed, name) for name in _SUMMARY}
    lines = [record | {name: getattr(each, name) for name in _DETAIL} for each in billed.details or ()]
    print_list(Csv([*_SUMMARY, *_DETAIL]), [lines], "")


def _print_table(billed: BilledLicenses) -> None:
    from msgspec.structs import asdict

    from reconciler.cli import terminal
    from reconciler.cli.get.printing import terminal_width
    from reconciler.render.tables import Column, Table, details, minute, plain

    summary = asdict(billed)
    terminal.out(details(summary, [Column(each, plain(each)) for each in _SUMMARY]))
    columns = [
        Column("model", plain("model")),
        Column("count", plain("count"), right=True),
        Column("peakDateTime", lambda record: minute(record["peakDateTime"])),
        Column("users", plain("users")),
    ]
    if billed.details:
        terminal.out("\n")
    print_list(
        Table(columns, terminal_width()), [[asdict(each) for each in billed.details or ()]], "nothing was billed"
    )
