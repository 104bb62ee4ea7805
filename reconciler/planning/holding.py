"""What waits because contacts that should move could not: who has them stays a member, and nobody starts calling.

A member who leaves before the contacts have moved keeps them for good (notes, trap 14). The next run takes it up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.values import comparable
from reconciler.planning.live import Pair

#: The setting that a contact's owner is a member by, and the contact's field that names the owner.
OWNERS = {"userIds": "assignedAgentId", "groupIds": "assignedGroupId"}
#: The code of the warning that a setting waits.
WAITS = "waits-for-contacts"


@dataclass(slots=True)
class Left:
    """The contacts of a campaign that should change and are left alone: how many, and who has them, by setting."""

    contacts: int = 0
    owners: dict[str, set[Any]] = field(default_factory=dict)


def held_back(pair: Pair, left: Left) -> tuple[Pair, list[Diagnostic]]:
    """The pair without the settings that have to wait for these contacts, and a warning for each."""
    settings, warnings = dict(pair.desired.settings), list[Diagnostic]()
    for name, waiting in _waiting(pair, left):
        if name == "isPaused":
            del settings[name]
        else:
            settings[name] = sorted({*comparable(SETTINGS[name], settings[name]), *waiting})
        warnings.append(_warning(pair, name, waiting, left))
    return (replace(pair, desired=replace(pair.desired, settings=settings)) if warnings else pair), warnings


def _waiting(pair: Pair, left: Left) -> Iterator[tuple[str, Collection[Any]]]:
    """The settings that have to wait, each with the members who can't leave yet."""
    managed = pair.desired.settings.keys() - pair.desired.ignore
    for name in (each for each in OWNERS if each in managed):
        before, after = (
            set(comparable(SETTINGS[name], values.get(name))) for values in (pair.live.values, pair.desired.settings)
        )
        if staying := (before - after) & left.owners.get(name, set()):
            yield name, sorted(staying)
    if "isPaused" in managed and pair.desired.settings["isPaused"] is False and pair.live.values.get("isPaused"):
        yield "isPaused", ()


def _warning(pair: Pair, name: str, waiting: Collection[Any], left: Left) -> Diagnostic:
    what = f"{', '.join(map(str, waiting))} can't leave {name} yet" if waiting else "it is not unpaused yet"
    many = f"{left.contacts:,} contacts that should change are"
    contacts = "1 contact that should change is" if left.contacts == 1 else many
    return Diagnostic(
        WAITS,
        "a setting waits for contacts",
        f"{pair.desired.address}: {what}, because {contacts} left alone for now",
        Severity.WARNING,
        pair.desired.spans.get(name, pair.desired.span),
        "plan again after apply; or let the rules give these contacts away",
        str(pair.desired.address),
    )
