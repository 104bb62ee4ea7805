"""Values and counts in words, the same in every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.contact import BATCH_FIELDS
from reconciler.kinds.field import Type
from reconciler.kinds.values import duration
from reconciler.render.neutral import neutral


@dataclass(frozen=True, slots=True)
class Names:
    """What the environment calls ids: id → name, for agents and groups."""

    agents: Mapping[int, str] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, agents: Mapping[str, int], groups: Mapping[str, int]) -> Names:
        """From the environment's name → id."""
        return cls({id_: name for name, id_ in agents.items()}, {id_: name for name, id_ in groups.items()})

    def shown(self, reference: str, id_: Any) -> str:
        """``alice (543)``, or the id alone where it has no name; nobody for null."""
        if id_ is None:
            return "nobody"
        name = (self.agents if reference == "agents" else self.groups).get(id_)
        return f"{neutral(name)} ({id_})" if name else str(id_)


def value(name: str, given: Any, names: Names) -> str:
    """One value of the setting or contact field `name`, in words."""
    field_ = SETTINGS.get(name) or BATCH_FIELDS.get(name)
    if field_ is not None and field_.type is Type.REFERENCE and not field_.many:
        return names.shown(field_.reference, given)
    if given is None:
        return "null"
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, list):
        return "[" + ", ".join(element(name, each, names) for each in given) + "]"
    if field_ is not None and field_.type is Type.DURATION and isinstance(given, int):
        return f"{given} ({duration(given)})"
    return f'"{neutral(given)}"' if isinstance(given, str) else neutral(str(given))


def element(name: str, given: Any, names: Names) -> str:
    """One element of the set `name`."""
    field_ = SETTINGS.get(name)
    if field_ is not None and field_.type is Type.REFERENCE:
        return names.shown(field_.reference, given)
    return neutral(str(given))


def count(number: int, noun: str) -> str:
    """``1 campaign``, ``1,200 contacts``."""
    plural = noun if number == 1 else noun + "s"
    return f"{number:,} {plural}"
