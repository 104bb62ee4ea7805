"""What a rule changes on the contacts that it has claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.api.shapes import Contact
from reconciler.manifests.desired import Assign
from reconciler.planning.assignment import assigned
from reconciler.planning.claims import claim
from reconciler.planning.plan import Action, Change, Load, Reason, withheld
from tests.planning.building import changes_of, contact, live, paired, policy, rule, sieved, wanted


def _changes(*rules: tuple[Any, Mapping[str, Any], Sequence[Contact]], **held: Any) -> list[Change]:
    return changes_of(sieved(*rules), paired(wanted({}), live(**held)))


def test_a_skipping_rule_changes_nothing() -> None:
    """Later rules don't get its contacts, and are told how many they were."""
    held = [contact(1, priority=1), contact(2, priority=9)]
    skipped, changed = _changes(
        (rule("stay", skip=True), {"maxPriority": 1}, held[:1]), (rule("all", assignedAgentId=5), {}, held)
    )
    assert (skipped.action, skipped.reason, skipped.matched) == (Action.NONE, Reason.RULE_SKIPS, 1)
    assert (changed.action, changed.contacts[0].contact_ids, changed.claimed) == (Action.ASSIGN, (2,), 1)


def test_a_contact_in_progress_is_deferred_and_stays_claimed() -> None:
    """It is left alone by its rule, and by the later ones."""
    busy = contact(1, state="processing_in_progress", priority=1)
    first, second = _changes(
        (rule("low", assignedAgentId=5), {"maxPriority": 1}, [busy]), (rule("all", assignedAgentId=6), {}, [busy])
    )
    assert (first.matched, first.changed, first.deferred, first.contacts) == (1, 0, 1, ())
    assert (second.matched, second.changed, second.deferred, second.claimed) == (0, 0, 0, 1)


def test_deferred_are_those_that_would_change() -> None:
    """One in progress that has the values already is not put off."""
    busy = [contact(each, state="processing_in_progress", priority=each) for each in (1, 2)]
    assert _changes((rule("all", priority=1), {}, busy))[0].deferred == 1
    assert _changes((rule("all", skip=True), {}, busy))[0].deferred == 0


def test_only_what_differs_is_written() -> None:
    """Instants and numbers are compared by meaning; null clears."""
    set_: dict[str, Any] = {"priority": 1, "retryDate": "2026-12-01T10:00:00Z", "assignedAgentId": None}
    same = contact(1, priority=1, retryDate="2026-12-01T11:00:00+01:00")
    other = contact(2, priority=2, retryDate=None, assignedAgentId=7)
    (change,) = _changes((rule("all", **set_), {}, [same, other]))
    (group,) = change.contacts
    assert group.contact_ids == (2,)
    assert group.before == {"priority": 2, "retryDate": None, "assignedAgentId": 7}
    assert group.after == set_


def test_contacts_are_grouped_by_before_and_after() -> None:
    """In the order of their first contact, each contact once."""
    held = [contact(3, priority=2), contact(1, priority=2), contact(2, priority=3), contact(4, priority=1)]
    (change,) = _changes((rule("all", priority=1), {}, held))
    assert [(each.before["priority"], each.contact_ids) for each in change.contacts] == [(2, (1, 3)), (3, (2,))]
    assert (change.matched, change.changed) == (4, 3)


def test_of_a_comment_a_plan_says_only_that_there_is_one() -> None:
    """And when the contact was updated, so that apply sees whether it is still that one; none is null (S10)."""
    at = "2026-01-01T00:00:00Z"
    held = [
        contact(1, comment="Anna's own words", lastUpdatedAt=at),
        contact(2, comment="other words", lastUpdatedAt=at),
        contact(3),
        contact(4, comment="x"),
    ]
    (change,) = _changes((rule("all", comment="x"), {}, held))
    assert [(each.before, each.after, each.contact_ids) for each in change.contacts] == [
        ({"comment": withheld(at)}, {"comment": "x"}, (1, 2)),
        ({"comment": None}, {"comment": "x"}, (3,)),
    ]
    assert "words" not in repr(change)


