"""What is sent, in its order: the steps of a plan, and those of a rule that follow each other as one row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from reconciler.planning.plan import CONTACT_WRITES, Step
from reconciler.render.neutral import neutral
from reconciler.render.words import batch_words, operation_words


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step, or several of one rule in a row: `numbers` is ``3`` or ``3-22``."""

    numbers: str
    address: str
    campaign_id: int
    words: str


def step_rows(steps: Sequence[Step]) -> tuple[StepRow, ...]:
    """The rows of a plan's steps, in their order."""
    return tuple(_row(each) for each in _alike(steps))


def _alike(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Each step by itself, but what one rule writes to the contacts of one campaign together."""
    for key, some in groupby(steps, key=lambda each: (each.operation, each.address, each.campaign_id, each.rule)):
        if key[0] in CONTACT_WRITES:
            yield list(some)
        else:
            yield from ([each] for each in some)


def _row(steps: Sequence[Step]) -> StepRow:
    first, last = steps[0], steps[-1]
    numbers = f"{first.number:,}" if len(steps) == 1 else f"{first.number:,}-{last.number:,}"
    words = batch_words(steps) if first.operation in CONTACT_WRITES else operation_words(first)
    return StepRow(numbers, neutral(first.address), first.campaign_id, words)
