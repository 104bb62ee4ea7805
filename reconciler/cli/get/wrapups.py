"""`get wrapups`, `get wrapup-folders`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.cli.get.printing import format_option, listing, print_list
from reconciler.cli.session import Session
from reconciler.kinds.contact import WRAPUP_STATUSES

if TYPE_CHECKING:
    from reconciler.render.tables import Column, Record

#: A contact's last wrap-up may have two more: no code has them.
STATUSES = tuple(each for each in WRAPUP_STATUSES if each not in ("new_contact", "canceled"))


@click.command()
@click.option("--name", metavar="TEXT", help="Only those with TEXT in their name.")
@click.option("--status", type=click.Choice(STATUSES), help="Only those of this status.")
@click.option("--system/--no-system", "is_system", default=None, help="Only the system's own, or only others.")
@click.option("--hidden/--not-hidden", "is_hidden", default=None, help="Only those hidden from agents, or only others.")
@click.option("--folder", metavar="FOLDER", help="Only those of this folder: its id or its path.")
@format_option
@click.pass_obj
def wrapups(
    session: Session,
    name: str | None,
    status: str | None,
    is_system: bool | None,
    is_hidden: bool | None,
    folder: str | None,
    format_: str,
) -> None:
    """List the wrap-up codes of the account.

    A manifest names a code by its name, or by its path: wrapupPath/name.
    """
    from msgspec.structs import asdict

    from reconciler.api.endpoints.wrapups import list_wrapups
    from reconciler.api.shapes import Wrapup
    from reconciler.cli.get.lookup import environment_of, find_folder
    from reconciler.kinds.values import duration
    from reconciler.render.tables import Column

    environment = environment_of(session)
    with session.client(environment, writable=False) as client:
        folder_id = None if folder is None else find_folder(client, folder)
        asked = list_wrapups(name=name, status=status, is_system=is_system, is_hidden=is_hidden, folder_id=folder_id)
        found = [asdict(each) for each in client.run(asked)]

    def kept(record: Record) -> str:
        seconds = record["unpinAfter"]
        return "-" if seconds is None else duration(int(seconds))

    columns = [*_columns("id", "name", "status", "wrapupPath", "isSystem", "isHidden"), Column("unpinAfter", kept)]
    print_list(listing(format_, columns, Wrapup.__struct_fields__), [found], "no wrap-up codes match")


@click.command("wrapup-folders")
@click.option("--name", metavar="TEXT", help="Only those with TEXT in their name.")
@click.option("--system/--no-system", "is_system", default=None, help="Only the system's own, or only others.")
@click.option("--parent", metavar="FOLDER", help="Only those inside this folder: its id or its path.")
@format_option
@click.pass_obj
def wrapup_folders(
    session: Session, name: str | None, is_system: bool | None, parent: str | None, format_: str
) -> None:
    """List the folders of wrap-up codes."""
    from msgspec.structs import asdict

    from reconciler.api.endpoints.wrapups import list_wrapup_folders
    from reconciler.api.shapes import WrapupFolder
    from reconciler.cli.get.lookup import environment_of, find_folder

    environment = environment_of(session)
    with session.client(environment, writable=False) as client:
        parent_id = None if parent is None else find_folder(client, parent)
        asked = list_wrapup_folders(name=name, is_system=is_system, parent_id=parent_id)
        found = [asdict(each) for each in client.run(asked)]
    columns = _columns("id", "name", "folderPath", "parentFolderId", "system", "locked")
    print_list(listing(format_, columns, WrapupFolder.__struct_fields__), [found], "no folders match")


def _columns(*names: str) -> list[Column]:
    from reconciler.render.tables import Column, plain

    return [
        Column(each, plain(each), least=12 if each in ("name", "wrapupPath", "folderPath") else None) for each in names
    ]
