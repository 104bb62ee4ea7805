"""A plan, applied to a copy of the account: what it shows, and that the account hears of nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from reconciler.api.endpoints.campaigns import delete_campaign
from reconciler.applying.results import Outcome
from reconciler.errors import SavedPlanRefused, Unauthorized, WriteRefused
from reconciler.planning.plan import Operation, Step
from reconciler.simulating.measuring import Measured
from tests.applying.wire import answering, rewriting
from tests.applying.world import World
from tests.emulator.accounts import account, campaign, contact
from tests.planning.building import PROJECT, campaign_document, desired_of
from tests.simulating.trying import GOLD, asked, simulated

TO_ALICE = {"name": "to-alice", "match": "all", "set": {"assignedAgentId": "alice", "priority": 1}}
TO_BRUNO = {"name": "to-bruno", "match": "all", "set": {"assignedAgentId": "bruno"}}


def _gold(number: int, value: str = "Gold", **fields: Any) -> dict[str, Any]:
    return contact(number, customFields={"Category": value, "Telephone_1": f"331990000{number:02}"}, **fields)


def test_a_plan_that_settles(tmp_path: Path) -> None:
    """Every step is done on the copy, planning again is empty, and the account is as it was."""
    world = World.of(tmp_path, account(*map(contact, range(1, 7)), contact(7, assignedAgentId=543, priority=1)))
    before = world.campaign(), world.contact(1)
    fields = [{"name": "Telephone_2", "isPhoneNumber": True}]
    done = simulated(world, asked(TO_ALICE, settings={"maxTries": 8, "userIds": ["alice"]}, customFields=fields))
    assert [each.outcome for each in done.report.results] == [Outcome.DONE] * 4
    assert (done.campaigns, done.contacts, done.is_settled) == (1, 7, True)
    assert (done.again.steps, done.unlike, done.faults, done.dropped) == ((), (), (), ())
    assert (world.campaign(), world.contact(1)) == before


@pytest.mark.parametrize("ensure", ["archived", "deleted"])
def test_an_end(tmp_path: Path, ensure: str) -> None:
    """A campaign is archived and deleted on the copy alone; nothing that can change anything is sent (S1)."""
    world = World.of(tmp_path, account(contact(1)))
    done = simulated(world, asked(lifecycle={"ensure": ensure}))
    assert done.report.complete
    assert done.is_settled
    assert world.campaign()["isArchived"] is False
    assert (len(world.wire.sent) > 0, world.wire.writes) == (True, [])


def test_no_write_reaches_the_account_whatever_the_plan_says(tmp_path: Path) -> None:
    """Steps that no change asks for are refused; and if they were not, the account's client would not send them."""
    world = World.of(tmp_path, account(contact(1)))
    desired = asked(TO_ALICE)
    plan = world.plan(desired)
    rogue = Step(2, plan.steps[0].address, 100, Operation.DELETE_CAMPAIGN)
    with pytest.raises(SavedPlanRefused):
        simulated(world, desired, structs.replace(plan, steps=(*plan.steps, rogue)))
    assert world.wire.writes == []
    with world.client(writable=False) as client:
        reader = Measured(client, lambda: 0.0)
        with pytest.raises(WriteRefused):
            reader.run(delete_campaign(100))


def test_rules_that_undo_each_other(tmp_path: Path) -> None:
    """What one rule sets takes the contact out of its own match and into another one's: planning again is not empty."""
    world = World.of(tmp_path, account(*(contact(number, priority=5) for number in range(1, 4))))
    first = {"name": "low", "match": {"minPriority": 5}, "set": {"assignedAgentId": "alice", "priority": 1}}
    done = simulated(world, asked(first, TO_BRUNO))
    assert done.report.complete
    assert not done.is_settled
    assert [(each.rule, each.changed) for each in done.again.changes if each.changed] == [("to-bruno", 3)]


def test_contacts_in_a_call_are_deferred(tmp_path: Path) -> None:
    """Left alone, as the plan says; that is no fault of the plan."""
    world = World.of(tmp_path, account(contact(1), contact(2, state="processing_in_progress")))
    done = simulated(world, asked(TO_ALICE))
    assert [each.outcome for each in done.report.results] == [Outcome.DONE]
    assert done.is_settled


def test_a_call_that_begins_after_the_plan(tmp_path: Path) -> None:
    """The copy has it too: the step is deferred."""
    world = World.of(tmp_path, account(contact(1)))
    desired = asked(TO_ALICE)
    plan = world.plan(desired)
    world.set_contact(1, state="processing_in_progress")
    done = simulated(world, desired, plan)
    assert [each.outcome for each in done.report.results] == [Outcome.DEFERRED]


