"""Campaigns side by side, never more than asked for; the steps of one campaign strictly one after another.

Shown by what is in flight at each request, and by no time that anything takes.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.applying.wire import Pass, Sent
from tests.applying.world import World, account, campaign, contacts
from tests.planning.building import campaign_document, desired_of, policy_document

NUMBERS = range(100, 106)
SETTINGS = {"maxTries": 8, "isPaused": False}
#: A batch, and writes one by one.
RULES: Any = (
    {"name": "first", "match": {"contactIds": [1, 2]}, "set": {"assignedAgentId": "alice"}},
    {"name": "others", "match": "all", "set": {"comment": "Call at noon"}},
)
DESIRED = desired_of(
    *(campaign_document(f"c{each}", settings={"name": f"CA - Métiers {each}"} | SETTINGS) for each in NUMBERS),
    policy_document(*RULES, campaigns=tuple(f"c{each}" for each in NUMBERS)),
    campaigns={},
)
KINDS = ["settings", "batch", "contact", "unpause"]


@dataclass(slots=True)
class Flight:
    """What is in flight: of each request its campaign and kind. Others may come while it waits for a few turns."""

    now: list[tuple[int, str]] = field(default_factory=list)
    begun: list[tuple[int, str]] = field(default_factory=list)
    most: int = 0

    async def hold(self, sent: Sent, passed: Pass) -> Any:
        """One request."""
        mine = (_campaign(sent), _kind(sent))
        self.now.append(mine)
        self.begun.append(mine)
        self.most = max(self.most, len({number for number, _ in self.now}))
        beside = [kind for number, kind in self.now if number == mine[0]]
        assert len(beside) == 1 or set(beside) in ({"read"}, {"contact"}), beside
        assert beside.count("batch") <= 1
        for _ in range(5):
            await asyncio.sleep(0.001)
        try:
            return await passed()
        finally:
            self.now.remove(mine)

    def kinds(self, number: int) -> Iterator[str]:
        """The writes of a campaign in their order, each kind once in a row."""
        last = ""
        for each, kind in self.begun:
            if each == number and kind not in ("read", last):
                yield kind
                last = kind


def _campaign(sent: Sent) -> int:
    """The campaign of a request; 0 for those of none."""
    found = re.search("/campaigns/([0-9]+)", sent.path)
    return int(found[1]) if found else 0


def _kind(sent: Sent) -> str:
    if sent.is_read:
        return "read"
    if sent.method == "PATCH":
        return "unpause" if "isPaused" in sent.body else "settings"
    return "contact" if sent.method == "PUT" else "batch"


@pytest.mark.parametrize("parallelism", [1, 2, 3])
def test_campaigns_side_by_side_and_steps_one_after_another(tmp_path: Path, parallelism: int) -> None:
    """Six campaigns with four steps each, and never more of them under way than asked for."""
    people = [each for number in NUMBERS for each in contacts(5, number)]
    world = World.of(tmp_path, account(*map(campaign, NUMBERS), people=people))
    plan = world.plan(DESIRED)
    assert len(plan.steps) == len(NUMBERS) * len(KINDS)
    flight = Flight()
    for method, path in (("GET", "/campaigns/1"), ("POST", ""), ("PATCH", ""), ("PUT", "")):
        world.wire.plant(method, path, flight.hold, times=10_000)
    report = world.apply(plan, parallelism=parallelism)
    assert report.complete, report.results
    assert flight.most <= parallelism
    assert [list(flight.kinds(each)) for each in NUMBERS] == [KINDS] * len(NUMBERS)
