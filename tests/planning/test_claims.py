"""Which contact belongs to which rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from reconciler.api.shapes import Contact
from reconciler.planning.claims import Claimed, IgnoredFilter, claim, contested, refuse_ignored
from reconciler.planning.queries import Query
from reconciler.planning.sifting import Sieve
from tests.planning.building import contact, rule, sieved

GOLD = {"customFieldConditions": [{"customFieldName": "Category", "condition": "eq", "value": "Gold"}]}
LIKE = {"customFieldConditions": [{"customFieldName": "Category", "condition": "like", "value": "G%"}]}


def _claimed(*rules: tuple[Any, Mapping[str, Any], Sequence[Contact]]) -> list[Claimed]:
    sieves = sieved(*rules)
    refuse_ignored(sieves)
    return claim(sieves)


def test_the_first_rule_that_matches_wins() -> None:
    """A contact that two searches return is written by the first rule alone; ids ascend."""
    low = [contact(each, priority=1) for each in (5, 2)]
    every = [*low, contact(9, priority=7)]
    first, second = _claimed((rule("low", {}), {"maxPriority": 1}, low), (rule("all"), {}, every))
    assert (first.free.ids, second.free.ids) == ([2, 5], [9])
    assert (first.claimed, second.claimed) == (0, 2)


def test_a_contact_that_breaks_its_filters_stops_everything() -> None:
    """The API ignored a filter: none of the rules may be trusted (S3). The lowest is named."""
    found = [contact(1, priority=1), contact(7, priority=7), contact(2, priority=7)]
    with pytest.raises(IgnoredFilter) as caught:
        _claimed((rule("low"), {"maxPriority": 1}, found))
    assert (caught.value.contact_id, caught.value.rule.name) == (2, "low")


def test_a_contact_that_an_earlier_rule_already_owns_is_checked_too() -> None:
    """Also a second rule's search proves whether its filters are honoured."""
    held = [contact(1, priority=7)]
    with pytest.raises(IgnoredFilter):
        _claimed((rule("all"), {}, held), (rule("low"), {"maxPriority": 1}, held))


def test_every_filter_is_checked() -> None:
    """One that is satisfied does not excuse another one."""
    filters = {**GOLD, "excluded": False}
    gold, silver = {"Category": "Gold"}, {"Category": "Silver"}
    _claimed((rule("gold"), filters, [contact(1, excluded=False, customFields=gold)]))
    for values in ({"excluded": True, "customFields": gold}, {"excluded": False, "customFields": silver}):
        with pytest.raises(IgnoredFilter):
            _claimed((rule("gold"), filters, [contact(1, **values)]))


@pytest.mark.parametrize("filters", [{"maxPriority": 1}, {}])
def test_a_contact_that_moved_while_pages_were_read_is_deferred(filters: dict[str, Any]) -> None:
    """By its values the first rule's, although that search had not returned it: also when that rule matches all."""
    claimed = _claimed((rule("first"), filters, []), (rule("second", priority=5), {}, [contact(1, priority=1)]))
    assert (claimed[1].free.ids, claimed[1].deferred.ids) == ([], [1])


def test_a_contact_that_may_be_an_earlier_rules_is_asked_for_again() -> None:
    """Whether `like` matches can't be decided here: if that search finds it when asked, it is deferred, else free."""
    held = [contact(each, customFields={"Category": "Gold"}) for each in (1, 2, 3)]
    sieves = sieved((rule("like"), LIKE, held[:1]), (rule("all", priority=5), {}, held))
    assert contested(sieves) == {0: [2, 3]}
    first, second = claim(sieves, regained={0: frozenset({3})})
    assert (first.free.ids, second.free.ids, second.deferred.ids) == ([1], [2], [3])


def test_what_rests_on_an_unproven_filter_is_deferred() -> None:
    """And counted; contacts that satisfy the filters for sure are free."""
    gold = [contact(1, customFields={"Category": "gold"}), contact(2, customFields={"Category": "Gold"})]
    (claimed,) = claim(sieved((rule("gold"), GOLD, gold)), unproven={0: frozenset({0})})
    assert (claimed.free.ids, claimed.deferred.ids, claimed.unproven) == ([2], [1], 1)


def test_a_contact_that_a_later_search_saw_otherwise_is_deferred() -> None:
    """It was the first rule's when that was read; by the later page it is not any more."""
    first, second = _claimed(
        (rule("low", priority=9), {"maxPriority": 1}, [contact(1, priority=1), contact(2, priority=1)]),
        (rule("all", priority=5), {}, [contact(1, priority=7), contact(2, priority=1)]),
    )
    assert (first.free.ids, first.deferred.ids) == ([2], [1])
    assert (second.free.ids, second.deferred.ids) == ([], [])


def test_filters_that_search_does_not_know_are_asked_here() -> None:
    """What does not satisfy them is not the rule's, and proves nothing of the API; the next rule gets it."""
    queries = [Query(rule("soon"), {}, {"purgeDateBefore": "2026-01-01T00:00:00Z"}), Query(rule("all"), {})]
    sieves = [Sieve(queries, index, {}) for index in range(2)]
    for sieve in sieves:
        sieve.take([contact(1, purgeDate="2025-12-01"), contact(2, purgeDate="2026-12-01"), contact(3)])
    refuse_ignored(sieves)
    first, second = claim(sieves)
    assert (first.free.ids, second.free.ids) == ([1], [2, 3])


def test_what_a_comment_says_is_in_no_repr() -> None:
    """It would get into tracebacks and logs (S10)."""
    (sieve,) = sieved((rule("one", comment="x"), {}, [contact(1, comment="Anna's words", lastUpdatedAt="then")]))
    assert "Anna" not in repr(sieve.kinds) + repr(claim([sieve]))
