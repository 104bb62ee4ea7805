"""What a wrong order of steps would do to an account, seen at each of its commits.

A campaign that is paused, or unpaused, by a plan never calls with a part of it; and no contact that the plan gives to
somebody is with an agent or a group that is not of its campaign, unless it was before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.laws.commits import Commit, State, campaign, contact

#: A step of a plan as JSON: `campaignId`, `body`, `fields`, `contactIds` and `data` of it are looked at.
Step = Mapping[str, Any]
_OWNERS = (("assignedAgentId", "userIds"), ("assignedGroupId", "groupIds"))


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks at the commits of a run that began in this state and follows these steps."""

    begin: State
    steps: Sequence[Step]

    def damages(self, commit: Commit) -> list[str]:
        """What is wrong after this commit."""
        return [each for number in self._campaigns() for each in self._of_campaign(number, commit.after)]

    def _campaigns(self) -> set[int]:
        return {each["campaignId"] for each in self.steps}

    def _of_campaign(self, number: int, now: State) -> Iterator[str]:
        first, held = _row(self.begin, number), _row(now, number)
        if held is None or first is None:
            return
        if not held["isPaused"]:
            changed, lacking = self._changed(number, now), self._lacking(number, now)
            if self._sets(number, "isPaused", True) and changed:
                yield f"campaign {number} is to be paused, and calls with {changed}"
            if self._sets(number, "isPaused", False) and lacking:
                yield f"campaign {number} is to be unpaused last, and calls without {lacking}"
        yield from self._strays(number, held, now)

    def _sets(self, number: int, name: str, value: object) -> bool:
        return any(each["campaignId"] == number and each.get("body", {}).get(name) is value for each in self.steps)

    def _changed(self, number: int, now: State) -> list[str]:
        """What is not as it was in the beginning, of all that the steps write."""
        return [what for what, then, held, _ in self._values(number, now) if then != held]

    def _lacking(self, number: int, now: State) -> list[str]:
        """What is not as it is to be in the end."""
        return [what for what, _, held, wanted in self._values(number, now) if held != wanted]

    def _values(self, number: int, now: State) -> Iterator[tuple[str, Any, Any, Any]]:
        """Each value that the steps write: what it is, in the beginning, now, and in the end."""
        then, held = _row(self.begin, number) or {}, _row(now, number) or {}
        body: dict[str, Any] = {}
        for each in (each for each in self.steps if each["campaignId"] == number):
            body |= each.get("body", {})
            for field in each.get("fields", ()):
                name = field["name"]
                yield f"field {name}", name in then["customFields"], name in held["customFields"], True
            for contact_id in each.get("contactIds", ()):
                before, after = (_contact(state, number, contact_id) for state in (self.begin, now))
                for name, value in each["data"].items():
                    yield f"contact {contact_id} {name}", before.get(name), after.get(name), value
        for name, value in body.items():
            yield name, _plain(then[name]), _plain(held[name]), _plain(value)

    def _strays(self, number: int, held: Mapping[str, Any], now: State) -> Iterator[str]:
        first = _row(self.begin, number) or {}
        for each in (each for each in self.steps if each["campaignId"] == number):
            for name, members in ((name, members) for name, members in _OWNERS if name in each.get("data", {})):
                for contact_id in each["contactIds"]:
                    before, owner = (_contact(state, number, contact_id).get(name) for state in (self.begin, now))
                    was_stray = owner == before and owner not in first[members]
                    if owner is not None and owner not in held[members] and not was_stray:
                        yield f"contact {contact_id} of campaign {number} is with {owner}, who is not of {members}"


def _row(state: State, number: int) -> dict[str, Any] | None:
    text = state.get(campaign(number))
    return json.loads(text) if text else None


def _contact(state: State, number: int, contact_id: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(state.get(contact(number, contact_id), "{}"))
    return found


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value