def test_what_moved_since_the_plan(tmp_path: Path) -> None:
    """It is stale on the copy, as it would be in the account; a contact that matches no more is copied all the same."""
    world = World.of(tmp_path, account(_gold(1), _gold(2)))
    desired = asked({"name": "gold", "match": {"customFieldConditions": GOLD}, "set": {"priority": 1}})
    plan = world.plan(desired)
    world.set_contact(2, customFields={"Category": "Silver"}, priority=7)
    done = simulated(world, desired, plan)
    assert [each.outcome for each in done.report.results] == [Outcome.STALE]
    assert (done.contacts, done.is_settled) == (2, False)
    assert done.unlike == ("AssignmentPolicy/assigning",)


@pytest.mark.parametrize("case", ["ignored", "minded"])
def test_an_account_reads_texts_in_its_own_way(tmp_path: Path, case: str) -> None:
    """Whether `Gold` finds `gold` is not documented: the copy takes the reading that plans as the account did."""
    world = World.of(tmp_path, account(_gold(1), _gold(2, "gold")), text_case=case)
    rules = ({"name": "gold", "match": {"customFieldConditions": GOLD}, "set": {"priority": 1}}, TO_BRUNO)
    done = simulated(world, asked(*rules))
    assert (done.is_settled, done.unlike, done.contacts) == (True, (), 2)


def test_a_filter_that_the_copy_reads_otherwise(tmp_path: Path) -> None:
    """An account that drops empty lists where the copy does not, and the like: it is named, and nothing is shown."""
    world = World.of(tmp_path, account(_gold(1)))
    desired = asked({"name": "gold", "match": {"customFieldConditions": GOLD}, "set": {"priority": 1}})
    plan = world.plan(desired)
    world.set_contact(1, customFields={"Category": "Silver"})
    done = simulated(world, desired, plan)
    assert [each.outcome for each in done.report.results] == [Outcome.STALE]
    assert (done.again.steps, done.unlike) == ((), ("AssignmentPolicy/assigning",))
    assert not done.is_settled


@pytest.mark.parametrize("name", ["lastCallBefore", "lastCallAfter"])
def test_relative_filters_are_those_of_the_plan(tmp_path: Path, name: str) -> None:
    """The hour between plan and simulation makes no contact match, and none match no more."""
    times = ("2026-11-20T08:59:59Z", "2026-11-20T09:00:01Z")  # 72 hours before the plan, give or take a second
    world = World.of(tmp_path, account(*(contact(n, lastCallTime=each) for n, each in enumerate(times, start=1))))
    done = simulated(world, asked({"name": "called", "match": {name: "-72h"}, "set": {"priority": 1}}))
    assert (done.contacts, done.is_settled) == (1, True)


def test_campaigns_that_are_not_planned_are_left_out(tmp_path: Path) -> None:
    """A blocked campaign is neither applied nor planned again; the rest is simulated."""
    world = World.of(tmp_path, account(campaigns=[campaign(), campaign(200)]))
    desired = desired_of(
        campaign_document(settings={"maxTries": 8}),
        campaign_document("other", settings={"maxTries": 8}, expect={"mode": "preview"}),
        project={**PROJECT, "metadata": {"name": "tested"}},
        campaigns={"bakery": 100, "other": 200},
    )
    plan, diagnostics = world.planned(desired)
    assert any(each.is_error for each in diagnostics)
    done = simulated(world, desired, plan)
    assert ([each.step.campaign_id for each in done.report.results], done.is_settled) == ([100], True)


def test_agents_and_numbers_that_no_campaign_has_yet(tmp_path: Path) -> None:
    """The account alone knows which ones exist; the copy does not stand in the way."""
    world = World.of(tmp_path, account())
    done = simulated(world, asked(settings={"userIds": [546, 543], "displayedPhoneNumbers": ["33199001002"]}))
    assert done.is_settled


def test_another_account(tmp_path: Path) -> None:
    """A campaign that was created at another moment is another one: nothing is simulated, and no contact is read."""
    world = World.of(tmp_path, account(contact(1)))
    desired = asked(TO_ALICE)
    plan = world.plan(desired)
    world.set_campaign(createdAt="2020-01-01T00:00:00Z")
    with pytest.raises(SavedPlanRefused):
        simulated(world, desired, plan)
    assert not [each for each in world.wire.sent if "contacts" in each.path]


