"""`reconciler export`: live campaigns as manifests, and drift back into the manifests that are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from reconciler.cli.session import Session

if TYPE_CHECKING:
    from reconciler.api.shapes import Campaign
    from reconciler.manifests.project import Environment


@click.command()
@click.argument("campaigns", nargs=-1, metavar="[CAMPAIGN]...")
@click.option("--to", "folder", metavar="DIR", help="Folder for new manifests; default: the project's first one.")
@click.option("--without", metavar="SETTING", multiple=True, help="Leave a setting out, such as isPaused; repeatable.")
@click.option("--all-fields", is_flag=True, help="Also what is null, empty or off.")
@click.option("--update", is_flag=True, help="Bring what was changed in the console back into the manifests.")
@click.option("--dry-run", is_flag=True, help="Print the changes of the files as a diff, and write nothing.")
@click.pass_obj
def export(
    session: Session,
    campaigns: Sequence[str],
    folder: str | None,
    without: Sequence[str],
    all_fields: bool,
    update: bool,
    dry_run: bool,
) -> None:
    """Write live campaigns as manifests; planning them is then empty.

    Without CAMPAIGN: every campaign that no manifest manages yet and that is not archived. CAMPAIGN is an id, an exact
    name, or a pattern such as "CA - *". Each gets a file of its own, and a binding in reconciler.yaml, whose comments
    stay. With --update no file is made: the values that differ are changed where they stand, and nothing else of the
    files. Reads the account and never writes to it.
    """
    from reconciler.cli.files import choose_environment

    project = session.project()
    inputs = session.inputs(project, choose_environment(project, session.environment))
    if update:
        if folder or without or all_fields:
            raise click.UsageError(
                "--update changes manifests that are there: --to, --without, --all-fields are for new ones"
            )
        from reconciler.cli.export_update import bring_back

        bring_back(session, inputs, campaigns, dry_run=dry_run)
        return
    from reconciler.cli.export_new import Options, write_new

    write_new(session, inputs, campaigns, Options(folder, _checked(without), all_fields, dry_run))


def _checked(without: Iterable[str]) -> frozenset[str]:
    from reconciler.diagnostics import nearest_help
    from reconciler.kinds.campaign import SETTINGS

    for each in without:
        if each not in SETTINGS:
            raise click.UsageError(
                f"--without: there is no setting `{each}`: {nearest_help('setting', each, SETTINGS)}"
            )
    return frozenset(without)


def read_account(session: Session, environment: Environment) -> list[Campaign]:
    """Every campaign of the environment's account, read through a client that cannot write (S1)."""
    from reconciler.api.reading import all_campaigns
    from reconciler.cli.get.lookup import refuse_other_account

    with session.client(environment, writable=False) as client:
        account = all_campaigns(client)
    for each in account:
        refuse_other_account(environment, each)
    return account
