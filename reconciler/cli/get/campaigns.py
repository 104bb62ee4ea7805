"""`get campaigns`, `get campaign`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.get.printing import format_option, listing, print_list, print_one
from reconciler.cli.session import Session, names_of
from reconciler.kinds.campaign import MODES

if TYPE_CHECKING:
    from reconciler.manifests.project import Environment
    from reconciler.render.tables import Column, Record

#: Whose ids a field holds.
_REFERENCES = {"userIds": "agents", "unassignedUserIds": "agents", "groupIds": "groups"}


@click.command()
@click.option("--name", metavar="TEXT", help="Only those with TEXT in their name.")
@click.option("--mode", type=click.Choice(MODES), help="Only those of this dialling mode.")
@click.option("--paused/--not-paused", "is_paused", default=None, help="Only paused ones, or only others.")
@click.option("--archived/--not-archived", "is_archived", default=None, help="Only archived ones, or only others.")
@format_option
@click.pass_obj
def campaigns(
    session: Session,
    name: str | None,
    mode: str | None,
    is_paused: bool | None,
    is_archived: bool | None,
    format_: str,
) -> None:
    """List the campaigns of the account.

    The last column is the name by which the project file binds a campaign.
    """
    from reconciler.api.endpoints.campaigns import list_campaigns
    from reconciler.cli import terminal
    from reconciler.cli.get.lookup import environment_of, refuse_other_account

    environment = environment_of(session)
    with session.client(environment, writable=False) as client:
        found = client.run(list_campaigns(name=name, mode=mode, is_paused=is_paused, is_archived=is_archived))
    for each in found:
        refuse_other_account(environment, each)
        if each.fault:
            terminal.talk(f"warning: campaign {each.id} {each.fault}\n")
    kind = listing(format_, _columns(environment), _fields())
    print_list(kind, [[dict(each.values) for each in found]], "no campaigns match")


@click.command()
@click.argument("campaign", metavar="CAMPAIGN")
@format_option
@click.pass_obj
def campaign(session: Session, campaign: str, format_: str) -> None:
    """Show one campaign, a setting on each line.

    CAMPAIGN is an id, a name of the project file's `campaigns`, or the campaign's exact name.
    """
    from reconciler.cli.get.lookup import environment_of, find_campaign

    environment = environment_of(session)
    with session.client(environment, writable=False) as client:
        found = dict(find_campaign(client, environment, campaign).values)
    print_one(format_, found, _lines(found, environment), _fields())


def _fields() -> tuple[str, ...]:
    """The documented fields of a campaign, in the documentation's order."""
    from reconciler.api.campaign_fields import CampaignFields

    return ("id", "name", *CampaignFields.__struct_fields__)


def _columns(environment: Environment) -> list[Column]:
    from reconciler.render.tables import Column, cell, plain

    bound = {binding.id: name for name, binding in environment.campaigns.items()}

    def number(name: str) -> Callable[[Record], str]:
        return lambda record: cell(len(record[name]) if isinstance(record.get(name), list) else None)

    columns = [
        Column("id", plain("id")),
        Column("name", plain("name"), least=20),
        Column("state", _state),
        Column("mode", plain("mode")),
        Column("agents", number("userIds"), right=True),
        Column("groups", number("groupIds"), right=True),
        Column("fields", number("customFields"), right=True),
        Column("maxTries", plain("maxTries"), right=True),
    ]
    return [*columns, *([Column("bound", lambda record: cell(bound.get(record["id"])))] if bound else [])]


def _state(record: Record) -> str:
    if record.get("isArchived"):
        return "archived"
    paused = record.get("isPaused")
    return {"True": "paused", "False": "running"}.get(str(paused), "-")


def _lines(record: Mapping[str, Any], environment: Environment) -> Sequence[Column]:
    """A line for each documented field that came, and for each of the others after them."""
    from reconciler.kinds.values import duration
    from reconciler.render.tables import Column, cell, minute

    names = names_of(environment)

    def shown(name: str) -> Callable[[Record], str]:
        value = record[name]
        if name in _REFERENCES and value:
            return lambda _: ", ".join(names.shown(_REFERENCES[name], each) for each in value)
        if name == "nextTryDelay" and isinstance(value, int):
            return lambda _: f"{value} ({duration(value)})"
        return lambda _: minute(value, "null") if name.endswith("At") else cell(value, "[]" if value == [] else "null")

    known = [name for name in _fields() if name in record]
    return [Column(name, shown(name)) for name in (*known, *(each for each in record if each not in known))]
