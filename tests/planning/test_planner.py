"""The stage as a whole: what one fault blocks, and what it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import Unauthorized
from reconciler.planning.plan import Plan
from reconciler.render.plan_json import plan_json
from tests.applying.wire import answering, rewriting
from tests.applying.world import World, account, campaign, contacts
from tests.planning.building import campaign_document, desired_of, policy_document

SEARCH = ("POST", "/100/contacts/search$")
SECOND = campaign_document("second", settings={"name": "CA - Métiers 101", "maxTries": 9})
RULE = {"name": "low", "match": {"maxPriority": 1}, "set": {"priority": 2}}


def _world(folder: Path, **held: Any) -> World:
    people = [*contacts(4, priority=1), *contacts(4, 101, priority=1)]
    return World.of(folder, account(campaign(**held), campaign(101), people=people))


def _codes(world: World, *documents: Any) -> tuple[list[str], Plan]:
    plan, diagnostics = world.planned(desired_of(*documents))
    assert [each.code for each in plan.diagnostics] == [each.code for each in diagnostics]
    return [each.code for each in diagnostics], plan


def test_a_blocked_campaign_blocks_its_contacts_and_nobody_elses(tmp_path: Path) -> None:
    """Its policy is not planned there; elsewhere it is."""
    policy = policy_document(RULE, campaigns=("bakery", "second"))
    codes, plan = _codes(_world(tmp_path, isArchived=True), campaign_document(settings={"maxTries": 8}), SECOND, policy)
    assert codes == ["campaign-archived"]
    assert plan.has_errors
    assert {each.campaign_id for each in plan.changes} == {each.campaign_id for each in plan.steps} == {101}


def test_an_ignored_filter_stops_that_campaign(tmp_path: Path) -> None:
    """Nothing is planned there, not even of the rules before or of its settings; the rest stands (S3)."""
    world = _world(tmp_path)
    world.wire.plant(*SEARCH, rewriting(_with_a_stranger), times=9)
    before = {"name": "first", "match": {"contactIds": [9]}, "set": {"priority": 3}}
    policy = policy_document(before, RULE, campaigns=("bakery", "second"))
    codes, plan = _codes(world, campaign_document(settings={"maxTries": 8}), SECOND, policy)
    assert codes == ["rule-matches-nothing", "filter-ignored"]
    assert {each.campaign_id for each in plan.steps} == {each.campaign_id for each in plan.changes} == {101}


@pytest.mark.parametrize("failing", [SEARCH, ("POST", "/101/contacts/search$")])
def test_contacts_that_can_not_be_read_stop_their_campaign_alone(tmp_path: Path, failing: tuple[str, str]) -> None:
    """The fault names the request and the campaign; the other campaign is planned as if nothing were."""
    world = _world(tmp_path)
    world.wire.plant(*failing, answering(404, {"error": "error.campaign.not.exists"}), times=99)
    policy = policy_document(RULE, campaigns=("bakery", "second"))
    codes, plan = _codes(world, campaign_document(settings={"maxTries": 8}), SECOND, policy)
    assert codes == ["api-not-found"]
    (fault,) = plan.diagnostics
    stopped, planned = (100, 101) if failing is SEARCH else (101, 100)
    assert f"/campaigns/{stopped}/contacts/search" in fault.detail
    assert fault.address == ("Campaign/bakery" if failing is SEARCH else "Campaign/second")
    assert {each.campaign_id for each in plan.steps} == {planned}


def test_pages_that_overlap_are_warned_about(tmp_path: Path) -> None:
    """They are read twice; what still came twice means that others may be missing."""
    people = contacts(1201, priority=1)
    world = World.of(tmp_path, account(campaign(), people=people), unstable_order=True)
    codes, plan = _codes(world, campaign_document(settings={"maxTries": 8}), policy_document(RULE))
    assert codes == ["pages-overlap"]
    assert not plan.has_errors
    assert plan.diagnostics[0].address == "Campaign/bakery"


def test_a_token_that_is_refused_is_no_campaigns_fault(tmp_path: Path) -> None:
    """Nothing is planned, and it is said once."""
    world = _world(tmp_path)
    world.wire.plant(*SEARCH, answering(401, {"error": "error.unauthorized"}))
    with pytest.raises(Unauthorized):
        _codes(world, campaign_document(settings={"maxTries": 8}), SECOND, policy_document(RULE))


def test_a_condition_that_a_question_shows_to_be_ignored_stops_that_campaign(tmp_path: Path) -> None:
    """What `like` finds can't be judged here: the API returns contacts for a value that none has as well (S3)."""
    like = {"customFieldConditions": [{"customFieldName": "Category", "condition": "like", "value": "G%"}]}
    world = _world(tmp_path)
    world.wire.plant(*SEARCH, rewriting(lambda answer: answer | {"content": [world.contact(1)]}), times=9)
    codes, plan = _codes(world, campaign_document(settings={"maxTries": 8}), policy_document(RULE | {"match": like}))
    assert (codes, plan.steps, plan.changes) == (["filter-ignored"], (), ())
    assert "`like` on `Category`" in plan.diagnostics[0].detail


def _with_a_stranger(answer: Any) -> Any:
    if answer["content"]:
        answer["content"][0]["priority"] = 7
    return answer


def test_a_field_that_is_only_to_be_added_can_not_be_matched_yet(tmp_path: Path) -> None:
    """The API would drop the condition, and find every contact."""
    like = {"customFieldConditions": [{"customFieldName": "City", "condition": "like", "value": "P%"}]}
    world = _world(tmp_path)  # City is only to be added: the emulator drops the condition
    world.wire.plant(*SEARCH, rewriting(lambda answer: answer | {"content": [world.contact(1)]}), times=9)
    codes, plan = _codes(world, campaign_document(customFields=["City"]), policy_document(RULE | {"match": like}))
    assert codes == ["unknown-custom-field"]
    assert not [each for each in plan.changes if each.rule]


def test_a_wrapup_name_that_is_unknown_plans_no_contact(tmp_path: Path) -> None:
    """Nor does an agent who is no member."""
    match = {"lastWrapups": ["Nothing"]}
    codes, plan = _codes(_world(tmp_path), campaign_document(), policy_document(RULE | {"match": match}))
    assert (codes, plan.steps) == (["unknown-wrapup"], ())


def test_an_agent_who_is_no_member_plans_no_contact(tmp_path: Path) -> None:
    """The API would fail each of them."""
    policy = policy_document(RULE | {"set": {"assignedAgentId": 599}})
    codes, plan = _codes(_world(tmp_path), campaign_document(), policy)
    assert (codes, plan.steps) == (["agent-not-in-campaign"], ())


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_the_manifests_never_matters(tmp_path: Path, order: int) -> None:
    """The same bytes, whichever file comes first (they name no lines of their own here)."""
    documents = [campaign_document(settings={"maxTries": 8}), SECOND, policy_document(RULE)]
    text = plan_json(_codes(_world(tmp_path), *documents[::order])[1])
    other = tmp_path / "other"
    other.mkdir()
    again = plan_json(_codes(_world(other), *documents)[1])
    places = str.maketrans("", "", "012")
    assert text.split('"digest"')[0].translate(places) == again.split('"digest"')[0].translate(places)


def test_pages_are_read_to_their_end_and_contacts_counted_once(tmp_path: Path) -> None:
    """Whatever the totals say."""
    world = World.of(tmp_path, account(campaign(), people=contacts(1203, priority=1)))
    _, plan = _codes(world, campaign_document(), policy_document(RULE))
    assert (plan.summary.contacts_matched, plan.summary.contacts_changed, plan.summary.steps) == (1203, 1203, 3)
