"""A rule's contacts over its agents: examples to follow by hand. The laws are in tests/laws/test_spreading.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest

from reconciler.manifests.desired import Assign
from reconciler.planning.spreading import Spread, spread

ALICE, BRUNO, CHLOE, STRANGER = 1, 2, 3, 9


def moved(owners: Sequence[int | None], assign: Assign, held: Mapping[int | None, int] | None = None) -> dict[int, int]:
    """The moves of contacts 1, 2, 3, … that these owners have; all of them must find a place."""
    found = spread(range(1, len(owners) + 1), owners, assign, held or {})
    assert found.unplaced == ()
    return dict(found.moves)


def test_stays_or_goes() -> None:
    """A contact of a listed agent stays; the others go to the least loaded, one after another."""
    # Alice has 1 and 2, Bruno has 3: he gets the first, then both have two, and the lower id comes first.
    owners = [ALICE, ALICE, BRUNO, None, STRANGER]
    assert moved(owners, Assign({ALICE: 1, BRUNO: 1})) == {4: BRUNO, 5: ALICE}


def test_weights_share_in_proportion() -> None:
    """An agent of weight 2 gets twice as many."""
    # (load + 1) / weight: Alice 1/2 before Bruno 1/1; then both at 1, the lower id; then Bruno; and so on.
    shares = moved([None] * 6, Assign({ALICE: 2, BRUNO: 1}))
    assert shares == {1: ALICE, 2: ALICE, 3: BRUNO, 4: ALICE, 5: ALICE, 6: BRUNO}


def test_too_many() -> None:
    """Without rebalance nobody loses contacts for having many."""
    assert moved([ALICE] * 5 + [None], Assign({ALICE: 1, BRUNO: 1})) == {6: BRUNO}


def test_held() -> None:
    """What is in a call counts as load; what others hold does not."""
    # Alice is in three calls: Bruno gets three contacts before she gets the next.
    held = {ALICE: 3, None: 7, STRANGER: 2}
    assert moved([None] * 4, Assign({ALICE: 1, BRUNO: 1}), held) == {1: BRUNO, 2: BRUNO, 3: BRUNO, 4: ALICE}


def test_highest_go() -> None:
    """To make loads even, the highest contactIds go."""
    # Six contacts for two agents: three each.
    assert moved([ALICE] * 5 + [BRUNO], Assign({ALICE: 1, BRUNO: 1}, rebalance=True)) == {4: BRUNO, 5: BRUNO}


def test_choice_of_rounding() -> None:
    """Where rounding leaves a choice, who has more keeps more: that saves moves."""
    # Three contacts for two agents are 1.5 each: Bruno has two already, and nobody moves but the third.
    assert moved([BRUNO, BRUNO, None], Assign({ALICE: 1, BRUNO: 1}, rebalance=True)) == {3: ALICE}


def test_larger_fraction() -> None:
    """The larger fraction is rounded up."""
    # Four contacts by 1 : 4 are 0.8 and 3.2.
    shares = moved([None] * 4, Assign({ALICE: 4, BRUNO: 1}, rebalance=True))
    assert Counter(shares.values()) == {ALICE: 3, BRUNO: 1}


def test_equal_fractions() -> None:
    """Of equal fractions that of the lower id is rounded up, whatever the order in the manifest."""
    assert moved([None], Assign({BRUNO: 1, ALICE: 1}, rebalance=True)) == {1: ALICE}


def test_held_above_its_share() -> None:
    """An agent who holds more than its share gives away all that it can, and the others share the rest."""
    # Ten contacts; Alice is in six calls and keeps these, which leaves two each for Bruno and Chloé.
    assign = Assign({ALICE: 1, BRUNO: 1, CHLOE: 1}, rebalance=True)
    assert moved([ALICE, BRUNO, BRUNO, BRUNO], assign, {ALICE: 6}) == {1: CHLOE, 4: CHLOE}


def test_held_above_the_maximum() -> None:
    """Who holds more than the maximum keeps it, and leaves no more than the rest to be shared."""
    assign = Assign({ALICE: 1, BRUNO: 1, CHLOE: 1}, rebalance=True, max_per_agent=3)
    assert moved([BRUNO] * 4, assign, {ALICE: 5}) == {3: CHLOE, 4: CHLOE}


def test_maximum() -> None:
    """Nobody gets more than the maximum; who finds no room is unplaced."""
    found = spread(range(1, 6), [None] * 5, Assign({ALICE: 9, BRUNO: 1}, max_per_agent=2))
    assert found == Spread({1: ALICE, 2: ALICE, 3: BRUNO, 4: BRUNO}, (5,))


def test_over_the_maximum() -> None:
    """What an agent has over the maximum goes to the others, without rebalance too."""
    assert moved([ALICE] * 4, Assign({ALICE: 1, BRUNO: 1}, max_per_agent=3)) == {4: BRUNO}


def test_over_the_maximum_without_room() -> None:
    """What is over the maximum stays where nobody has room."""
    # One place is left, with Bruno: the highest goes, the other one stays with Alice.
    found = spread(range(1, 5), [ALICE] * 4, Assign({ALICE: 1, BRUNO: 1}, max_per_agent=2), {BRUNO: 1})
    assert found == Spread({4: BRUNO}, (3,))


def test_nobodys_come_first() -> None:
    """A contact that no listed agent has comes before one that is over the maximum."""
    found = spread([1, 2, 3, 4], [ALICE, ALICE, ALICE, None], Assign({ALICE: 1, BRUNO: 1}, max_per_agent=2), {BRUNO: 1})
    assert found == Spread({4: BRUNO}, (3,))


def test_maximum_with_rebalance() -> None:
    """Who is at the maximum leaves more for the others, whose loads are even."""
    # Ten contacts by 8 : 1 : 1; Alice may have four, so the six others are shared evenly.
    assign = Assign({ALICE: 8, BRUNO: 1, CHLOE: 1}, rebalance=True, max_per_agent=4)
    assert Counter(moved([ALICE] * 10, assign).values()) == {BRUNO: 3, CHLOE: 3}


def test_nothing_to_do() -> None:
    """No contacts and no room are no moves."""
    assert spread([], [], Assign({ALICE: 1}, rebalance=True)) == Spread({}, ())
    assert spread([4], [ALICE], Assign({ALICE: 1, BRUNO: 1}, max_per_agent=0)) == Spread({}, (4,))


@pytest.mark.parametrize("rebalance", [False, True])
def test_half_a_million(rebalance: bool) -> None:
    """Half a million contacts for 500 agents of different weights: every load within one of its share."""
    weights = {each: each for each in range(1, 501)}
    found = spread(range(500_000), [None] * 500_000, Assign(weights, rebalance))
    loads = Counter(found.moves.values())
    assert all(abs(loads[each] - Fraction(500_000 * weight, 125_250)) < 1 for each, weight in weights.items())
