"""Simulations of plans for an account on the emulator, which stands for the real one here."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from reconciler.cli.simulate import served
from reconciler.manifests.desired import Desired
from reconciler.planning.agreement import found_by_name
from reconciler.planning.plan import Plan
from reconciler.planning.selection import selected
from reconciler.simulating.measuring import Measured
from reconciler.simulating.simulation import Simulation, Terms, simulate
from tests.applying.world import World
from tests.conftest import NOW
from tests.planning.building import campaign_document, desired_of, policy_document

GOLD = [{"customFieldName": "Category", "condition": "eq", "value": "Gold"}]


def asked(*rules: dict[str, Any], **spec: Any) -> Desired:
    """What manifests ask of campaign 100: these rules, and what its document says besides."""
    documents = [campaign_document(**spec), *([policy_document(*rules)] if rules else [])]
    return desired_of(*documents)


def simulated(world: World, desired: Desired, plan: Plan | None = None, **terms: Any) -> Simulation:
    """The simulation of a plan, of one that is made now unless given; each call to the account takes 50 ms.

    An hour has passed since the plan was made.
    """
    made = plan or world.planned(desired)[0]
    world.wire.sent.clear()
    ticks = itertools.count()
    with world.client(writable=False) as client:
        reader = Measured(client, lambda: next(ticks) * 0.05)
        return simulate(
            reader,
            made,
            desired,
            selected(desired),
            serve=served,
            now=NOW + timedelta(hours=1),
            terms=Terms(**{"batch_seconds": 5.0, "parallelism": 10, **terms}),
            by_name=found_by_name(made, desired),
        )
