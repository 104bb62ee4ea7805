"""What makes a campaign's changes risky: how much each point weighs, and which values it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconciler.planning.plan import Change, Risk
from reconciler.render.neutral import neutral
from reconciler.render.words import Names

#: How the points begin that planning makes, how much each weighs, and the value that it is about if it names none.
_POINTS = (
    (re.compile("starts calling"), Risk.HIGH, "isPaused"),
    (re.compile("stops calling"), Risk.MEDIUM, "isPaused"),
    (re.compile("purges contacts"), Risk.HIGH, "autoPurge"),
    (re.compile("(?:archives|deletes) the campaign"), Risk.HIGH, ""),
    (re.compile("removes [0-9, ]+ from "), Risk.MEDIUM, ""),
    (re.compile("adds [0-9, ]+, who "), Risk.MEDIUM, "userIds"),
    (re.compile("gives contacts to "), Risk.HIGH, ""),
    (re.compile("a custom field "), Risk.MEDIUM, "customFields"),
    (re.compile("the campaign is running"), Risk.LOW, ""),
)
#: How a point begins that names members of a campaign.
_MEMBERS = re.compile(r"(removes|adds|gives contacts to) ([0-9]+(?:, [0-9]+)*)(?= from (userIds|groupIds)|, who)")
#: So many values are named.
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One point: how much it weighs, the values that it is about (none: the campaign as a whole), and what it says."""

    risk: Risk
    values: str
    words: str

    @property
    def text(self) -> str:
        """``isPaused: starts calling``."""
        return f"{self.values}: {self.words}" if self.values else self.words


def risks_of(changes: Iterable[Change], names: Names) -> tuple[RiskRow, ...]:
    """The points of a campaign's changes, each once and as heavy as anywhere, the heaviest first."""
    points: dict[str, RiskRow] = {}
    for row in (row for each in changes for row in _rows(each, names)):
        known = points.get(row.text)
        if known is None or _weight(row.risk) > _weight(known.risk):
            points[row.text] = row
    return tuple(sorted(points.values(), key=lambda each: -_weight(each.risk)))


def worst_risk(risks: Iterable[Risk]) -> Risk:
    """The highest of these risks."""
    return max(risks, key=_weight, default=Risk.NONE)


def _weight(risk: Risk) -> int:
    return list(Risk).index(risk)


def _rows(change: Change, names: Names) -> Iterator[RiskRow]:
    for text in change.risks:
        known = ((risk, about) for start, risk, about in _POINTS if start.match(text))
        risk, about = next(known, (change.risk, ""))
        alone = len(change.risks) == 1  # then it is what the change's own risk is about
        yield RiskRow(change.risk if alone else risk, _values(change, about), _words(text, names))


def _values(change: Change, about: str) -> str:
    """The names of the change's values that a point is about."""
    found = [each.name for each in change.attributes if not each.ignored and each.name.partition(".")[0] == about]
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return neutral(", ".join(found[:_MOST_NAMED]) + more)


def _words(text: str, names: Names) -> str:
    """A point with names beside the ids of its members."""
    found = _MEMBERS.match(text)
    if found is None:
        return neutral(text)
    kind = "groups" if found[3] == "groupIds" else "agents"
    shown = ", ".join(names.shown(kind, int(id_)) for id_ in found[2].split(", "))
    return f"{found[1]} {shown}{neutral(text[found.end() :])}"