def test_a_thousand_contacts(tmp_path: Path) -> None:
    """More than fit on a page, and more than fit into a batch."""
    many = [contact(number, customFields={"Telephone_1": f"33199{number:06}"}) for number in range(1, 1101)]
    world = World.of(tmp_path, account(*many))
    done = simulated(world, asked(TO_ALICE))
    assert (done.contacts, len(done.report.results), done.is_settled) == (1100, 3, True)


def test_the_estimate(tmp_path: Path) -> None:
    """Calls of the measured length, batches of the assumed one, and the pauses of a run; nobody waited for them."""
    world = World.of(tmp_path, account(contact(1)))
    quick, slow = (simulated(world, asked(TO_ALICE), batch_seconds=each).estimate for each in (0.0, 60.0))
    assert (slow.batches, slow.batch_seconds, round(slow.call_seconds, 6)) == (1, 60.0, 0.05)
    assert slow.measured == len(world.wire.sent)
    assert 60.0 <= slow.seconds < 75.0
    assert quick.seconds < 1.0 <= quick.calls < slow.calls < 120


def test_a_campaign_that_the_list_leaves_out(tmp_path: Path) -> None:
    """An archived one that is to be deleted may be known by its number alone: it is copied all the same."""
    world = World.of(tmp_path, account(campaigns=[campaign(isPaused=True, isArchived=True), campaign(200)]))

    def without(answer: Any) -> Any:
        left = [each for each in answer["campaigns"] if each["id"] != 100]
        return answer | {"campaigns": left, "count": len(left)}

    world.wire.plant("GET", "/campaigns$", rewriting(without), times=9)
    done = simulated(world, asked(lifecycle={"ensure": "deleted"}))
    assert ([each.outcome for each in done.report.results], done.is_settled) == ([Outcome.DONE], True)


def test_reading_that_fails(tmp_path: Path) -> None:
    """What keeps the contacts from being read comes out: half a copy shows nothing."""
    world = World.of(tmp_path, account(contact(1)))
    desired = asked(TO_ALICE)
    plan = world.plan(desired)
    world.wire.plant("POST", "/contacts/search$", answering(403, {}), times=9)
    with pytest.raises(Unauthorized):
        simulated(world, desired, plan)


@pytest.mark.parametrize("values", [{"comment": "Zorglub"}, {"assignedGroupId": 12}])
def test_what_batches_do_not_take(tmp_path: Path, values: dict[str, Any]) -> None:
    """Contacts one by one; side by side, so that sixty take less than sixty calls one after another."""
    world = World.of(tmp_path, account(*(contact(number) for number in range(1, 61))))
    done = simulated(world, asked({"name": "one-by-one", "match": "all", "set": values}))
    assert [each.step.operation for each in done.report.results] == [Operation.UPDATE_EACH]
    assert (done.is_settled, done.estimate.batches) == (True, 0)
    assert done.estimate.calls >= 60
    assert done.estimate.seconds < 60 * done.estimate.call_seconds


def test_shared_out(tmp_path: Path) -> None:
    """`assign` gives each agent on the copy what it gives in the account, and then has nothing left to do."""
    world = World.of(tmp_path, account(*(contact(number, assignedAgentId=543) for number in range(1, 10))))
    agents = {"agents": ["alice", "bruno"], "rebalance": True}
    done = simulated(world, asked({"name": "shared", "match": "all", "assign": agents}))
    assert (done.is_settled, len(done.report.results)) == (True, 1)


def test_a_name_that_then_means_two_campaigns(tmp_path: Path) -> None:
    """Every step is done, and the next plan could not be made: that is told, and it is not settled."""
    world = World.of(tmp_path, account(campaigns=[campaign(), campaign(200)]))
    second = {"name": "CA - Métiers 200", "maxTries": 8}
    renamed = campaign_document(settings={"name": "CA - Métiers 200"})
    done = simulated(world, desired_of(renamed, campaign_document("second", settings=second)))
    assert (done.report.complete, done.again.steps, done.unlike) == (True, (), ())
    assert [each.code for each in done.faults] == ["ambiguous-campaign"]
    assert not done.is_settled


def test_contacts_that_the_api_leaves_out(tmp_path: Path) -> None:
    """Without a valid phone a contact is not taken back in, here as there."""
    out = contact(1, customFields={}, excluded=True, excludedDetail="noValidPhone")
    world = World.of(tmp_path, account(out, contact(2, excluded=True)))
    done = simulated(world, asked({"name": "back", "match": "all", "set": {"excluded": False}}))
    assert [each.contacts.excluded_count for each in done.report.results] == [1]
    assert not done.is_settled
