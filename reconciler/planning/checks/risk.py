"""How risky a change is at least, told from what it writes: of a plan's file nobody can take that away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.values import comparable
from reconciler.planning.ending import ENDINGS
from reconciler.planning.plan import Action, Attribute, Change, Risk

_OF_ACTION = {
    **dict.fromkeys(ENDINGS, Risk.HIGH),
    Action.ADD_FIELD: Risk.MEDIUM,
    Action.UPDATE: Risk.LOW,
    Action.ASSIGN: Risk.LOW,
}


def certain_risk(change: Change) -> Risk:
    """The risk that the change says, or the one that its action and values have, whichever is higher.

    What only the account tells is not in the latter: that a campaign is running, that somebody left it by themselves,
    that an agent may be no member.
    """
    found = [change.risk, _OF_ACTION.get(change.action, Risk.NONE)]
    if change.action is Action.UPDATE:
        found += [risk for each in change.attributes if not each.ignored for risk in _risks(each)]
    return highest(*found)


def highest(*risks: Risk) -> Risk:
    """The highest of these risks."""
    return max(risks, key=list(Risk).index)


def _risks(attribute: Attribute) -> Iterator[Risk]:
    name, after = attribute.name, attribute.after
    if name == "isPaused":
        yield Risk.HIGH if after is False else Risk.MEDIUM
    if name in ("userIds", "groupIds") and _members(name, attribute.before) - _members(name, after):
        yield Risk.MEDIUM
    if name.startswith("autoPurge.") and after is not None and after is not False:
        yield Risk.HIGH


def _members(name: str, value: Any) -> set[Any]:
    return set(comparable(SETTINGS[name], value))
