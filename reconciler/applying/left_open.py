"""What an earlier run left open: its batches may still be writing, and nothing is planned or sent until they ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from reconciler.api.endpoints.batches import batch_status
from reconciler.applying.batches import BATCH_PATIENCE
from reconciler.applying.clock import Clock
from reconciler.applying.pace import Pace
from reconciler.applying.work import Writer
from reconciler.errors import Busy, NotFound


class LeftOpen(Protocol):
    """A batch that the API accepted from an earlier run, and of which no end is known."""

    @property
    def address(self) -> str:
        """What it writes."""

    @property
    def campaign_id(self) -> int:
        """Where."""

    @property
    def token(self) -> str:
        """What the API calls it."""


def wait_for_batches(writer: Writer, batches: Iterable[LeftOpen], clock: Clock, say: Callable[[str], Any]) -> None:
    """Comes back once all of these have ended, or are known to the API no more; `say` gets a line for each wait.

    Busy when they have not after BATCH_PATIENCE seconds; an ApiError when their state can't be read.
    """
    begun = clock.now()
    for batch in batches:
        pace, waits = Pace(), False
        while not _has_ended(writer, batch):
            if not waits:
                say(f"Waiting for a batch that an earlier run left in {_place(batch)}: it still runs")
            waits = True
            if (waited := clock.now() - begun) >= BATCH_PATIENCE:
                raise _too_long(batch)
            clock.wait(pace.pause(waited, 1))


def _has_ended(writer: Writer, batch: LeftOpen) -> bool:
    try:
        return writer.run(batch_status(batch.token)).is_final
    except NotFound:  # whatever it was, the API has nothing left to do for it
        return True


def _too_long(batch: LeftOpen) -> Busy:
    detail = f"a batch that an earlier run left in {_place(batch)} has not ended in {BATCH_PATIENCE / 60:.0f} minutes"
    advice = "nothing was written; run again later, or ask the vendor's support about this batch"
    return Busy(f"GET /api/v2/voice/campaigns/contact-batch/status/{batch.token}", detail, help=advice)


def _place(batch: LeftOpen) -> str:
    return f"campaign {batch.campaign_id} ({batch.address})"
