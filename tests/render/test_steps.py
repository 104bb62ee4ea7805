"""What is sent, in words and in its order."""

from __future__ import annotations

from msgspec.structs import replace

from reconciler.planning.plan import Operation
from reconciler.render.rows import plan_rows
from reconciler.render.steps import step_rows
from reconciler.render.words import Names, operation_words, step_words
from tests.planning.plans import batch, patch, plan_of, updating
from tests.render.sample import sample_rows

NAMES = Names()


def test_steps_in_words() -> None:
    """What is sent, and to whom."""
    rows = sample_rows()
    assert [(each.numbers, each.campaign_id, each.words) for each in rows.steps] == [
        ("1", 7, "PATCH x-1"), ("2", 7, "add field x-1"), ("3", 100, "rule x-1: batch of 5 contacts"),
    ]  # fmt: skip
    words = "rule all: PUT 2 contacts one by one in campaign 100"
    assert operation_words(replace(batch([1, 2]), operation=Operation.UPDATE_EACH)) == words
    assert operation_words(replace(batch([1]), rule=None)) == "batch of 1 contact in campaign 100"
    assert step_words(replace(batch([1]), operation=Operation.DELETE_CAMPAIGN)) == (
        "AssignmentPolicy/assigning  DELETE campaign 100"
    )


def test_what_a_rule_sends_is_told_together() -> None:
    """As long as it follows each other, in one campaign, by one kind of call."""
    each_one = {"operation": Operation.UPDATE_EACH}
    steps = (
        batch([1], 1), batch([2, 3], 2), replace(batch([4], 3), **each_one), replace(batch([5], 4), **each_one),
        batch([6], 5, rule="other"), patch(6), patch(7), batch([8], 8), replace(batch([8], 9), campaign_id=101),
    )  # fmt: skip
    assert [(each.numbers, each.words) for each in step_rows(steps)] == [
        ("1-2", "rule all: 2 batches, 3 contacts"), ("3-4", "rule all: PUT 2 contacts one by one"),
        ("5", "rule other: batch of 1 contact"), ("6", "PATCH "), ("7", "PATCH "),
        ("8", "rule all: batch of 1 contact"), ("9", "rule all: batch of 1 contact"),
    ]  # fmt: skip
    blocks = plan_rows(plan_of(updating(maxTries=1), steps=steps), NAMES).blocks
    assert [len(each.steps) for each in blocks] == [6], "those of its own campaign"
