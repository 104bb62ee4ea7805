"""What rules do to contacts: how many of how many, from what to what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace as replaced
from itertools import product
from typing import Any

from msgspec.structs import replace

from reconciler.planning.plan import Action, ContactGroup, Reason, withheld
from reconciler.render.rows import plan_rows
from reconciler.render.rules import FIRST_MOVES, Shift, moves_left
from reconciler.render.words import Names
from tests.planning.plans import assigning, plan_of
from tests.render.sample import sample_rows

NAMES = Names()


def test_what_contacts_get() -> None:
    """The values, and how many contacts move from what to what; most first."""
    (block, _) = sample_rows().blocks
    (rule,) = block.policies[0].rules
    assert (rule.words, rule.others, rule.changed) == (
        "1,200 contacts match, 5 change", "1 in a call now, deferred to the next run", 5,
    )  # fmt: skip
    assert rule.shifts == rule.moves
    assert rule.shifts == (
        Shift("assignedAgentId", "x-1b (544)", "x-1a (543)", 3),
        Shift("assignedAgentId", "nobody", "x-1a (543)", 2),
        Shift("region", '"x-1"', '"x-12"', 2),
    )


def _moved(befores: Iterable[Any], afters: Iterable[Any], name: str = "assignedAgentId") -> tuple[Shift, ...]:
    groups = tuple(
        ContactGroup({name: before}, {name: after}, (2 * number, 2 * number + 1))
        for number, (before, after) in enumerate(product(befores, afters))
    )
    (block,) = plan_rows(plan_of(replace(assigning([1]), contacts=groups)), NAMES).blocks
    (rule,) = block.policies[0].rules
    assert len(rule.shifts) == len(groups)
    return rule.moves


def test_many_moves_are_told_together() -> None:
    """By the value that fewer of them have; few stand for themselves."""
    assert len(_moved([None], range(8))) == 8
    assert _moved([None], range(1, 10)) == (Shift("assignedAgentId", "nobody", "9 agents", 18),)
    assert _moved(range(1, 10), [None], "priority") == (Shift("priority", "9 different values", "null", 18),)
    together = (Shift("assignedAgentId", "nobody", "5 agents", 10), Shift("assignedAgentId", "9", "5 agents", 10))
    assert _moved([None, 9], range(1, 6)) == together


def test_of_very_many_moves_the_rest_is_counted() -> None:
    """In words."""
    shift = Shift("assignedAgentId", "1", "2", 1)
    (rule,) = sample_rows().blocks[0].policies[0].rules
    told = [moves_left(replaced(rule, moves=(shift,) * (FIRST_MOVES + more))) for more in (0, 1, 2)]
    assert told == ["", "and 1 more kind of change", "and 2 more kinds of change"]


def test_rules_say_how_many_match_and_change() -> None:
    """Of about how many; skipped, matched by no contact, or all as desired."""
    none: dict[str, Any] = {"action": Action.NONE, "contacts": (), "changed": 0}
    rules = (
        assigning([1]),
        assigning([1, 2], total=1240, claimed=1),
        assigning([1], matched=9, total=1240, claimed=7, deferred=2, in_call=2),
        assigning([], **none, matched=1, reason=Reason.RULE_SKIPS),
        assigning([], **none, matched=3, reason=Reason.RULE_SKIPS, total=1240),
        assigning([], **none, matched=0),
        assigning([], **none, matched=0, claimed=1200),
        assigning([], **none, matched=3),
        assigning([], **none, matched=3, deferred=1, in_call=1),
        assigning([], **none, matched=3, deferred=3, in_call=1),
    )
    (block,) = plan_rows(plan_of(*rules), NAMES).blocks
    assert [(each.words, each.others) for each in block.policies[0].rules] == [
        ("1 contact matches, 1 changes", ""),
        ("2 of ≈1,240 contacts match, all change", "1 more belongs to earlier rules"),
        (
            "9 of ≈1,240 contacts match, 1 changes",
            "7 more belong to earlier rules; 2 in a call now, deferred to the next run",
        ),
        ("1 contact matches, left as it is", ""),
        ("3 of ≈1,240 contacts match, left as they are", ""),
        ("no contact matches", ""),
        ("no contact is left for it", "1,200 more belong to earlier rules"),
        ("3 contacts match, as desired", ""),
        ("3 contacts match, none changes now", "1 in a call now, deferred to the next run"),
        (
            "3 contacts match, none changes now",
            "1 in a call now, deferred to the next run; 2 left for the next run: they moved while they were read, or "
            "nothing shows that they match",
        ),
    ]


def test_a_comment_is_never_shown() -> None:
    """That there was one; and what the manifest says instead."""
    assert _moved([withheld("2026-11-01T00:00:00Z"), None], ["new"], "comment") == (
        Shift("comment", "a comment", '"new"', 2), Shift("comment", "null", '"new"', 2),
    )  # fmt: skip
