"""`reconciler emulator --snapshot FILE`: the environment's account, without personal data, as a seed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reconciler.cli.session import Session
from reconciler.errors import ProjectError

#: How many of the things that a seed can't hold are told one by one.
TOLD = 20


def take(session: Session, file: Path) -> None:
    """Reads the account through a client that cannot write (S1), and writes the seed to a new file."""
    from reconciler.cli import terminal

    if file.exists():
        raise _not_written(file, "it exists already and stays")
    dropped: list[str] = []
    seed = _seed(session, dropped)
    _write(file, seed)
    for words in dropped[:TOLD]:
        terminal.talk(f"{words}\n")
    if len(dropped) > TOLD:
        terminal.talk(f"… and {len(dropped) - TOLD} more\n")
    counts = f"{len(seed['campaigns'])} campaigns, {len(seed['wrapups'])} wrap-up codes"
    terminal.talk(
        f"Wrote {file}: {counts}, {len(seed['wrapupFolders'])} wrap-up folders. No contacts, logins or names of "
        "people are in it.\n"
        f"{_contacts_hint(seed)}"
        f"Serve it: reconciler emulator --seed {file} --database {file.with_suffix('.db')}\n"
    )


def _seed(session: Session, dropped: list[str]) -> dict[str, Any]:
    import msgspec

    from reconciler.api.endpoints.wrapups import list_wrapup_folders, list_wrapups
    from reconciler.api.reading import all_campaigns
    from reconciler.cli.files import choose_environment
    from reconciler.cli.get.lookup import refuse_other_account
    from reconciler.emulator.snapshot import seed_of

    environment = choose_environment(session.project(), session.environment)
    with session.client(environment, writable=False) as client:
        listed = all_campaigns(client)
        for each in listed:
            refuse_other_account(environment, each)
        campaigns = [each.values for each in listed]
        wrapups = [msgspec.to_builtins(each) for each in client.run(list_wrapups())]
        folders = [msgspec.to_builtins(each) for each in client.run(list_wrapup_folders())]
    return seed_of(campaigns, wrapups, folders, dropped.append)


def _contacts_hint(seed: dict[str, Any]) -> str:
    if not seed["campaigns"]:
        return ""
    entry = f'"generatedContacts": [{{"campaignId": {seed["campaigns"][0]["id"]}, "count": 1000}}]'
    return f"Made-up contacts can be added to it: {entry}\n"


def _write(file: Path, seed: dict[str, Any]) -> None:
    from reconciler.store.folder import writing

    try:
        with writing(file) as stream:
            stream.write((json.dumps(seed, ensure_ascii=False, indent=2) + "\n").encode())
    except FileExistsError:
        raise _not_written(file, "it exists already and stays") from None
    except OSError as error:
        raise _not_written(file, str(error.strerror)) from None


def _not_written(file: Path, why: str) -> ProjectError:
    return ProjectError("the snapshot can't be written", f"{file}: {why}", "name a new file", "snapshot-not-written")
