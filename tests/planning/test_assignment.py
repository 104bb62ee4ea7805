"""Which contact belongs to which rule, and what changes on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from reconciler.api.shapes import Contact
from reconciler.planning.assignment import Claimed, IgnoredFilter, claim, membership_faults, rule_changes
from reconciler.planning.plan import Action, Change, Load, Reason
from reconciler.planning.queries import Query
from tests.planning.building import contact, live, paired, policy, rule, wanted

GOLD = {"customFieldConditions": [{"customFieldName": "Category", "condition": "eq", "value": "Gold"}]}


def _claimed(*rules: tuple[Any, Mapping[str, Any], Sequence[Contact]]) -> list[Claimed]:
    return claim([Query(each, filters) for each, filters, _ in rules], [found for _, _, found in rules], {})


def _changes(claimed: Sequence[Claimed], **held: Any) -> list[Change]:
    pair = paired(wanted({}), live(**held))
    return rule_changes(policy(*(each.query.rule for each in claimed)), pair, claimed)


def _ids(contacts: Sequence[Contact]) -> list[int]:
    return [each.contactId for each in contacts]


def test_the_first_rule_that_matches_wins() -> None:
    """A contact that two searches return is written by the first rule alone; ids ascend."""
    low = [contact(each, priority=1) for each in (5, 2)]
    every = [*low, contact(9, priority=7)]
    first, second = _claimed((rule("low", {}), {"maxPriority": 1}, low), (rule("all"), {}, every))
    assert (_ids(first.contacts), _ids(second.contacts)) == ([2, 5], [9])


def test_a_skipping_rule_claims_and_changes_nothing() -> None:
    """Later rules don't get its contacts."""
    held = [contact(1, priority=1), contact(2, priority=9)]
    claimed = _claimed(
        (rule("stay", skip=True, assignedAgentId=5), {"maxPriority": 1}, held[:1]),
        (rule("all", assignedAgentId=5), {}, held),
    )
    skipped, changed = _changes(claimed)
    assert (skipped.action, skipped.reason, skipped.matched) == (Action.NONE, Reason.RULE_SKIPS, 1)
    assert (changed.action, changed.contacts[0].contact_ids) == (Action.ASSIGN, (2,))


def test_a_contact_that_breaks_its_filters_stops_everything() -> None:
    """The API ignored a filter: none of the rules may be trusted (S3)."""
    with pytest.raises(IgnoredFilter) as caught:
        _claimed((rule("low"), {"maxPriority": 1}, [contact(1, priority=1), contact(2, priority=7)]))
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
    assert _ids(claimed[1].contacts) == []
    assert _ids(claimed[1].deferred) == [1]
    assert _changes(claimed)[1].deferred == 1


def test_a_contact_in_progress_is_deferred_and_stays_claimed() -> None:
    """It is left alone by its rule, and by the later ones."""
    busy = contact(1, state="processing_in_progress", priority=1)
    claimed = _claimed(
        (rule("low", assignedAgentId=5), {"maxPriority": 1}, [busy]), (rule("all", assignedAgentId=6), {}, [busy])
    )
    first, second = _changes(claimed)
    assert (first.matched, first.changed, first.deferred, first.contacts) == (1, 0, 1, ())
    assert (second.matched, second.changed, second.deferred) == (0, 0, 0)


def test_only_what_differs_is_written() -> None:
    """Instants and numbers are compared by meaning; null clears."""
    set_: dict[str, Any] = {"priority": 1, "retryDate": "2026-12-01T10:00:00Z", "assignedAgentId": None}
    same = contact(1, priority=1, retryDate="2026-12-01T11:00:00+01:00")
    other = contact(2, priority=2, retryDate=None, assignedAgentId=7)
    (change,) = _changes(_claimed((rule("all", **set_), {}, [same, other])))
    (group,) = change.contacts
    assert group.contact_ids == (2,)
    assert group.before == {"priority": 2, "retryDate": None, "assignedAgentId": 7}
    assert group.after == set_


def test_contacts_are_grouped_by_before_and_after() -> None:
    """In the order of their first contact, each contact once."""
    held = [contact(1, priority=2), contact(2, priority=3), contact(3, priority=2), contact(4, priority=1)]
    (change,) = _changes(_claimed((rule("all", priority=1), {}, held)))
    assert [(each.before["priority"], each.contact_ids) for each in change.contacts] == [(2, (1, 3)), (3, (2,))]
    assert (change.matched, change.changed) == (4, 3)


def test_loads_say_who_had_and_gets_how_many() -> None:
    """Nobody comes last; the sums are equal."""
    held = [contact(1), contact(2, assignedAgentId=6), contact(3, assignedAgentId=5)]
    (change,) = _changes(_claimed((rule("all", assignedAgentId=5), {}, held)))
    assert change.loads == (Load(5, 1, 3), Load(6, 1, 0), Load(None, 1, 0))


@pytest.mark.parametrize(
    ("settings", "held", "severities"),
    [
        ({}, {"userIds": [5]}, []),
        ({}, {"userIds": ["5"]}, []),
        ({}, {"userIds": [6]}, ["error"]),
        ({}, {}, ["error"]),
        ({}, {"userIds": [6], "groupIds": [1]}, ["warning"]),
        ({"userIds": [5]}, {"userIds": [6]}, []),
        ({"userIds": [6]}, {"userIds": [5]}, ["error"]),
        ({"userIds": None}, {"userIds": [5]}, ["error"]),
    ],
)
def test_an_agent_who_gets_contacts_is_a_member(
    settings: dict[str, Any], held: dict[str, Any], severities: list[str]
) -> None:
    """By the time the contacts are assigned; with groups he may be one through them (notes, trap 14)."""
    faults = membership_faults(policy(rule("one", assignedAgentId=5)), paired(wanted(settings), live(**held)))
    assert [str(each.severity) for each in faults] == severities


def test_membership_that_is_ignored_is_the_accounts() -> None:
    """What will not be written does not count."""
    pair = paired(wanted({"userIds": [5]}, ignore=frozenset({"userIds"})), live(userIds=[6]))
    assert [each.code for each in membership_faults(policy(rule("one", assignedAgentId=5)), pair)] == [
        "agent-not-in-campaign"
    ]
    assert list(membership_faults(policy(rule("one", assignedAgentId=None), rule("s", skip=True)), pair)) == []


def test_contacts_that_can_not_be_judged_at_all_stop_the_rule() -> None:
    """Not one that satisfies the filters for sure: the API may have dropped them (S3)."""
    conditions = [{"customFieldName": "Category", "condition": "eq", "value": "gold"}]
    query = Query(rule("gold"), {"customFieldConditions": conditions})
    undecided = [Contact(contactId=each, customFields={"Category": "Gold"}) for each in (1, 2)]
    with pytest.raises(IgnoredFilter) as caught:
        claim([query], [undecided], {})
    assert not caught.value.proven
    sure = [*undecided, Contact(contactId=3, customFields={"Category": "gold"})]
    assert [each.contactId for each in claim([query], [sure], {})[0].contacts] == [1, 2, 3]