def test_loads_say_who_had_and_gets_how_many() -> None:
    """Nobody comes last; the sums are equal; contacts that are left alone count where they are."""
    held = [contact(1), contact(2, assignedAgentId=6), contact(3, assignedAgentId=5)]
    busy = contact(4, assignedAgentId=6, state="processing_in_progress")
    (change,) = _changes((rule("all", assignedAgentId=5), {}, [*held, busy]))
    assert change.loads == (Load(5, 1, 3), Load(6, 2, 1), Load(None, 1, 0))


def test_contacts_are_spread_over_the_agents() -> None:
    """Those of listed agents stay, the others go to who has least by weight; every listed agent's load is told."""
    held = [contact(1, assignedAgentId=5), contact(2), contact(3, assignedAgentId=9), contact(4), contact(5)]
    (change,) = _changes((rule("all", assign=Assign({5: 2, 6: 1, 7: 1})), {}, held))
    moves = {each: group.after["assignedAgentId"] for group in change.contacts for each in group.contact_ids}
    assert moves == {2: 5, 3: 6, 4: 7, 5: 5}
    assert change.loads == (Load(5, 1, 3), Load(6, 0, 1), Load(7, 0, 1), Load(9, 1, 0), Load(None, 3, 0))
    assert {group.before["assignedAgentId"] for group in change.contacts} == {None, 9}


def test_spread_contacts_get_the_other_values_too() -> None:
    """One write has both; who stays with an agent still gets the values."""
    held = [
        contact(1, assignedAgentId=5, priority=1),
        contact(2, priority=1),
        contact(3, assignedAgentId=5, priority=3),
    ]
    (change,) = _changes((rule("all", priority=3, assign=Assign({5: 1, 6: 1})), {}, held))
    assert [(each.after, each.contact_ids) for each in change.contacts] == [
        ({"priority": 3}, (1,)),
        ({"priority": 3, "assignedAgentId": 6}, (2,)),
    ]


def test_a_contact_in_progress_counts_as_load() -> None:
    """It stays where it is; without an agent of the list it is deferred."""
    busy = [contact(each, state="processing_in_progress", assignedAgentId=each) for each in (5, 9)]
    (change,) = _changes((rule("all", assign=Assign({5: 1, 6: 1})), {}, [*busy, contact(20)]))
    assert [(each.after, each.contact_ids) for each in change.contacts] == [({"assignedAgentId": 6}, (20,))]
    assert change.deferred == 1


def test_who_finds_no_room_is_told() -> None:
    """They stay as they are."""
    (claimed,) = claim(sieved((rule("all", assign=Assign({5: 1}, max_per_agent=1)), {}, [contact(1), contact(2)])))
    found = assigned(policy(claimed.query.rule), paired(wanted({})), claimed, total=40)
    assert (found.change.changed, found.unplaced, found.change.total) == (1, (2,), 40)


def test_what_is_left_says_who_has_it() -> None:
    """Contacts in a call that would change, and those without room; not those that are as wanted."""
    busy = [contact(each, state="processing_in_progress", assignedAgentId=agent) for each, agent in ((1, 9), (2, 5))]
    found = [*busy, contact(3, assignedAgentId=5), contact(4, assignedAgentId=8)]
    (claimed,) = claim(sieved((rule("all", assign=Assign({5: 1}, max_per_agent=2)), {}, found)))
    left = assigned(policy(claimed.query.rule), paired(wanted({})), claimed).left
    assert (left.contacts, left.owners) == (2, {"userIds": {8, 9}})
    (claimed,) = claim(sieved((rule("all", priority=1), {}, [contact(1, state="processing_in_progress", priority=2)])))
    left = assigned(policy(claimed.query.rule), paired(wanted({})), claimed).left
    assert (left.contacts, left.owners) == (1, {})
