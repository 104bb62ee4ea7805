"""What a call takes: measured where it is made, without waiting for anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reconciler.api.endpoints.campaigns import get_campaign, list_campaigns
from reconciler.api.reading import all_campaigns
from reconciler.errors import NotFound
from reconciler.simulating.measuring import Measured
from tests.applying.world import World
from tests.emulator.accounts import account, campaign


def test_the_median_of_the_calls(tmp_path: Path) -> None:
    """One slow call does not move it."""
    moments = iter([0.0, 0.1, 1.0, 1.2, 2.0, 9.0])
    with World.of(tmp_path, account()).client(writable=False) as client:
        measured = Measured(client, lambda: next(moments))
        for _ in range(3):
            measured.run(list_campaigns())
    assert (measured.calls, round(measured.seconds, 6)) == (3, 0.2)


def test_every_call_counts(tmp_path: Path) -> None:
    """Of flows one after another, side by side and ahead; a fault comes out, and is no call that was answered."""
    world = World.of(tmp_path, account(campaigns=[campaign(100 + number) for number in range(300)]))
    with world.client(writable=False) as client:
        measured = Measured(client, lambda: 0.0)
        assert len(all_campaigns(measured)) == 300
        assert measured.calls == len(world.wire.sent) == 2
        found, missing = measured.run_each([get_campaign(100), get_campaign(7)])
        assert (not isinstance(found, Exception), type(missing)) == (True, NotFound)
        assert measured.calls == 3
        ahead: Iterator[object] = measured.run_ahead((get_campaign(100) for _ in range(9)), lambda _: True)
        assert len(list(ahead)) == 1
    assert measured.calls > 3


def test_nothing_measured(tmp_path: Path) -> None:
    """Then nothing is known, and nothing is divided by it."""
    with World.of(tmp_path, account()).client(writable=False) as client:
        assert Measured(client, lambda: 0.0).seconds == 0.0
