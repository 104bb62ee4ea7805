"""Batches that an earlier run left open are waited for, not long for ever, and never sent again meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.api.endpoints.batches import batch_status, update_contacts
from reconciler.applying.batches import BATCH_PATIENCE
from reconciler.applying.clock import Clock
from reconciler.applying.left_open import wait_for_batches
from reconciler.errors import Busy, Unauthorized
from tests.applying.faults import STATUS, small_world
from tests.applying.wire import answering
from tests.applying.world import World


@dataclass(frozen=True, slots=True)
class _Batch:
    token: str
    address: str = "AssignmentPolicy/sharing"
    campaign_id: int = 100


def _sent(world: World) -> _Batch:
    with world.client(writable=True) as client:
        return _Batch(client.run(update_contacts(100, [1, 2], {"assignedAgentId": 543})))


def _waited(world: World, *batches: _Batch) -> list[str]:
    """What was said; pauses take no time and are kept."""
    said = list[str]()
    with world.client(writable=False) as client:
        wait_for_batches(client, batches, Clock(world.pauses.append), said.append)
    return said


def test_it_waits_for_the_end(tmp_path: Path) -> None:
    """And says once for what; what has ended is not waited for."""
    world = small_world(tmp_path, batch_seconds=12)
    batch = _sent(world)
    (line,) = _waited(world, batch)
    assert line == (
        "Waiting for a batch that an earlier run left in campaign 100 (AssignmentPolicy/sharing): it still runs"
    )
    assert len(world.pauses) > 5
    with world.client(writable=False) as client:
        assert client.run(batch_status(batch.token)).is_final
    world.pauses.clear()
    assert (_waited(world, batch, batch), world.pauses) == ([], [])


def test_a_batch_that_the_api_forgot_has_ended(tmp_path: Path) -> None:
    """Whatever it was, nothing of it comes any more."""
    assert _waited(small_world(tmp_path), _Batch("b5a9ff9e-1111-4111-8111-000000000000")) == []


def test_it_does_not_wait_for_ever(tmp_path: Path) -> None:
    """Half an hour for all of them, then a fault that says of which."""
    world = small_world(tmp_path, batch_seconds=10**6)
    with pytest.raises(Busy, match=r"campaign 100 .* has not ended in 30 minutes") as caught:
        _waited(world, _sent(world))
    assert "nothing was written" in caught.value.help
    assert BATCH_PATIENCE <= sum(world.pauses) < BATCH_PATIENCE * 1.1


def test_a_state_that_can_not_be_read_is_no_end(tmp_path: Path) -> None:
    """The fault comes out: nobody knows whether it still writes."""
    world = small_world(tmp_path)
    batch = _sent(world)
    world.wire.plant(*STATUS, answering(401, {}))
    with pytest.raises(Unauthorized):
        _waited(world, batch)
