"""Time that is counted instead of waited for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.api.endpoints.campaigns import get_campaign
from reconciler.applying.results import Outcome, Result
from reconciler.planning.plan import Operation, Step
from reconciler.simulating.pace import Hourglass, Paced, Stopwatch
from tests.applying.world import World
from tests.conftest import NOW
from tests.emulator.accounts import account


def test_calls_side_by_side_share_their_time(tmp_path: Path) -> None:
    """One after another each takes its own; of eight at once, twelve take as long as two."""
    clock = Hourglass(NOW)
    with World.of(tmp_path, account()).client(writable=True) as client:
        paced = Paced(client, clock, 0.5)
        paced.run(get_campaign(100))
        assert clock.now() == NOW + timedelta(seconds=0.5)
        paced.run_each([get_campaign(100) for _ in range(12)])
        assert (client.parallelism, round(clock.seconds, 6)) == (8, 1.5)
        assert len(list(paced.run_ahead((get_campaign(100) for _ in range(3)), lambda _: False))) == 3
    assert clock.seconds == pytest.approx(2.0)


@pytest.mark.parametrize(("parallelism", "seconds"), [(1, 11.0), (2, 8.0), (3, 6.0), (64, 6.0)])
def test_campaigns_side_by_side(parallelism: int, seconds: float) -> None:
    """Each begins as soon as there is room; what comes before the first step is for all of them."""
    clock = Hourglass(NOW)
    watch = Stopwatch(clock)
    clock.wait(1.0)
    watch.note("begin", {})
    for campaign, length in ((1, 2.0), (2, 1.0), (2, 2.0), (3, 5.0)):
        clock.wait(length)
        step = Step(1, "Campaign/x", campaign, Operation.UPDATE_CAMPAIGN)
        watch.ended(Result(step, Outcome.DONE))
    assert watch.seconds(parallelism) == seconds  # in two lanes: 2 and then 5, beside 3
