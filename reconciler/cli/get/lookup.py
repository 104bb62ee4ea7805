"""What people name, found in the account: a campaign, a folder of wrap-up codes, a wrap-up code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from reconciler.diagnostics import nearest_help
from reconciler.errors import ProjectError

if TYPE_CHECKING:
    from reconciler.api.client import Client
    from reconciler.api.shapes import Campaign, Wrapup
    from reconciler.cli.session import Session
    from reconciler.manifests.project import Environment


def environment_of(session: Session) -> Environment:
    """The environment that is meant: the project file is all that is read."""
    from reconciler.cli.files import choose_environment

    return choose_environment(session.project(), session.environment)


def is_number(text: str) -> bool:
    """Whether it is written as an id."""
    return text.isascii() and text.isdecimal() and len(text) <= 18


def find_campaign(client: Client, environment: Environment, text: str) -> Campaign:
    """The campaign with this id, with this name in the environment's `campaigns`, or with exactly this live name.

    A number is always an id.

    ProjectError when there is none, when several have the name, and when a binding's `createdAt` shows that this is
    another account.
    """
    from reconciler.api.endpoints.campaigns import get_campaign

    binding = None if is_number(text) else environment.campaigns.get(text)
    if not is_number(text) and binding is None:
        return _named(client, environment, text)
    found = client.run(get_campaign(binding.id if binding else int(text)))
    refuse_other_account(environment, found)
    return found


def _named(client: Client, environment: Environment, name: str) -> Campaign:
    from reconciler.api.reading import all_campaigns

    account = all_campaigns(client)
    found = [each for each in account if each.name == name]
    if len(found) > 1:
        ids = ", ".join(str(each.id) for each in found)
        detail = f"`{name}` is the name of the campaigns {ids}"
        raise ProjectError("several campaigns have this name", detail, "give the id", "ambiguous-campaign")
    if not found:
        detail = f"neither environment `{environment.name}` nor the account has a campaign named `{name}`"
        advice = nearest_help("campaign", name, {*environment.campaigns, *(each.name for each in account)})
        raise ProjectError("campaign does not exist", detail, advice, "campaign-not-found")
    refuse_other_account(environment, found[0])
    if found[0].fault:
        advice = "look at it in the console; if it is right there, ask the vendor's support"
        detail = f"campaign {found[0].id} {found[0].fault}"
        raise ProjectError("the account shows this campaign otherwise than documented", detail, advice)
    return found[0]


def refuse_other_account(environment: Environment, campaign: Campaign) -> None:
    """ProjectError when a binding's `createdAt` shows that this campaign is another account's."""
    from reconciler.planning.live import created_at, same_creation

    for binding in environment.campaigns.values():
        known = binding.created_at
        if binding.id == campaign.id and known is not None and not same_creation(created_at(campaign), known):
            raise ProjectError(
                "this is another account",
                f"{binding.span}: campaign {binding.id} was created {known}, the one of this account was not",
                "check baseUrl and the token of this environment",
            )


def find_folder(client: Client, text: str) -> int:
    """The id of a folder of wrap-up codes, given as its id, its path or its name; ProjectError when that is not one."""
    from reconciler.api.endpoints.wrapups import list_wrapup_folders

    if is_number(text):
        return int(text)
    known: dict[str, set[int]] = {}
    for each in client.run(list_wrapup_folders()):
        for name in {each.folderPath, each.name} - {None, ""}:
            known.setdefault(str(name), set()).add(each.id)
    return _only("folder", text, known)


def wrapup_ids(names: Iterable[str], wrapups: Iterable[Wrapup]) -> list[int]:
    """The ids of wrap-up codes given by name or path; ProjectError for one that is unknown or ambiguous."""
    from reconciler.planning.queries import wrapup_names

    known = {name: {each.id for each in found} for name, found in wrapup_names(wrapups).items()}
    return sorted({_only("wrap-up code", name, known) for name in names})


def _only(noun: str, name: str, known: Mapping[str, set[int]]) -> int:
    ids = sorted(known.get(name, ()))
    if len(ids) == 1:
        return ids[0]
    code = noun.replace("wrap-up code", "wrapup")
    if not ids:
        detail = f"the account has no {noun} `{name}`"
        raise ProjectError(f"unknown {noun}", detail, nearest_help(noun, name, known), f"unknown-{code}")
    paths = sorted(path for path, owners in known.items() if path != name and owners <= set(ids) and len(owners) == 1)
    advice = (
        "write the path: " + " or ".join(f"`{each}`" for each in paths) if len(paths) == len(ids) else "give the id"
    )
    listed = ", ".join(map(str, ids))
    raise ProjectError(f"several {noun}s have this name", f"`{name}` is {listed}", advice, f"ambiguous-{code}")
